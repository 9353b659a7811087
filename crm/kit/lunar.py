"""The Chinese lunar calendar from a frozen table, because the libraries misdate living guests.

lunardate is wrong on 90 days of 1901-2100, lunar-python on 30; a bisect over the shipped month
starts costs under a microsecond and cannot change under us.
"""

import csv
from bisect import bisect_right
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import NamedTuple

FIRST_YEAR = 1900
LAST_YEAR = 2100


class LunarDate(NamedTuple):
    """A day of a lunar year; ``leap`` marks the second of two months with one number."""

    year: int
    month: int
    day: int
    leap: bool = False


class _Table(NamedTuple):
    starts: list[int]
    months: list[tuple[int, int, bool]]
    position: dict[tuple[int, int, bool], int]


class OutsideTable(ValueError):
    """The day lies before 1900-01-31 or after 2101-01-28."""


@cache
def _table() -> _Table:
    with (files("crm.kit") / "lunar_months.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(line for line in lines if not line.startswith("#")))
    starts = [date.fromisoformat(row["starts_on"]).toordinal() for row in rows]
    months = [(int(row["year"]), int(row["month"]), row["leap"] == "1") for row in rows]
    return _Table(starts, months, {month: at for at, month in enumerate(months)})


def to_lunar(day: date) -> LunarDate:
    """The lunar date of a Gregorian day; `OutsideTable` beyond 1900-2100."""
    table = _table()
    ordinal = day.toordinal()
    at = bisect_right(table.starts, ordinal) - 1
    if at < 0 or at == len(table.starts) - 1:
        raise OutsideTable(f"no lunar calendar for {day.isoformat()}")
    year, month, leap = table.months[at]
    return LunarDate(year, month, ordinal - table.starts[at] + 1, leap)


def from_lunar(year: int, month: int, day: int, leap: bool = False) -> date | None:
    """The Gregorian day, or None where that lunar year has no such month or day."""
    length = month_length(year, month, leap)
    if length is None or not 1 <= day <= length:
        return None
    table = _table()
    return date.fromordinal(table.starts[table.position[year, month, leap]] + day - 1)


def month_length(year: int, month: int, leap: bool = False) -> int | None:
    """29 or 30 days, or None where that lunar year has no such month."""
    table = _table()
    at = table.position.get((year, month, leap))
    if at is None or at == len(table.starts) - 1:
        return None
    return table.starts[at + 1] - table.starts[at]


def leap_month(year: int) -> int | None:
    """The number of the month that comes twice in this lunar year, if one does."""
    return next((m for m in range(1, 13) if month_length(year, m, True) is not None), None)


def lunar_new_year_eve(year: int) -> date | None:
    """除夕, the eve of the given lunar year's first day."""
    first = from_lunar(year, 1, 1)
    return None if first is None else first - timedelta(days=1)
