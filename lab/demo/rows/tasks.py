"""Rows of traces and of things found."""

from collections.abc import Iterator

from crm.lost_property import rules as keeping
from crm.lost_property.terms import FoundKind
from crm.notes.rules import escalation_due
from crm.notes.terms import TraceOrigin, TraceState
from lab.demo.bookings import HOTEL_ZONE
from lab.demo.dressing import World
from lab.demo.rows.register import Register, Row
from lab.demo.tasks import ESCALATED


def trace_rows(world: World, register: Register) -> Iterator[Row]:
    for task in world.tasks:
        level = 0 if task.done_at else escalation_due(task.due_at, world.now)
        yield {
            "id": task.key,
            "hotel_id": register.hotels["LVH"],
            "guest_id": task.guest,
            "stay_id": task.stay,
            "room_no": task.room or None,
            "department": task.department,
            "words": task.words,
            "due_at": task.due_at,
            "is_promise": task.is_promise,
            "origin": TraceOrigin.BY_HAND,
            "put_at": task.put_at,
            "put_by": register.staff[task.put_by],
            "put_department": task.put_department,
            "state": TraceState.DONE if task.done_at else TraceState.OPEN,
            "closed_at": task.done_at,
            "closed_by": register.colleague(task.done_by),
            "closed_words": task.done_words or None,
            "escalation": level,
            "escalated_at": task.due_at + ESCALATED[level - 1] if level else None,
            "version": 1 + level + bool(task.done_at),
        }


def found_rows(world: World, register: Register) -> Iterator[Row]:
    for find in world.finds:
        kind = FoundKind(find.kind)
        on = find.found_at.astimezone(HOTEL_ZONE).date()
        yield {
            "id": find.key,
            "hotel_id": register.hotels["LVH"],
            "number": find.number,
            "kind": kind,
            "what": find.what,
            "room_no": find.room or None,
            "place": find.place or None,
            "stored_at": find.stored_at or None,
            "found_at": find.found_at,
            "entered_at": find.found_at,
            "found_by": register.staff["housekeeper"],
            "found_department": "HK",
            "dispose_by": keeping.dispose_by(kind, on),
            "state": find.state,
            "guest_id": find.guest,
            "stay_id": find.stay,
            "settled_at": find.settled_at,
            "settled_by": register.staff["desk"] if find.settled_at else None,
            "settled_words": find.words or None,
            "has_photo": False,
            "version": 2 if find.settled_at or find.guest else 1,
        }
