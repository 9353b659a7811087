"""Sets the clocks of a case: from what the hotel promises, when its departments work, the time
the house waited for the guest, and when the guest leaves."""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.complaints import promises
from crm.complaints.calendars import NeverOpen, Span, WorkCalendar
from crm.complaints.promises import Leaving, Target
from crm.complaints.tables import (
    Complaint,
    ComplaintPause,
    ComplaintStep,
    ComplaintTarget,
    WorkHours,
)
from crm.complaints.terms import Severity, StepKind
from crm.hotels.tables import Hotel
from crm.hotels.terms import DepartmentCode
from crm.kit.rows import cols, mapping_of
from crm.stays.tables import Stay

log = logging.getLogger("keshi.clocks")


def set_clocks(db: Session, case: Complaint, *, now: datetime) -> None:
    """Fill ``first_reply_due_at``, ``due_at`` and ``departs_at``; a pause that still runs counts
    up to ``now``. Nothing is written: that is the caller's."""
    begins = _begins(db, case)
    pauses = _pauses(db, case.id, now)
    case.departs_at = promises.leaves_at(_leaving(db, case), begins)
    target = target_of(db, case.hotel_id, case.severity)
    house = house_calendar(_zone_of(db, case.hotel_id))
    facts = case.kind, begins, target
    try:
        found = promises.promised(*facts, (house, calendar_of(db, case)), pauses, case.departs_at)
    except NeverOpen:
        # a guest is not turned away because hours were written down wrongly
        log.warning("working hours that never open", extra={"hotel_id": str(case.hotel_id)})
        found = promises.promised(*facts, (house, house), pauses, case.departs_at)
    case.first_reply_due_at, case.due_at = found.first_reply_due_at, found.due_at


def target_of(db: Session, hotel_id: UUID, severity: Severity) -> Target:
    """What the hotel promises, or what is shipped."""
    names = ("first_reply_minutes", "solve_minutes", "warn_minutes", "margin_minutes")
    row = (
        db.connection()
        .execute(
            select(*cols(*(getattr(ComplaintTarget, name) for name in names))).where(
                col(ComplaintTarget.hotel_id) == hotel_id,
                col(ComplaintTarget.severity) == severity,
            )
        )
        .first()
    )
    return promises.SHIPPED[severity] if row is None else Target(**mapping_of(row))


def calendar_of(db: Session, case: Complaint) -> WorkCalendar:
    """When the department of a case works; round the clock where nothing was set."""
    zone = _zone_of(db, case.hotel_id)
    if case.department is None:
        return house_calendar(zone)
    return department_calendar(db, case.hotel_id, case.department, zone)


def department_calendar(
    db: Session, hotel_id: UUID, department: DepartmentCode, zone: str
) -> WorkCalendar:
    row = (
        db.connection()
        .execute(
            select(*cols(WorkHours.hours, WorkHours.holidays, WorkHours.extra_days)).where(
                col(WorkHours.hotel_id) == hotel_id, col(WorkHours.department) == department
            )
        )
        .first()
    )
    if row is None:
        return house_calendar(zone)
    return WorkCalendar(zone, row.hours, row.holidays, row.extra_days)


def house_calendar(zone: str) -> WorkCalendar:
    """A hotel works round the clock, and it is the hotel that answers a guest first."""
    return WorkCalendar(zone, None)


def _zone_of(db: Session, hotel_id: UUID) -> str:
    query = select(col(Hotel.time_zone)).where(col(Hotel.id) == hotel_id)
    return str(db.connection().execute(query).scalar_one())


def _begins(db: Session, case: Complaint) -> datetime:
    """When its clocks began: at the last reopening, or when it was taken down."""
    if not case.reopened:
        return case.opened_at
    again = db.connection().scalar(
        select(func.max(col(ComplaintStep.at))).where(
            col(ComplaintStep.complaint_id) == case.id,
            col(ComplaintStep.kind) == StepKind.REOPENED,
        )
    )
    return again or case.opened_at


def _pauses(db: Session, complaint_id: UUID, now: datetime) -> list[Span]:
    rows = db.connection().execute(
        select(*cols(ComplaintPause.from_at, ComplaintPause.until_at)).where(
            col(ComplaintPause.complaint_id) == complaint_id
        )
    )
    return [(row.from_at, max(row.until_at or now, row.from_at)) for row in rows]


def _leaving(db: Session, case: Complaint) -> Leaving | None:
    if case.stay_id is None:
        return None
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Stay.status,
                    Stay.departure_on,
                    Stay.checked_out_at,
                    Hotel.check_out_at,
                    Hotel.time_zone,
                )
            )
            .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
            .where(col(Stay.id) == case.stay_id)
        )
        .first()
    )
    return None if row is None else Leaving(*row)
