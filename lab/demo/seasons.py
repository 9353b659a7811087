"""How full the house wants to be on a day: weekdays for business, weekends and holidays for
leisure, with the peaks of 国庆 and 春节 and the quiet weeks between."""

from collections.abc import Callable
from datetime import date, timedelta

from crm.kit import lunar

MONTHS = (0.55, 0.6, 0.95, 1.25, 1.15, 0.95, 0.95, 1.0, 1.1, 1.35, 1.05, 0.7)
BUSINESS_WEEK = (1.35, 1.4, 1.3, 1.05, 0.45, 0.2, 0.65)
LEISURE_WEEK = (0.45, 0.45, 0.5, 0.7, 1.7, 1.75, 0.6)


def spring_festival(year: int) -> date:
    first = lunar.from_lunar(year, 1, 1)
    if first is None:
        raise lunar.OutsideTable(f"no Spring Festival is known for {year}")
    return first


def holiday_pull(day: date) -> float:
    """What a public holiday does to leisure; 1.0 on ordinary days."""
    new_year = (day - spring_festival(day.year)).days
    if 0 <= new_year <= 6:
        return 3.2
    if (day.month == 10 and day.day <= 7) or (day.month == 5 and day.day <= 5):
        return 3.0
    moon = lunar.to_lunar(day)
    if (moon.month, moon.day) in {(5, 5), (8, 15)} or (day.month, day.day) in {(1, 1), (4, 4)}:
        return 1.8
    return 1.0


def business(day: date) -> float:
    """Offices are closed around 春节, 国庆 and 五一, and nobody travels for them."""
    if holiday_pull(day) > 2 or -5 <= (day - spring_festival(day.year)).days <= 9:
        return 0.04
    return BUSINESS_WEEK[day.weekday()] * MONTHS[day.month - 1]


def leisure(day: date) -> float:
    return LEISURE_WEEK[day.weekday()] * MONTHS[day.month - 1] * holiday_pull(day)


def rate_factor(day: date) -> float:
    """The house's price on a day against its ordinary one: 0.85 to 1.6."""
    pull = holiday_pull(day)
    if pull > 2:
        return 1.6
    weekend = 1.08 if day.weekday() in (4, 5) else 1.0
    return round(min(1.35, max(0.85, 0.55 + 0.45 * MONTHS[day.month - 1])) * weekend, 2)


def running(pull: Callable[[date], float], start: date, days: int) -> list[float]:
    """The pull of so many days, summed up, as `random.choices` wants its cumulative weights."""
    total, sums = 0.0, []
    for n in range(days):
        total += pull(start + timedelta(days=n))
        sums.append(total)
    return sums
