"""Who reads which note, when a trace is late, which shift it is: on paper, without a clock."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.hotels.terms import DepartmentCode
from crm.notes.terms import (
    ESCALATES_AFTER,
    NoteLevel,
    Shift,
    TraceDeed,
    TraceState,
)


@dataclass(frozen=True, slots=True)
class Watch:
    """One shift of one day; it belongs to the day on which it began."""

    shift: Shift
    on: date
    begins: datetime
    ends: datetime


_BEGINS = ((time(7), Shift.EARLY), (time(15), Shift.LATE), (time(23), Shift.NIGHT))


def watch_at(instant: datetime, zone: str) -> Watch:
    """The shift at this instant on the hotel's clock: from 07:00, from 15:00, from 23:00."""
    local = instant.astimezone(ZoneInfo(zone))
    begun = [(at, shift) for at, shift in _BEGINS if at <= local.time()]
    on = local.date() if begun else local.date() - timedelta(days=1)
    at, shift = begun[-1] if begun else _BEGINS[-1]
    begins = datetime.combine(on, at, tzinfo=local.tzinfo)
    place = [each for each, _ in _BEGINS].index(at)
    last = place == len(_BEGINS) - 1
    ends_at = _BEGINS[0][0] if last else _BEGINS[place + 1][0]
    ends = datetime.combine(on + timedelta(days=last), ends_at, tzinfo=local.tzinfo)
    return Watch(shift, on, begins, ends)


def escalation_due(due_at: datetime, now: datetime) -> int:
    """How far up an open trace should have been told: 0 nobody, 1 shift leader, 2 manager."""
    return sum(now - due_at >= wait for wait in ESCALATES_AFTER)


_FROM: dict[TraceDeed, tuple[TraceState, ...]] = {
    TraceDeed.DONE: (TraceState.OPEN,),
    TraceDeed.CANCEL: (TraceState.OPEN,),
    TraceDeed.HAND_OVER: (TraceState.OPEN,),
    TraceDeed.TAKE: (TraceState.OPEN,),
    TraceDeed.PUT_BACK: (TraceState.OPEN,),
    TraceDeed.SEEN: (TraceState.OPEN,),
    TraceDeed.REOPEN: (TraceState.DONE, TraceState.CANCELLED),
}


def can_follow(state: TraceState, deed: TraceDeed) -> bool:
    """Whether a trace in this state can have this done to it."""
    return state in _FROM[deed]


def may_read_note(
    level: NoteLevel,
    *,
    levels: Collection[NoteLevel],
    department: DepartmentCode | None,
    departments: Collection[str],
    is_own: bool,
) -> bool:
    """By the level, by the department that it is for, or as its writer."""
    if level in levels or is_own:
        return True
    if level is NoteLevel.DEPARTMENT:
        return department is not None and department.value in departments
    return False
