"""Later work on guests' files: what has an end ends, keys follow a company that is renamed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.guests import indexing, parts, service
from crm.guests.hearing import FOLLOW_COMPANY
from crm.kit import clock, jobs
from crm.kit.jobs import job
from crm.kit.tables import EventRow

END_MARKS = "guests.end_marks"
REMOVE_PAPERS = "guests.remove_papers"
ORDER_BY_SEEN = "guests.order_by_seen"
SEEN_WITHIN = timedelta(days=2)


@job(END_MARKS)
def end_marks(db: Session, _: dict[str, Any]) -> None:
    """Lift VIP levels and cautions whose last day is over; more of them put the next job."""
    if service.lapse_marks(db, clock.now().date()):
        jobs.enqueue(db, END_MARKS)


@job(REMOVE_PAPERS)
def remove_papers(db: Session, _: dict[str, Any]) -> None:
    """Delete identity documents thirty days old."""
    if parts.remove_overdue_papers(db, clock.now().date()):
        jobs.enqueue(db, REMOVE_PAPERS)


@job(ORDER_BY_SEEN)
def order_by_seen(db: Session, _: dict[str, Any]) -> None:
    """Guests seen since the night before last come first when a word fits thousands."""
    indexing.order_by_seen(db, clock.now().date() - SEEN_WITHIN)


@job(FOLLOW_COMPANY)
def follow_company(db: Session, payload: dict[str, Any]) -> None:
    """A company was amended: its guests are found by the new name."""
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is not None:
        indexing.refresh_keys_of_company(db, UUID(event.payload["company_id"]))
