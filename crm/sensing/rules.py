"""Which habits a guest's stays show: pure, the same for one guest after check-out and for all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, TypeVar

from crm.preferences.terms import Sensitivity
from crm.sensing import chance
from crm.sensing.terms import (
    BASE_MIN,
    FALSE_MAX,
    LAST_STAYS,
    MIN_CASES,
    RECENT_STAYS,
    SHARES,
    HabitState,
    Occasion,
)

Place = TypeVar("Place")

NEVER = frozenset(
    {"AL", "DT", "AC", "HT", "RC", "CH", "PR", "CE", "CM", "BL", "PT", "CL", "PL", "HY"}
)
"""Groups that records must not guess at: health, faith, children, safety, what is eaten for a
reason, how somebody wants to be addressed; and what no record of stays can show."""


class Trait(NamedTuple):
    """A code, with the value where the code asks for one (else empty)."""

    code: str
    value: str = ""


SAME_ROOM = Trait("RM.SAMEROOM")
UNSEEN = Trait("")


Shown = tuple[Trait, ...]


class Seen(NamedTuple):
    """What one stay showed."""

    hotel: int
    """The hotel's place in the list of hotels, small and quick to compare."""
    left_on: str | date
    """As text too: of a million stays few days are ever asked for."""
    room_no: str | None
    shown: tuple[Shown | None, ...]
    """By occasion in the order of `PLACES`; None where it could not be seen."""


PLACES = tuple((occasion, place) for place, occasion in enumerate(Occasion))
_ROOM, _AGAIN = (list(Occasion).index(one) for one in (Occasion.ROOM, Occasion.AGAIN))


@dataclass(frozen=True, slots=True)
class Found:
    """A habit that the records show: ``cases`` of the last ``out_of`` stays."""

    trait: Trait
    occasion: Occasion
    hotel: int
    """Where it was last seen."""
    cases: int
    out_of: int
    base_per_mille: int
    days: tuple[date, ...]
    """When the cases left, newest first."""

    @property
    def lift_percent(self) -> int:
        """(cases ÷ stays) ÷ base rate, in per cent: 200 is twice as often as the house."""
        return round(100_000 * self.cases / self.out_of / self.base_per_mille)

    @property
    def p_value(self) -> float:
        return chance.tail(self.cases, self.out_of, self.base_per_mille)


def may_be_sensed(code: str, sensitivity: Sensitivity) -> bool:
    """Whether records may speak about this code at all."""
    return sensitivity is Sensitivity.NORMAL and code.partition(".")[0] not in NEVER


class Rates:
    """The base rates of all hotels, and from them what is too unusual to be chance."""

    def __init__(self, rows: Iterable[tuple[int, Occasion, Trait, int, int]]) -> None:
        """``rows``: hotel's place, occasion, trait, cases, stays."""
        self._rates: dict[tuple[Occasion, int], dict[Trait, int]] = {}
        self._unseen: dict[tuple[Occasion, int], int] = {}
        for hotel, occasion, trait, cases, stays in rows:
            if stays < BASE_MIN:
                continue
            rates = self._rates.setdefault((occasion, hotel), {})
            rates[trait] = chance.rate_per_mille(cases, stays)
            self._unseen[occasion, hotel] = chance.rate_per_mille(0, stays)
        self.hotels = {
            occasion: frozenset(hotel for one, hotel in self._rates if one is occasion)
            for occasion in Occasion
        }
        """Which hotels know what is usual, by occasion."""
        self.bars = lru_cache(maxsize=8192)(self._bars)

    def _mean(self, occasion: Occasion, mix: tuple[tuple[int, int], ...]) -> dict[Trait, int]:
        """Each trait's rate over stays in several hotels, in per mille, rounded up.

        `UNSEEN` stands for all that the hotels' last stays did not show.
        """
        stays = sum(count for _, count in mix)
        traits = set(chain.from_iterable(self._rates[occasion, hotel] for hotel, _ in mix))
        return {
            trait: -(-sum(self.rate(occasion, hotel, trait) * n for hotel, n in mix) // stays)
            for trait in (*traits, UNSEEN)
        }

    def rate(self, occasion: Occasion, hotel: int, trait: Trait) -> int:
        return self._rates[occasion, hotel].get(trait, self._unseen[occasion, hotel])

    def _bars(
        self, occasion: Occasion, mix: tuple[tuple[int, int], ...], allowed: float
    ) -> dict[Trait, tuple[int, int]]:
        """By trait its rate and the cases it needs: more than there are stays where none will do.

        `UNSEEN` stands for what the hotels' last stays did not show.
        """
        rates = self._mean(occasion, mix)
        out_of = sum(count for _, count in mix)
        needed = chance.critical(Counter(rates.values()), out_of, allowed)
        return {trait: (rate, needed.get(rate, out_of + 1)) for trait, rate in rates.items()}


def habits_of(stays: Sequence[Seen], rates: Rates) -> list[Found]:
    """The habits of one guest by his stays, the newest first; the least likely by chance first.

    The last `LAST_STAYS` at which the code could be seen are looked at, and the last
    `RECENT_STAYS` of them once more by themselves. Both looks share the chance of being wrong.
    """
    found: dict[Trait, Found] = {}
    for occasion, place in PLACES:
        known = rates.hotels[occasion]
        shown = [
            (stay, traits)
            for stay in stays
            if (traits := stay.shown[place]) is not None and stay.hotel in known
        ][:LAST_STAYS]
        if sum(len(traits) for _, traits in shown) < MIN_CASES:
            continue
        two = len(shown) > RECENT_STAYS
        allowed = FALSE_MAX * SHARES[occasion] / (2 if two else 1)
        for part in (shown, shown[:RECENT_STAYS]) if two else (shown,):
            for one in _look(occasion, part, rates, allowed):
                found.setdefault(one.trait, one)
    if SAME_ROOM in found and len({s.room_no for s in stays[:LAST_STAYS]}) <= 2:
        # In one and the same room its features cannot be told apart.
        found = {t: one for t, one in found.items() if one.occasion is not Occasion.ROOM}
    return sorted(found.values(), key=lambda one: (one.p_value, one.trait))


def _look(
    occasion: Occasion,
    shown: Sequence[tuple[Seen, Shown]],
    rates: Rates,
    allowed: float,
) -> list[Found]:
    if len(shown) < MIN_CASES:
        return []
    counts: dict[Trait, int] = {}
    for _, traits in shown:
        for trait in traits:
            counts[trait] = counts.get(trait, 0) + 1
    often = [(trait, cases) for trait, cases in counts.items() if cases >= MIN_CASES]
    if not often:
        return []
    mix = tuple(sorted(Counter(stay.hotel for stay, _ in shown).items()))
    bars = rates.bars(occasion, mix, allowed)
    unseen = bars[UNSEEN]
    return [
        _found(trait, occasion, shown, cases, bar[0])
        for trait, cases in often
        if cases >= (bar := bars.get(trait, unseen))[1]
    ]


def _found(
    trait: Trait,
    occasion: Occasion,
    shown: Sequence[tuple[Seen, Shown]],
    cases: int,
    rate: int,
) -> Found:
    with_it = [stay for stay, traits in shown if trait in traits]
    return Found(
        trait,
        occasion,
        with_it[0].hotel,
        cases,
        len(shown),
        rate,
        tuple(_day(stay.left_on) for stay in with_it),
    )


def _day(left_on: str | date) -> date:
    return date.fromisoformat(left_on) if isinstance(left_on, str) else left_on


def with_repeats(stays: Sequence[Seen]) -> list[Seen]:
    """The stays, newest first, with what follows from the one before in the same hotel."""
    told: list[Seen] = []
    before: dict[int, str] = {}
    for stay in reversed(stays):
        again: Shown | None = None
        if stay.shown[_ROOM] is not None and stay.room_no is not None:
            last = before.get(stay.hotel)
            if last is not None:
                again = (SAME_ROOM,) if last == stay.room_no else ()
            before[stay.hotel] = stay.room_no
        if again is not None:
            shown = (*stay.shown[:_AGAIN], again, *stay.shown[_AGAIN + 1 :])
            stay = Seen(stay.hotel, stay.left_on, stay.room_no, shown)  # noqa: PLW2901
        told.append(stay)
    told.reverse()
    return told


def chance_of_same_room(nights: Mapping[tuple[str, str], int]) -> tuple[int, int]:
    """How often two stays of the same kind of room meet in the same room, as cases of stays.

    ``nights`` counts stays by (kind of room, room). Within a kind the chance is the sum of the
    squared shares (Simpson's index); over the kinds their mean by stays.
    """
    kinds: Counter[str] = Counter()
    for (kind, _), count in nights.items():
        kinds[kind] += count
    met = sum(count * count / kinds[kind] for (kind, _), count in nights.items())
    return round(met), sum(kinds.values())


def high_floors(floors: Sequence[int], marked_high: Sequence[int]) -> tuple[int | None, int | None]:
    """The floor above which rooms are high, and the one up to which they are low.

    ``marked_high`` are floors of rooms that the house itself calls high; else the upper and the
    lower third of all rooms. None where a house has fewer than four floors with rooms.
    """
    ranked = sorted(floors)
    if len(set(ranked)) < 4:
        return None, None
    low = ranked[len(ranked) // 3]
    high = min(marked_high) - 1 if marked_high else ranked[2 * len(ranked) // 3]
    return high, min(low, high)


class Before(NamedTuple):
    """How a habit stands in the file before a new look."""

    state: HabitState
    answered_on: date | None


def standing(before: Before | None, found: Found | None) -> HabitState | None:
    """How a habit stands after a look; None where there is nothing to write down.

    An answered one comes back only with new evidence: as many cases after the answer as a habit
    needs to be one at all.
    """
    if before is None:
        return None if found is None else HabitState.OPEN
    if before.state in (HabitState.ACCEPTED, HabitState.DISMISSED):
        answered = before.answered_on or date.min
        new = 0 if found is None else sum(day > answered for day in found.days)
        return HabitState.OPEN if new >= MIN_CASES else before.state
    return HabitState.FADED if found is None else HabitState.OPEN
