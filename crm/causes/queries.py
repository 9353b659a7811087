"""Reads what complaints teach: counted by cause, set against room nights, and what was done.

Praise and suggestions are no complaints. A report reads the rows of its period in one pass and
counts them here: a filter by shift and the question who complained again need the rows anyway.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col

from crm.causes import rules
from crm.causes.schemas import (
    Asked,
    BarRow,
    CauseCase,
    CausesReport,
    PointRow,
    RatioReport,
    ReplyRow,
    ShareRow,
)
from crm.causes.tables import RoomNightMonth
from crm.causes.terms import PERIOD_DAYS_MAX, REPEAT_DAYS, SATISFIED_FROM, By
from crm.complaints.queries import reference, within_reach
from crm.complaints.tables import CaseWord, Complaint
from crm.complaints.terms import CaseKind, WordLevel
from crm.hotels import queries as hotels
from crm.hotels.schemas import HotelRow
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.dbtypes import as_it_lies, clock_from
from crm.kit.errors import Invalid
from crm.kit.rows import cols
from crm.notes.terms import Shift
from crm.staff.actor import Actor

PERMISSION = "complaints.causes"
YEAR = timedelta(days=365)
CASES_SHOWN = 100

_COLUMN: dict[By, Any] = {
    By.CATEGORY: Complaint.category,
    By.CAUSE: Complaint.cause,
    By.DEPARTMENT: Complaint.department,
    By.ROOM: Complaint.room_no,
    By.ITEM: Complaint.item,
}
_LEVEL = {By.CATEGORY: WordLevel.CATEGORY, By.CAUSE: WordLevel.CAUSE}


def hotel_of(db: Session, by: Actor) -> HotelRow:
    """The hotel that a reader works for; reports are about one house."""
    if by.hotel_id is None:
        raise Invalid("Say in which hotel.", "hotel", pointer="/hotel_id")
    return hotels.hotel(db, by.hotel_id)


def period(db: Session, first: date | None, last: date | None, *, by: Actor) -> tuple[date, date]:
    """The days of a report, both included: a year up to the hotel's today unless they are named."""
    by.need(PERMISSION)
    end = last or clock.today_in(hotel_of(db, by).time_zone)
    begin = first or end - YEAR + timedelta(days=1)
    if begin > end:
        raise Invalid("The first day lies after the last.", "period", pointer="/first")
    if (end - begin).days >= PERIOD_DAYS_MAX:
        raise Invalid(
            "A report reaches over at most five years. Choose a shorter period.",
            "period", pointer="/first",
        )  # fmt: skip
    return begin, end


def causes(db: Session, asked: Asked, count: By, *, by: Actor, most: int) -> CausesReport:
    """The complaints of a period by one thing, the most frequent first, ``most`` bars of it."""
    by.need(PERMISSION)
    hotel = hotel_of(db, by)
    found: Counter[str | None] = Counter()
    if count is By.SHIFT or asked.shift is not None:
        told = as_it_lies(col(_COLUMN.get(count, Complaint.category)))
        local = _Local(hotel.time_zone)
        for value, shift in _with_shift(db, hotel, asked, local, told, by):
            found[shift if count is By.SHIFT else value] += 1
    else:
        told = as_it_lies(col(_COLUMN[count]))
        rows = db.connection().execute(
            select(told, func.count()).where(*_chosen(hotel, asked, by)).group_by(told)
        )
        found.update({value or None: cases for value, cases in rows})
    unstated = found.pop(None, 0) + found.pop("", 0)
    counts = {str(key): cases for key, cases in found.items()}
    names = _names(db, count)
    bars = [
        BarRow(
            key=bar.key, name_en=name[0], name_zh=name[1], cases=bar.cases, share=bar.share,
            cumulative_share=bar.cumulative,
        )
        for bar in rules.pareto(counts, most)
        for name in [names.get(bar.key or "", (None, None))]
    ]  # fmt: skip
    total = unstated + sum(counts.values())
    return CausesReport(by=count, asked=asked, total=total, unstated=unstated, bars=bars)


def cases(db: Session, asked: Asked, *, by: Actor) -> list[CauseCase]:
    """The newest cases behind a bar, at most a hundred."""
    by.need(PERMISSION)
    hotel = hotel_of(db, by)
    local = _Local(hotel.time_zone)
    rows = db.connection().execute(
        select(
            *cols(
                Complaint.id, Complaint.number, Complaint.opened_at, Complaint.happened_at,
                Complaint.room_no, Complaint.headline, Complaint.severity, Complaint.status,
                Complaint.satisfaction,
            )
        )
        .where(*_chosen(hotel, asked, by))
        .order_by(col(Complaint.opened_at).desc(), col(Complaint.id).desc())
        .limit(None if asked.shift else CASES_SHOWN)
    )  # fmt: skip
    found: list[CauseCase] = []
    for row in rows:
        if asked.shift not in (None, local.shift(clock_from(row.happened_at or row.opened_at))):
            continue
        found.append(
            CauseCase(
                id=row.id, reference=reference(row.number), opened_at=row.opened_at,
                room_no=row.room_no, headline=row.headline, severity=row.severity,
                status=row.status, satisfaction=row.satisfaction,
            )
        )  # fmt: skip
        if len(found) == CASES_SHOWN:
            break
    return found


def words(db: Session) -> dict[WordLevel, dict[str, tuple[str, str]]]:
    """English and Chinese names of the master list, by level and code."""
    found: dict[WordLevel, dict[str, tuple[str, str]]] = {level: {} for level in WordLevel}
    rows = db.connection().execute(
        select(*cols(CaseWord.level, CaseWord.code, CaseWord.name_en, CaseWord.name_zh))
    )
    for row in rows:
        found[row.level][row.code] = (row.name_en, row.name_zh)
    return found


def _names(db: Session, count: By) -> dict[str, tuple[str, str]]:
    return words(db)[_LEVEL[count]] if count in _LEVEL else {}


# ---------------------------------------------------------------- which cases
def _chosen(hotel: HotelRow, asked: Asked, by: Actor) -> list[ColumnElement[bool]]:
    begin = rules.day_begins(asked.first, hotel.time_zone)
    end = rules.day_begins(asked.last + timedelta(days=1), hotel.time_zone)
    chosen = [*_complaints(hotel, by), col(Complaint.opened_at) >= begin]
    chosen.append(col(Complaint.opened_at) < end)
    for value, column in (
        (asked.category, Complaint.category),
        (asked.cause, Complaint.cause),
        (asked.department, Complaint.department),
        (asked.room, Complaint.room_no),
        (asked.item, Complaint.item),
    ):
        if value is not None:
            chosen.append(col(column) == value)
    return chosen


def _complaints(hotel: HotelRow, by: Actor) -> list[ColumnElement[bool]]:
    return [
        col(Complaint.hotel_id) == hotel.id,
        within_reach(by),
        col(Complaint.kind) == CaseKind.COMPLAINT,
    ]


def _with_shift(
    db: Session, hotel: HotelRow, asked: Asked, local: "_Local", told: Any, by: Actor
) -> Iterator[tuple[Any, Shift]]:
    """A value of every case and the shift in which it happened, or was told of, unless known."""
    at = func.coalesce(col(Complaint.happened_at), col(Complaint.opened_at))
    rows = db.connection().execute(select(told, as_it_lies(at)).where(*_chosen(hotel, asked, by)))
    for value, when in rows:
        shift = local.shift(clock_from(when))
        if asked.shift in (None, shift):
            yield value, shift


class _Local:
    """The shift of instants in one time zone; what an hour of a day is, is worked out once."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._known: dict[tuple[int, int, int], Shift] = {}

    def shift(self, at: datetime) -> Shift:
        """``at`` in UTC. Every offset in use is a whole number of quarters of an hour."""
        key = (at.toordinal(), at.hour, at.minute // 15)
        found = self._known.get(key)
        if found is None:
            local = at.replace(tzinfo=ZoneInfo("UTC")).astimezone(self._zone)
            found = self._known[key] = rules.shift_of_hour(local.hour)
        return found


# ---------------------------------------------------------------- ratio
def ratio(
    db: Session,
    *,
    by: Actor,
    first: date | None = None,
    last: date | None = None,
    department: DepartmentCode | None = None,
) -> RatioReport:
    """The complaint ratio by month over whole months, as far as room nights are counted.

    From the month of ``first`` to that of ``last``; by default twelve up to the newest.
    """
    by.need(PERMISSION)
    hotel = hotel_of(db, by)
    counted = _counted(db, hotel.id)
    head = next(iter(counted.values()), None)
    today = clock.today_in(hotel.time_zone)
    until = head.until_on if head else today + timedelta(days=1)
    stop = min(rules.month_after(last or today), until)
    begin = (first or _eleven_before(stop - timedelta(days=1))).replace(day=1)
    period(db, begin, stop - timedelta(days=1), by=by)
    months = rules.months(begin, stop - timedelta(days=1))
    tally = _Tally(months, hotel.time_zone, stop)
    tally.read(db, hotel, by, department)
    nights = [counted[month].nights if month in counted else 0 for month in months]
    chart = rules.u_chart(list(zip(tally.months, nights, strict=True)))
    return RatioReport(
        first=begin,
        last=stop - timedelta(days=1),
        department=department,
        until_on=head.until_on if head else None,
        counted_at=head.counted_at if head else None,
        complaints=sum(tally.months),
        nights=sum(nights),
        mean=chart.mean,
        points=[
            PointRow(month_on=month, **point._asdict() | {"signals": list(point.signals)})
            for month, point in zip(months, chart.points, strict=True)
        ],
        satisfied=_share(tally.satisfied, tally.asked),
        repeated=_share(tally.repeated, tally.known),
        reply=ReplyRow(
            answered=len(tally.replies),
            of=sum(tally.months),
            p50=rules.percentile(tally.replies, 50),
            p90=rules.percentile(tally.replies, 90),
            p95=rules.percentile(tally.replies, 95),
        ),
        definitions=list(DEFINITIONS),
    )


DEFINITIONS = (
    rules.DEFINITION, rules.NIGHTS_DEFINITION, rules.LIMITS_DEFINITION, rules.SMALL_DEFINITION,
    rules.SATISFIED_DEFINITION, rules.REPEAT_DEFINITION, rules.REPLY_DEFINITION,
)  # fmt: skip


class _Tally:
    """What is counted of the complaints of some months, and of the year before for repeats."""

    def __init__(self, months: list[date], zone: str, stop: date) -> None:
        self._begins = [_clock(rules.day_begins(month, zone)) for month in months]
        self._first, self._stop = months[0], stop
        self._zone = zone
        self.months = [0] * len(months)
        self.satisfied = self.asked = self.repeated = self.known = 0
        self.replies: list[float] = []

    def read(
        self, db: Session, hotel: HotelRow, by: Actor, department: DepartmentCode | None
    ) -> None:
        before = self._first - timedelta(days=REPEAT_DAYS)
        within = timedelta(days=REPEAT_DAYS)
        told = cols(
            Complaint.opened_at, Complaint.first_replied_at, Complaint.satisfaction,
            Complaint.guest_id, Complaint.category, Complaint.department,
        )  # fmt: skip
        rows = db.connection().execute(
            select(*(as_it_lies(one) for one in told))
            .where(
                *_complaints(hotel, by),
                col(Complaint.opened_at) >= rules.day_begins(before, self._zone),
                col(Complaint.opened_at) < rules.day_begins(self._stop, self._zone),
            )
            .order_by(col(Complaint.opened_at))
        )
        begin = self._begins[0]
        latest: dict[tuple[Any, str], datetime] = {}
        for opened, replied, satisfaction, guest, category, theirs in rows:
            at = clock_from(opened)
            again = False
            if guest is not None:
                earlier = latest.get((guest, category))
                again = earlier is not None and at - earlier <= within
                latest[(guest, category)] = at
            if at < begin or department not in (None, theirs):
                continue
            self.months[bisect_right(self._begins, at) - 1] += 1
            if guest is not None:
                self.known += 1
                self.repeated += again
            if satisfaction is not None:
                self.asked += 1
                self.satisfied += satisfaction >= SATISFIED_FROM
            if replied is not None:
                self.replies.append((clock_from(replied) - at).total_seconds() / 60)


def _counted(db: Session, hotel_id: UUID) -> dict[date, Any]:
    rows = db.connection().execute(
        select(
            *cols(
                RoomNightMonth.month_on, RoomNightMonth.nights, RoomNightMonth.until_on,
                RoomNightMonth.counted_at,
            )
        ).where(col(RoomNightMonth.hotel_id) == hotel_id)
    )  # fmt: skip
    return {row.month_on: row for row in rows}


def _eleven_before(day: date) -> date:
    month = day.month - 11
    return date(day.year, month, 1) if month > 0 else date(day.year - 1, month + 12, 1)


def _clock(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def _share(part: int, of: int) -> ShareRow:
    return ShareRow.model_validate(rules.proportion(part, of)._asdict())
