"""Reads what the backups left behind, the newest first."""

from sqlalchemy import select
from sqlmodel import Session, col

from crm.kit.rows import fields_of
from crm.safekeeping.schemas import BackupRunRow
from crm.safekeeping.tables import BackupRun

_RUN = fields_of(BackupRun, BackupRunRow)


def last_runs(db: Session, *, limit: int = 20) -> list[BackupRunRow]:
    query = select(*_RUN).order_by(col(BackupRun.started_at).desc(), col(BackupRun.id).desc())
    return [BackupRunRow.model_validate(row) for row in db.connection().execute(query.limit(limit))]


def last_finished(db: Session, *, verified: bool = False) -> BackupRunRow | None:
    """The newest backup that went well, with its drill where ``verified``."""
    query = (
        select(*_RUN)
        .where(col(BackupRun.finished_at).is_not(None), col(BackupRun.file_name).is_not(None))
        .order_by(col(BackupRun.started_at).desc())
        .limit(1)
    )
    if verified:
        query = query.where(col(BackupRun.verified).is_(True))
    else:
        query = query.where(col(BackupRun.error_code).is_(None))
    row = db.connection().execute(query).first()
    return None if row is None else BackupRunRow.model_validate(row)
