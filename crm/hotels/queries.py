"""Reads hotels, departments and rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.hotels.schemas import DepartmentRow, HotelRow, RoomRow
from crm.hotels.tables import Department, Hotel, Room
from crm.kit.errors import NotFound
from crm.kit.rows import fields_of

if TYPE_CHECKING:  # staff stands above; here only the shape of an actor is used
    from crm.staff.actor import Actor

_HOTEL = fields_of(Hotel, HotelRow)


def hotels_of(db: Session, *, by: Actor) -> list[HotelRow]:
    """The hotels within this actor's reach, by code."""
    query = select(*_HOTEL).order_by(col(Hotel.code))
    if not by.is_system:
        query = query.where(col(Hotel.id).in_(by.hotel_ids))
    return [HotelRow.model_validate(row) for row in db.connection().execute(query)]


def hotel(db: Session, hotel_id: UUID) -> HotelRow:
    row = db.connection().execute(select(*_HOTEL).where(col(Hotel.id) == hotel_id)).first()
    if row is None:
        raise NotFound("There is no such hotel here.", "hotel")
    return HotelRow.model_validate(row)


def hotel_by_code(db: Session, code: str) -> HotelRow:
    """The hotel with this code; `NotFound` names the code, which is no secret."""
    row = db.connection().execute(select(*_HOTEL).where(col(Hotel.code) == code)).first()
    if row is None:
        raise NotFound("There is no hotel with the code %(asked)s here.", "hotel", asked=code)
    return HotelRow.model_validate(row)


def departments_of(db: Session, hotel_id: UUID) -> list[DepartmentRow]:
    rows = db.connection().execute(
        select(*fields_of(Department, DepartmentRow))
        .where(col(Department.hotel_id) == hotel_id)
        .order_by(col(Department.code))
    )
    return [DepartmentRow.model_validate(row) for row in rows]


def rooms_of(db: Session, hotel_id: UUID, *, floor: str | None = None) -> list[RoomRow]:
    """Rooms in door order, of one floor or of all."""
    query = (
        select(*fields_of(Room, RoomRow))
        .where(col(Room.hotel_id) == hotel_id)
        .order_by(col(Room.no))
    )
    if floor is not None:
        query = query.where(col(Room.floor) == floor)
    return [RoomRow.model_validate(row) for row in db.connection().execute(query)]
