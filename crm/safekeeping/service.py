"""A backup from beginning to end: made, drilled, written down, old ones taken away; and release."""

import logging
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from typing import Any
from uuid import UUID

from sqlalchemy import insert, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.kit import clock, events, holding
from crm.kit.db import Database
from crm.kit.errors import CrmError, RuleBroken
from crm.kit.ids import new_id
from crm.kit.settings import Settings
from crm.safekeeping import backing_up, drilling
from crm.safekeeping.backing_up import Backup, Progress, quiet
from crm.safekeeping.events import BackupFailed
from crm.safekeeping.tables import BackupRun
from crm.safekeeping.terms import Trigger
from crm.staff.actor import Actor

log = logging.getLogger("keshi.safekeeping")
MAY_RELEASE = "house.release"


def keshi_version() -> str:
    try:
        return version_of("keshi")
    except PackageNotFoundError:  # run from a folder that was not installed
        return "0"


def back_up_and_drill(
    database: Database,
    settings: Settings,
    *,
    trigger: Trigger,
    with_drill: bool = True,
    progress: Progress = quiet,
) -> Backup:
    """Make a backup, prove it, and write down how it went; a failure is news too, and raised."""
    run_id = new_id()
    _write(database, insert(BackupRun).values(
        id=run_id, started_at=clock.now(), trigger=trigger, verified=False
    ))  # fmt: skip
    try:
        made = backing_up.back_up(
            database,
            settings.backups,
            data_dir=settings.data_dir,
            secret=settings.secret(),
            version=keshi_version(),
            sealed=settings.backup_encrypted,
            progress=progress,
        )
        _note(
            database,
            run_id,
            file_name=made.path.name,
            size_bytes=made.size,
            rows=made.manifest.rows,
            files=len(made.manifest.files),
            backup_ms=round(made.seconds * 1000),
        )
        if with_drill:
            drill = drilling.drill(
                database,
                made.path,
                scratch=settings.data_dir / "scratch",
                secret=settings.secret(),
                progress=progress,
            )
            _note(database, run_id, verified=True, drill_ms=round(drill.seconds * 1000))
        if with_drill and trigger is Trigger.CLOCK:  # only what is proven may replace the older
            backing_up.rotate(
                settings.backups,
                daily=settings.backup_keep_daily,
                weekly=settings.backup_keep_weekly,
            )
        _note(database, run_id, finished_at=clock.now())
    except Exception as error:
        code = error.code if isinstance(error, CrmError) else type(error).__name__
        log.exception("the backup failed", extra={"code": code})
        with database.writing() as db:
            db.connection().execute(
                update(BackupRun)
                .where(col(BackupRun.id) == run_id)
                .values(finished_at=clock.now(), error_code=code[:40])
            )
            events.record(db, BackupFailed(code=code))
        raise
    return made


def release_held_jobs(db: Session, *, by: Actor) -> int:
    """Let the jobs go that a restore holds; returns how many. `RuleBroken` when none is held."""
    by.need(MAY_RELEASE)
    if not holding.held(db):
        raise RuleBroken("Nothing is held.", "nothing_held")
    freed = holding.release(db)
    audit.note(db, Deed.RELEASED, by=by, subject="held_jobs")
    return freed


def _note(database: Database, run_id: UUID, **facts: Any) -> None:
    _write(database, update(BackupRun).where(col(BackupRun.id) == run_id).values(**facts))


def _write(database: Database, statement: Any) -> None:
    with database.writing() as db:
        db.connection().execute(statement)
