"""REST: the housekeeping floor, and what comes from its rooms: notes, problems, ticks."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from crm.hotels.terms import ROOM_NO_MAX
from crm.preparing import service as preparing
from crm.profile import at_the_door, room_problems
from crm.profile.floor import floor as floor_of
from crm.profile.schemas import Floor, FloorFilter
from crm.profile.schemas_at_the_door import (
    RoomNoteIn,
    RoomNoteOut,
    RoomProblemIn,
    RoomProblemOut,
    TickIn,
    TickOut,
)
from web.answers import as_json, created_once
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(tags=["floor"], route_class=HardRoute)


@router.get("/floor")
def read_floor(
    db: Db,
    me: Me,
    floor: Annotated[str, Query(max_length=ROOM_NO_MAX)] = "",
    only: FloorFilter = FloorFilter.ALL,
) -> Floor:
    """One floor in door order, the lowest unless named; instructions only, no guest."""
    return as_json(floor_of(db, by=me, name=floor or None, only=only))  # type: ignore[return-value]


@router.post("/room-notes", status_code=201)
def note(request: Request, db: Db, me: Me, asked: RoomNoteIn) -> RoomNoteOut:
    """Note what was seen in a room; the time tells whose stay it was. Once by its ``id``.

    409 ``stay_unclear`` when it does not tell: send it again with ``whose``.
    """

    def produce() -> tuple[BaseModel, str]:
        made = at_the_door.note_in_room(db, asked, by=me)
        return made, f"/api/v1/room-notes/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.post("/room-notes/{note_id}/withdraw")
def withdraw_note(db: Db, me: Me, note_id: UUID) -> RoomNoteOut:
    """Take one's own note back within ten minutes; said again it stays taken back."""
    return as_json(at_the_door.withdraw_note(db, note_id, by=me))  # type: ignore[return-value]


@router.post("/room-problems", status_code=201)
def report_problem(request: Request, db: Db, me: Me, asked: RoomProblemIn) -> RoomProblemOut:
    """Tell the department that can do something about it. Once by its ``id``."""

    def produce() -> tuple[BaseModel, str]:
        made = room_problems.report_problem(db, asked, by=me)
        return made, f"/api/v1/traces/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.post("/room-ticks/{item_id}")
def tick(db: Db, me: Me, item_id: UUID, asked: TickIn) -> TickOut:
    """Say that something for an arrival is set, or is not after all."""
    done = preparing.tick(db, item_id, by=me, done=asked.done)
    return as_json(TickOut(id=done.id, done=done.done_at is not None))  # type: ignore[return-value]
