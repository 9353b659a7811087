"""Applies messages of other systems soon after they came in."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.intake import applying, forgetting
from crm.intake.messages import APPLY
from crm.kit import jobs
from crm.kit.jobs import job
from crm.kit.settings import in_force
from crm.staff.actor import system

FORGET_BODIES = "intake.forget_bodies"


@job(APPLY)
def apply_message(db: Session, payload: dict[str, Any]) -> None:
    """Twice is as good as once: the whole story is told anew each time."""
    applying.apply(db, UUID(payload["message_id"]), by=system("interface"))


@job(FORGET_BODIES)
def forget_bodies(db: Session, payload: dict[str, Any]) -> None:
    """Empty what handled messages said, some thousand at a time; goes on until none is left."""
    if forgetting.forget_bodies(db, in_force().message_days) == forgetting.BATCH:
        jobs.enqueue(db, FORGET_BODIES, payload)
