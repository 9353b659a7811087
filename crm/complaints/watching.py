"""Looks at all running cases: whose guest leaves at another time, and whose clock runs out.

Reading and judging are apart from telling. What is told is asked again under the case's lock,
and the row of the escalation lets only one worker tell a level.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints import clocks, promises
from crm.complaints.calendars import NeverOpen, horizon_at
from crm.complaints.clock_events import ComplaintDueMoved, ComplaintDueSoon, ComplaintOverdue
from crm.complaints.promises import LEVELS_OF_ROUND, RUNNING, WARNED, Leaving
from crm.complaints.tables import (
    Complaint,
    ComplaintEscalation,
    ComplaintPause,
    ComplaintStep,
)
from crm.complaints.terms import CaseClock, Severity, StepKind
from crm.hotels.tables import Hotel
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, events
from crm.kit.db import Database, chunks, insert_once
from crm.kit.errors import mark
from crm.kit.rows import cols, named, one_of
from crm.staff.actor import system
from crm.stays.tables import Stay

AT_ONCE = 200
"""Cases of one transaction: nobody waits long for a case that the clocks hold."""

Told = list[tuple[int, datetime]]
SENTENCES: dict[tuple[CaseClock, int], str] = {
    (CaseClock.FIRST_REPLY, 1): mark("The first reply is late. The owner was told."),
    (CaseClock.FIRST_REPLY, 2): mark("The first reply is late. The duty manager was told."),
    (CaseClock.FIRST_REPLY, 3): mark("The first reply is late. The general manager was told."),
    (CaseClock.SOLUTION, 1): mark("The solution is late. The owner was told."),
    (CaseClock.SOLUTION, 2): mark("The solution is late. The duty manager was told."),
    (CaseClock.SOLUTION, 3): mark("The solution is late. The general manager was told."),
}


@dataclass(frozen=True)
class Firing:
    """A level of a clock that is to be told."""

    complaint_id: UUID
    clock: CaseClock
    level: int


@dataclass(frozen=True)
class Watched:
    """What one look found: ``cases`` looked at, those whose departure moved, levels to tell."""

    cases: int
    moved: list[UUID]
    firings: list[Firing]


def watch(database: Database) -> int:
    """Set the clocks of guests who leave at another time, then tell what is late or soon will
    be; returns how many levels were told. Bears being run twice, and by two at once."""
    now = clock.now()
    with database.reading() as db:
        found = look(db, now=now)
    if found.moved:
        for part in chunks(found.moved, AT_ONCE):
            with database.writing() as db:
                reset(db, list(part), now=now)
        with database.reading() as db:
            found = look(db, now=now)
    told = 0
    for firings in chunks(found.firings, AT_ONCE):
        with database.writing() as db:
            told += sum(tell(db, list(firings), now=now))
    return told


def look(db: Session, *, now: datetime) -> Watched:
    """Judge every running case of every hotel; writes nothing."""
    hotels = db.connection().execute(
        select(*cols(Hotel.id, Hotel.time_zone, Hotel.check_out_at))
    ).all()  # fmt: skip
    cases = 0
    moved: list[UUID] = []
    firings: list[Firing] = []
    for hotel in hotels:
        horizons = _Horizons(db, hotel.id, hotel.time_zone, now)
        paused, told = _paused(db, hotel.id), _told(db, hotel.id)
        for row in _running(db, hotel.id):
            cases += 1
            if row.stay_status is not None and _departure_moved(row, hotel):
                moved.append(row.id)
            if row.id not in paused:
                firings += _firings(row, told, horizons, now)
    return Watched(cases, moved, firings)


def reset(db: Session, complaint_ids: list[UUID], *, now: datetime) -> None:
    """Set the clocks of cases anew whose guest leaves at another time."""
    by = system()
    for case in _locked(db, complaint_ids):
        if case.status not in RUNNING:
            continue
        before = case.due_at, case.departs_at
        clocks.set_clocks(db, case, now=now)
        if (case.due_at, case.departs_at) == before:
            continue
        case.version += 1
        db.add(case)
        audit.note(
            db, Deed.CHANGED, by=by, subject="complaint", subject_id=case.id,
            guest_id=case.guest_id, fields=["departs_at", "due_at"],
        )  # fmt: skip
        events.record(
            db,
            ComplaintDueMoved(
                guest_id=case.guest_id, hotel_id=case.hotel_id, complaint_id=case.id,
                number=case.number, due_at=case.due_at, departs_at=case.departs_at,
                version=case.version,
            ),
        )  # fmt: skip
    db.flush()


def tell(db: Session, firings: list[Firing], *, now: datetime) -> list[bool]:
    """Tell levels, each unless the case was answered, paused or told meanwhile."""
    wanted = sorted({firing.complaint_id for firing in firings})
    cases = {case.id: case for case in _locked(db, wanted)}
    steps = _last_steps(db, wanted)
    paused = _paused_of(db, wanted)
    done = []
    for firing in firings:
        case = cases[firing.complaint_id]
        due = _due_of(case, firing.clock)
        fresh = (
            due is not None
            and case.id not in paused
            and case.status in RUNNING
            and (firing.level == WARNED or due <= now)
            and insert_once(
                db, ComplaintEscalation, "complaint_id", "clock", "level",
                complaint_id=case.id, clock=firing.clock,
                level=firing.level + case.reopened * LEVELS_OF_ROUND, at=now,
                told_role=promises.told_role(firing.level, has_owner=case.owner_id is not None),
            )
        )  # fmt: skip
        if fresh and due is not None:
            steps[case.id] += _tell(db, case, firing, due, steps[case.id] + 1, now)
        done.append(fresh)
    db.flush()
    return done


def _tell(
    db: Session, case: Complaint, firing: Firing, due: datetime, step_no: int, now: datetime
) -> int:
    """News, audit and, of a clock that ran out, a step; returns how many steps.

    The step raises no version: who is just closing the case is not sent back for it.
    """
    facts: dict[str, Any] = {
        "guest_id": case.guest_id, "hotel_id": case.hotel_id, "complaint_id": case.id,
        "number": case.number, "clock": firing.clock, "due_at": due, "owner_id": case.owner_id,
        "told_role": promises.told_role(firing.level, has_owner=case.owner_id is not None),
    }  # fmt: skip
    if firing.level == WARNED:
        events.record(db, ComplaintDueSoon(**facts))
        return 0
    events.record(db, ComplaintOverdue(**facts, level=firing.level))
    db.add(
        ComplaintStep(
            complaint_id=case.id,
            no=step_no,
            at=now,
            kind=StepKind.ESCALATED,
            status_after=case.status,
            words=SENTENCES[firing.clock, firing.level],
        )
    )
    audit.note(
        db, Deed.CHANGED, by=system(), subject="complaint", subject_id=case.id,
        guest_id=case.guest_id, fields=["escalation"],
    )  # fmt: skip
    return 1


class _Horizons:
    """Up to when cases of a department and severity are due soon, worked out once a look."""

    def __init__(self, db: Session, hotel_id: UUID, zone: str, now: datetime) -> None:
        self._db, self._hotel_id, self._zone, self._now = db, hotel_id, zone, now
        self._known: dict[tuple[DepartmentCode | None, Severity], datetime] = {}

    def of(
        self, clock: CaseClock, department: DepartmentCode | None, severity: Severity
    ) -> datetime:
        key = (None if clock is CaseClock.FIRST_REPLY else department), severity
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._worked_out(*key)
        return found

    def _worked_out(self, department: DepartmentCode | None, severity: Severity) -> datetime:
        target = clocks.target_of(self._db, self._hotel_id, severity)
        if department is not None:
            calendar = clocks.department_calendar(self._db, self._hotel_id, department, self._zone)
            try:
                return horizon_at(calendar, self._now, target.warn_minutes)
            except NeverOpen:  # such a case runs by the clock of the house
                pass
        return self._now + timedelta(minutes=target.warn_minutes)


def _firings(
    row: Any, told: dict[tuple[UUID, CaseClock], Told], horizons: _Horizons, now: datetime
) -> Iterator[Firing]:
    has_owner = row.owner_id is not None
    for which in CaseClock:
        due = _due_of(row, which)
        if due is None:
            continue
        heard = _of_round(told.get((row.id, which), []), row.reopened)
        level = promises.level_due(now, due, heard, has_owner=has_owner)
        if level is None and not heard and now < due:
            level = WARNED if due <= horizons.of(which, row.department, row.severity) else None
        if level is not None:
            yield Firing(row.id, which, level)


def _of_round(told: Told, reopened: int) -> Told:
    first = reopened * LEVELS_OF_ROUND
    return [(level - first, at) for level, at in told if level >= first]


def _due_of(case: Any, which: CaseClock) -> datetime | None:
    """When a clock runs out; None for one that was stopped or never ran."""
    due: datetime | None
    if which is CaseClock.FIRST_REPLY:
        due = case.first_reply_due_at if case.first_replied_at is None else None
    else:
        due = case.due_at if case.solved_at is None else None
    return due


def _departure_moved(row: Any, hotel: Any) -> bool:
    stay = Leaving(
        row.stay_status, row.departure_on, row.checked_out_at, hotel.check_out_at, hotel.time_zone
    )
    # A reopened case began later than it was opened; who had left by then is told by the clocks.
    begins = row.opened_at
    leaves = promises.leaves_at(stay, begins)
    return bool(leaves != row.departs_at) and not (row.reopened and row.departs_at is None)


def _running(db: Session, hotel_id: UUID) -> Any:
    """Running cases of a hotel with the stay they are about, as rows."""
    return db.connection().execute(
        select(
            *cols(
                Complaint.id, Complaint.department, Complaint.severity, Complaint.owner_id,
                Complaint.opened_at, Complaint.first_reply_due_at, Complaint.first_replied_at,
                Complaint.due_at, Complaint.solved_at, Complaint.departs_at, Complaint.reopened,
                named(Stay.status, "stay_status"), Stay.departure_on, Stay.checked_out_at,
            )
        )
        .outerjoin(Stay, col(Stay.id) == col(Complaint.stay_id))
        .where(*_runs(hotel_id))
    )  # fmt: skip


def _runs(hotel_id: UUID) -> tuple[Any, ...]:
    return col(Complaint.hotel_id) == hotel_id, one_of(col(Complaint.status), RUNNING)


def _paused(db: Session, hotel_id: UUID) -> set[UUID]:
    rows = db.connection().execute(
        select(col(ComplaintPause.complaint_id))
        .join(Complaint, col(Complaint.id) == col(ComplaintPause.complaint_id))
        .where(col(ComplaintPause.until_at).is_(None), *_runs(hotel_id))
    )
    return set(rows.scalars())


def _paused_of(db: Session, complaint_ids: list[UUID]) -> set[UUID]:
    rows = db.connection().execute(
        select(col(ComplaintPause.complaint_id)).where(
            col(ComplaintPause.until_at).is_(None),
            col(ComplaintPause.complaint_id).in_(complaint_ids),
        )
    )
    return set(rows.scalars())


def _told(db: Session, hotel_id: UUID) -> dict[tuple[UUID, CaseClock], Told]:
    rows = db.connection().execute(
        select(
            *cols(
                ComplaintEscalation.complaint_id,
                ComplaintEscalation.clock,
                ComplaintEscalation.level,
                ComplaintEscalation.at,
            )
        )
        .join(Complaint, col(Complaint.id) == col(ComplaintEscalation.complaint_id))
        .where(*_runs(hotel_id))
    )
    found: dict[tuple[UUID, CaseClock], Told] = defaultdict(list)
    for row in rows:
        found[row.complaint_id, row.clock].append((row.level, row.at))
    return found


def _locked(db: Session, complaint_ids: list[UUID]) -> list[Complaint]:
    query = (
        select(Complaint)
        .where(col(Complaint.id).in_(complaint_ids))
        .order_by(col(Complaint.id))
        .with_for_update()
    )
    return list(db.scalars(query))


def _last_steps(db: Session, complaint_ids: list[UUID]) -> dict[UUID, int]:
    rows = db.connection().execute(
        select(col(ComplaintStep.complaint_id), func.max(col(ComplaintStep.no)).label("last"))
        .where(col(ComplaintStep.complaint_id).in_(complaint_ids))
        .group_by(col(ComplaintStep.complaint_id))
    )
    return defaultdict(int, {row.complaint_id: row.last for row in rows})
