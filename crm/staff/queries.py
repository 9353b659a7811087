"""Reads accounts and keys."""

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.hotels.tables import Hotel
from crm.kit.errors import NotFound
from crm.kit.rows import cols, fields_of, mapping_of, named
from crm.staff.actor import Actor
from crm.staff.schemas import GrantRow, KeyRow, StaffRow
from crm.staff.tables import ApiKey, Staff, StaffGrant
from crm.staff.terms import StaffState

_STAFF = fields_of(Staff, StaffRow)
_KEY = fields_of(ApiKey, KeyRow)


def staff_list(db: Session, *, by: Actor) -> list[StaffRow]:
    """Everyone who has, or had, a role in a hotel within reach; by name."""
    grants = _grants(db, by)
    rows = db.connection().execute(select(*_STAFF).order_by(col(Staff.name))).all()
    return [
        StaffRow(**mapping_of(row), grants=grants[row.id])
        for row in rows
        if row.id in grants or by.is_system
    ]


def staff_member(db: Session, staff_id: UUID, *, by: Actor) -> StaffRow:
    found = next((row for row in staff_list(db, by=by) if row.id == staff_id), None)
    if found is None:
        raise NotFound("There is no such account.", "staff")
    return found


def names_of(db: Session, staff_ids: set[UUID]) -> dict[UUID, str]:
    """Names to show beside what people did."""
    rows = db.connection().execute(
        select(*cols(Staff.id, Staff.name)).where(col(Staff.id).in_(staff_ids))
    )
    return {row.id: row.name for row in rows}


def colleagues(db: Session, *, by: Actor) -> list[tuple[UUID, str]]:
    """Id and name of everybody at work in a hotel within reach, by name: for choices in forms."""
    near = select(col(StaffGrant.staff_id)).where(col(StaffGrant.hotel_id).in_(by.hotel_ids))
    rows = db.connection().execute(
        select(*cols(Staff.id, Staff.name))
        .where(col(Staff.state) == StaffState.ACTIVE, col(Staff.id).in_(near))
        .order_by(col(Staff.name), col(Staff.id))
    )
    return [(row.id, row.name) for row in rows]


def key_list(db: Session, *, by: Actor) -> list[KeyRow]:
    """API keys of the hotels within reach, newest first; never a secret."""
    rows = db.connection().execute(select(*_KEY).order_by(col(ApiKey.id).desc()))
    return [
        KeyRow.model_validate(row)
        for row in rows
        if by.is_system or row.hotel_id is None or row.hotel_id in by.hotel_ids
    ]


def _grants(db: Session, by: Actor) -> dict[UUID, list[GrantRow]]:
    query = (
        select(
            *cols(
                StaffGrant.staff_id,
                StaffGrant.hotel_id,
                named(Hotel.code, "hotel_code"),
                StaffGrant.role,
                StaffGrant.department,
            )
        )
        .join(Hotel, col(Hotel.id) == col(StaffGrant.hotel_id))
        .order_by(col(Hotel.code), col(StaffGrant.role))
    )
    if not by.is_system:
        query = query.where(col(StaffGrant.hotel_id).in_(by.hotel_ids))
    found: dict[UUID, list[GrantRow]] = defaultdict(list)
    for row in db.connection().execute(query):
        found[row.staff_id].append(GrantRow.model_validate(row))
    return found
