"""Reports of causes and ratios as they are asked for and read."""

from datetime import date, datetime
from uuid import UUID

from crm.causes.terms import By, ReturnGroup, ReturnVerdict, Signal
from crm.complaints.terms import CaseStatus, Severity
from crm.hotels.terms import DepartmentCode
from crm.kit.schema import Out
from crm.notes.terms import Shift


class Asked(Out):
    """Which complaints: opened on these days of the hotel, both included, and all of these."""

    first: date
    last: date
    category: str | None = None
    cause: str | None = None
    department: DepartmentCode | None = None
    room: str | None = None
    item: str | None = None
    shift: Shift | None = None


class BarRow(Out):
    """One bar; ``key`` is null for the bar of others. Shares are from 0 to 1."""

    key: str | None
    name_en: str | None
    name_zh: str | None
    cases: int
    share: float
    cumulative_share: float


class CausesReport(Out):
    """Complaints counted by one thing. ``unstated`` of them say nothing of it and have no bar."""

    by: By
    asked: Asked
    total: int
    unstated: int
    bars: list[BarRow]


class CauseCase(Out):
    """A case behind a bar, for those who read cases."""

    id: UUID
    reference: str
    opened_at: datetime
    room_no: str | None
    headline: str
    severity: Severity
    status: CaseStatus
    satisfaction: int | None


class PointRow(Out):
    """A month of the u-chart; ratio, limits and mean are per 1,000 occupied room nights."""

    month_on: date
    complaints: int
    nights: int
    ratio: float | None
    lower: float | None
    upper: float | None
    expected: float
    is_small: bool
    signals: list[Signal]


class ShareRow(Out):
    """``part`` of ``of``, as a share from 0 to 1 with its interval of 95 %."""

    part: int
    of: int
    share: float | None
    low: float | None
    high: float | None


class ReplyRow(Out):
    """Minutes from opening to first reply, by nearest rank, of the ``answered`` cases."""

    answered: int
    of: int
    p50: float | None
    p90: float | None
    p95: float | None


class RatioReport(Out):
    """The complaint ratio by month, with what it means in words.

    ``until_on`` is the day up to which room nights are counted (that night not included), and
    complaints with them; null when nights were never counted.
    """

    first: date
    last: date
    department: DepartmentCode | None
    until_on: date | None
    counted_at: datetime | None
    complaints: int
    nights: int
    mean: float | None
    points: list[PointRow]
    satisfied: ShareRow
    repeated: ShareRow
    reply: ReplyRow
    definitions: list[str]


class ReturnRow(Out):
    """Guests of one group against comparable ones; shares from 0 to 1, the difference from −1 to 1.

    ``guests`` have comparable ones beside them; those ``unmatched`` have none and count nowhere
    else. ``comparable_worth`` is how many guests counted alike would tell as much. Interval and
    difference are null where nobody is to be compared.
    """

    group: ReturnGroup
    guests: int
    returned: int
    share: float | None
    low: float | None
    high: float | None
    unmatched: int
    comparable: int
    comparable_worth: float
    comparable_share: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    verdict: ReturnVerdict


class ReturnsReport(Out):
    """Whether guests came back within ``days`` after a visit with a complaint that was closed.

    Visits that ended on the days from ``first`` to ``last``. ``still_open`` and ``too_fresh``
    guests are left out: a case of theirs is not closed, or their days are not over.
    """

    first: date
    last: date
    days: int
    rows: list[ReturnRow]
    still_open: int
    too_fresh: int
    definitions: list[str]


class PreventionLine(Out):
    """What is done so that it does not happen again, and whether it helped."""

    id: UUID
    complaint_id: UUID | None
    reference: str | None
    category: str
    category_en: str | None
    category_zh: str | None
    cause: str | None
    cause_en: str | None
    cause_zh: str | None
    words: str
    owner_id: UUID
    owner_name: str
    check_back_on: date
    is_due: bool
    made_at: datetime
    checked_at: datetime | None
    checked_by_name: str | None
    checked_words: str | None
    helped: bool | None
    version: int
