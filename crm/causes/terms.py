"""Words of what complaints teach: by what they are counted, and what a chart can say."""

from enum import StrEnum


class By(StrEnum):
    """By what complaints are counted."""

    CATEGORY = "category"
    CAUSE = "cause"
    DEPARTMENT = "department"
    ROOM = "room"
    ITEM = "item"
    SHIFT = "shift"


class Signal(StrEnum):
    """What a control chart says of a point."""

    ABOVE = "above"
    BELOW = "below"
    RUN = "run"


BARS_MAX = 15
"""So many bars stand for themselves; the rest is one bar of others."""

RUN_LENGTH = 8
SMALL_EXPECTED = 5.0
PER_NIGHTS = 1_000
SATISFIED_FROM = 8
REPEAT_DAYS = 365
PERIOD_DAYS_MAX = 1_830
"""No report reaches over more than five years."""


class ReturnGroup(StrEnum):
    """Of which guests is asked whether they came back."""

    ALL = "all"
    SATISFIED = "satisfied"
    UNSATISFIED = "unsatisfied"
    NOT_REACHED = "not_reached"
    RECOVERED = "recovered"
    NOT_RECOVERED = "not_recovered"


class ReturnVerdict(StrEnum):
    """What the interval of a difference says: it lies above zero, below it, or holds it."""

    MORE = "more"
    FEWER = "fewer"
    NO_DIFFERENCE = "no_difference"
    TOO_FEW = "too_few"


CONTENT_FROM = 7
"""From this answer on a closed case counts as one with a content guest."""

RETURNS_LEAST = 20
"""With fewer guests, or fewer comparable ones, a difference is not told."""


class PreventionState(StrEnum):
    """Whether somebody has looked if it helped."""

    OPEN = "open"
    CHECKED = "checked"
