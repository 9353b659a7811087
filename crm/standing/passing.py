"""The nightly pass over all guests in batches, each its own transaction.

Answers grow old, and marks end, without any news of it.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from crm.guests.one_person import MERGES_MAX
from crm.guests.tables import Guest
from crm.kit import clock
from crm.kit.db import Database, insert_once
from crm.kit.rows import cols
from crm.standing import service, sources
from crm.standing.sources import Zones
from crm.standing.tables import StandingPass

GUESTS = 2_000
KEPT_PASSES = 30

Others = dict[UUID, list[UUID]]
"""By the file that a person lives on in, those that were merged into it."""


def recompute_all(database: Database, day: date, *, guests: int = GUESTS) -> StandingPass:
    """Look at every guest once for this day; a pass that was stopped goes on where it was.

    ``guests`` is how many are looked at in one transaction. No news is sent: of what merely grew
    old nobody need hear.
    """
    with database.writing() as db:
        insert_once(db, StandingPass, "day", day=day, guests=0, changed=0, started_at=clock.now())
        old = select(col(StandingPass.day)).order_by(col(StandingPass.day).desc())
        db.connection().execute(
            delete(StandingPass).where(col(StandingPass.day).in_(old.offset(KEPT_PASSES).limit(99)))
        )
    with database.reading() as db:
        others, at = _others(db), sources.zones(db)
    while True:
        with database.writing() as db:
            far = db.get_one(StandingPass, day)
            if far.done_at is not None or not _batch(db, far, others, at, guests):
                return far


def _others(db: Session) -> Others:
    rows = db.connection().execute(
        select(*cols(Guest.id, Guest.merged_into_id)).where(col(Guest.merged_into_id).is_not(None))
    )
    into = {row.id: row.merged_into_id for row in rows}
    found: Others = {}
    for guest_id in into:
        found.setdefault(_end_of(guest_id, into), []).append(guest_id)
    return found


def _end_of(guest_id: UUID, into: dict[UUID, UUID]) -> UUID:
    for _ in range(MERGES_MAX):
        if guest_id not in into:
            break
        guest_id = into[guest_id]
    return guest_id


def _batch(db: Session, far: StandingPass, others: Others, at: Zones, guests: int) -> bool:
    """The next guests; False when there were none left, and the pass is done."""
    query = select(*cols(Guest.id)).order_by(col(Guest.id)).limit(guests)
    if far.after_guest_id is not None:
        query = query.where(col(Guest.id) > far.after_guest_id)
    found = list(db.connection().scalars(query.with_for_update(key_share=True)))
    if found:
        strays = {stray for files in others.values() for stray in files}
        people = {guest_id: guest_id for guest_id in found if guest_id not in strays}
        people |= {stray: person for person in list(people) for stray in others.get(person, ())}
        far.after_guest_id = found[-1]
        far.guests += len(found)
        far.changed += len(service.renew(db, people, far.day, at))
    else:
        far.done_at = clock.now()
    db.add(far)
    return bool(found)
