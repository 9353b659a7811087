"""When a guest's birthday is celebrated, in the solar or the lunar calendar, and what is none."""

from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from crm.guests.terms import Calendar
from crm.hotels.terms import LeapDayRule
from crm.kit import lunar
from crm.kit.errors import Invalid

OLDEST_AGE = 125


@dataclass(frozen=True, slots=True)
class Birthday:
    """A month and day of one calendar; the year (of that calendar) may be unknown."""

    month: int
    day: int
    year: int | None = None
    calendar: Calendar = Calendar.SOLAR
    leap: bool = False

    @property
    def is_lunar(self) -> bool:
        return self.calendar is Calendar.LUNAR


def check_birthday(birthday: Birthday, today: date) -> Birthday:
    """The birthday itself if it is possible, else `Invalid` with the fault as its code."""
    fault = birthday_fault(birthday, today)
    if fault is not None:
        raise Invalid(_SENTENCES[fault], fault, pointer="/birthday")
    return birthday


_SENTENCES = {
    "birthday_impossible": "This day does not exist in the calendar.",
    "birthday_common_year": "29 February does not exist in this year.",
    "birthday_no_leap_month": "This lunar year has no such leap month.",
    "birthday_short_month": "This lunar month has no 30th day in this year.",
    "birthday_leap_flag": "Only lunar birthdays can be in a leap month.",
    "birthday_future": "This birthday lies in the future.",
    "birthday_too_old": f"Nobody in the file is older than {OLDEST_AGE} years.",
}


def birthday_fault(birthday: Birthday, today: date) -> str | None:
    """Why this is no possible birthday of a living person, as a stable code; None if it is."""
    fault = _lunar_fault(birthday) if birthday.is_lunar else _solar_fault(birthday)
    if fault is not None or birthday.year is None:
        return fault
    if birthday.year < today.year - OLDEST_AGE:
        return "birthday_too_old"
    born = born_on(birthday)
    if born is None or born > today:
        return "birthday_future"
    return "birthday_too_old" if _years_between(born, today) > OLDEST_AGE else None


def _solar_fault(birthday: Birthday) -> str | None:
    if birthday.leap:
        return "birthday_leap_flag"
    # 2000 stands for an unknown year, because it has a 29 February.
    if not 1 <= birthday.month <= 12 or not (
        1 <= birthday.day <= monthrange(2000, birthday.month)[1]
    ):
        return "birthday_impossible"
    on_leap_day = (birthday.month, birthday.day) == (2, 29)
    if on_leap_day and birthday.year is not None and not isleap(birthday.year):
        return "birthday_common_year"
    return None


def _lunar_fault(birthday: Birthday) -> str | None:
    year, month = birthday.year, birthday.month
    if not 1 <= month <= 12 or not 1 <= birthday.day <= 30:
        return "birthday_impossible"
    if birthday.leap and month not in _leap_months_of(year):
        return "birthday_no_leap_month"
    if year is None or not lunar.FIRST_YEAR <= year <= lunar.LAST_YEAR:
        return None
    length = lunar.month_length(year, month, birthday.leap) or 0
    return "birthday_short_month" if birthday.day > length else None


def _leap_months_of(year: int | None) -> range | tuple[int, ...]:
    """The months that can be leap: without a year 2 to 11, as in the two centuries we know."""
    if year is None or not lunar.FIRST_YEAR <= year <= lunar.LAST_YEAR:
        return range(2, 12)
    leap = lunar.leap_month(year)
    return () if leap is None else (leap,)


def born_on(birthday: Birthday) -> date | None:
    """The Gregorian day of birth; None without a year or beyond the calendar."""
    if birthday.year is None:
        return None
    if birthday.is_lunar:
        return lunar.from_lunar(birthday.year, birthday.month, birthday.day, birthday.leap)
    try:
        return date(birthday.year, birthday.month, birthday.day)
    except ValueError:
        return None


def occurrence_in(
    birthday: Birthday, year: int, leap_day: LeapDayRule = LeapDayRule.FEB_28
) -> date | None:
    """The day celebrated in this year of the birthday's own calendar; None beyond the table.

    Lunar: a missing 30th falls on the month's last day; a leap month's birthday falls in the
    same leap month where the year has it, else in the plain month.
    """
    if birthday.is_lunar:
        in_leap = birthday.leap and lunar.leap_month(year) == birthday.month
        length = lunar.month_length(year, birthday.month, in_leap)
        if length is None:
            return None
        return lunar.from_lunar(year, birthday.month, min(birthday.day, length), in_leap)
    if not 1 <= year <= 9999:
        return None
    if (birthday.month, birthday.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28) if leap_day is LeapDayRule.FEB_28 else date(year, 3, 1)
    return date(year, birthday.month, birthday.day)


def occurrences(
    birthday: Birthday, start: date, end: date, leap_day: LeapDayRule = LeapDayRule.FEB_28
) -> Iterator[date]:
    """Every celebrated day from start to end, both included, once per year of its calendar.

    A lunar birthday can fall twice in one Gregorian year and not at all in the next.
    """
    for year in range(start.year - birthday.is_lunar, end.year + 1):
        day = occurrence_in(birthday, year, leap_day)
        if day is not None and start <= day <= end:
            yield day


def next_occurrence(
    birthday: Birthday, today: date, leap_day: LeapDayRule = LeapDayRule.FEB_28
) -> date | None:
    """The first celebrated day that is today or later; None only where the calendar ends."""
    horizon = min(today.toordinal() + 800, date.max.toordinal())
    return next(occurrences(birthday, today, date.fromordinal(horizon), leap_day), None)


def days_until(
    birthday: Birthday, today: date, leap_day: LeapDayRule = LeapDayRule.FEB_28
) -> int | None:
    """Days to the next celebration, 0 on the day itself."""
    day = next_occurrence(birthday, today, leap_day)
    return None if day is None else (day - today).days


def age_on(birthday: Birthday, day: date) -> int | None:
    """Completed years on a day; None if the year is unknown or the day before birth."""
    born = born_on(birthday)
    return None if born is None or day < born else _years_between(born, day)


def _years_between(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def within_days(
    birthday: Birthday,
    today: date,
    days: int,
    leap_day: LeapDayRule = LeapDayRule.FEB_28,
) -> bool:
    """Is it celebrated within so many days from today, both ends included?"""
    until = today + timedelta(days=days)
    return next(occurrences(birthday, today, until, leap_day), None) is not None
