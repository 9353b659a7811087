"""Changes to the hotel itself, with their audit: hotels lie below the audit and cannot write it."""

import zlib
from uuid import UUID

from sqlmodel import Session

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.hotels import queries, service
from crm.hotels.schemas import HotelPatch, HotelRow, RoomsAdd, RoomsAdded
from crm.kit.errors import NotFound
from crm.staff.actor import Actor


def hotel_within_reach(db: Session, hotel_id: UUID, *, by: Actor) -> HotelRow:
    """The hotel; `NotFound` also when it is not one of the reader's."""
    if not by.is_system and hotel_id not in by.hotel_ids:
        raise NotFound("There is no such hotel here.", "hotel")
    return queries.hotel(db, hotel_id)


def version_of(hotel: HotelRow) -> int:
    """A tag that changes with every setting, as hotels carry no version of their own."""
    return zlib.crc32(hotel.model_dump_json().encode())


def amend_hotel(db: Session, hotel_id: UUID, patch: HotelPatch, *, by: Actor) -> list[str]:
    """Change settings; one row of audit names them."""
    by.need("hotels.edit")
    hotel_within_reach(db, hotel_id, by=by)
    changed = service.amend_hotel(db, hotel_id, patch)
    if changed:
        audit.note(db, Deed.CHANGED, by=by, subject="hotel", subject_id=hotel_id, fields=changed)
    return changed


def add_rooms(db: Session, hotel_id: UUID, asked: RoomsAdd, *, by: Actor) -> RoomsAdded:
    """Add the rooms of a pattern that are not there yet."""
    by.need("hotels.edit")
    hotel_within_reach(db, hotel_id, by=by)
    numbers = service.read_room_pattern(asked.pattern)
    added = service.add_rooms(
        db, hotel_id, numbers, room_type=asked.room_type, features=asked.features
    )
    if added:
        audit.note(
            db, Deed.CREATED, by=by, subject="room", subject_id=hotel_id, fields=[asked.room_type]
        )
    return RoomsAdded(added=added, known=len(numbers) - added)
