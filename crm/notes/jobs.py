"""Every few minutes: who must hear that a task is late."""

from typing import Any

from sqlmodel import Session

from crm.kit import jobs
from crm.notes import service

ESCALATE = "notes.escalate"


@jobs.job(ESCALATE)
def escalate(db: Session, _: dict[str, Any]) -> None:
    service.escalate_late(db)
