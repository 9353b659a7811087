"""How much of what a department noticed was of use: thanks to all of them, never a ranking."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.kit import clock
from crm.preferences.tables import Observation
from crm.staff.actor import Actor
from crm.staff.tables import StaffGrant

OF_USE_WITHIN = timedelta(days=30)
NOTED_WITHIN = timedelta(days=365)


def of_use(db: Session, *, by: Actor) -> int:
    """How many notes of the reader's department were first acted on within thirty days.

    Asked by the colleagues of the department, since notes are found by who wrote them.
    """
    by.need("preferences.note")
    if by.department is None or by.hotel_id is None:
        return 0
    now = clock.now()
    colleagues = select(col(StaffGrant.staff_id)).where(
        col(StaffGrant.hotel_id) == by.hotel_id, col(StaffGrant.department) == by.department
    )
    query = (
        select(func.count())
        .select_from(Observation)
        .where(
            col(Observation.noted_by).in_(colleagues),
            col(Observation.entered_at) >= now - NOTED_WITHIN,
            col(Observation.hotel_id) == by.hotel_id,
            col(Observation.noted_department) == by.department,
            col(Observation.used_at) >= now - OF_USE_WITHIN,
        )
    )
    return db.connection().scalar(query) or 0
