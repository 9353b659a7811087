"""When a department works, and what that makes of a deadline. Pure: no database, no clock.

Hours are wall clock of the hotel's time zone; durations are real elapsed time inside them, so
that both changes of the clocks come out right. A window runs from the first instant at which
the wall shows its beginning, or later, to the last at which it shows less than its end: in
spring an hour that does not exist is skipped, in autumn the doubled hour belongs to the window
whole, and two windows that touch leave no hole.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from crm.kit.errors import Invalid, mark

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON = timedelta(days=3660)
"""A deadline that lies further away is a calendar that was written down wrongly."""

DAY_MINUTES = 24 * 60
_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII)
_STEP = timedelta(seconds=1)
_ZERO = timedelta()

Hours = Mapping[str, Sequence[Sequence[str]]]
Windows = list[tuple[int, int]]
Span = tuple[datetime, datetime]


class CalendarUnfit(Invalid):
    """Hours, days or a time zone that no calendar can be made of."""


class NeverOpen(Invalid):
    """The calendar does not open (often enough) to meet any deadline."""

    def __init__(self) -> None:
        super().__init__(
            mark(
                "These working hours are not open long enough to meet the deadline within ten "
                "years. Give at least one weekday its hours."
            ),
            "calendar_never_open",
        )


class WorkCalendar:
    """Working hours of a place.

    ``hours``: by weekday ("mon" … "sun") lists of ["HH:MM", "HH:MM"]; an end that is not after
    its beginning lies on the next day; "24:00" may end a window. None works round the clock.
    A window belongs to the day on which it begins, also where that is before a holiday.
    ``holidays``: days without work. ``extra_days``: by day the hours of a make-up day, which
    come before the weekday's and before a holiday. `CalendarUnfit` for what makes no sense.
    """

    def __init__(
        self,
        tz: str,
        hours: Hours | None,
        holidays: Iterable[date | str] = (),
        extra_days: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        self.zone = _zone(tz)
        self.round_the_clock = hours is None
        if hours is None:
            hours = {name: [["00:00", "24:00"]] for name in WEEKDAYS}
        unknown = sorted(set(hours) - set(WEEKDAYS))
        if unknown:
            raise CalendarUnfit(
                mark("Weekdays are mon, tue, wed, thu, fri, sat and sun."),
                "weekday",
                pointer="/hours",
            )
        self._week = [_windows(hours.get(name, ()), "/hours") for name in WEEKDAYS]
        self._holidays = frozenset(_day(each, "/holidays") for each in holidays)
        self._extra = {
            _day(day, "/extra_days"): _windows(windows, "/extra_days")
            for day, windows in (extra_days or {}).items()
        }
        self.round_the_clock = self.round_the_clock and not self._holidays and not self._extra
        self._open_weekly = any(self._week)
        self._known: dict[date, list[Span]] = {}

    def windows_of(self, day: date) -> Windows:
        """Beginnings and ends of a day in minutes after its midnight on the wall clock."""
        if day in self._extra:
            return self._extra[day]
        return [] if day in self._holidays else self._week[day.weekday()]

    def open_spans(self, start: datetime) -> Iterator[Span]:
        """Spans in UTC in which work goes on from ``start``; they touch at most. `NeverOpen`
        when the horizon is reached."""
        start = start.astimezone(UTC)
        day = start.astimezone(self.zone).date() - timedelta(days=1)
        last = (start + HORIZON).date()
        if not self._open_weekly:
            last = min(last, max(self._extra, default=day))
        done = start
        while day <= last:
            for begins, ends in self._spans_of(day):
                if ends > done:
                    yield max(begins, done), ends
                    done = ends
            day += timedelta(days=1)
        raise NeverOpen

    def _spans_of(self, day: date) -> list[Span]:
        found = self._known.get(day)
        if found is None:
            found = [
                (self._first_at(day, begins), self._last_at(day, ends))
                for begins, ends in self.windows_of(day)
            ]
            self._known[day] = found = [(a, b) for a, b in found if a < b]
        return found

    def _first_at(self, day: date, minute: int) -> datetime:
        """The first instant at which the wall shows this time or later."""
        wall = _wall(day, minute)
        at = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        return at if self._shows(at, wall) else self._change_at(wall)

    def _last_at(self, day: date, minute: int) -> datetime:
        """The instant after which the wall never shows less than this time again."""
        wall = _wall(day, minute)
        at = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        if not self._shows(at, wall):
            return self._change_at(wall)
        once = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        # a doubled hour that only begins with this end shows nothing less than it
        return once if once < at and self._changes_at(at) else at

    def _shows(self, at: datetime, wall: datetime) -> bool:
        return at.astimezone(self.zone).replace(tzinfo=None) == wall

    def _changes_at(self, at: datetime) -> bool:
        before = (at - _STEP).astimezone(self.zone).utcoffset()
        return before != at.astimezone(self.zone).utcoffset()

    def _change_at(self, wall: datetime) -> datetime:
        """When the clocks jump over ``wall``."""
        early = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC)
        late = wall.replace(tzinfo=self.zone, fold=0).astimezone(UTC)
        before = early.astimezone(self.zone).utcoffset()
        while late - early > _STEP:
            middle = early + (late - early) // 2 // _STEP * _STEP
            if middle.astimezone(self.zone).utcoffset() == before:
                early = middle
            else:
                late = middle
        return late


def due_at(
    calendar: WorkCalendar, start: datetime, minutes: float, pauses: Iterable[Span] = ()
) -> datetime:
    """The first instant, in UTC, by which ``minutes`` of working time without pauses went by.

    Only what lies inside working hours counts, so a pause moves the deadline by its own
    working time and one that begins after the deadline moves nothing. `NeverOpen`.
    """
    start, left = start.astimezone(UTC), timedelta(minutes=minutes)
    held = joined(pauses)
    if calendar.round_the_clock and not held:
        return start + left
    if left <= _ZERO:
        return start
    for begins, ends in _working(calendar, start, held):
        if left <= ends - begins:
            return begins + left
        left -= ends - begins
    raise NeverOpen


def working_time(
    calendar: WorkCalendar, begins: datetime, ends: datetime, pauses: Iterable[Span] = ()
) -> timedelta:
    """Working time between two instants, without pauses; nothing when they are reversed."""
    begins, ends, held = begins.astimezone(UTC), ends.astimezone(UTC), joined(pauses)
    if ends <= begins:
        return _ZERO
    if calendar.round_the_clock and not held:
        return ends - begins
    total = _ZERO
    try:
        for a, b in _working(calendar, begins, held):
            if a >= ends:
                break
            total += min(b, ends) - a
    except NeverOpen:
        if ends - begins > HORIZON:
            raise
    return total


def working_minutes(
    calendar: WorkCalendar, begins: datetime, ends: datetime, pauses: Iterable[Span] = ()
) -> float:
    """`working_time` in minutes."""
    return working_time(calendar, begins, ends, pauses) / timedelta(minutes=1)


def warn_at(
    calendar: WorkCalendar,
    start: datetime,
    due: datetime,
    minutes: float,
    pauses: Iterable[Span] = (),
) -> datetime:
    """The last instant before ``due`` that leaves ``minutes`` of working time, never before
    ``start``: one hour before Monday 09:30 is Friday 16:30 where work begins at nine."""
    start, due, held = start.astimezone(UTC), due.astimezone(UTC), joined(pauses)
    if calendar.round_the_clock and not held:
        return max(start, due - timedelta(minutes=minutes))
    left = working_time(calendar, start, due, held) - timedelta(minutes=minutes)
    if left < _ZERO:
        return start
    try:
        return min(_last_after(calendar, start, left, held), due)
    except NeverOpen:  # all work that there ever is lies before
        return due


def horizon_at(calendar: WorkCalendar, now: datetime, minutes: float) -> datetime:
    """The last instant that is no more than ``minutes`` of working time away from ``now``:
    what is due until then is to be warned of. The other way round than `warn_at`, and the same
    for all cases of one calendar. `NeverOpen`."""
    now, left = now.astimezone(UTC), timedelta(minutes=minutes)
    return now + left if calendar.round_the_clock else _last_after(calendar, now, left, [])


def _last_after(
    calendar: WorkCalendar, start: datetime, left: timedelta, held: list[Span]
) -> datetime:
    """The last instant by which no more than ``left`` of working time went by."""
    for begins, ends in _working(calendar, start, held):
        if left < ends - begins:
            return begins + left
        left -= ends - begins
    raise NeverOpen


def joined(spans: Iterable[Span]) -> list[Span]:
    """Spans in UTC by their beginning, those that touch made one; empty ones left out.

    `CalendarUnfit` for one that ends before it begins.
    """
    found: list[Span] = []
    for begins, ends in sorted((a.astimezone(UTC), b.astimezone(UTC)) for a, b in spans):
        if ends < begins:
            raise CalendarUnfit(mark("A pause ends before it begins."), "pause", pointer="/pauses")
        if found and begins <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        elif begins < ends:
            found.append((begins, ends))
    return found


def _working(calendar: WorkCalendar, start: datetime, held: list[Span]) -> Iterator[Span]:
    """Open spans without the pauses in ``held``, which are joined."""
    for begins, ends in calendar.open_spans(start):
        at = begins
        for i in range(max(0, bisect_right(held, begins, key=_beginning) - 1), len(held)):
            stops, resumes = held[i]
            if stops >= ends:
                break
            if at < stops:
                yield at, stops
            at = max(at, resumes)
        if at < ends:
            yield at, ends


def _beginning(span: Span) -> datetime:
    return span[0]


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CalendarUnfit(
            mark("There is no such time zone; write one like Asia/Shanghai."),
            "time_zone",
            pointer="/tz",
        ) from None


def _day(value: date | str, pointer: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not an instant
    except (ValueError, TypeError):
        raise CalendarUnfit(mark("Write days as YYYY-MM-DD."), "day", pointer=pointer) from None


def _windows(written: object, pointer: str) -> Windows:
    """Windows of one day, by their beginning; an end that is not later lies on the next day."""
    found: Windows = []
    if not isinstance(written, Sequence) or isinstance(written, str):
        raise _no_hours(pointer)
    for pair in written:
        if not isinstance(pair, Sequence) or isinstance(pair, str) or len(pair) != 2:
            raise _no_hours(pointer)
        begins, ends = _minute(pair[0], pointer), _minute(pair[1], pointer)
        if begins == DAY_MINUTES:
            raise _no_hours(pointer)
        found.append((begins, ends if ends > begins else ends + DAY_MINUTES))
    return sorted(found)


def _minute(written: object, pointer: str) -> int:
    if not isinstance(written, str) or not _TIME.fullmatch(written):
        raise _no_hours(pointer)
    return int(written[:2]) * 60 + int(written[3:])


def _no_hours(pointer: str) -> CalendarUnfit:
    return CalendarUnfit(
        mark('Write hours as pairs like ["09:00", "17:00"].'), "hours", pointer=pointer
    )


def _wall(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)
