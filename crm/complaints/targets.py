"""What a hotel promises by severity, and when its departments work: read and set.

Both hold for the clocks that are set from then on; a running case keeps what it was promised
until it is changed, paused or reopened, or its guest leaves at another time.
"""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, Field
from sqlalchemy import select, update
from sqlmodel import Session, SQLModel, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints import promises
from crm.complaints.calendars import WEEKDAYS, WorkCalendar, due_at
from crm.complaints.tables import ComplaintTarget, WorkHours
from crm.complaints.terms import Severity
from crm.hotels import queries as hotels
from crm.hotels.schemas import HotelRow
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.db import insert_once
from crm.kit.errors import ChangedMeanwhile, NotFound
from crm.kit.schema import In, Out
from crm.staff.actor import Actor

CLOCKS = "complaints.clocks"
SOLVE_MAX, DAY = 30 * 24 * 60, 24 * 60
HOLIDAYS_MAX = 400
WINDOWS_MAX = 6
_TIME = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"

_ALWAYS = {day: [["00:00", "24:00"]] for day in WEEKDAYS}

Clock = Annotated[str, Field(pattern=_TIME)]
Window = Annotated[list[Clock], Field(min_length=2, max_length=2)]
Windows = Annotated[list[Window], Field(max_length=WINDOWS_MAX)]
Weekday = Annotated[str, Field(pattern=r"^(mon|tue|wed|thu|fri|sat|sun)$")]
Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Minutes = Annotated[int, Field(ge=1, le=SOLVE_MAX)]


class TargetIn(In):
    """Minutes of working time; ``margin_minutes`` is how long before the guest leaves a case
    must be solved."""

    first_reply_minutes: Annotated[int, Field(ge=1, le=DAY)]
    solve_minutes: Minutes
    warn_minutes: Annotated[int, Field(ge=0, le=DAY)]
    margin_minutes: Annotated[int, Field(ge=0, le=DAY)]


class TargetOut(Out):
    """``is_shipped``: the hotel has set none of its own; the version is 0 then."""

    hotel_id: UUID
    severity: Severity
    first_reply_minutes: int
    solve_minutes: int
    warn_minutes: int
    margin_minutes: int
    is_shipped: bool
    version: int


def _sorted_days(days: list[str]) -> list[str]:
    return sorted(set(days))


class WorkHoursIn(In):
    """``hours``: by weekday, windows as ["HH:MM", "HH:MM"] on the hotel's clock; an end that is
    not after its beginning lies on the next day; left out, it works round the clock.
    ``holidays``: days without work. ``extra_days``: by day, the hours of a make-up day."""

    hours: dict[Weekday, Windows] | None = None
    holidays: Annotated[list[Day], Field(max_length=HOLIDAYS_MAX), AfterValidator(_sorted_days)] = (
        Field(default_factory=list)
    )
    extra_days: Annotated[dict[Day, Windows], Field(max_length=HOLIDAYS_MAX)] = Field(
        default_factory=dict
    )


class WorkHoursOut(Out):
    """``is_shipped``: nothing was set, the department works round the clock."""

    hotel_id: UUID
    department: DepartmentCode
    hours: dict[str, list[list[str]]]
    holidays: list[str]
    extra_days: dict[str, list[list[str]]]
    is_shipped: bool
    version: int


def target(db: Session, hotel_id: UUID, severity: Severity, *, by: Actor) -> TargetOut:
    """The minutes of a severity; those shipped where the hotel has set none."""
    by.need(CLOCKS)
    _house(db, hotel_id, by)
    key: dict[str, Any] = {"hotel_id": hotel_id, "severity": severity}
    row = _row(db, ComplaintTarget, key)
    if row is None:
        return TargetOut(**key, **vars(promises.SHIPPED[severity]), is_shipped=True, version=0)
    return TargetOut(**row, is_shipped=False)


def put_target(
    db: Session,
    hotel_id: UUID,
    severity: Severity,
    asked: TargetIn,
    *,
    by: Actor,
    version: int | None,
) -> TargetOut:
    """Set the minutes of a severity. `ChangedMeanwhile` unless ``version`` is the newest."""
    by.need(CLOCKS)
    _house(db, hotel_id, by)
    key: dict[str, Any] = {"hotel_id": hotel_id, "severity": severity}
    _put(db, ComplaintTarget, key, asked.model_dump(), version)
    audit.note(
        db, Deed.CHANGED, by=by, subject="complaint_target", subject_id=hotel_id,
        fields=[severity.value],
    )  # fmt: skip
    return target(db, hotel_id, severity, by=by)


def work_hours(
    db: Session, hotel_id: UUID, department: DepartmentCode, *, by: Actor
) -> WorkHoursOut:
    """When a department works; round the clock where nothing was set."""
    by.need(CLOCKS)
    _house(db, hotel_id, by)
    key: dict[str, Any] = {"hotel_id": hotel_id, "department": department}
    row = _row(db, WorkHours, key)
    if row is None:
        return WorkHoursOut(
            **key, hours=_ALWAYS, holidays=[], extra_days={}, is_shipped=True, version=0
        )
    return WorkHoursOut(**row, is_shipped=False)


def put_work_hours(
    db: Session,
    hotel_id: UUID,
    department: DepartmentCode,
    asked: WorkHoursIn,
    *,
    by: Actor,
    version: int | None,
) -> WorkHoursOut:
    """Set when a department works. `NeverOpen` for hours that would not meet the longest target
    within ten years, `CalendarUnfit` for days that do not exist, `ChangedMeanwhile`."""
    by.need(CLOCKS)
    house = _house(db, hotel_id, by)
    values = asked.model_dump() | {"hours": _ALWAYS if asked.hours is None else asked.hours}
    due_at(WorkCalendar(house.time_zone, **values), clock.now(), SOLVE_MAX)
    key: dict[str, Any] = {"hotel_id": hotel_id, "department": department}
    _put(db, WorkHours, key, values, version)
    audit.note(
        db, Deed.CHANGED, by=by, subject="work_hours", subject_id=hotel_id,
        fields=[department.value],
    )  # fmt: skip
    return work_hours(db, hotel_id, department, by=by)


def _house(db: Session, hotel_id: UUID, by: Actor) -> HotelRow:
    if not by.is_system and hotel_id not in by.hotel_ids:
        raise NotFound("There is no such hotel here.", "hotel")
    return hotels.hotel(db, hotel_id)


def _row(db: Session, table: type[SQLModel], key: dict[str, Any]) -> dict[str, Any] | None:
    query = select(*table.__table__.c).where(*_is(table, key))  # type: ignore[attr-defined]
    row = db.connection().execute(query).mappings().first()
    return None if row is None else dict(row)


def _put(
    db: Session,
    table: type[SQLModel],
    key: dict[str, Any],
    values: dict[str, Any],
    version: int | None,
) -> None:
    """Write the row of ``key``; a row that was never set has version 0."""
    if version in (0, None) and insert_once(db, table, *key, **key, **values, version=1):
        return
    held = col(table.version)  # type: ignore[attr-defined]
    known = [] if version is None else [held == version]
    written = db.connection().execute(
        update(table).where(*_is(table, key), *known).values(**values, version=held + 1)
    )
    if written.rowcount != 1:
        raise ChangedMeanwhile(
            "Somebody else changed this setting meanwhile. Look at it again.", "changed_meanwhile"
        )


def _is(table: type[SQLModel], key: dict[str, Any]) -> list[Any]:
    return [col(getattr(table, name)) == value for name, value in key.items()]
