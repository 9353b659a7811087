"""Housekeeping's floor: rooms in door order with what to know there, no name, no phone."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from crm.hotels.terms import ROOM_NO_MAX
from crm.profile.floor import floor as floor_of
from crm.profile.schemas import FloorFilter
from web.deps import Db, Me
from web.rendering import render

router = APIRouter(include_in_schema=False)

FloorAsked = Annotated[str, Query(max_length=ROOM_NO_MAX)]


@router.get("/rooms")
def rooms(
    request: Request, db: Db, me: Me, floor: FloorAsked = "", only: FloorFilter = FloorFilter.ALL
) -> Response:
    found = floor_of(db, by=me, name=floor or None, only=only)
    return render(request, "housekeeping/floor.html", floor=found)


@router.get("/rooms/list")
def room_list(
    request: Request, db: Db, me: Me, floor: FloorAsked = "", only: FloorFilter = FloorFilter.ALL
) -> Response:
    """The rooms alone, for a screen that heard that something changed."""
    found = floor_of(db, by=me, name=floor or None, only=only)
    return render(request, "housekeeping/_rooms.html", floor=found)
