"""What the colleagues do in a simulated hour: they notice something, finish tasks, set rooms.

By the services that the doors use, in the name of the demo's people, so that all that follows
(review, news, replies) follows as in a real house.
"""

import random
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.hotels.tables import Hotel
from crm.kit.errors import CrmError
from crm.notes import service as notes
from crm.notes.tables import Trace
from crm.notes.terms import TraceState
from crm.preferences import service as preferences
from crm.preferences.schemas import NoteIn
from crm.preferences.tables import Observation
from crm.preferences.terms import PreferenceSource
from crm.preparing import queries as arrivals
from crm.preparing import service as preparing
from crm.staff.actor import Actor, staff_of
from crm.staff.tables import Staff
from crm.staff.terms import Role
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from lab.demo.house import lakeview

NOTES, TASKS, ROOMS = 3, 2, 3
NOTICED: tuple[tuple[str, str, str, str, str], ...] = (
    ("housekeeper", "PL.EXTRA", "2", "", "seen"),
    ("housekeeper", "AM.TEA", "Longjing", "", "seen"),
    ("housekeeper2", "CL.COOL", "21", "", "seen"),
    ("housekeeper2", "", "", "书桌搬到窗边了", "seen"),
    ("housekeeper", "", "", "two bathrobes used, both slippers too", "seen"),
    ("desk", "SV.LATEOUT", "", "", "told"),
    ("desk2", "RM.QUIET", "", "", "told"),
    ("restaurant", "FV.NOCORIANDER", "", "", "told"),
    ("restaurant", "FV.SEATWINDOW", "", "", "seen"),
    ("desk", "", "", "asked where to buy good tea for his mother", "told"),
)
ROLES = {
    "desk": Role.FRONT_DESK, "desk2": Role.FRONT_DESK, "housekeeper": Role.HOUSEKEEPING,
    "housekeeper2": Role.HOUSEKEEPING, "restaurant": Role.FOOD_BEVERAGE,
    "duty": Role.DUTY_MANAGER,
}  # fmt: skip


def work_an_hour(db: Session, day: str, hour: int) -> int:
    """One hour's work; the same hour again does nothing twice. Returns how many deeds it was."""
    people = dict(_colleagues(db))
    if not people:
        return 0
    chance = random.Random(f"colleagues {day} {hour}")
    return (
        _notice(db, people, chance)
        + _finish(db, people["duty"])
        + _set_rooms(db, people["housekeeper"])
    )


def _colleagues(db: Session) -> Iterator[tuple[str, Actor]]:
    hotel = db.connection().scalar(
        select(col(Hotel.id)).where(
            col(Hotel.code) == lakeview().code, col(Hotel.is_demo).is_(True)
        )
    )
    if hotel is None:
        return
    rows: Any = db.connection().execute(
        select(col(Staff.id), col(Staff.login), col(Staff.name)).where(col(Staff.login).in_(ROLES))
    )
    for row in rows:
        role = ROLES[row.login]
        yield row.login, staff_of([role], staff_id=row.id, name=row.name, hotel_id=hotel)


def _notice(db: Session, people: dict[str, Actor], chance: random.Random) -> int:
    """A deed that is refused (a guest merged meanwhile, a code switched off) is let be."""
    hotel = people["desk"].hotel_id
    inside: Any = db.connection().execute(
        select(col(Stay.id), col(Stay.guest_id))
        .where(
            col(Stay.hotel_id) == hotel,
            col(Stay.status) == StayStatus.IN_HOUSE,
            col(Stay.guest_id).is_not(None),
        )
        .order_by(col(Stay.room_no))
    )
    stays = inside.all()
    count = 0
    for login, code, value, words, source in chance.sample(NOTICED, NOTES if stays else 0):
        identity = UUID(int=chance.getrandbits(128), version=4)
        stay = chance.choice(stays)
        if db.get(Observation, identity) is not None:
            continue
        note = NoteIn(
            id=identity, guest_id=stay.guest_id, stay_id=stay.id, code=code or None,
            value=value or None, words=words or None, source=PreferenceSource(source),
        )  # fmt: skip
        try:
            preferences.note_preference(db, note, by=people[login])
        except CrmError:
            continue
        count += 1
    return count


def _finish(db: Session, by: Actor) -> int:
    """The tasks that have been due the longest."""
    due = db.connection().scalars(
        select(col(Trace.id))
        .where(col(Trace.hotel_id) == by.hotel_id, col(Trace.state) == TraceState.OPEN)
        .order_by(col(Trace.due_at))
        .limit(TASKS)
    )
    done = list(due)
    for identity in done:
        notes.finish_trace(db, identity, by=by, words="Done")
    return len(done)


def _set_rooms(db: Session, by: Actor) -> int:
    """The next rooms that have something left to set."""
    rooms = arrivals.items_for_rooms(db, by=by)
    left = [[item for item in items if item.done_at is None] for _, items in sorted(rooms.items())]
    todo = [items for items in left if items][:ROOMS]
    for item in (item for items in todo for item in items):
        preparing.tick(db, item.id, by=by)
    return sum(map(len, todo))
