"""Holds follow the news of cases, and end by the clock."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from campaigns.holds import service
from campaigns.holds.hearing import FOLLOW_CASE, RELEASE_DUE, SET_RIGHT
from crm.kit import jobs
from crm.kit.jobs import job
from crm.kit.tables import EventRow
from crm.staff.actor import system

BY = system("campaigns")


@job(FOLLOW_CASE)
def follow_case(db: Session, payload: dict[str, Any]) -> None:
    """A case was opened, reopened or closed."""
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is not None:
        service.follow(db, UUID(event.payload["complaint_id"]), by=BY)


@job(RELEASE_DUE)
def release_due(db: Session, _: dict[str, Any]) -> None:
    """Two weeks after a case that ended without a content guest one may write again."""
    if service.release_due(db, by=BY):
        jobs.enqueue(db, RELEASE_DUE)


@job(SET_RIGHT)
def set_right(db: Session, _: dict[str, Any]) -> None:
    """Once a day, cases that nobody told of."""
    if service.set_right(db, by=BY):
        jobs.enqueue(db, SET_RIGHT)
