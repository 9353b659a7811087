"""Looks for unusual viewing: what the audit says of a day, beside stays and marks of the guests.

It stands above the slices because only here stays, marks and the audit meet. Each hotel's day is
counted from the audit's rows once an hour; the counts of the days before are the measure of
what is usual for a person.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlmodel import Session, col

from crm.audit import rules, unusual
from crm.audit.rules import Day
from crm.audit.schemas import AuditLine, LookedInto, UnusualLine
from crm.audit.tables import AuditRow
from crm.audit.terms import ActorKind, Deed
from crm.guests.tables import Guest
from crm.kit import clock
from crm.kit.db import chunks
from crm.kit.ids import first_id_of
from crm.kit.paging import PageOf
from crm.kit.rows import cols, one_of
from crm.privacy.service import need_plain_purpose
from crm.profile.trail import names_of_actors, refs_of, with_names
from crm.staff.actor import Actor
from crm.stays.tables import Companion, Stay
from crm.stays.terms import StayStatus

NEAR_BEFORE = timedelta(days=14)
NEAR_AFTER = timedelta(days=45)
"""A stay that ended up to two weeks before, or begins within six, is a reason to open a file."""

ASKED_AT_ONCE = 500
Who = tuple[ActorKind, UUID]


@dataclass
class _Seen:
    """What one person did on one day, as it is being counted."""

    opened: dict[UUID, int] = field(default_factory=dict)
    worked: set[UUID] = field(default_factory=set)
    reveals: int = 0
    look_ups: int = 0


@dataclass(frozen=True)
class _Guests:
    """Of the guests opened on a day: who has a stay near it, who is VIP or incognito."""

    near: frozenset[UUID]
    marked: frozenset[UUID]


def watch(db: Session) -> int:
    """Count each hotel's days since the last time and write what is unusual; returns new ones."""
    found = 0
    for hotel_id, zone in unusual.zones_of_hotels(db).items():
        today = clock.now().astimezone(zone).date()
        known = unusual.last_day_kept(db, hotel_id)
        oldest = today - timedelta(days=rules.DAYS_OF_HABIT)
        day = oldest if known is None else max(min(known, today), oldest)
        while day <= today:
            found += _watch_day(db, hotel_id, zone, day)
            day += timedelta(days=1)
    return found


def _watch_day(db: Session, hotel_id: UUID, zone: ZoneInfo, day: date) -> int:
    seen = _count(db, hotel_id, zone, day)
    if not seen:
        return 0
    guests = _guests(db, hotel_id, day, {guest for each in seen.values() for guest in each.opened})
    days = {who: _day_of(each, guests) for who, each in seen.items()}
    unusual.keep_days(db, hotel_id, day, days)
    found = 0
    for who, counts in days.items():
        before = unusual.habit_of(db, hotel_id, who[1], day)
        for finding in rules.findings_of(counts, before):
            found += unusual.keep(db, finding, hotel_id, day, actor=who)
    for guest_id, viewers in _viewers(seen).items():
        told = rules.one_guest(viewers, has_stay=guest_id in guests.near)
        if told is not None:
            found += unusual.keep(db, told, hotel_id, day, guest_id=guest_id)
    return found


def _count(db: Session, hotel_id: UUID, zone: ZoneInfo, day: date) -> dict[Who, _Seen]:
    start, end = unusual.limits_of(day, zone)
    query = (
        select(
            *cols(
                AuditRow.at, AuditRow.deed, AuditRow.actor_kind, AuditRow.actor_id,
                AuditRow.guest_id,
            )
        )
        .where(
            col(AuditRow.id) >= first_id_of(start),
            col(AuditRow.id) < first_id_of(end),
            col(AuditRow.hotel_id) == hotel_id,
            one_of(col(AuditRow.actor_kind), unusual.PEOPLE),
            col(AuditRow.actor_id).is_not(None),
        )
        .order_by(col(AuditRow.id))
        .execution_options(yield_per=5000)
    )  # fmt: skip
    seen: dict[Who, _Seen] = defaultdict(_Seen)
    for at, deed, kind, actor_id, guest_id in db.connection().execute(query):
        each = seen[kind, actor_id]
        if deed == Deed.LOOKED_UP:
            each.look_ups += 1
        elif deed in unusual.OPENED and guest_id is not None:
            each.opened.setdefault(guest_id, _hour(at, zone))
        elif deed in unusual.WORKED and guest_id is not None:
            each.worked.add(guest_id)
        each.reveals += deed == Deed.REVEALED
    return {who: each for who, each in seen.items() if each.opened or each.look_ups}


def _hour(at: datetime, zone: ZoneInfo) -> int:
    return at.astimezone(zone).hour


def _day_of(seen: _Seen, guests: _Guests) -> Day:
    strangers = seen.opened.keys() - guests.near - seen.worked
    by_hour = [0] * 24
    for hour in seen.opened.values():
        by_hour[hour] += 1
    return Day(
        files=len(seen.opened),
        reveals=seen.reveals,
        look_ups=seen.look_ups,
        strangers=len(strangers),
        marked=len(strangers & guests.marked),
        by_hour=tuple(by_hour),
    )


def _viewers(seen: dict[Who, _Seen]) -> dict[UUID, int]:
    viewers: dict[UUID, int] = defaultdict(int)
    for each in seen.values():
        for guest_id in each.opened:
            viewers[guest_id] += 1
    return viewers


def _guests(db: Session, hotel_id: UUID, day: date, opened: Collection[UUID]) -> _Guests:
    near: set[UUID] = set()
    marked: set[UUID] = set()
    for part in chunks(sorted(opened), ASKED_AT_ONCE):
        near |= _with_stay_near(db, hotel_id, day, part)
        query = select(col(Guest.id)).where(
            col(Guest.id).in_(part), or_(col(Guest.vip).is_not(None), col(Guest.is_incognito))
        )
        marked.update(db.connection().execute(query).scalars())
    return _Guests(frozenset(near), frozenset(marked))


def _with_stay_near(db: Session, hotel_id: UUID, day: date, guests: Iterable[UUID]) -> set[UUID]:
    wanted = list(guests)
    here = (
        col(Stay.hotel_id) == hotel_id,
        col(Stay.departure_on) >= day - NEAR_BEFORE,
        col(Stay.arrival_on) <= day + NEAR_AFTER,
        col(Stay.status) != StayStatus.CANCELLED,
    )
    own = select(col(Stay.guest_id)).where(*here, col(Stay.guest_id).in_(wanted))
    along = (
        select(col(Companion.guest_id))
        .join(Stay, col(Stay.id) == col(Companion.stay_id))
        .where(*here, col(Companion.guest_id).in_(wanted))
    )
    connection = db.connection()
    return {*connection.execute(own).scalars(), *connection.execute(along).scalars()} - {None}


# ---------------------------------------------------------------- for the manager's page
def unusual_list(
    db: Session, *, by: Actor, looked_into: bool = False, cursor: str | None = None, limit: int = 50
) -> PageOf[UnusualLine]:
    """A page of findings with the names of people and the guests' references."""
    page = unusual.unusual_list(db, by=by, looked_into=looked_into, cursor=cursor, limit=limit)
    return PageOf[UnusualLine](items=_named(db, page.items, by), next=page.next)


def unusual_one(db: Session, finding_id: UUID, *, by: Actor) -> UnusualLine:
    """One finding with names; `NotFound` outside the reader's hotels."""
    return _named(db, [unusual.unusual_one(db, finding_id, by=by)], by)[0]


def rows_behind(
    db: Session, finding: UnusualLine, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[AuditLine]:
    """The rows that made it unusual, with names, newest first."""
    page = unusual.rows_behind(db, finding, by=by, cursor=cursor, limit=limit)
    return with_names(db, page, by=by)


def look_into(db: Session, finding_id: UUID, given: LookedInto, *, by: Actor) -> None:
    """Note what came of it, in words that carry no guest's data."""
    need_plain_purpose(given.outcome, pointer="/outcome")
    unusual.look_into(db, finding_id, given, by=by)


def _named(db: Session, lines: list[UnusualLine], by: Actor) -> list[UnusualLine]:
    who = {(line.actor_kind, line.actor_id) for line in lines if line.actor_kind and line.actor_id}
    lookers = {(ActorKind.STAFF, line.looked_by) for line in lines if line.looked_by}
    names = names_of_actors(db, who | lookers)
    refs = refs_of(db, {line.guest_id for line in lines if line.guest_id}, by=by)
    return [
        line.model_copy(
            update={
                "actor_name": names.get(line.actor_id) if line.actor_id else None,
                "looked_by_name": names.get(line.looked_by) if line.looked_by else None,
                "guest_ref": refs.get(line.guest_id) if line.guest_id else None,
            }
        )
        for line in lines
    ]
