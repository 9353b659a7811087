"""How long a thing is kept and what may become of it, computed on paper."""

from calendar import monthrange
from datetime import date, timedelta

from crm.lost_property.terms import FoundKind, FoundState

KEPT: dict[FoundKind, tuple[int, int]] = {
    FoundKind.PERISHABLE: (0, 3),
    FoundKind.ORDINARY: (3, 0),
    FoundKind.VALUABLE: (12, 0),
}
"""Months and days from the day of finding, as hotels' written rules have them: food three days,
ordinary things three months, valuables (and papers) a year."""

FIRST_NUMBER = 1001

_NEXT: dict[FoundState, frozenset[FoundState]] = {
    FoundState.FOUND: frozenset({FoundState.CLAIMED, FoundState.RETURNED, FoundState.DISPOSED}),
    FoundState.CLAIMED: frozenset({FoundState.FOUND, FoundState.RETURNED, FoundState.DISPOSED}),
    FoundState.RETURNED: frozenset({FoundState.FOUND}),
    FoundState.DISPOSED: frozenset({FoundState.FOUND}),
}
"""What ended may be opened again: somebody ticked the wrong line."""


def reference(number: int) -> str:
    """How people call a thing found: ``L-1042``."""
    return f"L-{number}"


def dispose_by(kind: FoundKind, found_on: date) -> date:
    """The last day on which it is kept; a day that a month lacks becomes its last.

    >>> dispose_by(FoundKind.ORDINARY, date(2026, 11, 30))
    datetime.date(2027, 2, 28)
    """
    months, days = KEPT[kind]
    whole = found_on.month - 1 + months
    year, month = found_on.year + whole // 12, whole % 12 + 1
    day = min(found_on.day, monthrange(year, month)[1])
    return date(year, month, day) + timedelta(days=days)


def is_due(dispose_by_day: date, today: date) -> bool:
    """Whether it need not be kept any longer: the last day itself still belongs to its owner."""
    return today > dispose_by_day


def may_become(state: FoundState, wanted: FoundState) -> bool:
    return wanted in _NEXT[state]


def is_open(state: FoundState) -> bool:
    """Whether it still lies with us."""
    return state in (FoundState.FOUND, FoundState.CLAIMED)
