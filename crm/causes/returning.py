"""Reads whether guests came back after a complaint, against guests without one.

One pass over the stays of a hotel since the first day that is asked about, and one over its
cases of that time: who is comparable is decided by rules on whole histories of guests, which SQL
would have to be told twice, once in each dialect.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, select
from sqlmodel import Session, col

from crm.causes import rules, visits
from crm.causes.queries import PERMISSION, YEAR, hotel_of, period
from crm.causes.schemas import ReturnRow, ReturnsReport
from crm.causes.terms import REPEAT_DAYS, ReturnGroup
from crm.causes.visits import Slept, Stratum, Tally, Told, Visit
from crm.complaints.queries import within_reach
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseKind, CaseStatus
from crm.hotels.schemas import HotelRow
from crm.kit import clock
from crm.kit.dbtypes import as_it_lies, clock_from, day_from
from crm.kit.rows import cols
from crm.staff.actor import Actor
from crm.stays.tables import Stay
from crm.stays.terms import COUNTS_AS_STAYED

HALF_A_YEAR, A_YEAR = 180, 365
"""So many days after a visit a guest is waited for."""


def returns(
    db: Session, *, by: Actor, days: int = HALF_A_YEAR, first: date | None = None,
    last: date | None = None,
) -> ReturnsReport:  # fmt: skip
    """Visits that ended from ``first`` to ``last``: by default the newest year that is over.

    Over is a visit whose ``days`` have passed; what is asked for beyond is told as too fresh.
    """
    by.need(PERMISSION)
    hotel = hotel_of(db, by)
    today = clock.today_in(hotel.time_zone)
    end = last or today - timedelta(days=days + 1)
    begin, end = period(db, first or end - YEAR + timedelta(days=1), end, by=by)
    found = _Counted(begin, end, days, today)
    told = _cases(db, hotel, begin, by)
    earlier = _earlier(db, hotel, begin)
    for guest, stays in _stays(db, hotel, begin).items():
        found.add(visits.visits_of(stays, earlier.get(guest, 0)), told.get(guest, ()))
    return ReturnsReport(
        first=begin,
        last=end,
        days=days,
        rows=[_row(group, found) for group in ReturnGroup],
        still_open=found.still_open,
        too_fresh=found.too_fresh,
        definitions=list(visits.DEFINITIONS),
    )


def _row(group: ReturnGroup, found: "_Counted") -> ReturnRow:
    told = visits.compare(found.groups[group], found.others)
    own = rules.proportion(told.returned, told.guests)
    difference = told.difference
    return ReturnRow(
        group=group,
        guests=told.guests,
        returned=told.returned,
        share=own.share,
        low=own.low,
        high=own.high,
        unmatched=told.unmatched,
        comparable=told.comparable,
        comparable_worth=told.worth,
        comparable_share=told.comparable_share,
        difference=difference.value if difference else None,
        difference_low=difference.low if difference else None,
        difference_high=difference.high if difference else None,
        verdict=told.verdict,
    )


Tallies = dict[Stratum, Tally]


@dataclass
class _Counted:
    """What is counted guest by guest; each once in a quarter."""

    first: date
    last: date
    days: int
    today: date
    groups: dict[ReturnGroup, Tallies] = field(
        default_factory=lambda: {group: {} for group in ReturnGroup}
    )
    others: Tallies = field(default_factory=dict)
    still_open: int = 0
    too_fresh: int = 0

    def add(self, seen: Sequence[Visit], told: Sequence[Told]) -> None:
        """One guest with all visits since the first day, and all cases."""
        about: dict[int, list[Told]] = defaultdict(list)
        for one in told:
            place = visits.visit_of_case(one, seen)
            if place is not None:
                about[place].append(one)
        quarters = set()
        for place, visit in enumerate(seen):
            if place in about and self.first <= visit.ends <= self.last:
                at = visits.stratum_of(visit)
                if at[:2] not in quarters and self._complained(visit, at, about[place]):
                    quarters.add(at[:2])
        for place, visit in enumerate(seen):
            if place in about or not self.first <= visit.ends <= self.last:
                continue
            at = visits.stratum_of(visit)
            if at[:2] in quarters or not visits.is_over(visit, self.days, self.today):
                continue
            if not _complained_before(visit, told):
                quarters.add(at[:2])
                _count(self.others, at, visits.came_back(visit, self.days))

    def _complained(self, visit: Visit, at: Stratum, cases: Sequence[Told]) -> bool:
        """Whether the guest counts in his quarter, with this visit."""
        known = [case for case in cases if case.is_known]
        if not known:
            return False
        if not all(case.is_closed for case in known):
            self.still_open += 1
            return True
        if not visits.is_over(visit, self.days, self.today):
            self.too_fresh += 1
            return True
        guest = visits.followed(at, visits.came_back(visit, self.days), known)
        for group in visits.groups_of(guest):
            _count(self.groups[group], at, guest.is_back)
        return True


def _complained_before(visit: Visit, told: Iterable[Told]) -> bool:
    since = visit.ends - timedelta(days=REPEAT_DAYS)
    return any(since <= one.opened_on <= visit.ends for one in told)


def _count(tallies: Tallies, at: Stratum, is_back: bool) -> None:
    before = tallies.get(at)
    guests, back = before or (0, 0)
    tallies[at] = Tally(guests + 1, back + is_back)


# ---------------------------------------------------------------- what is read
def _stays(db: Session, hotel: HotelRow, first: date) -> dict[object, list[Slept]]:
    """Stays that ended on ``first`` or later, by guest."""
    columns = cols(Stay.guest_id, Stay.id, Stay.arrival_on, Stay.departure_on)
    rows = db.connection().execute(
        select(*map(as_it_lies, columns)).where(
            *_slept(hotel), col(Stay.departure_on) >= first
        )
    )  # fmt: skip
    found: dict[object, list[Slept]] = defaultdict(list)
    for guest, key, arrival, departure in rows:
        found[guest].append(Slept(key, day_from(arrival), day_from(departure)))
    return found


def _earlier(db: Session, hotel: HotelRow, first: date) -> dict[object, int]:
    """How many stays of each guest ended before ``first``."""
    guest = as_it_lies(col(Stay.guest_id))
    rows = db.connection().execute(
        select(guest, func.count())
        .where(*_slept(hotel), col(Stay.departure_on) < first)
        .group_by(guest)
    )
    return {row[0]: row[1] for row in rows}


def _slept(hotel: HotelRow) -> list[Any]:
    return [
        col(Stay.hotel_id) == hotel.id,
        col(Stay.status).in_(list(COUNTS_AS_STAYED)),
        col(Stay.guest_id).is_not(None),
    ]


def _cases(db: Session, hotel: HotelRow, first: date, by: Actor) -> dict[object, list[Told]]:
    """Complaints by guest in the order of their closing, with those from a year before on.

    Cases out of the reader's reach are there, too, but nothing is told of them: their guests are
    comparable with nobody, whoever reads.
    """
    since = rules.day_begins(first - timedelta(days=REPEAT_DAYS), hotel.time_zone)
    raw = cols(
        Complaint.guest_id, Complaint.stay_id, Complaint.opened_at, Complaint.satisfaction,
    )  # fmt: skip
    rows = db.connection().execute(
        select(
            *map(as_it_lies, raw),
            case((col(Complaint.status) == CaseStatus.CLOSED, 1), else_=0),
            case((col(Complaint.given).is_not(None), 1), else_=0),
            case((within_reach(by), 1), else_=0),
        )
        .where(
            col(Complaint.hotel_id) == hotel.id,
            col(Complaint.kind) == CaseKind.COMPLAINT,
            col(Complaint.guest_id).is_not(None),
            col(Complaint.opened_at) >= since,
        )
        .order_by(col(Complaint.closed_at), col(Complaint.number))
    )
    zone = ZoneInfo(hotel.time_zone)
    found: dict[object, list[Told]] = defaultdict(list)
    for row in rows:
        guest, stay, opened, satisfaction, is_closed, is_given, is_known = tuple(row)
        told = Told(
            stay, _day(clock_from(opened), zone), bool(is_closed), satisfaction, bool(is_given),
            bool(is_known),
        )  # fmt: skip
        found[guest].append(told)
    return found


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.replace(tzinfo=UTC).astimezone(zone).date()
