"""The frozen table against the Hong Kong Observatory's month starts and two libraries."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lunar_python import Solar
from zhdate import ZhDate

from crm.kit import lunar

OBSERVATORY = Path(__file__).parents[2] / "data" / "lunar_month_starts_1930_2050.csv"
FIRST, LAST = date(1900, 1, 31), date(2101, 1, 28)
days = st.dates(min_value=FIRST, max_value=LAST)


def observatory_rows() -> list[dict[str, str]]:
    with OBSERVATORY.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


class TestAgainstPublicAnswers:
    def test_every_month_start_of_the_observatory(self) -> None:
        rows = observatory_rows()
        assert len(rows) == 1496
        for row in rows:
            expected = lunar.LunarDate(
                int(row["lunar_year"]), int(row["lunar_month"]), 1, row["is_leap"] == "1"
            )
            assert lunar.to_lunar(date.fromisoformat(row["date"])) == expected

    def test_the_day_before_a_month_start_belongs_to_the_month_before(self) -> None:
        for row in observatory_rows()[1:]:
            day = date.fromisoformat(row["date"]) - timedelta(days=1)
            assert lunar.to_lunar(day).day in (29, 30)

    @given(st.dates(min_value=date(1901, 1, 1), max_value=date(2100, 12, 30)))
    def test_same_as_zhdate(self, day: date) -> None:
        theirs = ZhDate.from_datetime(datetime(day.year, day.month, day.day))
        assert lunar.to_lunar(day) == (
            theirs.lunar_year,
            theirs.lunar_month,
            theirs.lunar_day,
            bool(theirs.leap_month),
        )

    @given(st.dates(min_value=date(1901, 2, 19), max_value=date(2056, 12, 31)))
    def test_same_as_lunar_python_where_it_is_right(self, day: date) -> None:
        theirs = Solar.fromYmd(day.year, day.month, day.day).getLunar()
        ours = lunar.to_lunar(day)
        assert (ours.year, ours.month * (-1 if ours.leap else 1), ours.day) == (
            theirs.getYear(),
            theirs.getMonth(),
            theirs.getDay(),
        )

    @pytest.mark.parametrize(
        ("month", "day", "dates"),
        [
            (1, 1, ["2026-02-17", "2027-02-06", "2028-01-26"]),
            (1, 15, ["2026-03-03", "2027-02-20", "2028-02-09"]),
            (5, 5, ["2026-06-19", "2027-06-09", "2028-05-28"]),
            (7, 7, ["2026-08-19", "2027-08-08", "2028-08-26"]),
            (8, 15, ["2026-09-25", "2027-09-15", "2028-10-03"]),
            (9, 9, ["2026-10-18", "2027-10-08", "2028-10-26"]),
        ],
    )
    def test_festivals(self, month: int, day: int, dates: list[str]) -> None:
        found = [lunar.from_lunar(year, month, day) for year in (2026, 2027, 2028)]
        assert [d.isoformat() for d in found if d] == dates

    @pytest.mark.parametrize(
        ("year", "eve"), [(2027, "2027-02-05"), (2028, "2028-01-25"), (2029, "2029-02-12")]
    )
    def test_new_year_eve(self, year: int, eve: str) -> None:
        assert lunar.lunar_new_year_eve(year) == date.fromisoformat(eve)

    @pytest.mark.parametrize(
        ("year", "month"),
        [(2025, 6), (2028, 5), (2031, 3), (2033, 11), (1933, 5), (2026, None), (2057, None)],
    )
    def test_leap_months(self, year: int, month: int | None) -> None:
        assert lunar.leap_month(year) == month


class TestTable:
    @given(days)
    def test_there_and_back(self, day: date) -> None:
        there = lunar.to_lunar(day)
        assert lunar.from_lunar(*there) == day

    @given(days.filter(lambda d: d < LAST))
    def test_the_next_day_is_the_next_lunar_day(self, day: date) -> None:
        today, tomorrow = lunar.to_lunar(day), lunar.to_lunar(day + timedelta(days=1))
        if tomorrow.day == 1:
            assert today.day == lunar.month_length(today.year, today.month, today.leap)
        else:
            assert tomorrow == today._replace(day=today.day + 1)

    def test_lunar_12_30_exists_only_in_2029_of_these_years(self) -> None:
        assert [y for y in range(2024, 2032) if lunar.from_lunar(y, 12, 30)] == [2029]

    @pytest.mark.parametrize("day", [date(1900, 1, 30), date(2101, 1, 29), date(9999, 12, 31)])
    def test_days_outside_are_refused(self, day: date) -> None:
        with pytest.raises(lunar.OutsideTable):
            lunar.to_lunar(day)

    @pytest.mark.parametrize(
        ("year", "month", "day", "leap"),
        [
            (2026, 13, 1, False),
            (2026, 0, 1, False),
            (2026, 1, 0, False),
            (2026, 1, 31, False),
            (2026, 6, 1, True),
            (2101, 1, 1, False),
            (1899, 12, 1, False),
        ],
    )
    def test_days_that_do_not_exist(self, year: int, month: int, day: int, leap: bool) -> None:
        assert lunar.from_lunar(year, month, day, leap) is None
