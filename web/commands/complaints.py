"""``keshi complaints``: deadlines of cases worked out from a file, by the rule of the house.

For trying working hours before they are set, and for checking the rule against other systems.
"""

import json
from datetime import UTC, datetime
from math import isfinite
from pathlib import Path
from typing import Any

import typer

from crm.complaints.calendars import CalendarUnfit, NeverOpen, Span, WorkCalendar, due_at
from crm.kit.errors import CrmError, Invalid
from web.commands.shell import AsJson, fail, say

app = typer.Typer(no_args_is_help=True, help="Complaint cases: their deadlines, from a file.")

MINUTES_MAX = 10**7
NAMES = {"id", "calendar", "start", "minutes", "pauses"}
CALENDAR_NAMES = {"tz", "hours", "holidays", "extra_days"}


class CaseUnfit(Invalid):
    """A case of the file that makes no sense; told in the language of the shell, English."""


@app.callback()
def complaints() -> None:
    """Complaint cases: their deadlines, from a file."""


@app.command("due")
def due(
    cases: Path = typer.Option(..., "--cases", help="A JSON file with a list of cases."),
    as_json: bool = AsJson,
) -> None:
    """When each case of a file is due: its minutes of working time after its start, without its
    pauses. A time without an offset is read on the clock of the calendar's time zone."""
    found: dict[str, str] = {}
    for no, case in enumerate(_read(cases), start=1):
        name = str(case["id"]) if isinstance(case, dict) and "id" in case else f"number {no}"
        try:
            when = _due(case)
        except CrmError as error:
            fail(f"Case {name}: {error.message}")
        if name in found:
            fail(f"Case {name} is in the file twice. Give each case an id of its own.")
        found[name] = when.isoformat().replace("+00:00", "Z")
    lines = "\n".join(f"{name}\t{when}" for name, when in found.items())
    say({"due": found}, as_json=as_json, text=lines or "There is no case in the file.")


def _read(file: Path) -> list[Any]:
    try:
        cases = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        fail(f"{file} could not be read: {error.strerror or type(error).__name__}.")
    except (ValueError, RecursionError):
        fail(f"{file} is not a JSON file.")
    if not isinstance(cases, list):
        fail(f"{file} does not hold a list of cases.")
    return cases


def _due(case: Any) -> datetime:
    if not isinstance(case, dict) or not NAMES - {"pauses"} <= set(case) <= NAMES:
        raise CaseUnfit(
            "A case has id, calendar, start, minutes and, if any, pauses.", "case_fields"
        )
    minutes = case["minutes"]
    if (
        not isinstance(minutes, int | float)
        or isinstance(minutes, bool)
        or not isfinite(minutes)
        or not 0 <= minutes <= MINUTES_MAX
    ):
        raise CaseUnfit("The minutes are a number, not below zero.", "case_minutes")
    calendar = _calendar(case["calendar"])
    pauses = _pauses(calendar, case.get("pauses") or [])
    try:
        return due_at(calendar, _instant(calendar, case["start"]), minutes, pauses)
    except OverflowError:
        raise NeverOpen from None


def _calendar(written: Any) -> WorkCalendar:
    if not isinstance(written, dict) or not {"tz", "hours"} <= set(written) <= CALENDAR_NAMES:
        raise CalendarUnfit(
            "A calendar has tz, hours and, if any, holidays and extra_days.", "case_calendar"
        )
    hours = written["hours"]
    holidays, extra_days = written.get("holidays") or [], written.get("extra_days") or {}
    if not (
        isinstance(written["tz"], str)
        and (hours is None or isinstance(hours, dict))
        and isinstance(holidays, list)
        and isinstance(extra_days, dict)
    ):
        raise CalendarUnfit(
            "In a calendar tz is a text, hours and extra_days are objects, holidays a list.",
            "case_calendar",
        )
    return WorkCalendar(written["tz"], hours, holidays, extra_days)


def _pauses(calendar: WorkCalendar, written: Any) -> list[Span]:
    if not isinstance(written, list) or any(
        not isinstance(pair, list) or len(pair) != 2 for pair in written
    ):
        raise CaseUnfit("Pauses are a list of pairs: from and to.", "case_pauses")
    return [(_instant(calendar, a), _instant(calendar, b)) for a, b in written]


def _instant(calendar: WorkCalendar, written: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(written)
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=calendar.zone)
        return instant.astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        raise CaseUnfit("Write times like 2026-11-20T16:00:00+08:00.", "case_time") from None
