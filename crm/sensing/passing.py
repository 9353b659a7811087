"""The nightly pass over all guests: base rates first, then batches, each its own transaction."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, col

from crm.kit import clock, events
from crm.kit.db import Database, chunks, insert_once
from crm.sensing import finding, rules, sources
from crm.sensing.events import GuestsSensed
from crm.sensing.rules import Found, Rates
from crm.sensing.sources import Count, Group, House
from crm.sensing.tables import BaseRate, SensingPass

GUESTS = 5_000
_ROWS = 400
KEPT_PASSES = 30


def sense_all(database: Database, day: date, *, guests: int = GUESTS) -> SensingPass:
    """Look at every guest once for this day; a pass that was stopped goes on where it was.

    ``guests`` is how many are looked at in one transaction: what it needs of memory.
    """
    with database.reading() as db:
        group = Group(db)
    far = _begin(database, day)
    if far.done_at is not None:
        return far
    if far.after_guest_id is None:
        for house in group.houses:
            count_house(database, house, day)
    with database.reading() as db:
        rates = group.rates(db)
    after = far.after_guest_id
    while True:
        after = _batch(database, group, rates, day, after, guests)
        if after is None:
            return _end(database, day)


def _begin(database: Database, day: date) -> SensingPass:
    with database.writing() as db:
        insert_once(db, SensingPass, "day", day=day, guests=0, proposed=0, started_at=clock.now())
        old = select(col(SensingPass.day)).order_by(col(SensingPass.day).desc()).offset(KEPT_PASSES)
        db.connection().execute(
            delete(SensingPass).where(col(SensingPass.day).in_(old.limit(1000)))
        )
        return db.get_one(SensingPass, day)


def _end(database: Database, day: date) -> SensingPass:
    with database.writing() as db:
        done = db.get_one(SensingPass, day)
        done.done_at = clock.now()
        db.add(done)
        events.record(db, GuestsSensed(guests=done.guests, proposed=done.proposed))
        return done


def count_house(database: Database, house: House, day: date) -> None:
    """Renew one hotel's base rates."""
    with database.reading() as db:
        counts = sources.counted(db, house, sources.since(day))
    with database.writing() as db:
        keep_counts(db, house, counts)


def keep_counts(db: Session, house: House, counts: Sequence[Count]) -> None:
    """Put these in the place of the hotel's rates."""
    now, connection = clock.now(), db.connection()
    connection.execute(delete(BaseRate).where(col(BaseRate.hotel_id) == house.id))
    rows = [
        {
            "hotel_id": house.id,
            "occasion": occasion,
            "code": trait.code,
            "value": trait.value,
            "cases": cases,
            "stays": stays,
            "counted_at": now,
        }
        for occasion, trait, cases, stays in counts
    ]
    for part in chunks(rows, _ROWS):
        connection.execute(insert(BaseRate), part)


def _batch(
    database: Database, group: Group, rates: Rates, day: date, after: UUID | None, size: int
) -> UUID | None:
    """The guests after one key; returns the last of them, None when there are no more."""
    first = sources.since(day)
    found: dict[UUID, list[Found]] = {}
    with database.reading() as db, _no_collecting():
        count, to = sources.next_guests(db, first, after, size)
        last = to if count == size else None
        if to is not None:
            for guest_id, stays in sources.of_range(db, group, first, after, to):
                if shown := rules.habits_of(stays, rates):
                    found[guest_id] = shown
        before = finding.with_habits(db, after, last)
    with database.writing() as db:
        written = finding.write(db, group, found, before)
        db.connection().execute(
            update(SensingPass)
            .where(col(SensingPass.day) == day)
            .values(
                after_guest_id=after if to is None else to,
                guests=col(SensingPass.guests) + count,
                proposed=col(SensingPass.proposed) + written.proposed,
            )
        )
    return last


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A batch is a hundred thousand tuples without garbage; looking for it takes a fifth longer."""
    collected = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()


def is_counted(db: Session, house: House) -> bool:
    """Whether the hotel has base rates."""
    query = select(func.count()).select_from(BaseRate).where(col(BaseRate.hotel_id) == house.id)
    return bool(db.connection().scalar(query))
