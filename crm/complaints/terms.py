"""Words of complaint cases."""

from enum import StrEnum


class CaseKind(StrEnum):
    COMPLAINT = "complaint"
    PRAISE = "praise"
    SUGGESTION = "suggestion"


class CaseSource(StrEnum):
    PRE_ARRIVAL = "pre_arrival"
    IN_HOUSE = "in_house"
    CHECKED_OUT = "checked_out"
    VISITOR = "visitor"
    STAFF = "staff"
    SURVEY = "survey"
    LETTER = "letter"
    PHONE = "phone"


class Severity(StrEnum):
    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"
    CRITICAL = "critical"


class CaseStatus(StrEnum):
    """受理 → 调查 → 处理 → 反馈 → 归档."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    INVESTIGATING = "investigating"
    RECOVERING = "recovering"
    TOLD_GUEST = "told_guest"
    CLOSED = "closed"
    REOPENED = "reopened"


OPEN_STATUSES = tuple(s for s in CaseStatus if s is not CaseStatus.CLOSED)


class StepKind(StrEnum):
    """What a signed step tells."""

    TAKEN = "taken"
    MOVED = "moved"
    NOTED = "noted"
    HANDED_OVER = "handed_over"
    TASK = "task"
    PAUSED = "paused"
    RESUMED = "resumed"
    GIVEN = "given"
    ATTACHED = "attached"
    LETTER = "letter"
    NOT_REACHED = "not_reached"
    ESCALATED = "escalated"
    REOPENED = "reopened"


class CaseClock(StrEnum):
    """The two promises of a case: that somebody answers, and that it is solved."""

    FIRST_REPLY = "first_reply"
    SOLUTION = "solution"


class WordLevel(StrEnum):
    """The two levels of the master list."""

    CATEGORY = "category"
    CAUSE = "cause"


CODE_MAX = 40
ITEM_MAX = 60
PLACE_MAX = 80
VISITOR_MAX = 120
DETAIL_MAX = 200
PREVENTION_MAX = 300
REACH_TRIES = 3
REOPEN_DAYS = 30
STAFF_MAX = 10


class ReopenWhy(StrEnum):
    """Why a closed case is taken up again."""

    NOT_SOLVED = "not_solved"
    CAME_BACK = "came_back"
    GUEST_WROTE_AGAIN = "guest_wrote_again"
    CLOSED_BY_MISTAKE = "closed_by_mistake"


class BoardColumn(StrEnum):
    """新受理 → 调查 → 处理 → 反馈 → 归档."""

    NEW = "new"
    INVESTIGATING = "investigating"
    RECOVERING = "recovering"
    TOLD_GUEST = "told_guest"
    FILED = "filed"


class BoardView(StrEnum):
    """What the board is narrowed to."""

    MINE = "mine"
    LEAVING_TODAY = "leaving_today"
    LATE = "late"
    REOPENED = "reopened"
