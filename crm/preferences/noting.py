"""Takes what the house notices: once, checked, and straight to where it belongs."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import hold, visible_to
from crm.guests.tables import Guest
from crm.hotels.tables import Hotel
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, events, failpoints
from crm.kit.db import insert_once
from crm.kit.errors import Invalid, NotAllowed, RuleBroken
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.preferences import cautions, claims, finding, places, refusals, rules
from crm.preferences.codes import KnownCode, known_code
from crm.preferences.events import PreferenceNoted
from crm.preferences.observed import observation
from crm.preferences.schemas import NoteIn, ObservationOut
from crm.preferences.sights import Lens
from crm.preferences.tables import Observation
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    RetiredWhy,
    ReviewPolicy,
    Scope,
    TextCaution,
)
from crm.staff.actor import Actor, system
from crm.staff.terms import Channel, Role, Sight

NOTE, REVIEW = "preferences.note", "preferences.review"
AHEAD = timedelta(minutes=5)
"""So much may a phone's clock be fast; what lies further ahead was seen now."""
BACK = timedelta(days=366)
_MERGED_INTO_MAX = 8


def note_preference(db: Session, note: NoteIn, *, by: Actor) -> ObservationOut:
    """Keep what somebody noticed; the same note sent again answers as the first time.

    `GuestMerged` when the file is gone into another that this noter does not reach,
    `CodeSwitchedOff`, `NotedOtherwise` for another note under a used id, `Invalid` for a card or
    identity number in the words. What may count at once is part of the guest's claims afterwards.
    """
    by.need(NOTE)
    taking = _Taking(db, note, by)
    row = taking.row()
    sent = row.model_dump()
    if not insert_once(db, Observation, "id", **sent):
        return _sent_before(db, row, by)
    failpoints.reach("preference.noted")
    _follow(db, row, by)
    return observation(db, row.id, by=by)


def _follow(db: Session, row: Observation, by: Actor) -> None:
    """What comes of a new observation: its claim, audit and news."""
    if rules.counts(row.state, row.policy, row.code):
        hold(db, row.guest_id)
        bear(db, row)
        claims.settle(db, row.guest_id, by=by, hotel_id=row.hotel_id)
    audit.note(
        db,
        Deed.CREATED,
        by=by,
        subject="observation",
        subject_id=row.id,
        guest_id=row.guest_id,
        fields=[name for name in ("code", "value", "words") if getattr(row, name)],
    )
    events.record(
        db,
        PreferenceNoted(
            guest_id=row.guest_id,
            hotel_id=row.hotel_id,
            by_id=by.id,
            observation_id=row.id,
            state=row.state,
            room_no=row.room_no,
        ),
    )


def bear(db: Session, row: Observation) -> UUID:
    """Make an observation evidence of its claim; the guest's row is held."""
    claim = claims.claim_for(db, row)
    db.connection().execute(
        update(Observation).where(col(Observation.id) == row.id).values(preference_id=claim)
    )
    row.preference_id = claim
    return claim


def _sent_before(db: Session, row: Observation, by: Actor) -> ObservationOut:
    digest = db.connection().scalar(
        select(col(Observation.digest)).where(col(Observation.id) == row.id)
    )
    if digest != row.digest:
        raise refusals.NotedOtherwise
    return observation(db, row.id, by=by, own=True)


@dataclass(frozen=True)
class _File:
    id: UUID
    ref: str


class _Taking:
    """One note on its way in: checks it and finds out where it belongs."""

    def __init__(self, db: Session, note: NoteIn, by: Actor) -> None:
        self.db, self.note, self.by = db, note, by
        if by.hotel_id is None:
            raise NotAllowed("Notes are written in a hotel. Choose one first.", "no_hotel")
        self.hotel_id = by.hotel_id
        self.now = clock.now()

    def row(self) -> Observation:
        note = self.note
        _need_content(note)
        found = cautions.cautions_in(note.words, note.value)
        refuse_numbers(found)
        observed_at = self._observed_at()
        file = self._file(observed_at)
        place = self._place(file.id, observed_at)
        code = self._code()
        policy = self._policy(code, found)
        free = policy is ReviewPolicy.STRAIGHT_IN or self._is_centre(code)
        state = ObservationState.TAKEN if code and free else ObservationState.WAITING
        suggested = [] if code else finding.codes_meant(self.db, note.words or "", self.hotel_id)
        return Observation(
            id=note.id or new_id(),
            guest_id=file.id,
            hotel_id=self.hotel_id,
            stay_id=place.stay_id,
            room_no=note.room_no or place.room_no,
            code=note.code,
            value=note.value,
            words=note.words,
            source=note.source,
            scope=note.scope,
            this_hotel_only=note.this_hotel_only,
            denies=note.denies,
            observed_at=observed_at,
            entered_at=self.now,
            noted_by=self.by.staff_id,
            noted_department=department_of(self.by),
            policy=policy,
            state=state,
            due_at=None if state is ObservationState.TAKEN else self.now + rules.REVIEWED_WITHIN,
            suggested=suggested,
            cautions=[each.value for each in found],
            digest=_digest(note, self.by),
        )

    def _observed_at(self) -> datetime:
        at = self.note.observed_at
        if at is None or at > self.now + AHEAD:
            return self.now
        if at < self.now - BACK:
            raise Invalid(
                "This was seen more than a year ago. Note what still holds.",
                "observed_long_ago",
                pointer="/observed_at",
            )
        return min(at, self.now)

    def _file(self, observed_at: datetime) -> _File:
        """The file that the note is about; of a merged one the file that it went into."""
        guest_id, first = self.note.guest_id, True
        for _ in range(_MERGED_INTO_MAX):
            row = (
                self.db.connection()
                .execute(
                    select(
                        *cols(Guest.id, Guest.ref, Guest.merged_into_id),
                        visible_to(self.by).label("near"),
                    ).where(col(Guest.id) == guest_id)
                )
                .first()
            )
            if row is None:
                raise refusals.no_guest()
            near = row.near or self._served(row.id, observed_at)
            if row.merged_into_id is None:
                if not near:
                    raise refusals.no_guest() if first else refusals.GuestMerged(row.ref, row.id)
                return _File(row.id, row.ref)
            if not near and first:
                raise refusals.no_guest()
            guest_id, first = row.merged_into_id, False
        raise refusals.no_guest()

    def _served(self, guest_id: UUID, observed_at: datetime) -> bool:
        """A phone without network may bring a note about somebody who has left meanwhile."""
        if self.by.reach != "today" or self.now - observed_at > places.OFFLINE_FOR:
            return False
        day = observed_at.astimezone(self._zone()).date()
        return places.served_lately(self.db, guest_id, day, by=self.by)

    def _place(self, guest_id: UUID, observed_at: datetime) -> places.Place:
        if self.note.stay_id is not None:
            place = places.stay_named(self.db, self.note.stay_id, guest_id, by=self.by)
            if place is None:
                raise Invalid(
                    "This stay is not one of the guest's in your hotel.",
                    "stay_unknown",
                    pointer="/stay_id",
                )
        else:
            day = observed_at.astimezone(self._zone()).date()
            place = places.stay_at(self.db, guest_id, self.hotel_id, day)
        if place.stay_id is None and self.note.scope is Scope.THIS_STAY:
            raise Invalid(
                "There is no stay today that this could be for. Note it for always.",
                "stay_needed",
                pointer="/scope",
            )
        return place

    def _code(self) -> KnownCode | None:
        if self.note.code is None:
            return None
        return usable_code(self.db, self.note.code, self.hotel_id)

    def _policy(self, code: KnownCode | None, found: Sequence[TextCaution]) -> ReviewPolicy:
        return ReviewPolicy.BEFORE_ANYONE if code is None or found else code.policy

    def _is_centre(self, code: KnownCode | None) -> bool:
        """Who reviews such notes need not wait for a review of their own."""
        if code is None or not self.by.may(REVIEW):
            return False
        sight = Lens(self.by, Channel.JSON).sight(code.sensitivity, code.departments)
        return sight is Sight.CLEAR

    def _zone(self) -> ZoneInfo:
        zone = self.db.connection().scalar(
            select(col(Hotel.time_zone)).where(col(Hotel.id) == self.hotel_id)
        )
        return ZoneInfo(zone or "UTC")


def usable_code(db: Session, code: str, hotel_id: UUID) -> KnownCode:
    """A code that the hotel uses; `Invalid` when unknown, `CodeSwitchedOff` when switched off."""
    known = known_code(db, code, hotel_id)
    if known is None:
        raise refusals.no_code()
    if not known.in_use:
        raise refusals.CodeSwitchedOff
    return known


def _need_content(note: NoteIn) -> None:
    if note.code is None and not note.words:
        raise Invalid("Choose a code or write a few words.", "note_empty", pointer="/words")
    if note.code is None and note.value is not None:
        raise Invalid("A value belongs to a code.", "value_without_code", pointer="/value")
    if note.source in (PreferenceSource.SENSED, PreferenceSource.IMPORTED):
        raise Invalid("A note is seen, told or written.", "source_not_yours", pointer="/source")


def refuse_numbers(found: Sequence[TextCaution]) -> None:
    """`Invalid` for what may be stored nowhere."""
    for caution in cautions.REFUSED:
        if caution in found:
            raise refusals.numbers_in_words(caution.value)


def department_of(by: Actor) -> DepartmentCode | None:
    """The department that somebody works in, or the one that their role stands for."""
    if by.department is not None or len(by.holders) != 1:
        return by.department
    (holder,) = by.holders
    return _DEPARTMENT_OF.get(holder)


_DEPARTMENT_OF: dict[str, DepartmentCode] = {
    Role.FRONT_DESK: DepartmentCode.FRONT_OFFICE,
    Role.HOUSEKEEPING: DepartmentCode.HOUSEKEEPING,
    Role.FOOD_BEVERAGE: DepartmentCode.FOOD_AND_BEVERAGE,
    Role.DUTY_MANAGER: DepartmentCode.MANAGEMENT,
    Role.GENERAL_MANAGER: DepartmentCode.MANAGEMENT,
    Role.FILE_CENTRE: DepartmentCode.FILE_CENTRE,
}


def _digest(note: NoteIn, by: Actor) -> str:
    return hashlib.sha256(f"{by.kind}:{by.id}:{note.model_dump_json()}".encode()).hexdigest()


# ---------------------------------------------------------------- the noter's own undo
def withdraw(db: Session, observation_id: UUID, *, by: Actor) -> ObservationOut:
    """Take one's own note back, within ten minutes and before the centre has decided."""
    by.need(NOTE)
    row = _own(db, observation_id, by)
    if row.state is ObservationState.WITHDRAWN:
        return observation(db, row.id, by=by, own=True)
    if row.state not in (ObservationState.TAKEN, ObservationState.WAITING):
        raise refusals.AlreadyReviewed(row.state)
    if clock.now() - row.entered_at > rules.WITHDRAWN_WITHIN:
        raise RuleBroken(
            "A note is taken back within ten minutes. Tell the guest-file centre instead.",
            "withdraw_late",
        )
    hold(db, row.guest_id)
    db.connection().execute(
        update(Observation)
        .where(col(Observation.id) == row.id)
        .values(state=ObservationState.WITHDRAWN, due_at=None, version=row.version + 1)
    )
    claims.settle(db, row.guest_id, by=by, hotel_id=row.hotel_id)
    audit.note(
        db, Deed.UNDONE, by=by, subject="observation", subject_id=row.id,
        guest_id=row.guest_id, fields=["state"],
    )  # fmt: skip
    events.record(
        db,
        PreferenceNoted(
            guest_id=row.guest_id, hotel_id=row.hotel_id, by_id=by.id,
            observation_id=row.id, state=ObservationState.WITHDRAWN, room_no=row.room_no,
        ),
    )  # fmt: skip
    return observation(db, row.id, by=by, own=True)


def _own(db: Session, observation_id: UUID, by: Actor) -> Any:
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Observation.id, Observation.guest_id, Observation.hotel_id,
                    Observation.state, Observation.entered_at, Observation.room_no,
                    Observation.version,
                )
            )
            .where(
                col(Observation.id) == observation_id,
                col(Observation.noted_by) == by.staff_id,
                col(Observation.noted_by).is_not(None),
            )
            .with_for_update()
        )
        .first()
    )  # fmt: skip
    if row is None:
        raise refusals.no_observation()
    return row


# ---------------------------------------------------------------- the house's own records
def note_sensed(
    db: Session,
    guest_id: UUID,
    code: str,
    *,
    value: str | None,
    times: int,
    evidence_words: str,
    hotel_id: UUID,
    last_at: datetime,
    by: Actor | None = None,
) -> ObservationOut:
    """Keep an accepted habit as evidence that stands for ``times`` stays; ``by`` said yes to it."""
    by = by or system()
    row = Observation(
        id=new_id(),
        guest_id=guest_id,
        hotel_id=hotel_id,
        code=usable_code(db, code, hotel_id).code,
        value=value,
        words=evidence_words,
        source=PreferenceSource.SENSED,
        times=times,
        observed_at=last_at,
        entered_at=clock.now(),
        noted_by=by.staff_id,
        noted_department=department_of(by),
        policy=ReviewPolicy.STRAIGHT_IN,
        state=ObservationState.TAKEN,
    )
    db.add(row)
    db.flush()
    _follow(db, row, by)
    return observation(db, row.id, by=by, own=True)


def note_by_hand(
    db: Session,
    claim: Any,
    *,
    by: Actor,
    source: PreferenceSource,
    ends_why: RetiredWhy | None = None,
) -> None:
    """A colleague's word on a claim that is there: it holds, or it holds no longer."""
    row = Observation(
        id=new_id(),
        guest_id=claim.guest_id,
        hotel_id=by.hotel_id or claim.hotel_id,
        stay_id=claim.stay_id,
        code=claim.code,
        value=None,
        source=source,
        scope=claim.scope,
        this_hotel_only=claim.hotel_id is not None,
        denies=ends_why is not None,
        ends_why=ends_why,
        observed_at=clock.now(),
        entered_at=clock.now(),
        noted_by=by.staff_id,
        noted_department=department_of(by),
        policy=ReviewPolicy.STRAIGHT_IN,
        state=ObservationState.TAKEN,
    )
    db.add(row)
    db.flush()
    hold(db, claim.guest_id)
    bear(db, row)
    claims.settle(db, claim.guest_id, by=by, hotel_id=row.hotel_id)
