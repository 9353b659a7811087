"""What guests consume during a stay: rooms, breakfasts, dinners, the bar, the spa, the rest."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from lab.demo.seasons import rate_factor
from lab.demo.stays import Line

TAX_PERCENT = 6
# kind, outlet, meal, chance a night, from, to (minor units a cover)
HABITS: tuple[tuple[str, str, str, float, int, int], ...] = (
    ("restaurant", "Lotus Court 荷轩", "dinner", 0.24, 12_800, 42_800),
    ("restaurant", "Lakeside Brasserie", "lunch", 0.09, 8_800, 19_800),
    ("bar", "Moon Bar 月吧", "late", 0.10, 5_800, 16_800),
    ("spa", "Longjing Spa", "", 0.035, 38_000, 88_000),
    ("laundry", "Laundry", "", 0.08, 4_000, 22_000),
    ("minibar", "Minibar", "", 0.10, 1_500, 9_000),
    ("other", "Car service", "", 0.04, 18_000, 45_000),
)


@dataclass(frozen=True)
class Appetite:
    """How a guest spends: a factor on the chance of each outing, and the discount he has."""

    factor: float
    discount_percent: int
    breakfast_included: bool


def folio(
    rng: random.Random,
    arrival: date,
    until: date,
    rate: int,
    people: int,
    appetite: Appetite,
) -> Iterator[Line]:
    """The lines of every night from arrival to ``until`` (not included)."""
    day = arrival
    while day < until:
        yield room_line(day, rate, appetite.discount_percent)
        if not appetite.breakfast_included and rng.random() < 0.5 * appetite.factor:
            yield meal_line(day, "breakfast", "Lakeside Brasserie", "breakfast", 12_800, people)
        yield from _outings(rng, day, people, appetite)
        day += timedelta(days=1)


def room_line(day: date, rate: int, discount_percent: int) -> Line:
    amount = _whole_yuan(rate * rate_factor(day))
    discount = _whole_yuan(amount * discount_percent / 100)
    return Line(day, "room", "Rooms", amount - discount, discount, _tax(amount - discount))


def meal_line(day: date, kind: str, outlet: str, meal: str, each: int, covers: int) -> Line:
    amount = each * covers
    return Line(day, kind, outlet, amount, 0, _tax(amount), meal, covers)


def _outings(rng: random.Random, day: date, people: int, appetite: Appetite) -> Iterator[Line]:
    for kind, outlet, meal, chance, low, high in HABITS:
        if rng.random() < chance * appetite.factor:
            covers = people if meal else 0
            amount = _whole_yuan(rng.randrange(low, high)) * max(1, covers)
            discount = _whole_yuan(amount * 0.1) if meal and rng.random() < 0.2 else 0
            paid = amount - discount
            yield Line(day, kind, outlet, paid, discount, _tax(paid), meal, covers)


def _whole_yuan(minor: float) -> int:
    return round(minor / 100) * 100


def _tax(gross: int) -> int:
    """The value-added tax contained in a price that includes it."""
    return round(gross * TAX_PERCENT / (100 + TAX_PERCENT))
