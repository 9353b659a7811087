"""Birthdays in two calendars: the days celebrated, ages, and dates that are none."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crm.guests import birthdays
from crm.guests.birthdays import Birthday
from crm.guests.terms import Calendar
from crm.hotels.terms import LeapDayRule
from crm.kit import lunar
from crm.kit.errors import Invalid

SOLAR, LUNAR = Calendar.SOLAR, Calendar.LUNAR
TODAY = date(2026, 11, 24)


def lunar_birthday(month: int, day: int, year: int | None = None, leap: bool = False) -> Birthday:
    return Birthday(month, day, year, LUNAR, leap)


class TestNextOccurrence:
    @pytest.mark.parametrize(
        ("birthday", "today", "expected"),
        [
            (Birthday(11, 24, 1980), "2026-11-24", "2026-11-24"),
            (Birthday(11, 23, 1980), "2026-11-24", "2027-11-23"),
            (Birthday(2, 29, 1980), "2027-01-01", "2027-02-28"),
            (Birthday(2, 29, 1980), "2028-01-01", "2028-02-29"),
            (lunar_birthday(8, 15), "2026-01-01", "2026-09-25"),
            (lunar_birthday(1, 1), "2026-02-18", "2027-02-06"),
            # 12/30 exists in 2029 only; else it is the last day of the year, the eve.
            (lunar_birthday(12, 30), "2027-01-01", "2027-02-05"),
            (lunar_birthday(12, 30), "2030-01-01", "2030-02-02"),
            # The leap sixth of 2025, the plain sixth of 2026.
            (lunar_birthday(6, 10, leap=True), "2025-07-01", "2025-08-03"),
            (lunar_birthday(6, 10), "2025-07-01", "2025-07-04"),
            (lunar_birthday(6, 10, leap=True), "2026-01-01", "2026-07-23"),
            (lunar_birthday(6, 10, leap=True), "2025-08-04", "2026-07-23"),
        ],
    )
    def test_table(self, birthday: Birthday, today: str, expected: str) -> None:
        found = birthdays.next_occurrence(birthday, date.fromisoformat(today))
        assert found == date.fromisoformat(expected)

    def test_the_hotel_may_choose_the_first_of_march(self) -> None:
        found = birthdays.next_occurrence(Birthday(2, 29), date(2027, 1, 1), LeapDayRule.MAR_1)
        assert found == date(2027, 3, 1)

    def test_where_the_lunar_calendar_ends_there_is_none(self) -> None:
        assert birthdays.next_occurrence(lunar_birthday(12, 1), date(2101, 6, 1)) is None

    @given(
        st.integers(1, 12),
        st.integers(1, 30),
        st.booleans(),
        st.dates(date(1950, 1, 1), date(2090, 12, 31)),
    )
    def test_a_lunar_birthday_comes_once_per_lunar_year(
        self, month: int, day: int, leap: bool, today: date
    ) -> None:
        birthday = lunar_birthday(month, day, leap=leap)
        assume(birthdays.birthday_fault(birthday, today) is None)
        found = birthdays.next_occurrence(birthday, today)
        assert found is not None
        assert 0 <= (found - today).days <= 415
        on = lunar.to_lunar(found)
        assert on.month == month
        assert on.day == min(day, lunar.month_length(on.year, on.month, on.leap) or 0)
        assert on.leap == (leap and lunar.leap_month(on.year) == month)
        many = list(birthdays.occurrences(birthday, today, today + timedelta(days=3653)))
        years = [lunar.to_lunar(each).year for each in many]
        assert years == list(range(years[0], years[0] + len(years)))

    def test_twice_in_one_gregorian_year_and_not_at_all_in_another(self) -> None:
        birthday = lunar_birthday(12, 1)
        per_year = {
            year: len(list(birthdays.occurrences(birthday, date(year, 1, 1), date(year, 12, 31))))
            for year in range(2024, 2044)
        }
        assert set(per_year.values()) == {0, 1, 2}
        # 2024 to 2043 hold the twelfth months of the lunar years 2023 to 2043.
        assert sum(per_year.values()) == 21

    @given(st.dates(date(1902, 1, 1), TODAY), st.dates(TODAY, date(2090, 1, 1)))
    def test_a_solar_birthday_keeps_month_and_day(self, born: date, today: date) -> None:
        found = birthdays.next_occurrence(Birthday(born.month, born.day, born.year), today)
        assert found is not None
        assert found >= today
        if (born.month, born.day) != (2, 29):
            assert (found.month, found.day) == (born.month, born.day)

    def test_days_until_and_within(self) -> None:
        birthday = Birthday(12, 1)
        assert birthdays.days_until(birthday, TODAY) == 7
        assert birthdays.within_days(birthday, TODAY, 7)
        assert not birthdays.within_days(birthday, TODAY, 6)


class TestAge:
    @pytest.mark.parametrize(
        ("birthday", "day", "age"),
        [
            (Birthday(11, 24, 1980), date(2026, 11, 23), 45),
            (Birthday(11, 24, 1980), date(2026, 11, 24), 46),
            (Birthday(11, 24), TODAY, None),
            (Birthday(11, 25, 2026), TODAY, None),
            (Birthday(2, 29, 2000), date(2025, 2, 28), 24),
            (Birthday(2, 29, 2000), date(2025, 3, 1), 25),
            # Lunar 1984-12-01 is 1985-01-21.
            (lunar_birthday(12, 1, 1984), date(2026, 1, 20), 40),
            (lunar_birthday(12, 1, 1984), date(2026, 1, 21), 41),
        ],
    )
    def test_table(self, birthday: Birthday, day: date, age: int | None) -> None:
        assert birthdays.age_on(birthday, day) == age


class TestDirtyBirthdays:
    @pytest.mark.parametrize(
        ("birthday", "fault"),
        [
            (Birthday(2, 30, 1980), "birthday_impossible"),
            (Birthday(4, 31), "birthday_impossible"),
            (Birthday(0, 1), "birthday_impossible"),
            (Birthday(13, 1), "birthday_impossible"),
            (Birthday(1, 0), "birthday_impossible"),
            (Birthday(2, 29, 2023), "birthday_common_year"),
            (Birthday(2, 29, 1900), "birthday_common_year"),
            (Birthday(2, 29), None),
            (Birthday(2, 29, 2000), None),
            (Birthday(11, 25, 2026), "birthday_future"),
            (Birthday(11, 24, 2026), None),
            (Birthday(1, 1, 1900), "birthday_too_old"),
            (Birthday(1, 1, 0), "birthday_too_old"),
            (Birthday(1, 1, 99999), "birthday_future"),
            (Birthday(6, 1, 1980, SOLAR, True), "birthday_leap_flag"),
            (lunar_birthday(12, 30, 2025), "birthday_short_month"),
            (lunar_birthday(12, 30, 1984), None),
            (lunar_birthday(12, 30), None),
            (lunar_birthday(12, 31), "birthday_impossible"),
            (lunar_birthday(6, 1, 2024, True), "birthday_no_leap_month"),
            (lunar_birthday(6, 1, 2025, True), None),
            (lunar_birthday(1, 1, None, True), "birthday_no_leap_month"),
            (lunar_birthday(12, 29, 2026), "birthday_future"),
            (lunar_birthday(1, 1, 3000), "birthday_future"),
            (lunar_birthday(1, 1, 1600, True), "birthday_no_leap_month"),
        ],
    )
    def test_fault_has_a_stable_code(self, birthday: Birthday, fault: str | None) -> None:
        assert birthdays.birthday_fault(birthday, TODAY) == fault

    def test_checking_raises_with_the_code_and_without_the_value(self) -> None:
        with pytest.raises(Invalid) as caught:
            birthdays.check_birthday(Birthday(2, 30, 1980), TODAY)
        assert caught.value.code == "birthday_impossible"
        assert "30" not in caught.value.message

    def test_checking_gives_back_what_is_right(self) -> None:
        birthday = Birthday(2, 28, 1980)
        assert birthdays.check_birthday(birthday, TODAY) is birthday

    @given(
        st.integers(-5, 40),
        st.integers(-5, 40),
        st.none() | st.integers(-10, 10_000),
        st.sampled_from(Calendar),
        st.booleans(),
    )
    def test_any_five_values_are_judged_without_a_crash(
        self, month: int, day: int, year: int | None, calendar: Calendar, leap: bool
    ) -> None:
        birthday = Birthday(month, day, year, calendar, leap)
        if birthdays.birthday_fault(birthday, TODAY) is None:
            assert birthdays.next_occurrence(birthday, TODAY) is not None
