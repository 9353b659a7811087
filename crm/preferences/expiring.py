"""What time does to claims: past their review they expire, with their one stay they end."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.queries import hold
from crm.kit import clock
from crm.kit.rows import cols, one_of
from crm.preferences.claims import settle
from crm.preferences.tables import Preference
from crm.preferences.terms import SHOWN_STATUSES, Scope
from crm.staff.actor import Actor

BATCH = 500
"""So many guests in one transaction, so that nobody waits long for a lock."""
_LAST_ZONE = timedelta(hours=12)
"""The day is over everywhere when it is over west of the Date Line."""


def expire_due(db: Session, *, by: Actor, limit: int = BATCH) -> int:
    """Expire claims whose review day is over; returns how many guests were looked at.

    Call it again while it returns ``limit``.
    """
    today = (clock.now() - _LAST_ZONE).date()
    guests = db.connection().scalars(
        select(col(Preference.guest_id))
        .where(
            col(Preference.review_on) < today,
            one_of(col(Preference.status), SHOWN_STATUSES),
        )
        .order_by(col(Preference.guest_id))
        .distinct()
        .limit(limit)
    )
    found = list(guests)
    for guest_id in found:
        hold(db, guest_id)
        settle(db, guest_id, by=by, hotel_id=None)
    return len(found)


def end_with_stay(db: Session, stay_id: UUID, *, by: Actor, hotel_id: UUID | None) -> int:
    """Let what was for this stay only end with it; returns how many claims changed."""
    guests = {
        row.guest_id
        for row in db.connection().execute(
            select(*cols(Preference.guest_id)).where(
                col(Preference.stay_id) == stay_id,
                col(Preference.scope) == Scope.THIS_STAY,
                one_of(col(Preference.status), SHOWN_STATUSES),
            )
        )
    }
    changed = 0
    for guest_id in sorted(guests):
        hold(db, guest_id)
        changed += len(settle(db, guest_id, by=by, hotel_id=hotel_id))
    return changed
