"""Who is in a room right now, for whoever takes a complaint down there."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.queries import names_in_lists, visible_to
from crm.guests.tables import Guest
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.staff.actor import Actor
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus


class WhoIsIn(Out):
    """The stay that a complaint from a room is about; ``name`` for readers of guest files only."""

    stay_id: UUID
    guest_id: UUID
    room_no: str
    name: str | None


def who_is_in(db: Session, room_no: str, *, by: Actor) -> WhoIsIn | None:
    """The guest in house in a room of the asker's hotel; None when nobody is, or several are."""
    by.need("complaints.open")
    if by.hotel_id is None or not room_no.strip():
        return None
    rows = (
        db.connection()
        .execute(
            select(*cols(Stay.id, Stay.guest_id, Stay.room_no))
            .join(Guest, col(Guest.id) == col(Stay.guest_id))
            .where(
                col(Stay.hotel_id) == by.hotel_id,
                col(Stay.room_no) == room_no.strip(),
                col(Stay.status) == StayStatus.IN_HOUSE,
                visible_to(by),
            )
            .limit(2)
        )
        .all()
    )
    if len(rows) != 1:
        return None
    (row,) = rows
    name = None
    if by.may("guests.read"):
        name = names_in_lists(db, [row.guest_id], by=by).get(row.guest_id)
    return WhoIsIn(stay_id=row.id, guest_id=row.guest_id, room_no=row.room_no, name=name)
