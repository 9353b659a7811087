"""Words of a guest's standing."""

from enum import StrEnum


class Satisfaction(StrEnum):
    """What the guest has answered lately, the newest answer counting most."""

    SATISFIED = "satisfied"
    MIXED = "mixed"
    UNSATISFIED = "unsatisfied"
    NOT_KNOWN = "not_known"


class Credit(StrEnum):
    """Whether the desk may rely on a booking, or asks for a deposit."""

    GOOD = "good"
    WATCH = "watch"
    NOT_KNOWN = "not_known"


class WhySatisfaction(StrEnum):
    CASE_ANSWER = "case_answer"
    SURVEY = "survey"
    STAY_SCORE = "stay_score"
    OPEN_CASE = "open_case"


class WhyCredit(StrEnum):
    NO_SHOW = "no_show"
    LATE_CANCELLATION = "late_cancellation"
    CAUTION = "caution"
    STAYS = "stays"


ANSWERS_MAX = 6
"""So many answers count, the newest: each half as much as the one after it."""
ANSWER_YEARS = 3
SATISFIED_FROM_TENTHS = 70
UNSATISFIED_BELOW_TENTHS = 50
CREDIT_YEARS = 2
LATE_DAYS = 1
"""Cancelled on the day before arrival, or later, is late."""
NO_SHOWS_WATCHED = 2
MISSES_WATCHED = 3
"""No-shows and late cancellations together."""
ONE_IN = 5
"""Fewer misses than one in so many bookings are no habit: nobody asks a guest of fifty stays."""
