"""Later work of the shelf: files nobody points at leave the disk, overdue documents go."""

from pathlib import Path
from typing import Any

from sqlmodel import Session

from crm.documents import service, store
from crm.kit import jobs
from crm.kit.jobs import job
from crm.kit.settings import in_force

REMOVE_OVERDUE = "documents.remove_overdue"


def data_dir() -> Path:
    """Where this process keeps its files."""
    return in_force().data_dir


@job(service.DROP_FILE)
def drop_file(db: Session, payload: dict[str, Any]) -> None:
    """Delete a file that nothing points at any more."""
    if service.lock_for_dropping(db, payload["sha256"]):
        store.drop(data_dir(), payload["sha256"])


@job(REMOVE_OVERDUE)
def remove_overdue(db: Session, _: dict[str, Any]) -> None:
    """Take down a batch; a full one puts the next at once."""
    if service.remove_overdue(db) == service.SWEEP_BATCH:
        jobs.enqueue(db, REMOVE_OVERDUE)
