"""What a house promises when a guest complains, and who is told when it is not kept. Pure.

The shipped targets come from written time limits of hotels: on the spot within 5 minutes,
verified within one hour, solved before a guest in house leaves, departed guests within three
working days (24 hours of a department that works eight a day). A hotel sets its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from crm.complaints.calendars import Span, WorkCalendar, due_at
from crm.complaints.terms import CaseKind, CaseStatus, Severity
from crm.staff.terms import Role
from crm.stays.terms import StayStatus

COOL_DOWN = timedelta(minutes=30)
OWNER = "owner"
WARNED = 0
LADDER: tuple[str, ...] = (OWNER, Role.DUTY_MANAGER.value, Role.GENERAL_MANAGER.value)
"""Who is told that a clock ran out, level by level from 1; the last is the cap."""
LEVELS_OF_ROUND = 10
"""A reopened case is told anew: its levels are kept as so many more than the round before."""
RUNNING = (
    CaseStatus.RECEIVED,
    CaseStatus.ACKNOWLEDGED,
    CaseStatus.INVESTIGATING,
    CaseStatus.RECOVERING,
    CaseStatus.REOPENED,
)
"""Only in these does a clock run; who told the guest has solved it."""


@dataclass(frozen=True)
class Target:
    """Minutes of working time, by severity; ``margin`` is before departure, by the wall."""

    first_reply_minutes: int
    solve_minutes: int
    warn_minutes: int
    margin_minutes: int


SHIPPED: dict[Severity, Target] = {
    Severity.MINOR: Target(30, 24 * 60, 60, 60),
    Severity.MODERATE: Target(15, 8 * 60, 60, 60),
    Severity.SERIOUS: Target(5, 4 * 60, 30, 90),
    Severity.CRITICAL: Target(5, 60, 15, 120),
}


@dataclass(frozen=True)
class Promised:
    """When somebody must have answered, and when it must be solved."""

    first_reply_due_at: datetime | None
    due_at: datetime | None


NOTHING = Promised(None, None)


def promised(
    kind: CaseKind,
    begins: datetime,
    target: Target,
    calendars: tuple[WorkCalendar, WorkCalendar],
    pauses: Iterable[Span],
    leaves: datetime | None,
) -> Promised:
    """The deadlines of a case. ``calendars``: of the house, which answers, and of the department.

    Praise and suggestions have no clock. A guest who leaves sooner than the margin has the case
    due at once, never before it began.
    """
    if kind is not CaseKind.COMPLAINT:
        return NOTHING
    house, department = calendars
    held = list(pauses)
    reply = due_at(house, begins, target.first_reply_minutes, held)
    solve = due_at(department, begins, target.solve_minutes, held)
    if leaves is not None:
        solve = min(solve, leaves - timedelta(minutes=target.margin_minutes))
    return Promised(reply, max(solve, begins.astimezone(UTC)))


@dataclass(frozen=True)
class Leaving:
    """What is known of the departure of the stay that a case is about."""

    status: StayStatus
    departure_on: date
    checked_out_at: datetime | None
    check_out_at: time
    zone: str


def leaves_at(stay: Leaving | None, begins: datetime) -> datetime | None:
    """When the guest leaves the house, in UTC; None when he is not, or was not then, in it."""
    if stay is None:
        return None
    if stay.status is StayStatus.IN_HOUSE:
        return _on_the_wall(stay.departure_on, stay.check_out_at, stay.zone)
    if stay.status is StayStatus.CHECKED_OUT and stay.checked_out_at is not None:
        return stay.checked_out_at if stay.checked_out_at > begins else None
    return None


@lru_cache(maxsize=4096)
def _on_the_wall(day: date, at: time, zone: str) -> datetime:
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def first_level(has_owner: bool) -> int:
    """Where the ladder begins: a case that nobody owns goes to the duty manager at once."""
    return 1 if has_owner else 2


def level_due(
    now: datetime, due: datetime, told: Sequence[tuple[int, datetime]], *, has_owner: bool
) -> int | None:
    """The next level to be told that ``due`` has passed, or None.

    ``told``: the levels of this clock that were told, with their times, warning included. One
    level at a time, half an hour apart, none beyond the ladder.
    """
    if now < due:
        return None
    climbed = [(level, at) for level, at in told if level > WARNED]
    if not climbed:
        return first_level(has_owner)
    highest, at = max(climbed)
    if highest >= len(LADDER) or now < at + COOL_DOWN:
        return None
    return highest + 1


def told_role(level: int, *, has_owner: bool) -> str:
    """Whom a level tells; a warning goes to whom level one would go."""
    return LADDER[max(level, first_level(has_owner)) - 1]
