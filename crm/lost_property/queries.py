"""Reads things found within the reader's hotels; whose they are, only for who may ask guests."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.guests.queries import shown_name, visible_to
from crm.guests.tables import Guest
from crm.hotels import queries as hotels
from crm.hotels.tables import Hotel
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, mapping_of, named, one_of
from crm.lost_property import rules
from crm.lost_property.schemas import FoundRow, FoundSheet, LastStay
from crm.lost_property.tables import FoundItem, FoundPhoto
from crm.lost_property.terms import LAST_STAYS, FoundState
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

READ, SETTLE = "lost_property.read", "lost_property.settle"
FIELD = "lost_property.item"
_finder, _settler = aliased(Staff), aliased(Staff)
_ITEM = cols(
    FoundItem.id, FoundItem.hotel_id, FoundItem.number, FoundItem.kind, FoundItem.what,
    FoundItem.room_no, FoundItem.place, FoundItem.stored_at, FoundItem.found_at,
    FoundItem.dispose_by, FoundItem.state, FoundItem.has_photo, FoundItem.guest_id,
    FoundItem.stay_id, FoundItem.settled_at, FoundItem.settled_words, FoundItem.version,
    named(_finder.name, "found_by_name"), named(_settler.name, "settled_by_name"),
    FoundItem.entered_at, Hotel.business_on, Guest.name_native, Guest.name_latin, Guest.alias,
    Guest.is_incognito, Guest.ref,
)  # fmt: skip
_LEFT_OUT = frozenset(
    {"number", "entered_at", "business_on", "name_native", "name_latin", "alias",
     "is_incognito", "ref"}
)  # fmt: skip


def no_such_item() -> NotFound:
    return NotFound("There is no such thing found within your reach.", "found_item")


def within_reach(by: Actor) -> ColumnElement[bool]:
    if by.is_system or by.reach == "group":
        return true()
    return one_of(col(FoundItem.hotel_id), by.hotel_ids)


def found_items(
    db: Session,
    *,
    by: Actor,
    state: FoundState | None = None,
    is_open: bool | None = None,
    q: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[FoundRow]:
    """Things found, newest first; ``q`` is a part of what it is, a room or a number."""
    by.need(READ)
    if by.sight(FIELD, Channel.LIST) is not Sight.CLEAR:
        return PageOf(items=[])
    query = _items().where(within_reach(by))
    if state is not None:
        query = query.where(col(FoundItem.state) == state)
    if is_open is not None:
        still = one_of(col(FoundItem.state), [s for s in FoundState if rules.is_open(s)])
        query = query.where(still if is_open else ~still)
    if q:
        query = query.where(_sought(q))
    after = read_cursor(cursor, 2)
    if after is not None:
        at, last = _place(after)
        entered = col(FoundItem.entered_at)
        query = query.where(or_(entered < at, and_(entered == at, col(FoundItem.id) < last)))
    query = query.order_by(col(FoundItem.entered_at).desc(), col(FoundItem.id).desc())
    rows = db.connection().execute(query.limit(limit + 1)).all()
    page = rows[:limit]
    more = None
    if len(rows) > limit:
        more = write_cursor(page[-1].entered_at.isoformat(), str(page[-1].id))
    return PageOf(items=[FoundRow.model_validate(_facts(row, by)) for row in page], next=more)


def found_item(db: Session, item_id: UUID, *, by: Actor) -> FoundSheet:
    """One thing found; `NotFound` when it is of another hotel."""
    by.need(READ)
    query = _items().where(col(FoundItem.id) == item_id, within_reach(by))
    row = db.connection().execute(query).first()
    if row is None or by.sight(FIELD, Channel.JSON) is not Sight.CLEAR:
        raise no_such_item()
    return FoundSheet.model_validate(_facts(row, by))


def photo_of(db: Session, item_id: UUID, *, by: Actor) -> bytes:
    """The sealed photo; `NotFound` where there is none."""
    found_item(db, item_id, by=by)
    sealed = db.connection().scalar(
        select(col(FoundPhoto.content_sealed)).where(col(FoundPhoto.item_id) == item_id)
    )
    if sealed is None:
        raise NotFound("There is no photo of this.", "found_photo")
    return bytes(sealed)


def last_stays(db: Session, item_id: UUID, *, by: Actor) -> list[LastStay]:
    """Whose it may be: the last stays of its room up to the day of finding, the latest first.

    Only for those who get in touch with guests; empty for a thing found outside rooms.
    """
    by.need(SETTLE)
    item = found_item(db, item_id, by=by)
    if item.room_no is None:
        return []
    zone = ZoneInfo(hotels.hotel(db, item.hotel_id).time_zone)
    found_on = item.found_at.astimezone(zone).date()
    rows = db.connection().execute(
        select(
            *cols(Stay.arrival_on, Stay.departure_on, Stay.guest_id, Guest.name_native,
                  Guest.name_latin, Guest.alias, Guest.is_incognito, Guest.ref),
            named(Stay.id, "stay_id"),
        )
        .join(Guest, col(Guest.id) == col(Stay.guest_id))
        .where(
            col(Stay.hotel_id) == item.hotel_id,
            col(Stay.room_no) == item.room_no,
            one_of(col(Stay.status), (StayStatus.IN_HOUSE, StayStatus.CHECKED_OUT)),
            col(Stay.arrival_on) <= found_on,
            visible_to(by),
        )
        .order_by(col(Stay.arrival_on).desc(), col(Stay.id).desc())
        .limit(LAST_STAYS)
    )  # fmt: skip
    return [
        LastStay(
            stay_id=row.stay_id,
            guest_id=row.guest_id,
            guest=_name(row, by),
            arrival_on=row.arrival_on,
            departure_on=row.departure_on,
            was_there=row.departure_on >= found_on,
        )
        for row in rows
    ]


def _items() -> Select[Any]:
    return (
        select(*_ITEM)
        .join(Hotel, col(Hotel.id) == col(FoundItem.hotel_id))
        .outerjoin(_finder, col(_finder.id) == col(FoundItem.found_by))
        .outerjoin(_settler, col(_settler.id) == col(FoundItem.settled_by))
        .outerjoin(Guest, col(Guest.id) == col(FoundItem.guest_id))
    )


def _sought(q: str) -> ColumnElement[bool]:
    digits = q.strip().upper().removeprefix("L-")
    ways = [
        col(FoundItem.what).icontains(q.strip(), autoescape=True),
        col(FoundItem.room_no) == q.strip(),
    ]
    if digits.isascii() and digits.isdigit() and len(digits) < 9:
        ways.append(col(FoundItem.number) == int(digits))
    return or_(*ways)


def _facts(row: Any, by: Actor) -> dict[str, Any]:
    facts = {k: v for k, v in mapping_of(row).items() if k not in _LEFT_OUT}
    asks_guests = by.may(SETTLE) and row.guest_id is not None
    facts["reference"] = rules.reference(row.number)
    facts["is_due"] = rules.is_open(row.state) and rules.is_due(row.dispose_by, row.business_on)
    facts["guest"] = _name(row, by) if asks_guests else None
    if not asks_guests:
        facts |= {"guest_id": None, "stay_id": None}
    return facts


def _name(row: Any, by: Actor) -> str:
    return shown_name(
        name_native=row.name_native,
        name_latin=row.name_latin,
        alias=row.alias,
        is_incognito=row.is_incognito,
        by=by,
        ref=row.ref,
    )


def _place(parts: Sequence[Any]) -> tuple[datetime, UUID]:
    """The last line of the page before; `Invalid` when the cursor was tampered with."""
    try:
        at, last = datetime.fromisoformat(str(parts[0])), UUID(str(parts[1]))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise Invalid("This page link is broken. Start again from the first page.", "cursor")
    return at, last
