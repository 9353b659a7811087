"""By the clock and after a stay: claims expire, and what was for one stay ends with it."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.kit import jobs
from crm.kit.db import Database
from crm.kit.tables import EventRow
from crm.preferences import expiring
from crm.preferences.hearing import END_WITH_STAY
from crm.staff.actor import system

EXPIRE = "preferences.expire"
BY = system("preferences")


@jobs.long_job(EXPIRE)
def _expire(database: Database, _: dict[str, Any]) -> None:
    while True:
        with database.writing() as db:
            if expiring.expire_due(db, by=BY) < expiring.BATCH:
                return


@jobs.job(END_WITH_STAY)
def _end_with_stay(db: Session, payload: dict[str, Any]) -> None:
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is not None and (stay := event.payload.get("stay_id")):
        expiring.end_with_stay(db, UUID(stay), by=BY, hotel_id=event.hotel_id)
