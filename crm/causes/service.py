"""Counts the room nights of every month, so that a ratio needs no look at millions of stays.

The stays alone say what is true: every count begins from nothing, and what was counted before is
replaced as one. Nothing is audited, since nothing is decided.
"""

from collections import Counter
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from crm.causes import rules
from crm.causes.tables import RoomNightMonth
from crm.hotels.tables import Hotel
from crm.kit import clock, failpoints
from crm.kit.db import Database, chunks
from crm.kit.dbtypes import as_it_lies, day_from, key_from
from crm.kit.rows import cols
from crm.stays.tables import Stay
from crm.stays.terms import COUNTS_AS_STAYED

BATCH = 500

Nights = dict[UUID, tuple[date, Counter[date]]]
"""By hotel: the day up to which was counted, and the nights by the first day of their month."""


def count_nights(database: Database) -> None:
    """Count all stays of all hotels anew; readers see the old count until the new one is whole."""
    with database.reading() as db:
        found = nights_slept(db)
    with database.writing() as db:
        keep(db, found)


def nights_slept(db: Session) -> Nights:
    """The room nights of every hotel by month, up to the night before its business date."""
    until = {
        row.id: row.business_on
        for row in db.connection().execute(select(*cols(Hotel.id, Hotel.business_on)))
    }
    found: Nights = {
        hotel_id: (day, Counter({day.replace(day=1): 0})) for hotel_id, day in until.items()
    }
    columns = cols(Stay.hotel_id, Stay.arrival_on, Stay.departure_on)
    rows = db.connection().execute(
        select(*map(as_it_lies, columns), func.count())
        .where(col(Stay.status).in_(list(COUNTS_AS_STAYED)))
        .group_by(*columns)
    )
    for row in rows:
        hotel, arrival, departure, stays = tuple(row)
        day, nights = found[key_from(hotel)]
        for month, count in rules.nights_by_month(day_from(arrival), day_from(departure), day):
            nights[month] += count * stays
    return found


def keep(db: Session, found: Nights) -> None:
    """Put a count in the place of the one before."""
    now = clock.now()
    rows = [
        {
            "hotel_id": hotel_id, "month_on": month, "nights": count, "until_on": until,
            "counted_at": now,
        }
        for hotel_id, (until, nights) in found.items()
        for month, count in sorted(nights.items())
    ]  # fmt: skip
    db.connection().execute(delete(RoomNightMonth))
    failpoints.reach("room_nights.dropped")
    for part in chunks(rows, BATCH):
        db.connection().execute(insert(RoomNightMonth), list(part))
