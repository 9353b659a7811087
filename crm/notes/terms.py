"""Words about notes, traces and what one shift hands to the next."""

from datetime import timedelta
from enum import StrEnum

NOTE_MAX = 2000
TRACE_MAX = 300
REASON_MAX = 300
READERS_MAX = 20
LINES_MAX = 400


class NoteLevel(StrEnum):
    """Who may read a note: everyone serving, one department, management, named persons."""

    SERVICE = "service"
    DEPARTMENT = "department"
    MANAGEMENT = "management"
    RESTRICTED = "restricted"


class NoteKind(StrEnum):
    """What a note is about."""

    REMARK = "remark"
    ARRIVAL = "arrival"
    STAY = "stay"
    DINING = "dining"
    DEPARTURE = "departure"
    PAYMENT = "payment"
    FAMILY = "family"
    COURTESY = "courtesy"
    INCIDENT = "incident"


class TraceState(StrEnum):
    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"


class TraceOrigin(StrEnum):
    """What made a trace: a colleague, the arrivals' preparation, a rule, a problem in a room, a
    complaint."""

    BY_HAND = "by_hand"
    PREPARATION = "preparation"
    ALERT = "alert"
    PROBLEM = "problem"
    COMPLAINT = "complaint"


class TraceDeed(StrEnum):
    """What can be done with a trace."""

    DONE = "done"
    REOPEN = "reopen"
    HAND_OVER = "hand_over"
    CANCEL = "cancel"
    SEEN = "seen"
    TAKE = "take"
    PUT_BACK = "put_back"


class Shift(StrEnum):
    """The three shifts of a house that never closes."""

    EARLY = "early"
    LATE = "late"
    NIGHT = "night"


ESCALATES_AFTER = (timedelta(minutes=15), timedelta(hours=2))
"""How long a trace is overdue before the shift leader hears of it, and then the general manager."""

LEVEL_OF_LEADER, LEVEL_OF_MANAGER = 1, 2
