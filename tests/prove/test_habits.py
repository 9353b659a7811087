"""Planted habits are found, and guests without habits are left in peace: counted on both databases.

"Habits found": of the regulars in whom a habit was planted (kept to on 19 stays of 20), 95 % are
proposed just that. "False proposals": of the guests with stays enough for a proposal in whom none
was planted, at most 5 % are proposed anything at all. What is beyond counts as wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from math import ceil, floor
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from crm.kit.db import Database
from crm.sensing import chance, passing
from crm.sensing.tables import Habit, SensingPass
from crm.sensing.terms import MIN_CASES
from lab.bench.house import planting
from lab.bench.house.planting import Garden
from lab.bench.house.stores import store_of
from tests.flawed import credulous
from tests.proving import Tally

FOUND, FALSE = "habits found", "false proposals"
TODAY = date(2026, 11, 24)
LEAST_FOUND, MOST_FALSE = 0.95, 0.05
HALF, NONE = 2, 0


@dataclass(frozen=True)
class Harvest:
    planted: int
    found: int
    without: int
    bothered: int

    @property
    def found_share(self) -> float:
        return self.found / max(1, self.planted)

    @property
    def false_share(self) -> float:
        return self.bothered / max(1, self.without)

    @property
    def missed_too_often(self) -> int:
        return max(0, self.planted - self.found - floor(self.planted * (1 - LEAST_FOUND)))

    @property
    def bothered_too_often(self) -> int:
        return max(0, self.bothered - ceil(self.without * MOST_FALSE))


def grow(database: Database, garden: Garden) -> None:
    hotels = planting.houses(database, garden)
    store = store_of(database)
    try:
        planting.plant(store, garden, hotels, TODAY)
    finally:
        store.close()


def harvest(database: Database, garden: Garden) -> Harvest:
    """Sense everybody, and hold what was proposed against what was planted."""
    with database.writing() as db:
        db.connection().execute(delete(Habit))
        db.connection().execute(delete(SensingPass))
    passing.sense_all(database, TODAY)
    proposed: dict[UUID, set[tuple[str, str]]] = {}
    with database.reading() as db:
        for row in db.connection().execute(select(Habit.guest_id, Habit.code, Habit.value)):
            proposed.setdefault(row.guest_id, set()).add((row.code, row.value))
    planted = found = without = bothered = 0
    for no in range(garden.guests):
        guest = UUID(bytes=planting.key_of(0, no))
        if habit := garden.habit_of(no):
            planted += 1
            found += habit in proposed.get(guest, set())
        elif garden.stays_of(no) >= MIN_CASES:
            without += 1
            bothered += guest in proposed
    return Harvest(planted, found, without, bothered)


def written_down(tally: Tally, seen: Harvest, where: str) -> None:
    if seen.planted:
        note = f"{where} {seen.found_share:.1%}"
        tally(FOUND, seen.planted, wrong=seen.missed_too_often, note=note)
    tally(
        FALSE, seen.without, wrong=seen.bothered_too_often, note=f"{where} {seen.false_share:.1%}"
    )


class TestHabits:
    def test_that_were_planted_are_found_and_others_are_not(
        self, database: Database, backend: str, budget: Callable[..., int], tally: Tally
    ) -> None:
        # Three regulars of twenty guests have a habit.
        garden = Garden(ceil(budget(FOUND, share=2) * 20 / 3) + 300, every=HALF, hotels=3)
        grow(database, garden)
        seen = harvest(database, garden)
        written_down(tally, seen, backend)
        assert seen.found_share >= LEAST_FOUND
        assert seen.false_share <= MOST_FALSE

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    def test_where_nobody_has_any_are_hardly_ever_proposed(
        self, database: Database, budget: Callable[..., int], tally: Tally
    ) -> None:
        garden = Garden(ceil(budget(FALSE) * 20 / 8 / 2), seed=2, every=NONE, hotels=3)
        grow(database, garden)
        seen = harvest(database, garden)
        written_down(tally, seen, "no habits at all")
        assert seen.false_share <= MOST_FALSE

    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    def test_flawed_ways_of_finding_them_are_noticed(
        self, database: Database, monkeypatch: pytest.MonkeyPatch, tally: Tally
    ) -> None:
        garden = Garden(1_000, every=HALF, hotels=2)
        grow(database, garden)
        flaws: dict[str, Callable[..., Any]] = {
            "frequency without chance": credulous.by_frequency,
            "each code tested alone": credulous.each_code_alone,
            "every single stay": credulous.deaf,
        }
        for flaw, way in flaws.items():
            monkeypatch.setattr(chance, "critical", way)
            seen = harvest(database, garden)
            broken = seen.bothered_too_often, seen.missed_too_often
            assert any(broken), flaw
            tally.flaw_found(FALSE if broken[0] else FOUND, flaw)
