"""Imports that go on by themselves: one batch a job, each job puts the next."""

from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.intake import checking, committing, service, undoing
from crm.intake.running import keep_findings, plan_for
from crm.intake.storage import folder_of
from crm.kit import jobs
from crm.kit.db import reading_beside
from crm.kit.jobs import job
from crm.kit.settings import in_force
from crm.staff.actor import system

CHECK = "intake.check"
COMMIT = "intake.commit"
UNDO = "intake.undo"
FORGET_FILES = "intake.forget_files"


def put(db: Session, name: str, import_id: UUID, data_dir: Path, *, turn: str = "") -> bool:
    """Put the job of an import; the same turn twice is one job."""
    payload = {"import_id": str(import_id), "data_dir": str(data_dir)}
    return jobs.enqueue(db, name, payload, key=f"{name}:{import_id}:{turn}")


@job(CHECK)
def check(db: Session, payload: dict[str, Any]) -> None:
    """The dry run of a large file. It only reads until it is done, so that no desk waits."""
    import_id, folder = _named(payload)
    with reading_beside(db) as reading:
        plan = plan_for(reading, import_id, folder)
    findings = checking.check(
        lambda: reading_beside(db), plan, folder, lambda _, share: folder.say(share)
    )
    keep_findings(db, import_id, findings)


@job(COMMIT)
def commit(db: Session, payload: dict[str, Any]) -> None:
    """One batch of a commit, and the job of the next one in the same transaction."""
    import_id, folder = _named(payload)
    plan = plan_for(db, import_id, folder)
    done = committing.commit_batch(db, import_id, plan, folder, by=system("import"))
    if not done.finished:
        put(db, COMMIT, import_id, Path(payload["data_dir"]), turn=str(done.position))


@job(UNDO)
def undo(db: Session, payload: dict[str, Any]) -> None:
    """One batch of an undo, and the job of the next one in the same transaction."""
    import_id, _ = _named(payload)
    done = undoing.undo_batch(db, import_id, by=system("import"))
    if not done.finished:
        put(db, UNDO, import_id, Path(payload["data_dir"]), turn=str(done.left))


@job(FORGET_FILES)
def forget_files(db: Session, _: dict[str, Any]) -> None:
    """Files of imports that can no longer be undone leave the disk."""
    service.forget_files(db, in_force().data_dir)


def _named(payload: dict[str, Any]) -> tuple[UUID, Any]:
    import_id = UUID(payload["import_id"])
    return import_id, folder_of(Path(payload["data_dir"]), import_id)
