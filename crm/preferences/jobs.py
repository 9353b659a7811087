"""By the clock and after a stay: claims expire, and what was for one stay ends with it."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.kit import events, jobs
from crm.kit.db import Database
from crm.kit.tables import EventRow
from crm.preferences import expiring
from crm.staff.actor import system

EXPIRE = "preferences.expire"
END_WITH_STAY = "preferences.end_with_stay"
BY = system("preferences")

for kind in ("stay.left", "stay.cancelled", "stay.no_show"):
    events.subscribe(kind, END_WITH_STAY)


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
