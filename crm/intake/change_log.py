"""Keeps what an import wrote, numbered, so that undo can go back from the last to the first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from crm.intake.tables import ImportJobChange
from crm.kit.db import chunks
from crm.kit.images import Change
from crm.kit.rows import cols


def keep(db: Session, import_id: UUID, last_no: int, changes: Sequence[Change]) -> int:
    """Append changes; answers the number of the last one."""
    if changes:
        db.connection().execute(
            insert(ImportJobChange),
            [
                {
                    "import_id": import_id,
                    "no": no,
                    "table_name": change.table,
                    "row_key": change.key,
                    "before": change.before,
                    "after": change.after,
                }
                for no, change in enumerate(changes, last_no + 1)
            ],
        )
    return last_no + len(changes)


def latest(db: Session, import_id: UUID, limit: int) -> list[tuple[int, Change]]:
    """The last changes that are still kept, the last one first."""
    rows = db.connection().execute(
        select(
            *cols(
                ImportJobChange.no,
                ImportJobChange.table_name,
                ImportJobChange.row_key,
                ImportJobChange.before,
                ImportJobChange.after,
            )
        )
        .where(col(ImportJobChange.import_id) == import_id)
        .order_by(col(ImportJobChange.no).desc())
        .limit(limit)
    )
    return [(r.no, Change(r.table_name, r.row_key, r.before, r.after)) for r in rows]


def forget(db: Session, import_id: UUID, numbers: Sequence[int]) -> None:
    for part in chunks(numbers, 400):
        db.connection().execute(
            delete(ImportJobChange).where(
                col(ImportJobChange.import_id) == import_id, col(ImportJobChange.no).in_(part)
            )
        )
