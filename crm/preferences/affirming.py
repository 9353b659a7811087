"""A colleague's word on what is known: the guest was asked, or it holds no longer."""

from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import hold, need_visible
from crm.kit.errors import Invalid
from crm.kit.rows import cols, one_of
from crm.preferences import refusals
from crm.preferences.codes import known_code
from crm.preferences.noting import NOTE, REVIEW, note_by_hand
from crm.preferences.sights import Lens
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus, RetiredWhy
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight


def confirm_preference(db: Session, preference_id: UUID, *, by: Actor, version: int | None) -> None:
    """The guest was asked and says so: the claim is confirmed from now on."""
    by.need(NOTE)
    claim = _claim(db, preference_id, by, version)
    note_by_hand(db, claim, by=by, source=PreferenceSource.TOLD)
    _claim_noted(db, claim, by)


_BY_A_PERSON = (RetiredWhy.BY_HAND, RetiredWhy.DENIED, RetiredWhy.REJECTED)


def retire_preference(
    db: Session,
    preference_id: UUID,
    *,
    by: Actor,
    version: int | None,
    why: RetiredWhy = RetiredWhy.BY_HAND,
) -> None:
    """Take a claim out of what is shown; its history stays, and new evidence may bring it back."""
    by.need(REVIEW)
    if why not in _BY_A_PERSON:
        raise Invalid(
            "Say if the guest wants it no longer, or if it is wrong.",
            "why_not_yours",
            pointer="/why",
        )
    claim = _claim(db, preference_id, by, version)
    if claim.status is PreferenceStatus.RETIRED:
        raise refusals.changed()
    note_by_hand(db, claim, by=by, source=PreferenceSource.TOLD, ends_why=why)
    _claim_noted(db, claim, by)


def _claim(db: Session, preference_id: UUID, by: Actor, version: int | None) -> Any:
    """A claim within reach, its guest held first: whoever settles holds the guest before it."""
    found = select(
        *cols(
            Preference.id, Preference.guest_id, Preference.code, Preference.scope,
            Preference.hotel_id, Preference.stay_id, Preference.status, Preference.version,
        )
    ).where(col(Preference.id) == preference_id, known_here(by))  # fmt: skip
    row = db.connection().execute(found).first()
    if row is None:
        raise refusals.no_preference()
    need_visible(db, row.guest_id, by=by)
    known = known_code(db, row.code, by.hotel_id)
    sight = Lens(by, Channel.JSON).sight(known.sensitivity, known.departments) if known else None
    if sight in (None, Sight.NONE):
        raise refusals.no_preference()
    hold(db, row.guest_id)
    row = db.connection().execute(found.with_for_update()).one()
    if version is not None and row.version != version:
        raise refusals.changed()
    return row


def known_here(by: Actor) -> Any:
    """Claims of the group, and those kept for one of the reader's hotels."""
    if by.is_system or by.reach == "group":
        return col(Preference.id).is_not(None)
    return or_(col(Preference.hotel_id).is_(None), one_of(col(Preference.hotel_id), by.hotel_ids))


def _claim_noted(db: Session, claim: Any, by: Actor) -> None:
    audit.note(
        db, Deed.CHANGED, by=by, subject="preference", subject_id=claim.id,
        guest_id=claim.guest_id, fields=["status"],
    )  # fmt: skip
