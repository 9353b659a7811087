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


class PreventionState(StrEnum):
    """Whether somebody has looked if it helped."""

    OPEN = "open"
    CHECKED = "checked"
