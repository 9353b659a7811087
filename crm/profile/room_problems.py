"""A problem in a room, told to the department that can do something about it, with a time."""

from datetime import timedelta

from sqlmodel import Session

from crm.hotels.queries import departments_of
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import NotAllowed
from crm.notes import service as notes
from crm.notes.schemas import TraceIn
from crm.notes.terms import TraceOrigin
from crm.profile.schemas_at_the_door import RoomProblem, RoomProblemIn, RoomProblemOut
from crm.staff.actor import Actor

_D, _P = DepartmentCode, RoomProblem
GOES_TO: dict[RoomProblem, tuple[DepartmentCode, timedelta]] = {
    _P.CLIMATE: (_D.ENGINEERING, timedelta(hours=1)),
    _P.WATER: (_D.ENGINEERING, timedelta(minutes=30)),
    _P.LIGHT: (_D.ENGINEERING, timedelta(hours=2)),
    _P.TELEVISION: (_D.ENGINEERING, timedelta(hours=2)),
    _P.DOOR: (_D.ENGINEERING, timedelta(minutes=30)),
    _P.FURNITURE: (_D.ENGINEERING, timedelta(hours=4)),
    _P.NOISE: (_D.FRONT_OFFICE, timedelta(minutes=30)),
    _P.SMELL: (_D.HOUSEKEEPING, timedelta(hours=1)),
    _P.GUEST: (_D.GUEST_RELATIONS, timedelta(minutes=15)),
    _P.OTHER: (_D.FRONT_OFFICE, timedelta(hours=1)),
}
"""Who is told, and within which time they see to it: water, doors and unhappy guests soonest."""

_WORDS = {
    _P.CLIMATE: "Air conditioning · 空调",
    _P.WATER: "Water or drain · 水或排水",
    _P.LIGHT: "Light or power · 灯或电",
    _P.TELEVISION: "TV or Wi-Fi · 电视或网络",
    _P.DOOR: "Door or lock · 门或锁",
    _P.FURNITURE: "Furniture or fittings · 家具或装修",
    _P.NOISE: "Noise · 噪音",
    _P.SMELL: "Smell or insects · 异味或虫害",
    _P.GUEST: "A guest complains · 客人投诉",
    _P.OTHER: "Something else · 其他",
}
"""In both languages of the house: who reads it is not who wrote it, and a repeated report must
read the same whatever the phone's language is by then."""


def report_problem(db: Session, asked: RoomProblemIn, *, by: Actor) -> RoomProblemOut:
    """Put a task to the right department, exactly once by its id.

    Where the hotel has no such department its front office is told. `Invalid` for a room that
    the hotel does not have.
    """
    by.need("rooms.report")
    if by.hotel_id is None:
        raise NotAllowed("Notes are written in a hotel. Choose one first.", "no_hotel")
    department, within = GOES_TO[asked.what]
    there = {row.code for row in departments_of(db, by.hotel_id)}
    if there and department not in there:
        department = DepartmentCode.FRONT_OFFICE
    words = _WORDS[asked.what] + (f": {asked.words}" if asked.words else "")
    trace = notes.put_trace(
        db,
        TraceIn(
            id=asked.id,
            department=department,
            words=words,
            due_at=clock.now() + within,
            room_no=asked.room_no,
        ),
        by=by,
        origin=TraceOrigin.PROBLEM,
    )
    return RoomProblemOut(
        id=trace.id, room_no=trace.room_no, department=trace.department, due_at=trace.due_at
    )
