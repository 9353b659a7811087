"""Keeps the classes of guests as the facts tell them. Nothing is audited: nothing is decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from crm.guests.one_person import files_of
from crm.guests.queries import hold
from crm.kit import clock, events
from crm.kit.db import chunks
from crm.kit.rows import cols
from crm.standing import rules, sources
from crm.standing.events import StandingChanged
from crm.standing.rules import Standing
from crm.standing.sources import People, Zones
from crm.standing.tables import GuestStanding
from crm.standing.terms import Credit, Satisfaction

UNKNOWN = Standing(Satisfaction.NOT_KNOWN, None, Credit.NOT_KNOWN)


@dataclass(frozen=True)
class Renewed:
    """A guest whose standing is another one now."""

    guest_id: UUID
    before: Standing
    now: Standing


def recompute(db: Session, guest_ids: Iterable[UUID]) -> None:
    """Bring the classes of these guests up to date, and tell what changed.

    Every file of a person leads to the one that they live on in: so a merge, and one that is
    undone, end with the same rows in whatever order they are heard of.
    """
    people: dict[UUID, UUID] = {}
    for guest_id in guest_ids:
        files = files_of(db, guest_id)
        people |= dict.fromkeys(files, files[0])
    if not people:
        return
    for guest_id in sorted(people):
        hold(db, guest_id)
    db.flush()
    for one in renew(db, people, clock.now().date(), sources.zones(db)):
        if (one.now.satisfaction, one.now.credit) != (one.before.satisfaction, one.before.credit):
            events.record(
                db,
                StandingChanged(
                    guest_id=one.guest_id,
                    satisfaction=one.now.satisfaction,
                    satisfaction_before=one.before.satisfaction,
                    credit=one.now.credit,
                    credit_before=one.before.credit,
                ),
            )


def renew(db: Session, people: People, today: date, at: Zones) -> list[Renewed]:
    """Write the standing of every person where it is another one; whose changed, comes back.

    The caller holds the guests' rows. A file that lives on in another has no row.
    """
    facts = sources.facts_of(db, people, today, at)
    now = {person: rules.standing_of(one, today) for person, one in facts.items()}
    before = _kept(db, people)
    changed = [
        Renewed(guest_id, before.get(guest_id, UNKNOWN), now.get(guest_id, UNKNOWN))
        for guest_id in sorted({*before, *now})
        if before.get(guest_id, UNKNOWN) != now.get(guest_id, UNKNOWN)
    ]
    gone = [one.guest_id for one in changed if not one.now.is_known]
    fresh = [one for one in changed if one.now.is_known and one.guest_id not in before]
    other = [one for one in changed if one.now.is_known and one.guest_id in before]
    connection = db.connection()
    for part in chunks(gone, sources.BATCH):
        connection.execute(delete(GuestStanding).where(col(GuestStanding.guest_id).in_(part)))
    for rows in chunks(fresh, sources.BATCH):
        connection.execute(
            insert(GuestStanding), [{"guest_id": one.guest_id} | _values(one) for one in rows]
        )
    for one in other:
        connection.execute(
            update(GuestStanding)
            .where(col(GuestStanding.guest_id) == one.guest_id)
            .values(**_values(one))
        )
    return changed


def _values(one: Renewed) -> dict[str, object]:
    return {
        "satisfaction": one.now.satisfaction,
        "tenths": one.now.tenths,
        "credit": one.now.credit,
        "changed_at": clock.now(),
    }


def _kept(db: Session, people: People) -> dict[UUID, Standing]:
    found: dict[UUID, Standing] = {}
    for part in chunks(sorted({*people, *people.values()}), sources.BATCH):
        rows = db.connection().execute(
            select(
                *cols(
                    GuestStanding.guest_id, GuestStanding.satisfaction, GuestStanding.tenths,
                    GuestStanding.credit,
                )
            ).where(col(GuestStanding.guest_id).in_(part))
        )  # fmt: skip
        found |= {row.guest_id: Standing(row.satisfaction, row.tenths, row.credit) for row in rows}
    return found
