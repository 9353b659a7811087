"""Prepares by the clock and by news: what is booked, changed or learnt is set at once."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.kit.jobs import job
from crm.kit.tables import EventRow
from crm.preparing import service
from crm.preparing.hearing import PREPARE_AHEAD, PREPARE_GUEST, PREPARE_STAY
from crm.staff.actor import system


@job(PREPARE_AHEAD)
def prepare_ahead(db: Session, _: dict[str, Any]) -> None:
    """Go through the arrivals of the next days of every hotel."""
    service.prepare_all_ahead(db, by=system("preparing"))


@job(PREPARE_STAY)
def prepare_stay(db: Session, payload: dict[str, Any]) -> None:
    """A stay was booked, changed, moved or given to a guest."""
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is not None:
        service.prepare(db, [UUID(event.payload["stay_id"])], by=system("preparing"))


@job(PREPARE_GUEST)
def prepare_guest(db: Session, payload: dict[str, Any]) -> None:
    """Something was learnt of a guest who may be coming or here."""
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is not None and event.guest_id is not None:
        stay_ids = service.stays_of_guest(db, event.guest_id)
        service.prepare(db, stay_ids, by=system("preparing"))
