"""The ledger of a hotel by guest and by colleague, and what in it is worth a second look."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from crm.complaints import queries as cases
from crm.guests.queries import names_in_lists, visible_to
from crm.guests.tables import Guest
from crm.hotels import queries as hotels
from crm.kit.errors import Invalid, NotAllowed
from crm.kit.rows import cols
from crm.recovery import queries, rules
from crm.recovery.queries import LEDGER
from crm.recovery.schemas import LedgerSheet, LedgerTotal, PatternFound, WhoTotal
from crm.recovery.tables import Compensation
from crm.recovery.terms import LEDGER_DAYS_MAX, PatternKind
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel

DEFAULT_DAYS = 90
SHOWN = 50


def ledger(
    db: Session, *, by: Actor, since: date | None = None, until: date | None = None
) -> LedgerSheet:
    """Totals of what was given from ``since`` to ``until``, days of the hotel's own clock.

    Without days the last 90 to today; at most two years. The 50 costliest guests and colleagues.
    """
    by.need(LEDGER)
    if by.hotel_id is None:
        raise NotAllowed("Work for one hotel first.", "hotel_needed")
    hotel = hotels.hotel(db, by.hotel_id)
    until = until or max(hotel.business_on, since or hotel.business_on)
    since = since or until - timedelta(days=DEFAULT_DAYS - 1)
    if not 0 <= (until - since).days < LEDGER_DAYS_MAX:
        raise Invalid(
            "A period ends after it begins and has at most two years.", "period", pointer="/until"
        )
    lines: list[rules.Given] = []
    if queries.sees_amounts(by, Channel.LIST):
        zone = ZoneInfo(hotel.time_zone)
        lines = queries.given_lines(
            db,
            col(Compensation.hotel_id) == by.hotel_id,
            cases.within_reach(by),
            col(Compensation.given_at) >= _midnight(since, zone),
            col(Compensation.given_at) < _midnight(until + timedelta(days=1), zone),
            currency=hotel.currency,
        )
    guests, staff = defaultdict(list), defaultdict(list)
    for one in lines:
        guests[one.guest_id].append(one)
        staff[one.staff_id].append(one)
    guest_totals, staff_totals = _highest(guests), _highest(staff)
    flags = rules.patterns(lines)
    guest_names = _guest_names(
        db, {*guest_totals, *_keys(flags, PatternKind.SERIAL_CLAIMANT)}, by=by
    )
    staff_names = _staff_names(db, {*staff_totals, *_keys(flags, PatternKind.SAME_CLERK)})
    return LedgerSheet(
        since=since,
        until=until,
        currency=hotel.currency,
        total=LedgerTotal.model_validate(rules.total(lines)),
        guests=_named(guest_totals, guest_names),
        staff=_named(staff_totals, staff_names),
        patterns=_flags(flags, guest_names | staff_names),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _highest(
    lines: Mapping[UUID | None, Sequence[rules.Given]],
) -> dict[UUID, rules.Total]:
    totals = {who: rules.total(those) for who, those in lines.items() if who is not None}
    order = sorted(totals, key=lambda who: (-totals[who].cost_minor, str(who)))
    return {who: totals[who] for who in order[:SHOWN]}


def _keys(flags: Sequence[rules.Pattern], kind: PatternKind) -> list[UUID]:
    return [one.key for one in flags if one.kind is kind and isinstance(one.key, UUID)]


def _guest_names(db: Session, guest_ids: set[UUID], *, by: Actor) -> dict[UUID, str]:
    """Names of those whom the reader reaches; the others stay out of the list."""
    rows = db.connection().execute(
        select(*cols(Guest.id)).where(col(Guest.id).in_(guest_ids), visible_to(by))
    )
    return names_in_lists(db, [row.id for row in rows], by=by)


def _staff_names(db: Session, staff_ids: set[UUID]) -> dict[UUID, str]:
    rows = db.connection().execute(
        select(*cols(Staff.id, Staff.name)).where(col(Staff.id).in_(staff_ids))
    )
    return {row.id: row.name for row in rows}


def _named(totals: Mapping[UUID, rules.Total], names: Mapping[UUID, str]) -> list[WhoTotal]:
    return [
        WhoTotal(id=who, name=names[who], **found._asdict())
        for who, found in totals.items()
        if who in names
    ]


def _flags(flags: Sequence[rules.Pattern], names: Mapping[UUID, str]) -> list[PatternFound]:
    found = []
    for one in flags:
        key = one.key
        who = names.get(key) if isinstance(key, UUID) else key
        if who is not None:
            found.append(
                PatternFound(
                    kind=one.kind,
                    who=who,
                    id=key if isinstance(key, UUID) else None,
                    cases=one.cases,
                    cost_minor=one.cost_minor,
                    against_minor=one.against_minor,
                )
            )
    return found
