"""The worker's part of the demo: one simulated hour, told over HTTP by the PMS simulator."""

import random
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from crm.hotels.tables import Hotel
from crm.kit import clock, jobs, migrating
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.settings import Settings
from crm.staff import keys
from crm.staff.actor import system
from crm.staff.tables import ApiKey
from lab.demo import pms_book
from lab.demo.hour import an_hour
from lab.demo.house import lakeview
from lab.demo.shift import work_an_hour
from lab.demo.simulator import Pms

HOUR = "demo.hour"
KEY_NAME = "Demo PMS (simulator)"
SCOPES = ("pms:ingest",)

_connected: dict[str, tuple[Settings, Pms]] = {}


def connect(settings: Settings) -> Pms | None:
    """Give the simulator a key of its own; the keys of earlier starts open nothing any more.

    None where no demo was built: then there is no hotel that the PMS could speak for.
    """
    database = Database(settings.database_url)
    try:
        migrating.refuse_older(database)
        with database.writing() as db:
            key = _fresh_key(db)
    finally:
        database.dispose()
    if key is None:
        return None
    pms = Pms(settings.base_url, key)
    _connected["pms"] = (settings, pms)
    return pms


def _fresh_key(db: Session) -> str | None:
    hotel = db.connection().scalar(
        select(col(Hotel.id)).where(
            col(Hotel.code) == lakeview().code, col(Hotel.is_demo).is_(True)
        )
    )
    if hotel is None:
        return None
    db.connection().execute(
        update(ApiKey)
        .where(col(ApiKey.name) == KEY_NAME, col(ApiKey.revoked_at).is_(None))
        .values(revoked_at=clock.now())
    )
    by = system("the demo")
    return keys.create_key(db, name=KEY_NAME, scopes=SCOPES, hotel_id=hotel, by=by).secret


@jobs.job(HOUR)
def let_an_hour_pass(db: Session, _payload: dict[str, Any]) -> None:
    """Let an hour pass in the PMS, tell Keshi about it, and let the colleagues do their work.

    It does not touch the session before all is told: on SQLite that would hold the writer while
    the messages wait for it. The book is written last, so an hour that failed is told again with
    the same message numbers, which Keshi takes once.
    """
    if "pms" not in _connected:
        raise RuleBroken("The PMS simulator runs only inside the demo.", "demo_not_here")
    settings, pms = _connected["pms"]
    book = pms_book.read(settings)
    told = an_hour(book, random.Random(f"{book.today} {book.hours}"))
    pms.tell(book, told)
    work_an_hour(db, book.today, book.hours)
    pms_book.write(settings, book)
