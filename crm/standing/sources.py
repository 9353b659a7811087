"""Reads the facts that standing follows from, of many guests at once.

Delicate cases are left out: the class is read by more people than may know of those. What a
guest owes is not in the house's own data, so it is no fact here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseKind, CaseStatus
from crm.feedback.tables import Survey
from crm.guests.tables import Guest
from crm.hotels.tables import Hotel
from crm.kit.db import chunks
from crm.kit.rows import cols
from crm.standing import rules
from crm.standing.rules import Answer, Facts, Miss, OpenCase
from crm.standing.terms import ANSWER_YEARS, CREDIT_YEARS, WhyCredit, WhySatisfaction
from crm.stays.tables import GuestFigure, Stay
from crm.stays.terms import StayStatus

BATCH = 400

Zones = Mapping[UUID, ZoneInfo]
People = Mapping[UUID, UUID]
"""By file the person whose it is, named by the file that they live on in."""


@dataclass
class _Found:
    answers: list[Answer] = field(default_factory=list)
    open_cases: list[OpenCase] = field(default_factory=list)
    misses: list[Miss] = field(default_factory=list)
    stays: int = 0
    has_caution: bool = False


def zones(db: Session) -> Zones:
    rows = db.connection().execute(select(*cols(Hotel.id, Hotel.time_zone)))
    return {row.id: ZoneInfo(row.time_zone) for row in rows}


def facts_of(db: Session, people: People, today: date, at: Zones) -> dict[UUID, Facts]:
    """The facts of every person; ``today`` says how far back is looked."""
    found: dict[UUID, _Found] = {person: _Found() for person in people.values()}
    surveyed: set[UUID] = set()
    for part in chunks(sorted(people), BATCH):
        _cases(db, part, people, found, at)
        _surveys(db, part, people, found, surveyed)
        _stays(db, part, people, found, today, at, surveyed)
        _figures(db, part, people, found)
    return {person: Facts(**vars(one)) for person, one in found.items()}


def _cases(
    db: Session, part: Iterable[UUID], people: People, found: dict[UUID, _Found], at: Zones
) -> None:
    closed = col(Complaint.status) == CaseStatus.CLOSED
    rows = db.connection().execute(
        select(
            *cols(
                Complaint.id, Complaint.guest_id, Complaint.hotel_id, Complaint.status,
                Complaint.opened_at, Complaint.closed_at, Complaint.satisfaction,
            )
        ).where(
            col(Complaint.guest_id).in_(part),
            col(Complaint.kind) == CaseKind.COMPLAINT,
            col(Complaint.is_sensitive).is_(False),
            or_(~closed, col(Complaint.satisfaction).is_not(None)),
        )
    )  # fmt: skip
    for row in rows:
        zone, one = at[row.hotel_id], found[people[row.guest_id]]
        if row.status is not CaseStatus.CLOSED:
            one.open_cases.append(OpenCase(_day(row.opened_at, zone), row.id, row.hotel_id))
        elif row.closed_at is not None:
            on = _day(row.closed_at, zone)
            why = WhySatisfaction.CASE_ANSWER
            one.answers.append(Answer(on, row.id, why, row.hotel_id, row.satisfaction))


def _surveys(
    db: Session,
    part: Iterable[UUID],
    people: People,
    found: dict[UUID, _Found],
    surveyed: set[UUID],
) -> None:
    rows = db.connection().execute(
        select(
            *cols(
                Survey.id, Survey.stay_id, Survey.answered_on, Survey.score, Survey.hotel_id,
                Stay.guest_id,
            )
        )
        .join(Stay, col(Stay.id) == col(Survey.stay_id))
        .where(
            col(Stay.guest_id).in_(part),
            col(Survey.score).is_not(None),
            col(Survey.answered_on).is_not(None),
        )
    )  # fmt: skip
    for row in rows:
        surveyed.add(row.stay_id)
        found[people[row.guest_id]].answers.append(
            Answer(row.answered_on, row.id, WhySatisfaction.SURVEY, row.hotel_id, row.score)
        )


def _stays(
    db: Session,
    part: Iterable[UUID],
    people: People,
    found: dict[UUID, _Found],
    today: date,
    at: Zones,
    surveyed: set[UUID],
) -> None:
    """Misses, and scores that the house brought along; a survey of the same stay goes first."""
    missed = and_(
        col(Stay.status).in_([StayStatus.NO_SHOW, StayStatus.CANCELLED]),
        col(Stay.arrival_on) > rules.years_before(today, CREDIT_YEARS),
    )
    scored = and_(
        col(Stay.score).is_not(None),
        col(Stay.departure_on) > rules.years_before(today, ANSWER_YEARS),
    )
    rows = db.connection().execute(
        select(
            *cols(
                Stay.id, Stay.guest_id, Stay.hotel_id, Stay.status, Stay.arrival_on,
                Stay.departure_on, Stay.cancelled_at, Stay.score,
            )
        ).where(col(Stay.guest_id).in_(part), or_(missed, scored))
    )  # fmt: skip
    for row in rows:
        one = found[people[row.guest_id]]
        if (why := _why_missed(row, at[row.hotel_id])) is not None:
            one.misses.append(Miss(row.arrival_on, row.id, why, row.hotel_id))
        elif row.score is not None and row.id not in surveyed:
            why_content = WhySatisfaction.STAY_SCORE
            one.answers.append(
                Answer(row.departure_on, row.id, why_content, row.hotel_id, row.score)
            )


def _why_missed(row: Any, zone: ZoneInfo) -> WhyCredit | None:
    if row.status is StayStatus.NO_SHOW:
        return WhyCredit.NO_SHOW
    if row.status is not StayStatus.CANCELLED or row.cancelled_at is None:
        return None
    late = rules.is_late(_day(row.cancelled_at, zone), row.arrival_on)
    return WhyCredit.LATE_CANCELLATION if late else None


def _figures(db: Session, part: Iterable[UUID], people: People, found: dict[UUID, _Found]) -> None:
    stays = db.connection().execute(
        select(*cols(GuestFigure.guest_id), func.sum(col(GuestFigure.stays)).label("stays"))
        .where(col(GuestFigure.guest_id).in_(part))
        .group_by(col(GuestFigure.guest_id))
    )
    for row in stays:
        found[people[row.guest_id]].stays += int(row.stays)
    marked = db.connection().scalars(
        select(*cols(Guest.id)).where(col(Guest.id).in_(part), col(Guest.caution).is_not(None))
    )
    for guest_id in marked:
        found[people[guest_id]].has_caution = True


def _day(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date()
