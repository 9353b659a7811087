"""Applies messages of other systems soon after they came in."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.intake import applying
from crm.intake.messages import APPLY
from crm.kit.jobs import job
from crm.staff.actor import system


@job(APPLY)
def apply_message(db: Session, payload: dict[str, Any]) -> None:
    """Twice is as good as once: the whole story is told anew each time."""
    applying.apply(db, UUID(payload["message_id"]), by=system("interface"))
