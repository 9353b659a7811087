"""Reads stays, folios and what follows from them, within the reader's hotels and sights."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    and_,
    cast,
    func,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, SQLModel, col

from crm.guests.queries import need_visible
from crm.hotels.queries import hotel
from crm.kit.dbtypes import Key
from crm.kit.errors import Invalid, NotAllowed, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of, one_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays import rules
from crm.stays.schemas import (
    Consumption,
    FavouriteOutlet,
    FolioLineOut,
    GuestFigures,
    StayRow,
    StaySheet,
    YearSpend,
)
from crm.stays.tables import Companion, FolioLine, GuestFigure, GuestOutlet, GuestSpend, Stay
from crm.stays.terms import StayStatus

FAVOURITES = 5
_ROW = fields_of(Stay, StayRow)
_SHEET = fields_of(Stay, StaySheet)
_LINE = fields_of(FolioLine, FolioLineOut)
_RATE = ("rate_code", "rate_minor", "currency")


def no_such_stay() -> NotFound:
    return NotFound("There is no such stay within your reach.", "stay")


def within_reach(table: type[SQLModel], by: Actor) -> ColumnElement[bool]:
    """The condition for rows of the reader's hotels; the group's readers see all hotels'."""
    if by.is_system or by.reach == "group":
        return true()
    return one_of(col(table.hotel_id), by.hotel_ids)  # type: ignore[attr-defined]


def stay(db: Session, stay_id: UUID, *, by: Actor) -> StaySheet:
    """One stay in full; `NotFound` when it is not there or of another hotel."""
    by.need("stays.read")
    row = (
        db.connection()
        .execute(select(*_SHEET).where(col(Stay.id) == stay_id, within_reach(Stay, by)))
        .first()
    )
    if row is None:
        raise no_such_stay()
    companions = db.connection().execute(
        select(*cols(Companion.guest_id))
        .where(col(Companion.stay_id) == stay_id)
        .order_by(col(Companion.guest_id))
    )
    facts = _by_sight(dict(mapping_of(row)), by, Channel.JSON)
    return StaySheet(**facts, companion_ids=[each.guest_id for each in companions])


def stays(
    db: Session,
    *,
    by: Actor,
    guest_id: UUID | None = None,
    hotel_id: UUID | None = None,
    status: StayStatus | None = None,
    arriving_from: date | None = None,
    arriving_to: date | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[StayRow]:
    """Stays newest arrival first; of one guest also those shared as a companion.

    `NotFound` for a guest out of reach, `Invalid` for a broken cursor.
    """
    by.need("stays.read")
    query = select(*_ROW)
    if guest_id is None:
        query = query.where(within_reach(Stay, by))
    else:
        need_visible(db, guest_id, by=by)
        query = query.where(of_guest(guest_id, by))
    if hotel_id is not None:
        query = query.where(col(Stay.hotel_id) == hotel_id)
    if status is not None:
        query = query.where(col(Stay.status) == status)
    if arriving_from is not None:
        query = query.where(col(Stay.arrival_on) >= arriving_from)
    if arriving_to is not None:
        query = query.where(col(Stay.arrival_on) <= arriving_to)
    query = _after(query, cursor, Stay.arrival_on, Stay.id)
    rows = db.connection().execute(query.limit(limit + 1)).all()
    items = [StayRow(**_by_sight(dict(mapping_of(row)), by, Channel.LIST)) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return PageOf(
        items=items,
        next=None if last is None else write_cursor(last.arrival_on.isoformat(), str(last.id)),
    )


def of_guest(guest_id: UUID | BindParameter[Any], by: Actor) -> ColumnElement[bool]:
    """The stays a guest booked or shared, in the reader's hotels.

    Found by the guest's ids alone. The hotel is only compared afterwards, in a form that no
    index answers: without fresh statistics SQLite takes a hotel for as selective as a guest
    and walks all its stays (50 ms instead of 0.2 at 29,000 stays).
    """
    own = aliased(Stay)
    booked = select(*cols(own.id)).where(col(own.guest_id) == guest_id)
    shared = select(*cols(Companion.stay_id)).where(col(Companion.guest_id) == guest_id)
    mine = col(Stay.id).in_(union_all(booked, shared))
    if by.is_system or by.reach == "group":
        return mine
    hotel_id = func.coalesce(col(Stay.hotel_id), col(Stay.hotel_id), type_=Key())
    return and_(mine, one_of(hotel_id, by.hotel_ids))


def _after(query: Select[Any], cursor: str | None, day: Any, key: Any) -> Select[Any]:
    """Newest day first, then the younger key; continued after the cursor's row."""
    query = query.order_by(col(day).desc(), col(key).desc())
    parts = read_cursor(cursor, 2)
    if parts is None:
        return query
    on, last = date_of(parts[0]), uuid_of(parts[1])
    return query.where(or_(col(day) < on, and_(col(day) == on, col(key) < last)))


def date_of(part: str | int | None) -> date:
    """A date out of a cursor; `Invalid` when the cursor was tampered with."""
    try:
        return date.fromisoformat(str(part))
    except ValueError:
        raise _broken() from None


def uuid_of(part: str | int | None) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise _broken() from None


def _broken() -> Exception:
    return Invalid("This page link is broken. Start again from the first page.", "cursor")


def _by_sight(facts: dict[str, Any], by: Actor, channel: Channel) -> dict[str, Any]:
    """The facts with what this reader may not see taken out."""
    if by.sight("stay.rate", channel) is not Sight.CLEAR:
        facts |= dict.fromkeys(_RATE)
    if by.sight("stay.score", channel) is not Sight.CLEAR:
        facts["score"] = None
    if "wishes" in facts and by.sight("stay.wishes", channel) is not Sight.CLEAR:
        facts["wishes"] = None
    return facts


# ---------------------------------------------------------------- folio
def folio_of_stay(db: Session, stay_id: UUID, *, by: Actor) -> list[FolioLineOut]:
    """All lines of a stay in the order they were posted."""
    _need_spend(by)
    stay(db, stay_id, by=by)
    rows = db.connection().execute(
        select(*_LINE).where(col(FolioLine.stay_id) == stay_id).order_by(col(FolioLine.no))
    )
    return [FolioLineOut.model_validate(row) for row in rows]


def folio_of_guest(
    db: Session, guest_id: UUID, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[FolioLineOut]:
    """A guest's folio lines over all stays, newest day first."""
    _need_spend(by)
    need_visible(db, guest_id, by=by)
    keys = cols(FolioLine.posted_on, FolioLine.stay_id, FolioLine.no)
    query = (
        select(*_LINE)
        .where(col(FolioLine.guest_id) == guest_id, within_reach(FolioLine, by))
        .order_by(*(key.desc() for key in keys))
    )
    parts = read_cursor(cursor, 3)
    if parts is not None:
        day, stay_id = date_of(parts[0]), uuid_of(parts[1])
        if not isinstance(parts[2], int):
            raise _broken()
        query = query.where(
            or_(
                keys[0] < day,
                and_(keys[0] == day, keys[1] < stay_id),
                and_(keys[0] == day, keys[1] == stay_id, keys[2] < parts[2]),
            )
        )
    rows = db.connection().execute(query.limit(limit + 1)).all()
    items = [FolioLineOut.model_validate(row) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return PageOf(
        items=items,
        next=None
        if last is None
        else write_cursor(last.posted_on.isoformat(), str(last.stay_id), last.no),
    )


def _need_spend(by: Actor) -> None:
    """Amounts need the permission and the clear sight; a band is not enough for lines."""
    by.need("stays.spend")
    if by.sight("guest.spend", Channel.JSON) is not Sight.CLEAR:
        raise NotAllowed("Your role sees spend only in bands.", "spend_band_only")


def consumption(
    db: Session, guest_id: UUID, *, by: Actor, currency: str | None = None
) -> Consumption:
    """Spend per year and category, per night and per cover, discounts, favourite outlets.

    In one currency (the hotel's unless named), over the reader's hotels.
    """
    _need_spend(by)
    need_visible(db, guest_id, by=by)
    wanted = currency or (hotel(db, by.hotel_id).currency if by.hotel_id else "CNY")
    years = _years(db, guest_id, wanted, by)
    nights = sum(one.nights for one in figures_of(db, guest_id, by=by))
    total = sum(one.amount_minor for one in years)
    covers = sum(one.covers for one in years)
    at_table = sum(one.amount_minor for one in years if one.covers)
    return Consumption(
        currency=wanted,
        total_minor=total,
        nights=nights,
        per_night_minor=rules.per(total, nights),
        per_cover_minor=rules.per(at_table, covers),
        discount_per_mille=rules.discount_per_mille(
            total, sum(one.discount_minor for one in years)
        ),
        years=years,
        outlets=_outlets(db, guest_id, wanted, by),
    )


def _whole(column: Any) -> Any:
    return cast(func.sum(col(column)), BigInteger)


def _years(db: Session, guest_id: UUID, currency: str, by: Actor) -> list[YearSpend]:
    keys = cols(GuestSpend.year, GuestSpend.category, GuestSpend.currency)
    rows = db.connection().execute(
        select(
            *keys,
            _whole(GuestSpend.lines).label("lines"),
            _whole(GuestSpend.covers).label("covers"),
            _whole(GuestSpend.amount_minor).label("amount_minor"),
            _whole(GuestSpend.discount_minor).label("discount_minor"),
            _whole(GuestSpend.tax_minor).label("tax_minor"),
        )
        .where(
            col(GuestSpend.guest_id) == guest_id,
            col(GuestSpend.currency) == currency,
            within_reach(GuestSpend, by),
        )
        .group_by(*keys)
        .order_by(keys[0].desc(), keys[1])
    )
    return [YearSpend.model_validate(row) for row in rows]


def _outlets(db: Session, guest_id: UUID, currency: str, by: Actor) -> list[FavouriteOutlet]:
    keys = cols(GuestOutlet.outlet, GuestOutlet.currency)
    lines = _whole(GuestOutlet.lines)
    rows = db.connection().execute(
        select(
            *keys,
            lines.label("lines"),
            _whole(GuestOutlet.covers).label("covers"),
            _whole(GuestOutlet.amount_minor).label("amount_minor"),
        )
        .where(
            col(GuestOutlet.guest_id) == guest_id,
            col(GuestOutlet.currency) == currency,
            within_reach(GuestOutlet, by),
        )
        .group_by(*keys)
        .order_by(lines.desc(), keys[0])
        .limit(FAVOURITES)
    )
    return [FavouriteOutlet.model_validate(row) for row in rows]


def figures_of(db: Session, guest_id: UUID, *, by: Actor) -> list[GuestFigures]:
    """A guest's running figures, a row per hotel within reach. The caller checked the guest."""
    rows = db.connection().execute(
        select(*fields_of(GuestFigure, GuestFigures))
        .where(col(GuestFigure.guest_id) == guest_id, within_reach(GuestFigure, by))
        .order_by(col(GuestFigure.hotel_id))
    )
    return [GuestFigures.model_validate(row) for row in rows]


def guests_of_stays(db: Session, stay_ids: Sequence[UUID]) -> set[UUID]:
    """Everybody whose figures hang on these stays: guests and companions."""
    own = db.connection().execute(
        select(*cols(Stay.guest_id)).where(
            col(Stay.id).in_(stay_ids), col(Stay.guest_id).is_not(None)
        )
    )
    beside = db.connection().execute(
        select(*cols(Companion.guest_id)).where(col(Companion.stay_id).in_(stay_ids))
    )
    return {row.guest_id for row in own} | {row.guest_id for row in beside}


def stays_counted(db: Session, guest_id: UUID) -> int:
    """How many stays a guest's figures count over all hotels, for those who tell of newcomers."""
    counted = db.connection().scalar(
        select(func.coalesce(func.sum(col(GuestFigure.stays)), 0)).where(
            col(GuestFigure.guest_id) == guest_id
        )
    )
    return int(counted or 0)
