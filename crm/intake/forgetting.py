"""What other systems sent is kept as long as it may still be needed, and no longer.

A message's body is emptied some days after everything about its reservation is over; its id,
source, state and what it became stay, so a repetition is still known. What is parked stays whole
until somebody has looked at it, and so does what waits in the review.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, null, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.intake.stays_in import STAY
from crm.intake.tables import IntakeMessage, MatchReview
from crm.intake.terms import MessageState, ReviewState
from crm.kit import clock
from crm.kit.db import chunks
from crm.kit.tables import ExternalRef
from crm.stays.tables import Stay

BATCH = 2_000
_HANDLED = (MessageState.APPLIED, MessageState.SUPERSEDED)


def forget_bodies(db: Session, days: int, limit: int = BATCH) -> int:
    """Empty the bodies of handled messages; answers how many, at most ``limit``.

    All messages about a reservation are read together, so they go together: when the newest came
    ``days`` ago and the guest left ``days`` ago (a stay that is still to come keeps its story).
    """
    found = _forgettable(db, clock.now() - timedelta(days=days), limit)
    for part in chunks(found, 400):
        db.connection().execute(
            update(IntakeMessage).where(col(IntakeMessage.id).in_(part)).values(body=null())
        )
    return len(found)


def _forgettable(db: Session, before: datetime, limit: int) -> list[UUID]:
    """Handled messages with a body, of reservations where nothing is open or new any more."""
    other = aliased(IntakeMessage)
    of_one_story = and_(
        col(other.source) == col(IntakeMessage.source),
        col(other.subject) == col(IntakeMessage.subject),
        col(other.hotel_id) == col(IntakeMessage.hotel_id),
    )
    still_told = select(col(other.id)).where(
        of_one_story,
        or_(
            col(other.received_at) >= before,
            col(other.state).not_in(_HANDLED),
            col(other.id).in_(
                select(col(MatchReview.message_id)).where(
                    col(MatchReview.state) == ReviewState.OPEN,
                    col(MatchReview.message_id).is_not(None),
                )
            ),
        ),
    )
    query = (
        select(col(IntakeMessage.id))
        .outerjoin(
            ExternalRef,
            and_(
                col(ExternalRef.system) == col(IntakeMessage.source),
                col(ExternalRef.kind) == STAY,
                col(ExternalRef.external_id) == col(IntakeMessage.subject),
            ),
        )
        .outerjoin(Stay, col(Stay.id) == col(ExternalRef.our_id))
        .where(
            col(IntakeMessage.received_at) < before,
            col(IntakeMessage.state).in_(_HANDLED),
            col(IntakeMessage.body).is_not(None),
            or_(col(Stay.id).is_(None), col(Stay.departure_on) < before.date()),
            ~still_told.exists(),
        )
        .order_by(col(IntakeMessage.id))
        .limit(limit)
    )
    return list(db.connection().execute(query).scalars())
