"""What became of a note: somebody acted on it, and its noter has heard of it."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from crm.kit import clock, events
from crm.kit.rows import cols, one_of
from crm.preferences.events import PreferenceUsed
from crm.preferences.noting import NOTE
from crm.preferences.observed import counting
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import SHOWN_STATUSES
from crm.staff.actor import Actor


def mark_used(
    db: Session,
    *,
    by: Actor,
    guest_ids: Collection[UUID] = (),
    preference_ids: Collection[UUID] = (),
    hotel_id: UUID | None = None,
) -> int:
    """Somebody acted on what is known: the notes behind it were of use, which their noters see.

    Of ``guest_ids`` all shown claims count. Returns how many notes were marked; a note is marked
    once, by its first use.
    """
    wanted = set(preference_ids)
    if guest_ids:
        wanted |= set(
            db.connection().scalars(
                select(col(Preference.id)).where(
                    col(Preference.guest_id).in_(list(guest_ids)),
                    one_of(col(Preference.status), SHOWN_STATUSES),
                )
            )
        )
    if not wanted:
        return 0
    used = (
        db.connection()
        .execute(
            update(Observation)
            .where(
                counting(wanted), col(Observation.used_at).is_(None),
                col(Observation.denies).is_(False), col(Observation.noted_by).is_not(None),
            )
            .values(used_at=clock.now())
            .returning(*cols(Observation.guest_id, Observation.id))
        )
        .all()
    )  # fmt: skip
    for guest_id in sorted({row.guest_id for row in used}):
        count = sum(row.guest_id == guest_id for row in used)
        events.record(
            db,
            PreferenceUsed(
                guest_id=guest_id, hotel_id=hotel_id or by.hotel_id, by_id=by.id,
                observations=count,
            ),
        )  # fmt: skip
    return len(used)


def heard(db: Session, ids: Collection[UUID], *, by: Actor) -> int:
    """The noter has seen what became of these notes of theirs; returns how many."""
    by.need(NOTE)
    done = db.connection().execute(
        update(Observation)
        .where(
            col(Observation.id).in_(list(ids)),
            col(Observation.noted_by) == by.staff_id,
            col(Observation.noted_by).is_not(None),
        )
        .values(seen_by_noter_at=clock.now())
        .returning(col(Observation.id))
    )
    return len(done.all())
