"""The nightly backup, at the hour of the house."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session

from crm.hotels import queries as hotels
from crm.kit import clock, jobs
from crm.kit.db import Database
from crm.kit.jobs import long_job
from crm.kit.settings import in_force
from crm.safekeeping import service
from crm.safekeeping.terms import Trigger
from crm.staff.actor import Actor, system

BACK_UP = "safekeeping.back_up"


@long_job(BACK_UP)
def back_up(database: Database, payload: dict[str, Any]) -> None:
    """Back up and drill; each try leaves a row, a failure is news."""
    trigger = Trigger(payload.get("trigger", Trigger.CLOCK))
    service.back_up_and_drill(database, in_force(), trigger=trigger)


def put_when_due(db: Session) -> bool:
    """Put the day's backup once its hour has come, or later when nobody was there at that hour."""
    settings = in_force()
    if settings.demo or settings.backup_hour < 0 or not settings.secret():
        return False
    now = _here(db)
    if now.hour < settings.backup_hour:
        return False
    return jobs.enqueue(db, BACK_UP, key=f"{BACK_UP}:{now:%Y-%m-%d}")


def put_now(db: Session, *, by: Actor) -> bool:
    """Put a backup at once; False while one waits or is made."""
    by.need("house.back_up")
    if under_way(db):
        return False
    return jobs.enqueue(db, BACK_UP, {"trigger": Trigger.PERSON.value})


def under_way(db: Session) -> bool:
    """Whether a backup waits or is made."""
    return jobs.is_open(db, BACK_UP)


def _here(db: Session) -> datetime:
    """The time of the first hotel; UTC before there is one."""
    houses = hotels.hotels_of(db, by=system("clock"))
    return clock.now().astimezone(ZoneInfo(houses[0].time_zone if houses else "UTC"))
