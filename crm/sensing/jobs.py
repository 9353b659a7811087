"""Later work on habits: the guest who has just left, and every guest each night."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.kit import clock
from crm.kit.db import Database
from crm.kit.jobs import job, long_job
from crm.kit.tables import EventRow
from crm.sensing import passing, service
from crm.sensing.hearing import SENSE_GUEST

SENSE_ALL = "sensing.all"


@job(SENSE_GUEST)
def sense_guest(db: Session, payload: dict[str, Any]) -> None:
    """A stay is over, was charged afterwards, or belongs to another guest than was thought."""
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is None or not service.has_left(db, UUID(event.payload["stay_id"])):
        return
    concerned = {event.guest_id, _key(event.payload.get("from_guest_id"))} - {None}
    for guest_id in sorted(one for one in concerned if one is not None):
        service.sense_guest(db, guest_id, clock.now().date())


def _key(text: str | None) -> UUID | None:
    return UUID(text) if text else None


@long_job(SENSE_ALL)
def sense_all(database: Database, _: dict[str, Any]) -> None:
    """Once a day everybody; begun again it goes on where it was."""
    passing.sense_all(database, clock.now().date())
