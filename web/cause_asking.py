"""What pages, REST and files about complaints ask alike: which cases, and as which rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import Depends, Query
from sqlmodel import Session

from crm.causes import queries, returning, rules, visits
from crm.causes.schemas import Asked, CausesReport, RatioReport, ReturnsReport
from crm.causes.terms import BARS_MAX
from crm.complaints.terms import CODE_MAX, ITEM_MAX
from crm.hotels.terms import ROOM_NO_MAX, DepartmentCode
from crm.kit.csv_io import Cell
from crm.kit.schema import IsoDate, OptionalLine
from crm.notes.terms import Shift
from crm.staff.actor import Actor

CAUSE_MAX = 60
EVERY_BAR = 10_000

Day = Annotated[IsoDate | Literal[""] | None, Query()]
DepartmentAsked = Annotated[DepartmentCode | Literal[""] | None, Query()]


@dataclass(frozen=True)
class CausesAsked:
    """The filters as they stand in an address; what is empty chooses nothing."""

    first: date | None
    last: date | None
    category: str | None
    cause: str | None
    department: DepartmentCode | None
    room: str | None
    item: str | None
    shift: Shift | None

    def within(self, db: Session, by: Actor) -> Asked:
        """With the days of the report, which are a year unless they are named."""
        first, last = queries.period(db, self.first, self.last, by=by)
        return Asked(
            first=first, last=last, category=self.category, cause=self.cause,
            department=self.department, room=self.room, item=self.item, shift=self.shift,
        )  # fmt: skip


def causes_asked(
    first: Day = None,
    last: Day = None,
    category: Annotated[OptionalLine, Query(max_length=CODE_MAX)] = "",
    cause: Annotated[OptionalLine, Query(max_length=CAUSE_MAX)] = "",
    department: DepartmentAsked = None,
    room: Annotated[OptionalLine, Query(max_length=ROOM_NO_MAX)] = "",
    item: Annotated[OptionalLine, Query(max_length=ITEM_MAX)] = "",
    shift: Annotated[Shift | Literal[""] | None, Query()] = None,
) -> CausesAsked:
    return CausesAsked(
        first or None, last or None, category or None, cause or None, department or None,
        room or None, item or None, shift or None,
    )  # fmt: skip


Causes = Annotated[CausesAsked, Depends(causes_asked)]


@dataclass(frozen=True)
class RatioAsked:
    first: date | None
    last: date | None
    department: DepartmentCode | None

    def report(self, db: Session, by: Actor) -> RatioReport:
        return queries.ratio(
            db, by=by, first=self.first, last=self.last, department=self.department
        )


def ratio_asked(
    first: Day = None, last: Day = None, department: DepartmentAsked = None
) -> RatioAsked:
    return RatioAsked(first or None, last or None, department or None)


Ratio = Annotated[RatioAsked, Depends(ratio_asked)]


@dataclass(frozen=True)
class ReturnsAsked:
    first: date | None
    last: date | None
    days: int

    def report(self, db: Session, by: Actor) -> ReturnsReport:
        return returning.returns(db, by=by, days=self.days, first=self.first, last=self.last)


def returns_asked(
    first: Day = None, last: Day = None, days: Annotated[Literal["180", "365"], Query()] = "180"
) -> ReturnsAsked:
    return ReturnsAsked(first or None, last or None, int(days))


Returns = Annotated[ReturnsAsked, Depends(returns_asked)]
BARS = BARS_MAX

CAUSES_HEAD = (
    "keshi_rank", "keshi_code", "keshi_name_en", "keshi_name_zh", "keshi_cases", "keshi_share",
    "keshi_cumulative_share",
)  # fmt: skip
RATIO_HEAD = (
    "keshi_month", "keshi_complaints", "keshi_room_nights", "keshi_ratio", "keshi_mean",
    "keshi_lower", "keshi_upper", "keshi_expected", "keshi_small", "keshi_signals",
    "keshi_definition",
)  # fmt: skip

RETURNS_HEAD = (
    "keshi_group", "keshi_guests", "keshi_returned", "keshi_share", "keshi_low", "keshi_high",
    "keshi_comparable", "keshi_comparable_worth", "keshi_comparable_share", "keshi_difference",
    "keshi_difference_low", "keshi_difference_high", "keshi_verdict", "keshi_unmatched",
    "keshi_days", "keshi_first", "keshi_last", "keshi_definition",
)  # fmt: skip


def rows_of_causes(report: CausesReport) -> Sequence[Sequence[Cell]]:
    """The bars as rows of a file, headings first; shares to four places."""
    rows = [
        (
            rank, bar.key, bar.name_en, bar.name_zh, bar.cases, round(bar.share, 4),
            round(bar.cumulative_share, 4),
        )
        for rank, bar in enumerate(report.bars, 1)
    ]  # fmt: skip
    return [CAUSES_HEAD, *rows]


def rows_of_ratio(report: RatioReport) -> Sequence[Sequence[Cell]]:
    """The months as rows of a file with the definition beside each; figures to four places."""
    rows = [
        (
            point.month_on.isoformat(), point.complaints, point.nights, _round(point.ratio),
            _round(report.mean), _round(point.lower), _round(point.upper),
            _round(point.expected), point.is_small, " ".join(point.signals), rules.DEFINITION,
        )
        for point in report.points
    ]  # fmt: skip
    return [RATIO_HEAD, *rows]


def rows_of_returns(report: ReturnsReport) -> Sequence[Sequence[Cell]]:
    """The groups as rows of a file with the definition beside each; shares to four places."""
    rows = [
        (
            row.group, row.guests, row.returned, _round(row.share), _round(row.low),
            _round(row.high), row.comparable, _round(row.comparable_worth),
            _round(row.comparable_share), _round(row.difference), _round(row.difference_low),
            _round(row.difference_high), row.verdict, row.unmatched, report.days,
            report.first.isoformat(), report.last.isoformat(), visits.DEFINITION,
        )
        for row in report.rows
    ]  # fmt: skip
    return [RETURNS_HEAD, *rows]


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
