"""What a hotel promises by severity and when its departments work; the home of both.

The other settings of complaints live beside it: `recovery_settings` and `complaint_words`.
"""

import re
from datetime import date, timedelta
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import targets
from crm.complaints.calendars import DAY_MINUTES, WEEKDAYS, WorkCalendar
from crm.complaints.targets import WINDOWS_MAX, TargetIn, WorkHoursIn, WorkHoursOut
from crm.complaints.terms import Severity
from crm.hotels import queries as hotels
from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError, Invalid, NotAllowed
from crm.staff.actor import Actor
from web.deps import Db, Me
from web.forms import Filled, refused
from web.navigation import setting_places_for
from web.rendering import frame_of, render

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=600)]
Long = Annotated[str, Form(max_length=12_000)]
Times = Annotated[list[str], Form(max_length=2 * WINDOWS_MAX)]
Version = Annotated[int, Form(ge=0, le=2**31)]
WHOLE_DAY = ("00:00", "24:00")
WINDOWS_SHOWN = 2
DAYS_DRAWN = 14
WORKING_WEEK = WEEKDAYS[1:5]
"""The days that are filled like Monday."""
_APART = re.compile(r"[\s,，、;；]+")
_DASHES = str.maketrans("–—~至", "----")
"""How people write from and until."""


class Drawn(NamedTuple):
    """A day of the drawing; ``spans`` are minutes of its wall clock: where one begins, how long."""

    day: date
    spans: list[tuple[int, int]]
    is_holiday: bool
    is_extra: bool

    @property
    def weekday(self) -> str:
        """Its weekday as the calendar writes it."""
        return WEEKDAYS[self.day.weekday()]


@router.get("/complaints/settings")
def show_home(me: Me) -> Response:
    """The first of the settings that the reader may open."""
    return RedirectResponse(setting_places_for(me.permissions)[0].path, 303)


# ---------------------------------------------------------------- targets
@router.get("/complaints/settings/targets")
def show_targets(request: Request, db: Db, me: Me) -> Response:
    """How soon a case of a severity is answered and solved."""
    return _targets(request, db, me, Filled({}))


@router.post("/complaints/settings/targets")
def set_target(
    request: Request,
    db: Db,
    me: Me,
    severity: Annotated[Severity, Form()],
    version: Version,
    first_reply_minutes: Text = "",
    solve_minutes: Text = "",
    warn_minutes: Text = "",
    margin_minutes: Text = "",
) -> Response:
    """One severity anew, for clocks that are set from now on."""
    minutes = {
        "first_reply_minutes": first_reply_minutes, "solve_minutes": solve_minutes,
        "warn_minutes": warn_minutes, "margin_minutes": margin_minutes,
    }  # fmt: skip
    try:
        with db.begin_nested():
            asked = TargetIn.model_validate({name: _number(text) for name, text in minutes.items()})
            targets.put_target(db, _hotel(me), severity, asked, by=me, version=version)
    except (ValidationError, CrmError) as error:
        form = refused(minutes | {"severity": severity.value}, error, me.language)
        return _targets(request, db, me, form, status=_status(error))
    return RedirectResponse(f"/complaints/settings/targets#{severity.value}", 303)


def _targets(
    request: Request, db: Session, me: Actor, form: Filled, *, status: int = 200
) -> Response:
    held = [targets.target(db, _hotel(me), severity, by=me) for severity in reversed(Severity)]
    return render(
        request, "settings/targets.html", status=status,
        targets=held, form=form, here="/complaints/settings/targets",
    )  # fmt: skip


# ---------------------------------------------------------------- work hours
@router.get("/complaints/settings/hours")
def show_departments(request: Request, db: Db, me: Me) -> Response:
    """Every department of the hotel with its week in a line."""
    held = [targets.work_hours(db, _hotel(me), code, by=me) for code in _departments(db, me)]
    return render(
        request, "settings/departments.html",
        departments=held, always=_always, here="/complaints/settings/hours", weekdays=WEEKDAYS,
    )  # fmt: skip


@router.get("/complaints/settings/hours/{department}")
def show_hours(request: Request, db: Db, me: Me, department: DepartmentCode) -> Response:
    """The week of a department, its holidays and make-up days, and how the next days come out."""
    held = targets.work_hours(db, _hotel(me), department, by=me)
    return _hours(request, db, me, held, _grid(held.hours), _days(held))


@router.post("/complaints/settings/hours/{department}")
def set_hours(
    request: Request,
    db: Db,
    me: Me,
    department: DepartmentCode,
    version: Version,
    mon: Times = [],  # noqa: B006 - FastAPI copies these
    tue: Times = [],  # noqa: B006
    wed: Times = [],  # noqa: B006
    thu: Times = [],  # noqa: B006
    fri: Times = [],  # noqa: B006
    sat: Times = [],  # noqa: B006
    sun: Times = [],  # noqa: B006
    holidays: Long = "",
    extra_days: Long = "",
    do: Text = "save",
) -> Response:
    """The week anew; ``do`` may fill Tuesday to Friday like Monday, or open round the clock.

    Those two are shown and not kept: whoever sees what they make saves it.
    """
    held = targets.work_hours(db, _hotel(me), department, by=me)
    week = dict(zip(WEEKDAYS, (mon, tue, wed, thu, fri, sat, sun), strict=True))
    typed = {"holidays": holidays, "extra_days": extra_days}
    if do == "copy":
        week |= dict.fromkeys(WORKING_WEEK, mon)
        return _hours(request, db, me, held, week, Filled(typed), is_draft=True)
    if do == "always":
        week = {day: list(WHOLE_DAY) for day in WEEKDAYS}
        return _hours(request, db, me, held, week, Filled(typed), is_draft=True)
    try:
        with db.begin_nested():
            asked = WorkHoursIn.model_validate(
                {
                    "hours": {day: _windows(times, f"/{day}") for day, times in week.items()},
                    "holidays": [day for day in _APART.split(holidays) if day],
                    "extra_days": _extra_days(extra_days),
                }
            )
            targets.put_work_hours(db, _hotel(me), department, asked, by=me, version=version)
    except (ValidationError, CrmError) as error:
        form = refused(typed | dict.fromkeys(WEEKDAYS, ""), error, me.language)
        return _hours(request, db, me, held, week, form, status=_status(error))
    return RedirectResponse(f"/complaints/settings/hours/{department.value}", 303)


def _hours(
    request: Request,
    db: Session,
    me: Actor,
    held: WorkHoursOut,
    week: dict[str, list[str]],
    form: Filled,
    *,
    is_draft: bool = False,
    status: int = 200,
) -> Response:
    rows = {day: _padded(times) for day, times in week.items()}
    return render(
        request, "settings/hours.html", status=status,
        held=held, form=form, rows=rows, is_draft=is_draft, always=_always(held),
        days=_drawn(held, frame_of(request).zone, frame_of(request).today),
        departments=_departments(db, me), here="/complaints/settings/hours",
    )  # fmt: skip


def _padded(times: list[str]) -> list[tuple[str, str]]:
    """From and until in pairs, with empty ones to fill in."""
    pairs = list(zip(times[::2], [*times[1::2], ""], strict=False))
    kept = [pair for pair in pairs if any(pair)]
    more = max(WINDOWS_SHOWN - len(kept), 1)
    return (kept + [("", "")] * more)[:WINDOWS_MAX]


def _grid(hours: dict[str, list[list[str]]]) -> dict[str, list[str]]:
    """Windows as the fields of a form show them: from, until, from, until."""
    return {day: [at for window in hours.get(day, []) for at in window] for day in WEEKDAYS}


def _windows(times: list[str], pointer: str) -> list[list[str]]:
    """Pairs of from and until; empty ones are none. `Invalid` for half a pair."""
    found = []
    clock = [_clock(each) for each in times]
    for begins, ends in zip(clock[::2], [*clock[1::2], ""], strict=False):
        if bool(begins) != bool(ends):
            raise Invalid(
                "A shift has a time from which and one until which. Fill in both.",
                "shift_half",
                pointer=pointer,
            )
        if begins:
            found.append([begins, ends])
    return found


def _clock(typed: str) -> str:
    """A time as the calendar writes it, also where it was typed as ``9:00`` or ``9：00``."""
    at = typed.strip().replace("：", ":")
    return at.zfill(5) if ":" in at else at


def _days(held: WorkHoursOut) -> Filled:
    """Holidays and make-up days as they are typed: a line each."""
    extra = "\n".join(
        f"{day} {' '.join('-'.join(window) for window in windows)}".strip()
        for day, windows in sorted(held.extra_days.items())
    )
    return Filled({"holidays": "\n".join(held.holidays), "extra_days": extra})


def _extra_days(typed: str) -> dict[str, list[list[str]]]:
    """Lines such as ``2026-10-10 09:00-17:00``; what a line cannot mean the schema refuses."""
    found: dict[str, list[list[str]]] = {}
    for line in typed.translate(_DASHES).splitlines():
        day, *windows = _APART.split(line.strip())
        if day:
            found[day] = [[*map(_clock, window.split("-"))] for window in windows if window]
    return found


def _always(held: WorkHoursOut) -> bool:
    """Whether a department never closes."""
    whole = [list(WHOLE_DAY)], [["00:00", "00:00"]]
    is_whole = all(held.hours.get(day) in whole for day in WEEKDAYS)
    return is_whole and not held.holidays and not held.extra_days


def _drawn(held: WorkHoursOut, zone: str, today: date) -> list[Drawn]:
    """The next days as the calendar has them; a night shift goes on where the next day begins."""
    calendar = WorkCalendar(zone, held.hours, held.holidays, held.extra_days)
    days = [today + timedelta(days=n) for n in range(DAYS_DRAWN)]
    return [
        Drawn(
            day,
            _spans(calendar, day),
            day.isoformat() in held.holidays and day.isoformat() not in held.extra_days,
            day.isoformat() in held.extra_days,
        )
        for day in days
    ]


def _spans(calendar: WorkCalendar, day: date) -> list[tuple[int, int]]:
    before = calendar.windows_of(day - timedelta(days=1))
    night = [(0, ends - DAY_MINUTES) for _, ends in before if ends > DAY_MINUTES]
    own = [(begins, min(ends, DAY_MINUTES)) for begins, ends in calendar.windows_of(day)]
    return [(begins, ends - begins) for begins, ends in night + own]


def _departments(db: Session, me: Actor) -> list[DepartmentCode]:
    codes = {each.code for each in hotels.departments_of(db, _hotel(me))} or set(DepartmentCode)
    return [code for code in DepartmentCode if code in codes]


def _number(typed: str) -> Any:
    """A whole number where one was typed; anything else is for the schema to refuse."""
    return int(typed) if typed.strip().isdecimal() else typed


def _hotel(me: Actor) -> UUID:
    if me.hotel_id is None:
        raise NotAllowed("Work for one hotel first.", "hotel_needed")
    return me.hotel_id


def _status(error: ValidationError | CrmError) -> int:
    return 409 if isinstance(error, Conflict) else 422
