"""The guest-file centre's word on what was noted, and a colleague's on what is known.

Two who review one note are not both right: the second hears what the first decided. Everything
can be undone, since what a note was before the centre touched it is kept.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import hold
from crm.kit import clock, events, failpoints
from crm.kit.errors import CrmError, Invalid, NotAllowed
from crm.kit.rows import cols
from crm.preferences import cautions, claims, refusals, rules
from crm.preferences.codes import known_code
from crm.preferences.events import PreferenceReviewed
from crm.preferences.noting import REVIEW, bear, refuse_numbers, usable_code
from crm.preferences.observed import observation, reviewable
from crm.preferences.schemas import AcceptedMany, LeftOut, ObservationOut
from crm.preferences.sights import Lens
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import (
    ObservationState,
    RejectReason,
    Scope,
)
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

_WAITING = ObservationState.WAITING


def accept(
    db: Session,
    observation_id: UUID,
    *,
    by: Actor,
    version: int | None,
    code: str | None = None,
    value: str | None = None,
    scope: Scope | None = None,
    words: str | None = None,
) -> ObservationOut:
    """Let a note count, with what the centre puts right; `Invalid` while it has no code.

    ``version`` is the one that was looked at; None stands for any. None leaves a fact as it was
    noted; empty ``words`` take the words out of the file.
    """
    row = _to_review(db, observation_id, by, version)
    _accept(db, row, by=by, code=code, value=value, scope=scope, words=words)
    return observation(db, observation_id, by=by)


def _accept(
    db: Session,
    row: Observation,
    *,
    by: Actor,
    code: str | None = None,
    value: str | None = None,
    scope: Scope | None = None,
    words: str | None = None,
) -> None:
    code = code or row.code
    if code is None:
        raise Invalid(
            "Choose the code that these words mean, or reject them.",
            "code_needed",
            pointer="/code",
        )
    _need_clear(db, code, row.hotel_id, by)
    refuse_numbers(cautions.cautions_in(words, value))
    if scope is Scope.THIS_STAY and row.stay_id is None:
        raise Invalid(
            "This note belongs to no stay. Keep it for always.", "stay_needed", pointer="/scope"
        )
    changes: dict[str, Any] = {"code": code}
    changes |= {
        name: given for name, given in (("value", value), ("scope", scope)) if given is not None
    }
    if words is not None:
        changes["words"] = words or None
    _decide(db, row, ObservationState.ACCEPTED, by=by, changes=changes, claim=None)


def reject(
    db: Session,
    observation_id: UUID,
    *,
    by: Actor,
    version: int | None,
    reason: RejectReason,
    reply: str | None = None,
) -> ObservationOut:
    """Keep a note out of the file; the noter hears why."""
    row = _to_review(db, observation_id, by, version)
    refuse_numbers(cautions.cautions_in(reply))
    _decide(
        db, row, ObservationState.REJECTED, by=by,
        changes={"reject_reason": reason, "reply": reply}, claim=None,
    )  # fmt: skip
    return observation(db, observation_id, by=by)


def merge_into(
    db: Session, observation_id: UUID, preference_id: UUID, *, by: Actor, version: int | None
) -> ObservationOut:
    """Accept a note as evidence of a claim that the guest has already."""
    row = _to_review(db, observation_id, by, version)
    claim = (
        db.connection()
        .execute(
            select(
                *cols(Preference.id, Preference.code, Preference.scope, Preference.hotel_id,
                      Preference.stay_id)
            ).where(
                col(Preference.id) == preference_id,
                col(Preference.guest_id) == row.guest_id,
                or_(
                    col(Preference.hotel_id).is_(None), col(Preference.hotel_id) == row.hotel_id
                ),
            )
        )
        .first()
    )  # fmt: skip
    if claim is None:
        raise refusals.no_preference()
    _need_clear(db, claim.code, row.hotel_id, by, switched_off=True)
    if claim.scope is Scope.THIS_STAY and claim.stay_id != row.stay_id:
        raise Invalid(
            "That preference is for another stay.", "other_stay", pointer="/preference_id"
        )
    changes = {
        "code": claim.code,
        "scope": claim.scope,
        "this_hotel_only": claim.hotel_id is not None,
    }
    _decide(db, row, ObservationState.ACCEPTED, by=by, changes=changes, claim=claim.id)
    return observation(db, observation_id, by=by)


def undo_review(
    db: Session, observation_id: UUID, *, by: Actor, version: int | None
) -> ObservationOut:
    """Put a decided note back into the queue as it was noted."""
    row = _reviewed(db, observation_id, by, version)
    if row.state not in (ObservationState.ACCEPTED, ObservationState.REJECTED):
        raise refusals.AlreadyReviewed(row.state)
    was = row.as_noted or {}
    values: dict[str, Any] = {name: _typed(name, was[name]) for name in _KEPT if name in was}
    values |= {
        "state": _WAITING, "reviewed_at": None, "reviewed_by": None, "reject_reason": None,
        "reply": None, "preference_id": None, "as_noted": None,
        "due_at": row.entered_at + rules.REVIEWED_WITHIN, "version": row.version + 1,
    }  # fmt: skip
    hold(db, row.guest_id)
    before = row.preference_id
    _write(db, row, values)
    if rules.counts(row.state, row.policy, row.code):
        bear(db, row)
    _leave(db, before, row)
    _told(db, row, by, Deed.UNDONE)
    return observation(db, observation_id, by=by)


def accept_many(db: Session, ids: Sequence[UUID], *, by: Actor) -> AcceptedMany:
    """Accept notes that need nothing put right; the others are left and say why."""
    by.need(REVIEW)
    accepted, left = [], []
    for identity in dict.fromkeys(ids):
        try:
            row = _to_review(db, identity, by, None)
            _accept(db, row, by=by)
        except CrmError as refusal:
            left.append(LeftOut(id=identity, code=refusal.code))
        else:
            accepted.append(identity)
    return AcceptedMany(accepted=accepted, left=left)


# ---------------------------------------------------------------- deciding
_KEPT = ("code", "value", "scope", "words", "this_hotel_only")


def _typed(name: str, value: Any) -> Any:
    return Scope(value) if name == "scope" else value


def _to_review(db: Session, observation_id: UUID, by: Actor, version: int | None) -> Observation:
    """A waiting note, held; what a colleague decided is told before a stale version is."""
    row = _held(db, observation_id, by)
    if row.state is not _WAITING:
        raise refusals.AlreadyReviewed(row.state)
    return _same_version(row, version)


def _reviewed(db: Session, observation_id: UUID, by: Actor, version: int | None) -> Observation:
    return _same_version(_held(db, observation_id, by), version)


def _held(db: Session, observation_id: UUID, by: Actor) -> Observation:
    by.need(REVIEW)
    row = db.exec(
        select(Observation)  # type: ignore[call-overload]
        .where(col(Observation.id) == observation_id, reviewable(by))
        .with_for_update(of=Observation)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if row is None:
        raise refusals.no_observation()
    found: Observation = row
    return found


def _same_version(row: Observation, version: int | None) -> Observation:
    if version is not None and row.version != version:
        raise refusals.changed()
    return row


def _need_clear(
    db: Session, code: str, hotel_id: UUID, by: Actor, *, switched_off: bool = False
) -> None:
    """Only who may read a code's label decides that something is one."""
    known = known_code(db, code, hotel_id) if switched_off else usable_code(db, code, hotel_id)
    if known is None:
        raise refusals.no_code()
    sight = Lens(by, Channel.JSON).sight(known.sensitivity, known.departments)
    if sight is not Sight.CLEAR:
        raise NotAllowed(
            "Your role does not read this code. Leave the note to the guest-file centre.",
            "code_not_yours",
        )


def _decide(
    db: Session,
    row: Observation,
    state: ObservationState,
    *,
    by: Actor,
    changes: dict[str, Any],
    claim: UUID | None,
) -> None:
    hold(db, row.guest_id)
    before = {name: getattr(row, name) for name in _KEPT}
    values = changes | {
        "state": state,
        "as_noted": {**before, "scope": row.scope.value},
        "reviewed_at": clock.now(),
        "reviewed_by": by.staff_id,
        "due_at": None,
        "version": row.version + 1,
        "preference_id": claim or row.preference_id,
    }
    moved = (
        state is ObservationState.ACCEPTED
        and claim is None
        and (
            row.preference_id is None or any(changes.get(n, before[n]) != before[n] for n in _PLACE)
        )
    )
    left = row.preference_id
    _write(db, row, values)
    if moved:
        bear(db, row)
    _leave(db, left, row)
    failpoints.reach("preference.reviewed")
    _told(db, row, by, Deed.CHANGED, fields=["state", *sorted(changes)])


_PLACE = ("code", "scope", "this_hotel_only")


def _leave(db: Session, before: UUID | None, row: Observation) -> None:
    """What becomes of the claim that a note was evidence of until now."""
    if before is not None and before != row.preference_id:
        claims.left(db, before)


def _write(db: Session, row: Observation, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    db.add(row)
    db.flush()


def _told(
    db: Session, row: Observation, by: Actor, deed: Deed, fields: Collection[str] = ("state",)
) -> None:
    """What follows from a decision: the claims, the audit, the news for the noter."""
    claims.settle(db, row.guest_id, by=by, hotel_id=row.hotel_id)
    audit.note(
        db, deed, by=by, subject="observation", subject_id=row.id, guest_id=row.guest_id,
        fields=list(fields),
    )  # fmt: skip
    events.record(
        db,
        PreferenceReviewed(
            guest_id=row.guest_id, hotel_id=row.hotel_id, by_id=by.id,
            observation_id=row.id, state=row.state, noted_by=row.noted_by,
        ),
    )  # fmt: skip
