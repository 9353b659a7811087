"""The news of a first stay as its reader may hear it: the room for all, the name for some."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.queries import names_in_lists, visible_to
from crm.guests.tables import Guest
from crm.kit.errors import NotFound
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.kit.tables import EventRow
from crm.staff.actor import Actor
from crm.stays.events import FirstStay
from crm.stays.tables import Stay


class Newcomer(Out):
    """A guest's first stay. ``name`` and ``guest_id`` are null for who opens no guest files."""

    stay_id: UUID
    room_no: str | None
    arrival_on: date
    is_here: bool
    guest_id: UUID | None
    name: str | None


def newcomer(db: Session, event_id: UUID, *, by: Actor) -> Newcomer:
    """What one `FirstStay` told; `NotFound` for another event and for another hotel's."""
    by.need("events.stream")
    event = db.connection().execute(
        select(*cols(EventRow.kind, EventRow.hotel_id, EventRow.guest_id, EventRow.payload)).where(
            col(EventRow.id) == event_id
        )
    ).first()  # fmt: skip
    ours = event is not None and (by.is_system or event.hotel_id in by.hotel_ids)
    if event is None or not ours or event.kind != FirstStay.kind:
        raise NotFound("There is no such news here.", "event")
    stay = db.connection().execute(
        select(*cols(Stay.id, Stay.room_no, Stay.arrival_on, Stay.guest_id)).where(
            col(Stay.id) == UUID(event.payload["stay_id"])
        )
    ).one()  # fmt: skip
    named = by.may("guests.read") and _reaches(db, stay.guest_id, by)
    names = names_in_lists(db, [stay.guest_id], by=by) if named else {}
    return Newcomer(
        stay_id=stay.id,
        room_no=stay.room_no,
        arrival_on=stay.arrival_on,
        is_here=event.payload["is_here"],
        guest_id=stay.guest_id if named else None,
        name=names.get(stay.guest_id),
    )


def _reaches(db: Session, guest_id: UUID | None, by: Actor) -> bool:
    if guest_id is None:
        return False
    found = db.connection().execute(
        select(col(Guest.id)).where(col(Guest.id) == guest_id, visible_to(by))
    )
    return found.first() is not None
