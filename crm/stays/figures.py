"""The running figures of guests: recomputed from stays and folios in the same transaction.

One definition serves the running refresh, the rebuild and the check, so they cannot drift
apart. A guest has a row of figures at every hotel with any stay, also a booked one, because
the reach of staff hangs on it. Stays of which a guest is a companion count as stays and nights;
spend counts for the guest of the folio.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Integer,
    Select,
    Subquery,
    case,
    cast,
    delete,
    extract,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlmodel import Session, SQLModel, col

from crm.guests.tables import Guest
from crm.kit import failpoints
from crm.kit.db import chunks
from crm.kit.rows import cols
from crm.stays.tables import Companion, FolioLine, GuestFigure, GuestOutlet, GuestSpend, Stay
from crm.stays.terms import COUNTS_AS_STAYED, StayStatus

BATCH = 400
_FIGURE_TABLES: tuple[type[SQLModel], ...] = (GuestFigure, GuestSpend, GuestOutlet)


@dataclass(frozen=True)
class Difference:
    """A figure that is not what stays and folios say; ``side`` says where the row was found."""

    table: str
    side: str
    guest_id: UUID
    hotel_id: UUID


def refresh(db: Session, guest_ids: Collection[UUID | None]) -> None:
    """Bring the figures of these guests up to date with what this transaction sees."""
    wanted = sorted({one for one in guest_ids if one is not None})
    if not wanted:
        return
    db.flush()
    for part in chunks(wanted, BATCH):
        _lock(db, part)
        for table in _FIGURE_TABLES:
            _renew(db, table, part)


def rebuild(db: Session) -> int:
    """Make all figures anew from stays and folios; returns how many rows there are now."""
    db.flush()
    for table in _FIGURE_TABLES:
        _renew(db, table, None)
    return sum(
        db.connection().execute(select(func.count()).select_from(table)).scalar_one()
        for table in _FIGURE_TABLES
    )


def differences(db: Session, limit: int = 100) -> list[Difference]:
    """Where the running figures and a rebuild would differ; empty when all is well."""
    db.flush()
    found: list[Difference] = []
    for table in _FIGURE_TABLES:
        stored = select(*cols(*(getattr(table, name) for name in _columns(table))))
        made = _made(table, None)
        for side, query in (("missing", made.except_(stored)), ("stale", stored.except_(made))):
            rows = db.connection().execute(query.limit(limit))
            found += [
                Difference(str(table.__tablename__), side, row.guest_id, row.hotel_id)
                for row in rows
            ]
    return found


def _lock(db: Session, guest_ids: Sequence[UUID]) -> None:
    """Two desks posting to one guest take turns; no clash with foreign-key checks."""
    db.connection().execute(
        select(col(Guest.id))
        .where(col(Guest.id).in_(guest_ids))
        .order_by(col(Guest.id))
        .with_for_update(key_share=True)
    )


def _renew(db: Session, table: type[SQLModel], guest_ids: Sequence[UUID] | None) -> None:
    gone = delete(table)
    if guest_ids is not None:
        gone = gone.where(col(table.guest_id).in_(guest_ids))  # type: ignore[attr-defined]
    db.connection().execute(gone)
    failpoints.reach("figures.dropped")
    db.connection().execute(insert(table).from_select(_columns(table), _made(table, guest_ids)))


def _columns(table: type[SQLModel]) -> list[str]:
    return list(table.model_fields)


def _made(table: type[SQLModel], guest_ids: Sequence[UUID] | None) -> Select[Any]:
    """The rows that ``table`` should hold, in the order of its columns."""
    if table is GuestFigure:
        return _figures(_stays_slept(guest_ids))
    return _spend(guest_ids) if table is GuestSpend else _outlets(guest_ids)


def _stays_slept(guest_ids: Sequence[UUID] | None) -> Subquery:
    """Every stay of a guest, as the guest of the booking or as a companion, newest first."""
    facts = cols(
        Stay.id, Stay.hotel_id, Stay.status, Stay.nights, Stay.arrival_on, Stay.departure_on,
        Stay.room_no,
    )  # fmt: skip
    own = select(col(Stay.guest_id), *facts).where(col(Stay.guest_id).is_not(None))
    beside = (
        select(col(Companion.guest_id), *facts)
        .join(Companion, col(Companion.stay_id) == col(Stay.id))
        .where(or_(col(Stay.guest_id).is_(None), col(Companion.guest_id) != col(Stay.guest_id)))
    )
    if guest_ids is not None:
        own = own.where(col(Stay.guest_id).in_(guest_ids))
        beside = beside.where(col(Companion.guest_id).in_(guest_ids))
    slept = union_all(own, beside).subquery("slept")
    left = case((slept.c.status == StayStatus.CHECKED_OUT, 1), else_=0)
    return select(
        *slept.c,
        func.row_number()
        .over(
            partition_by=(slept.c.guest_id, slept.c.hotel_id),
            order_by=(left.desc(), slept.c.departure_on.desc(), slept.c.id.desc()),
        )
        .label("place"),
    ).subquery("placed")


def _figures(slept: Subquery) -> Select[Any]:
    status = slept.c.status
    stayed = status.in_(list(COUNTS_AS_STAYED))
    left = status == StayStatus.CHECKED_OUT

    def count_of(condition: Any, value: Any = 1) -> Any:
        return func.sum(case((condition, value), else_=0))

    return select(
        slept.c.guest_id,
        slept.c.hotel_id,
        count_of(stayed).label("stays"),
        count_of(stayed, slept.c.nights).label("nights"),
        count_of(status == StayStatus.CANCELLED).label("cancellations"),
        count_of(status == StayStatus.NO_SHOW).label("no_shows"),
        func.min(case((stayed, slept.c.arrival_on))).label("first_arrival_on"),
        func.max(case((left, slept.c.departure_on))).label("last_departure_on"),
        func.max(case((left & (slept.c.place == 1), slept.c.room_no))).label("last_room_no"),
    ).group_by(slept.c.guest_id, slept.c.hotel_id)


def _spend(guest_ids: Sequence[UUID] | None) -> Select[Any]:
    year = cast(extract("year", col(FolioLine.posted_on)), Integer)
    keys = cols(FolioLine.guest_id, FolioLine.hotel_id)
    kinds = cols(FolioLine.category, FolioLine.currency)
    query = (
        select(
            *keys,
            year.label("year"),
            *kinds,
            func.count().label("lines"),
            _sum(FolioLine.covers).label("covers"),
            _sum(FolioLine.amount_minor).label("amount_minor"),
            _sum(FolioLine.discount_minor).label("discount_minor"),
            _sum(FolioLine.tax_minor).label("tax_minor"),
        )
        .where(col(FolioLine.guest_id).is_not(None))
        .group_by(*keys, year, *kinds)
    )
    return query if guest_ids is None else query.where(col(FolioLine.guest_id).in_(guest_ids))


def _outlets(guest_ids: Sequence[UUID] | None) -> Select[Any]:
    keys = cols(FolioLine.guest_id, FolioLine.hotel_id, FolioLine.outlet, FolioLine.currency)
    query = (
        select(
            *keys,
            func.count().label("lines"),
            _sum(FolioLine.covers).label("covers"),
            _sum(FolioLine.amount_minor).label("amount_minor"),
        )
        .where(col(FolioLine.guest_id).is_not(None), col(FolioLine.outlet).is_not(None))
        .group_by(*keys)
    )
    return query if guest_ids is None else query.where(col(FolioLine.guest_id).in_(guest_ids))


def _sum(column: Any) -> Any:
    # PostgreSQL sums bigint to numeric; the cast keeps whole numbers whole on both.
    return cast(func.coalesce(func.sum(col(column)), literal(0)), BigInteger)
