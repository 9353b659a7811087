"""What in a day of viewing is unusual: pure, from counts of the day and of the person's own days.

The numbers are the house's own judgement (no norm says what is many): a threefold of one's own
median with a floor, so that nobody is told of for a busy Saturday, and a hard line of 200 files
a day, at which the base of a hotel would be copied in weeks.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from statistics import median_low

from crm.audit.terms import Unusual

VOLUME_MAX = 200
"""Different guest files a person opens in a day; more is told within a minute."""

TIMES = 3
FILES_FLOOR = 30
REVEALS_FLOOR = 10
STRANGERS_FLOOR = 10
MARKED_FLOOR = 1
ODD_HOURS_FLOOR = 5
LOOK_UPS_FLOOR = 60
LOOK_UPS_PER_FILE = 5
VIEWERS_MAX = 15
VIEWERS_WITHOUT_STAY_MAX = 7

DAYS_OF_HABIT = 30
DAYS_KNOWN = 5
"""From so many days on a person's own median counts; before, the floor thrice."""

DAYS_OF_HOURS = 10
"""The same for the hours of the day; before, no hour is odd."""

HOUR_SEEN = 2
"""On so many days something was opened in an hour before it, and its neighbours, are usual."""


@dataclass(frozen=True)
class Day:
    """One person's day in one hotel, as the hotel's clock has it.

    ``files`` are different guest files opened. ``strangers`` are those of them whose guest has
    no stay near the day and whose file the person did no work on, ``marked`` the VIP and
    incognito guests among these. ``by_hour`` counts files by the hour (0 to 23) of their first
    opening.
    """

    files: int = 0
    reveals: int = 0
    look_ups: int = 0
    strangers: int = 0
    marked: int = 0
    by_hour: tuple[int, ...] = (0,) * 24


@dataclass(frozen=True)
class Finding:
    """A kind, how much it was, and how much is usual where that is known."""

    kind: Unusual
    number: int
    usual: int | None = None


def findings_of(day: Day, before: Sequence[Day]) -> list[Finding]:
    """What is unusual in ``day``; ``before`` are the days of the last 30 on which one worked."""
    found: list[Finding] = []

    def take(kind: Unusual, of: Callable[[Day], int], floor: int) -> None:
        own = usual([of(each) for each in before])
        if of(day) >= floor and is_far_above(of(day), own, floor):
            found.append(Finding(kind, of(day), own))

    if day.files > VOLUME_MAX:
        own = usual([each.files for each in before])
        found.append(Finding(Unusual.VOLUME, day.files, own))
    else:
        take(Unusual.MANY_FILES, lambda each: each.files, FILES_FLOOR)
    take(Unusual.MANY_REVEALS, lambda each: each.reveals, REVEALS_FLOOR)
    if day.strangers * 2 > day.files:
        take(Unusual.STRANGERS, lambda each: each.strangers, STRANGERS_FLOOR)
    take(Unusual.MARKED_GUESTS, lambda each: each.marked, MARKED_FLOOR)
    if day.look_ups > LOOK_UPS_PER_FILE * day.files:
        take(Unusual.UNOPENED, lambda each: each.look_ups, LOOK_UPS_FLOOR)
    if (odd := _in_odd_hours(day, before)) >= ODD_HOURS_FLOOR:
        found.append(Finding(Unusual.ODD_HOURS, odd))
    return found


def is_far_above(number: int, own: int | None, floor: int) -> bool:
    """More than thrice one's own measure; while there is none, more than thrice the floor.

    Where one alone is worth a look (a floor of one), one is enough.
    """
    if own is None:
        return floor == 1 or number > TIMES * floor
    return number > TIMES * own


def one_guest(viewers: int, *, has_stay: bool) -> Finding | None:
    """A guest's file opened by so many people in a day that it looks like curiosity."""
    most = VIEWERS_MAX if has_stay else VIEWERS_WITHOUT_STAY_MAX
    return Finding(Unusual.ONE_GUEST, viewers, most) if viewers > most else None


def usual_hours(before: Collection[Day]) -> frozenset[int] | None:
    """The hours in which one works, each with its neighbours; None while too little is known."""
    if len(before) < DAYS_OF_HOURS:
        return None
    seen = [hour for hour in range(24) if sum(bool(d.by_hour[hour]) for d in before) >= HOUR_SEEN]
    return frozenset((hour + near) % 24 for hour in seen for near in (-1, 0, 1))


def _in_odd_hours(day: Day, before: Collection[Day]) -> int:
    hours = usual_hours(before)
    if hours is None:
        return 0
    return sum(number for hour, number in enumerate(day.by_hour) if hour not in hours)


def usual(numbers: Sequence[int]) -> int | None:
    """The lower median; None while too few days are known."""
    return median_low(numbers) if len(numbers) >= DAYS_KNOWN else None
