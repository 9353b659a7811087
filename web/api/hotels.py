"""REST: hotels with their settings, departments and rooms."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from crm.hotels import queries
from crm.hotels.schemas import DepartmentRow, HotelPatch, HotelRow, RoomRow, RoomsAdd, RoomsAdded
from crm.kit.paging import PageOf
from web import house_deeds as house
from web.answers import as_json, need_match, with_etag
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/hotels", tags=["hotels"], route_class=HardRoute)


@router.get("")
def list_hotels(db: Db, me: Me) -> PageOf[HotelRow]:
    """The hotels within your reach, by code."""
    return as_json(PageOf[HotelRow](items=queries.hotels_of(db, by=me)))  # type: ignore[return-value]


@router.get("/{hotel_id}")
def read_hotel(db: Db, me: Me, hotel_id: UUID) -> HotelRow:
    return _tagged(house.hotel_within_reach(db, hotel_id, by=me))  # type: ignore[return-value]


@router.patch("/{hotel_id}")
def amend_hotel(request: Request, db: Db, me: Me, hotel_id: UUID, asked: HotelPatch) -> HotelRow:
    """Change settings; what is left out stays."""
    before = house.hotel_within_reach(db, hotel_id, by=me)
    need_match(request, house.version_of(before))
    house.amend_hotel(db, hotel_id, asked, by=me)
    return _tagged(queries.hotel(db, hotel_id))  # type: ignore[return-value]


@router.get("/{hotel_id}/departments")
def list_departments(db: Db, me: Me, hotel_id: UUID) -> PageOf[DepartmentRow]:
    house.hotel_within_reach(db, hotel_id, by=me)
    found = queries.departments_of(db, hotel_id)
    return as_json(PageOf[DepartmentRow](items=found))  # type: ignore[return-value]


@router.get("/{hotel_id}/rooms")
def list_rooms(
    db: Db, me: Me, hotel_id: UUID, floor: Annotated[str | None, Query(max_length=10)] = None
) -> PageOf[RoomRow]:
    """All rooms in door order, or those of one floor."""
    house.hotel_within_reach(db, hotel_id, by=me)
    found = queries.rooms_of(db, hotel_id, floor=floor)
    return as_json(PageOf[RoomRow](items=found))  # type: ignore[return-value]


@router.post("/{hotel_id}/rooms")
def add_rooms(db: Db, me: Me, hotel_id: UUID, asked: RoomsAdd) -> RoomsAdded:
    """Add rooms by a pattern such as ``101-118``; those known stay as they are, so that asking
    twice is asking once."""
    return as_json(house.add_rooms(db, hotel_id, asked, by=me))  # type: ignore[return-value]


def _tagged(hotel: HotelRow) -> Response:
    return with_etag(hotel, house.version_of(hotel))
