"""The pull of the year: who travels when."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from lab.demo import seasons


@pytest.mark.parametrize(
    ("year", "first"),
    [(2025, date(2025, 1, 29)), (2026, date(2026, 2, 17)), (2027, date(2027, 2, 6))],
)
def test_spring_festival_moves_with_the_moon(year: int, first: date) -> None:
    assert seasons.spring_festival(year) == first


def test_weekdays_are_business_and_weekends_leisure() -> None:
    tuesday, saturday = date(2026, 11, 24), date(2026, 11, 28)
    assert seasons.business(tuesday) > 3 * seasons.business(saturday)
    assert seasons.leisure(saturday) > 3 * seasons.leisure(tuesday)


@pytest.mark.parametrize("day", [date(2026, 10, 3), date(2026, 2, 18), date(2026, 5, 2)])
def test_holidays_fill_the_house_with_leisure_and_empty_it_of_business(day: date) -> None:
    fortnight_later = day + timedelta(days=14)
    assert seasons.leisure(day) > 1.5 * seasons.leisure(fortnight_later)
    assert seasons.business(day) < 0.1
    assert seasons.rate_factor(day) == 1.6


def test_rates_stay_within_reason_all_year() -> None:
    days = (date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    assert all(0.85 <= seasons.rate_factor(day) <= 1.6 for day in days)


def test_running_sums_only_grow() -> None:
    sums = seasons.running(seasons.business, date(2026, 1, 1), 400)
    assert len(sums) == 400
    assert all(later > earlier for earlier, later in pairwise(sums))
