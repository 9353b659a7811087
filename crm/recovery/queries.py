"""Reads what may be given for a case, what waits for an approval, and what was given."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.complaints import queries as cases
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseStatus
from crm.guests.queries import need_visible, shown_name, visible_to
from crm.guests.tables import Guest
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of, named, one_of
from crm.recovery import authority, rules
from crm.recovery.schemas import (
    KindWorked,
    LedgerTotal,
    OfferChoice,
    RecoveryRow,
    RecoverySheet,
)
from crm.recovery.tables import Compensation
from crm.recovery.terms import GUEST_MONTHS, OfferKind, RecoveryState
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight

OFFER, APPROVE = "recovery.offer", "recovery.approve"
LEDGER, LIMITS = "recovery.ledger", "recovery.limits"
FIELD = "complaint.given"
_asker, _decider, _giver = aliased(Staff), aliased(Staff), aliased(Staff)
_LINE = [
    *fields_of(Compensation, RecoveryRow),
    *cols(
        Complaint.number, Complaint.headline, Complaint.room_no,
        named(Guest.id, "guest_id"), Guest.name_native, Guest.name_latin, Guest.alias,
        Guest.is_incognito, Guest.ref, named(_asker.name, "asked_by_name"),
        named(_decider.name, "decided_by_name"), named(_giver.name, "given_by_name"),
    ),
]  # fmt: skip
_WORKED_CASES = 500
"""So many of the last closings of a category are asked."""


def no_such_line() -> NotFound:
    return NotFound("There is no such line in the ledger within your reach.", "compensation")


def sees_amounts(by: Actor, channel: Channel = Channel.JSON) -> bool:
    return by.sight(FIELD, channel) is Sight.CLEAR


def recovery_of(db: Session, complaint_id: UUID, *, by: Actor) -> RecoverySheet:
    """What fits the case within whose limits, what it has had, and what worked before.

    `NotFound` for a case out of reach and for who may not know what is given.
    """
    by.need(OFFER)
    case = case_of(db, complaint_id, by=by)
    hotel = hotels.hotel(db, case.hotel_id)
    role = authority.role_of(by)
    limits = authority.limits_of(db, case.hotel_id, case.severity, hotel.currency)
    on_case = authority.on_case(db, complaint_id)
    today = authority.today(db, case.hotel_id, by.staff_id, hotel.business_on)
    choices = []
    for offer in authority.offers_of(db, case.hotel_id, hotel.currency):
        if not offer.is_on or not rules.fits(
            offer.categories, offer.least_severity, category=case.category, severity=case.severity
        ):
            continue
        typed = offer.kind is OfferKind.WAIVED_LINE
        said = rules.decide(offer.cost_minor, on_case, today, role, limits)
        choices.append(
            OfferChoice(
                **offer.model_dump(include=set(OfferChoice.model_fields)),
                amount_typed=typed,
                within=said.within,
                needs=said.needs,
            )
        )
    return RecoverySheet(
        complaint_id=complaint_id,
        case_version=case.version,
        reference=cases.reference(case.number),
        category=case.category,
        currency=hotel.currency,
        is_open=case.status is not CaseStatus.CLOSED,
        offers=choices,
        given=_lines_of(db, by, col(Compensation.complaint_id) == complaint_id),
        case_minor=on_case,
        case_limit_minor=limits[role].case_minor,
        guest_total=_guest_total(db, case, hotel.currency),
        worked=_worked(db, case.hotel_id, case.category),
    )


def case_of(db: Session, complaint_id: UUID, *, by: Actor) -> Any:
    """The facts of a case that recovery needs; `NotFound` when it is not for this reader."""
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Complaint.hotel_id, Complaint.number, Complaint.guest_id, Complaint.category,
                    Complaint.severity, Complaint.status, Complaint.version,
                )
            ).where(col(Complaint.id) == complaint_id, cases.within_reach(by))
        )
        .first()
    )  # fmt: skip
    if row is None or not sees_amounts(by):
        raise cases.no_such_case()
    return row


def line(db: Session, compensation_id: UUID, *, by: Actor) -> RecoveryRow:
    """One line of the ledger; `NotFound` when its case is out of reach."""
    by.need(OFFER)
    found = _lines_of(db, by, col(Compensation.id) == compensation_id)
    if not found:
        raise no_such_line()
    return found[0]


def waiting(
    db: Session, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[RecoveryRow]:
    """What waits for an approval in the reader's hotel, the longest waiting first."""
    by.need(APPROVE)
    if not sees_amounts(by, Channel.LIST):
        return PageOf(items=[])
    query = _lines(by).where(_waits(by))
    at, key = col(Compensation.asked_at), col(Compensation.id)
    if (after := _place(cursor)) is not None:
        query = query.where(or_(at > after[0], and_(at == after[0], key > after[1])))
    rows = db.connection().execute(query.order_by(at, key).limit(limit + 1)).all()
    return _page(rows, limit, by)


def how_many_wait(db: Session, *, by: Actor) -> int:
    """How many the reader could decide now: not the own ones, not those above the own role."""
    by.need(APPROVE)
    role = authority.role_of(by)
    found = db.connection().scalar(
        select(func.count())
        .select_from(Compensation)
        .join(Complaint, col(Complaint.id) == col(Compensation.complaint_id))
        .where(
            _waits(by),
            cases.within_reach(by),
            one_of(col(Compensation.needs_role), rules.LADDER[: rules.LADDER.index(role) + 1]),
            col(Compensation.asked_by) != by.staff_id,
        )
    )
    return int(found or 0)


def may_decide(row: RecoveryRow, *, by: Actor) -> bool:
    """Whether an approval of the reader could count: somebody else's, of a role that reaches."""
    if row.state is not RecoveryState.WAITING or row.asked_by == by.staff_id:
        return False
    ladder = rules.LADDER
    needs = row.needs_role or ladder[-1]
    return ladder.index(authority.role_of(by)) >= ladder.index(needs)


def entries(
    db: Session,
    *,
    by: Actor,
    guest_id: UUID | None = None,
    state: RecoveryState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[RecoveryRow]:
    """The ledger line by line, the newest first; of one guest in all hotels within reach."""
    by.need(LEDGER)
    if guest_id is not None:
        need_visible(db, guest_id, by=by)
    if not sees_amounts(by, Channel.LIST):
        return PageOf(items=[])
    query = _lines(by)
    if guest_id is not None:
        query = query.where(col(Complaint.guest_id) == guest_id)
    if state is not None:
        query = query.where(col(Compensation.state) == state)
    at, key = col(Compensation.asked_at), col(Compensation.id)
    if (after := _place(cursor)) is not None:
        query = query.where(or_(at < after[0], and_(at == after[0], key < after[1])))
    rows = db.connection().execute(query.order_by(at.desc(), key.desc()).limit(limit + 1)).all()
    return _page(rows, limit, by)


def _waits(by: Actor) -> ColumnElement[bool]:
    return and_(
        col(Compensation.state) == RecoveryState.WAITING,
        true() if by.hotel_id is None else col(Compensation.hotel_id) == by.hotel_id,
    )


def _lines(by: Actor) -> Select[Any]:
    seen = and_(col(Guest.id) == col(Complaint.guest_id), visible_to(by))
    return (
        select(*_LINE)
        .join(Complaint, col(Complaint.id) == col(Compensation.complaint_id))
        .outerjoin(Guest, seen)
        .outerjoin(_asker, col(_asker.id) == col(Compensation.asked_by))
        .outerjoin(_decider, col(_decider.id) == col(Compensation.decided_by))
        .outerjoin(_giver, col(_giver.id) == col(Compensation.given_by))
        .where(cases.within_reach(by))
    )


def _lines_of(db: Session, by: Actor, which: ColumnElement[bool]) -> list[RecoveryRow]:
    if not sees_amounts(by):
        return []
    query = _lines(by).where(which).order_by(*cols(Compensation.asked_at, Compensation.id))
    return [_row(row, by) for row in db.connection().execute(query)]


def _row(row: Any, by: Actor) -> RecoveryRow:
    facts = dict(mapping_of(row))
    name = None
    if row.guest_id is not None:
        name = shown_name(
            name_native=row.name_native, name_latin=row.name_latin, alias=row.alias,
            is_incognito=row.is_incognito, by=by, ref=row.ref,
        )  # fmt: skip
    facts |= {"reference": cases.reference(row.number), "guest": name}
    return RecoveryRow(**{k: v for k, v in facts.items() if k in RecoveryRow.model_fields})


def _page(rows: Sequence[Any], limit: int, by: Actor) -> PageOf[RecoveryRow]:
    items = [_row(row, by) for row in rows[:limit]]
    more = None
    if len(rows) > limit:
        more = write_cursor(items[-1].asked_at.isoformat(), str(items[-1].id))
    return PageOf(items=items, next=more)


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    """The last line of the page before; `Invalid` when the cursor was tampered with."""
    parts = read_cursor(cursor, 2)
    if parts is None:
        return None
    try:
        at, last = datetime.fromisoformat(str(parts[0])), UUID(str(parts[1]))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("This page link is broken. Start again from the first page.", "cursor")
    return at, last


_GIVEN = cols(
    Compensation.complaint_id, named(Compensation.asked_by, "staff_id"), Complaint.guest_id,
    Complaint.room_no, Compensation.kind, Compensation.cost_minor, Compensation.value_minor,
    Compensation.points,
)  # fmt: skip


def given_lines(db: Session, *where: ColumnElement[bool], currency: str) -> list[rules.Given]:
    """Lines that were given, for totals; amounts of another currency are never added up."""
    rows = db.connection().execute(
        select(*_GIVEN)
        .join(Complaint, col(Complaint.id) == col(Compensation.complaint_id))
        .where(
            col(Compensation.state) == RecoveryState.GIVEN,
            col(Compensation.currency) == currency,
            *where,
        )
    )
    return [rules.Given(*row) for row in rows]


def _guest_total(db: Session, case: Any, currency: str) -> LedgerTotal | None:
    if case.guest_id is None:
        return None
    since = clock.now() - timedelta(days=GUEST_MONTHS * 365 // 12)
    lines = given_lines(
        db,
        col(Complaint.guest_id) == case.guest_id,
        col(Complaint.hotel_id) == case.hotel_id,
        col(Compensation.given_at) >= since,
        currency=currency,
    )
    return LedgerTotal.model_validate(rules.total(lines))


def _worked(db: Session, hotel_id: UUID, category: str) -> list[KindWorked]:
    closed = (
        select(*cols(Complaint.id, Complaint.satisfaction))
        .where(
            col(Complaint.hotel_id) == hotel_id,
            col(Complaint.status) == CaseStatus.CLOSED,
            col(Complaint.category) == category,
            col(Complaint.satisfaction).is_not(None),
        )
        .order_by(col(Complaint.closed_at).desc())
        .limit(_WORKED_CASES)
        .subquery()
    )
    rows = db.connection().execute(
        select(col(Compensation.kind), closed.c.satisfaction, closed.c.id)
        .join(closed, closed.c.id == col(Compensation.complaint_id))
        .where(col(Compensation.state) == RecoveryState.GIVEN)
        .distinct()
    )
    worked = rules.worked_before((row.kind, row.satisfaction) for row in rows)
    return [KindWorked.model_validate(one) for one in worked]
