"""REST: which free room fits a stay best."""

from uuid import UUID

from fastapi import APIRouter

from crm.profile.room_match import RoomMatch, room_match
from crm.staff.terms import Channel
from web.answers import as_json
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["stays"], route_class=HardRoute)


@router.get("/stays/{stay_id}/rooms")
def match_rooms(db: Db, me: Me, views: Views, stay_id: UUID) -> RoomMatch:
    """Free rooms of the booked type, the best first, with what each meets and what it lacks.

    Only confirmed wishes count. Rooms that fail a need of the guest come last. The hotel's own
    system assigns the room.
    """
    found = room_match(db, stay_id, by=me, channel=Channel.JSON)
    views.viewed(
        by=me, subject="stay", subject_id=stay_id, guest_id=found.guest_id, fields=["rooms"]
    )
    return as_json(found)  # type: ignore[return-value]
