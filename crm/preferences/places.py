"""Where a note belongs: which stay, which room, and whether the noter had to do with the guest.

Stays belong to a slice beside this one; here only the names of their columns count, as in
`crm.guests.queries`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, String, column, func, select, table, union_all
from sqlmodel import Session

from crm.kit.dbtypes import Key
from crm.kit.rows import one_of
from crm.staff.actor import Actor

_stay = table(
    "stay",
    column("id", Key()),
    column("guest_id", Key()),
    column("hotel_id", Key()),
    column("status", String),
    column("arrival_on", Date),
    column("departure_on", Date),
    column("room_no", String),
)
_companion = table("companion", column("stay_id", Key()), column("guest_id", Key()))

OFFLINE_FOR = timedelta(days=14)
"""So long a phone may keep a note about a guest who has left meanwhile."""
_OVER = ("checked_out", "cancelled", "no_show")


@dataclass(frozen=True)
class Place:
    """The stay a note belongs to, if any, and its room."""

    stay_id: UUID | None = None
    room_no: str | None = None


def _of_guest(guest_id: UUID, *wanted: Any) -> Any:
    """The guest's own stays and those shared, each way by its own key: one question for both
    would read all of the hotel's stays (46 ms of CPU at 500,000, measured)."""
    columns = (_stay.c.id, _stay.c.room_no, _stay.c.status, _stay.c.arrival_on)
    own = select(*columns).where(_stay.c.guest_id == guest_id, *wanted)
    shared = (
        select(*columns)
        .join(_companion, _companion.c.stay_id == _stay.c.id)
        .where(_companion.c.guest_id == guest_id, *wanted)
    )
    return union_all(own, shared).subquery("of_guest")


def stay_named(db: Session, stay_id: UUID, guest_id: UUID, *, by: Actor) -> Place | None:
    """The stay that a note names, when it is one of the guest's within the actor's hotels."""
    near = [] if by.is_system or by.reach == "group" else [one_of(_stay.c.hotel_id, by.hotel_ids)]
    found = _of_guest(guest_id, _stay.c.id == stay_id, *near)
    row = db.connection().execute(select(found.c.id, found.c.room_no)).first()
    return None if row is None else Place(row.id, row.room_no)


def stay_at(db: Session, guest_id: UUID, hotel_id: UUID, day: date) -> Place:
    """The stay of that day in that hotel: in house first, then due, then just left."""
    stays = _of_guest(
        guest_id,
        _stay.c.hotel_id == hotel_id,
        one_of(_stay.c.status, ("in_house", "booked", "checked_out")),
        _stay.c.arrival_on <= day,
        _stay.c.departure_on >= day,
    )
    found = db.connection().execute(
        select(stays.c.id, stays.c.room_no, stays.c.status).order_by(
            stays.c.arrival_on.desc(), stays.c.id
        )
    )
    order = ("in_house", "booked", "checked_out")
    best = min(found, key=lambda row: order.index(row.status), default=None)
    return Place() if best is None else Place(best.id, best.room_no)


def served_lately(db: Session, guest_id: UUID, day: date, *, by: Actor) -> bool:
    """Whether the guest stayed in one of the actor's hotels on that day, not long ago."""
    stays = _of_guest(
        guest_id,
        one_of(_stay.c.hotel_id, by.hotel_ids),
        one_of(_stay.c.status, ("in_house", "checked_out")),
        _stay.c.arrival_on <= day,
        _stay.c.departure_on >= day,
    )
    return bool(db.connection().scalar(select(func.count()).select_from(stays)))


def stays_over(db: Session, stay_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these stays that have ended or never came about."""
    wanted = list(stay_ids)
    if not wanted:
        return set()
    rows = db.connection().execute(
        select(_stay.c.id).where(one_of(_stay.c.status, _OVER), _stay.c.id.in_(wanted))
    )
    return {row.id for row in rows}
