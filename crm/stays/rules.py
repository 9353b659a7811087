"""Decisions about stays that need no database: allowed moves, nights, rates per something."""

from collections.abc import Collection
from datetime import date

from crm.stays.terms import COUNTS_AS_STAYED, FIRST_STAY_TOLD_DAYS, StayStatus

MOVES: dict[StayStatus, frozenset[StayStatus]] = {
    StayStatus.BOOKED: frozenset({StayStatus.IN_HOUSE, StayStatus.CANCELLED, StayStatus.NO_SHOW}),
    # Back to booked undoes a check-in of the wrong booking.
    StayStatus.IN_HOUSE: frozenset({StayStatus.CHECKED_OUT, StayStatus.BOOKED}),
    # Back in house undoes a check-out of the wrong room.
    StayStatus.CHECKED_OUT: frozenset({StayStatus.IN_HOUSE}),
    StayStatus.CANCELLED: frozenset({StayStatus.BOOKED}),
    # A no-show who arrives after the night audit is checked in all the same.
    StayStatus.NO_SHOW: frozenset({StayStatus.BOOKED, StayStatus.IN_HOUSE}),
}
"""From a status to those it may move to."""


def may_move(before: StayStatus, after: StayStatus) -> bool:
    return after in MOVES[before]


def nights_between(arrival_on: date, departure_on: date) -> int:
    """Nights of a stay; 0 for day use."""
    return (departure_on - arrival_on).days


def seen_on(status: StayStatus, arrival_on: date, departure_on: date, today: date) -> date | None:
    """The last day the guest was certainly in the house by this stay; None if never.

    A guest in house was seen today at the latest, and not after the day of departure.
    """
    if status is StayStatus.CHECKED_OUT:
        return departure_on
    if status is StayStatus.IN_HOUSE:
        return max(arrival_on, min(today, departure_on))
    return None


def counts_as_stayed(status: StayStatus) -> bool:
    return status in COUNTS_AS_STAYED


def stay_number(stays_before: int, status: StayStatus | None) -> int:
    """Which stay this is (1 for the first), from the running count of stays.

    The count holds a stay in house already, but not a booked one.
    """
    if status is not None and counts_as_stayed(status):
        return max(1, stays_before)
    return stays_before + 1


def is_first_stay_near(
    status: StayStatus, stays_counted: int, arrival_on: date, today: date
) -> bool:
    """Whether a newcomer is here, or comes soon enough that the departments should hear of it.

    ``stays_counted`` is the running count over all hotels, which holds a stay in house already.
    """
    if status is StayStatus.IN_HOUSE:
        return stays_counted <= 1
    soon = (arrival_on - today).days <= FIRST_STAY_TOLD_DAYS
    return status is StayStatus.BOOKED and stays_counted == 0 and soon


def per(amount: int, count: int) -> int | None:
    """Minor units per something, rounded half away from zero; None where there is nothing."""
    if count <= 0:
        return None
    sign = -1 if amount < 0 else 1
    return sign * ((2 * abs(amount) + count) // (2 * count))


def discount_per_mille(amount: int, discount: int) -> int | None:
    """Discount ÷ price before discount, in per mille; None without a positive price."""
    price = amount + discount
    return None if price <= 0 else per(discount * 1000, price)


def changed_fields(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Names whose values differ, sorted."""
    return sorted(name for name, value in after.items() if before.get(name) != value)


def free_of(companions: Collection[object], guest: object | None) -> list[object]:
    """The companions without the guest and without repeats, in their order."""
    return [one for one in dict.fromkeys(companions) if one != guest]
