"""Decisions about one row that need no database: what it must hold, and what it means together."""

import unicodedata
from datetime import date, timedelta
from typing import Any

from crm.guests.birthdays import Birthday, birthday_fault
from crm.guests.terms import Calendar
from crm.intake.faults import Fault
from crm.intake.terms import FILE_NAME_MAX, ImportKind
from crm.stays.terms import StayStatus

Values = dict[str, Any]

ARRIVAL_RANGE = (date(1970, 1, 1), date(2099, 12, 31))


def check_row(kind: ImportKind, values: Values, today: date) -> list[Fault]:
    """Faults of the row as a whole; fills in what follows from the rest (nights, status)."""
    return {
        ImportKind.GUESTS: _check_guest,
        ImportKind.STAYS: _check_stay,
        ImportKind.FOLIO: _check_line,
        ImportKind.POINTS: _check_points,
    }[kind](values, today)


def _check_guest(values: Values, today: date) -> list[Fault]:
    faults = []
    if not has_name(values):
        faults.append(Fault("name", "name_missing"))
    birthday = birthday_of(values)
    if birthday is not None and (code := birthday_fault(birthday, today)) is not None:
        faults.append(Fault("birthday", code))
    return faults


def has_name(values: Values) -> bool:
    return any(values.get(name) for name in ("name", "family", "given", "latin"))


def birthday_of(values: Values) -> Birthday | None:
    """The birthday in its own calendar; a lunar one is written as a date of that calendar."""
    day: date | None = values.get("birthday")
    if day is None:
        return None
    calendar = Calendar(values.get("birth_calendar") or Calendar.SOLAR)
    return Birthday(day.month, day.day, day.year, calendar, bool(values.get("birth_leap")))


def _check_stay(values: Values, today: date) -> list[Fault]:
    faults = []
    if "arrival" not in values:
        return [Fault("arrival", "required")]
    if "departure" not in values and "nights" not in values:
        return [Fault("departure", "departure_missing")]
    if not ARRIVAL_RANGE[0] <= values["arrival"] <= ARRIVAL_RANGE[1]:
        return [Fault("arrival", "date_range")]
    if "departure" not in values:
        values["departure"] = values["arrival"] + timedelta(days=values["nights"])
    nights = (values["departure"] - values["arrival"]).days
    if nights < 0:
        faults.append(Fault("departure", "departure_before_arrival"))
    elif values.get("nights", nights) != nights:
        faults.append(Fault("nights", "nights_disagree"))
    values["nights"] = nights
    values.setdefault("status", status_by_dates(values, today).value)
    return faults


def status_by_dates(values: Values, today: date) -> StayStatus:
    """What a row that names no status must be: it cannot be in house without a system saying so."""
    if values.get("cancelled_on"):
        return StayStatus.CANCELLED
    return StayStatus.CHECKED_OUT if values["departure"] < today else StayStatus.BOOKED


def _check_line(values: Values, _: date) -> list[Fault]:
    faults = [Fault(name, "required") for name in ("posted_on", "amount") if name not in values]
    if not values.get("confirmation_no") and not values.get("stay_external_id"):
        faults.append(Fault("confirmation_no", "required"))
    return faults


def _check_points(values: Values, _: date) -> list[Fault]:
    return [Fault(name, "required") for name in ("member_no", "points") if name not in values]


def name_of_file(given: str) -> str:
    """What a file is called on pages and in reports: its last part, only characters of text.

    A name from a form may be a path of any system, bytes of any encoding, or half a program.
    """
    last = unicodedata.normalize("NFC", given).replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        char for char in last if char.isprintable() and unicodedata.category(char) != "Cs"
    )
    return kept.strip()[:FILE_NAME_MAX].strip() or "file"
