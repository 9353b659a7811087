"""What is unusual in a day of viewing, on paper."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.audit import rules
from crm.audit.rules import Day, Finding
from crm.audit.terms import Unusual

DESK = [Day(files=40, reveals=6, look_ups=45, strangers=2, by_hour=tuple(
    5 if 8 <= hour < 16 else 0 for hour in range(24))) for _ in range(20)]  # fmt: skip


def kinds(day: Day, before: list[Day] = DESK) -> list[Unusual]:
    return [finding.kind for finding in rules.findings_of(day, before)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (Day(), []),
        (Day(files=40, reveals=6, look_ups=50, strangers=2), []),
        (Day(files=120), []),
        (Day(files=121), [Unusual.MANY_FILES]),
        (Day(files=200), [Unusual.MANY_FILES]),
        (Day(files=201), [Unusual.VOLUME]),
        (Day(files=40, reveals=18), []),
        (Day(files=40, reveals=19), [Unusual.MANY_REVEALS]),
        (Day(files=19, strangers=10), [Unusual.STRANGERS]),
        (Day(files=20, strangers=10), []),
        (Day(files=9, strangers=9), []),
        (Day(files=40, strangers=1, marked=1), [Unusual.MARKED_GUESTS]),
        (Day(files=10, look_ups=136), [Unusual.UNOPENED]),
        (Day(files=10, look_ups=135), []),
        (Day(files=30, look_ups=136), []),
    ],
)
def test_beside_twenty_days_at_the_desk(day: Day, expected: list[Unusual]) -> None:
    assert kinds(day) == expected


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (Day(files=90), []),
        (Day(files=91), [Unusual.MANY_FILES]),
        (Day(files=201), [Unusual.VOLUME]),
        (Day(files=40, reveals=31), [Unusual.MANY_REVEALS]),
        (Day(files=31, strangers=31), [Unusual.STRANGERS]),
        (Day(files=1, strangers=1, marked=1), [Unusual.MARKED_GUESTS]),
        (Day(files=9, by_hour=(9, *[0] * 23)), []),
    ],
)
def test_on_somebodys_first_days(day: Day, expected: list[Unusual]) -> None:
    assert kinds(day, DESK[:4]) == expected


def test_what_one_does_every_day_is_not_unusual() -> None:
    centre = [Day(files=150, reveals=40, strangers=140, marked=9)] * 10
    assert kinds(Day(files=160, reveals=50, strangers=150, marked=12), centre) == []
    assert kinds(Day(files=160, reveals=121, strangers=150, marked=28), centre) == [
        Unusual.MANY_REVEALS,
        Unusual.MARKED_GUESTS,
    ]


def test_a_finding_says_how_much_and_what_is_usual() -> None:
    assert rules.findings_of(Day(files=300), DESK) == [Finding(Unusual.VOLUME, 300, 40)]
    assert rules.findings_of(Day(files=300), []) == [Finding(Unusual.VOLUME, 300, None)]


class TestHours:
    @pytest.mark.parametrize(("hour", "odd"), [(2, True), (6, True), (7, False), (16, False),
                                               (17, True), (23, True)])  # fmt: skip
    def test_hours_beside_the_usual_ones_are_usual(self, hour: int, odd: bool) -> None:
        by_hour = tuple(5 if each == hour else 0 for each in range(24))
        assert (kinds(Day(files=5, by_hour=by_hour)) == [Unusual.ODD_HOURS]) is odd

    def test_a_look_or_two_at_night_is_nothing(self) -> None:
        assert kinds(Day(files=4, by_hour=(0, 0, 4, *[0] * 21))) == []

    def test_midnight_is_beside_eleven(self) -> None:
        night = [Day(files=9, by_hour=(*[0] * 23, 9))] * 10
        assert rules.usual_hours(night) == {22, 23, 0}


@pytest.mark.parametrize(
    ("viewers", "has_stay", "told"),
    [(7, False, False), (8, False, True), (15, True, False), (16, True, True)],
)
def test_one_guest_looked_at_by_many(viewers: int, has_stay: bool, told: bool) -> None:
    found = rules.one_guest(viewers, has_stay=has_stay)
    assert (found is not None) is told


counts = st.integers(0, 400)
days = st.builds(
    Day, files=counts, reveals=counts, look_ups=counts, strangers=counts, marked=counts,
    by_hour=st.tuples(*[st.integers(0, 30)] * 24),
)  # fmt: skip


@given(days, st.lists(days, max_size=30))
def test_any_day_gets_each_kind_once_at_most(day: Day, before: list[Day]) -> None:
    found = kinds(day, before)
    assert len(found) == len(set(found))
    assert (Unusual.VOLUME in found) is (day.files > 200)


@given(days.filter(lambda day: day.marked < 1), st.integers(5, 30))
def test_a_day_like_all_others_is_not_unusual(day: Day, number: int) -> None:
    if day.files <= 200:
        assert set(kinds(day, [day] * number)) <= {Unusual.ODD_HOURS}
