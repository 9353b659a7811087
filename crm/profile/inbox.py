"""The centre's inbox: what waits, the oldest first, and one note with all that helps to decide.

A decision is one fragment: the note, its guest, what is known of the same things, and what the
note may mean. It is read in a handful of statements, since a hundred of them are read in a row.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlmodel import Session, col

from crm.guests.queries import names_in_lists, shown_name
from crm.guests.tables import Guest
from crm.guests.terms import GuestIdentity, VipLevel
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.preferences import codes as catalogue
from crm.preferences import observed
from crm.preferences.schemas import CodeRow, ObservationOut, WaitingCounts
from crm.preferences.sights import Lens
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import (
    SHOWN_STATUSES,
    ObservationState,
    Polarity,
    PreferenceStatus,
    RetiredWhy,
    Scope,
    Sensitivity,
)
from crm.preferences.wording import takes_value, with_value
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays.rules import stay_number
from crm.stays.tables import GuestFigure, Stay
from crm.stays.terms import StayStatus

ROWS = 100
SUGGESTIONS = 5
STAYS_SHOWN = 4
SAME_CODE_MAX = 100
NEED = "preferences.review"


class InboxRow(Out):
    """One line of the list; ``hours`` are whole hours since it came in."""

    note: ObservationOut
    guest: str
    hours: int


class Inbox(Out):
    counts: WaitingCounts
    items: list[InboxRow]
    next: str | None


class StayBeside(Out):
    status: StayStatus
    arrival_on: date
    nights: int
    room_no: str | None
    is_of_note: bool


class ClaimBeside(Out):
    """What is known already of the same group, or of what the note may contradict."""

    id: UUID
    code: str | None
    text: str
    words: str | None
    status: PreferenceStatus
    evidence: int
    last_seen_at: datetime | None
    retired_why: RetiredWhy | None
    this_stay: bool
    version: int
    is_same: bool
    """The same code as noted: one key merges the note into it."""
    conflicts: bool


class Suggestion(Out):
    """A code that the note may mean; ``conflicts`` are the texts of claims that it ends."""

    code: str
    group: str
    label: str
    instruction: str
    polarity: Polarity
    sensitivity: Sensitivity
    takes_value: bool
    known: PreferenceStatus | None
    conflicts: list[str]


class GuestBeside(Out):
    id: UUID
    name: str
    ref: str
    vip: VipLevel | None
    identity: GuestIdentity
    stay_number: int
    stays: list[StayBeside]


class Desk(Out):
    """One note as the centre decides on it."""

    note: ObservationOut
    hours: int
    guest: GuestBeside
    suggestions: list[Suggestion]
    claims: list[ClaimBeside]
    alike: list[UUID]
    """Other notes that wait for the same ordinary code, this one among them."""


# ---------------------------------------------------------------- the list
def inbox(db: Session, *, by: Actor, cursor: str | None = None, limit: int = ROWS) -> Inbox:
    """The notes of the reader's hotel that wait, the oldest first; `Invalid` for a bad cursor."""
    page = observed.waiting(db, by=by, hotel_id=by.hotel_id, cursor=cursor, limit=limit)
    names = names_in_lists(db, sorted({note.guest_id for note in page.items}), by=by)
    now = clock.now()
    return Inbox(
        counts=observed.waiting_counts(db, by=by, hotel_id=by.hotel_id),
        items=[
            InboxRow(note=note, guest=names[note.guest_id], hours=_hours(note.entered_at, now))
            for note in page.items
        ],
        next=page.next,
    )


def _hours(entered_at: datetime, now: datetime) -> int:
    return max(0, int((now - entered_at).total_seconds() // 3600))


# ---------------------------------------------------------------- one note
def desk(db: Session, observation_id: UUID, *, by: Actor) -> Desk:
    """One note with its guest, what is known of the same things, and what it may mean.

    `NotFound` when the note is not there or of another hotel. A decided one is shown as well.
    """
    by.need(NEED)
    note = observed.observation(db, observation_id, by=by)
    guest = _guest(db, note, by)
    claims = _claims(db, note.guest_id, by)
    asked = _asked_codes(note)
    known = {row.code: row for row in catalogue.hotel_codes(db, by=by, only=_of(asked, claims))}
    groups = {known[code].group_code for code in asked if code in known}
    suggestions = [_suggestion(known[code], claims, known, by) for code in asked if code in known][
        :SUGGESTIONS
    ]
    first = known.get(asked[0]) if asked else None
    beside = [
        _beside(row, known, first, by)
        for row in claims
        if row.code in known
        and (known[row.code].group_code in groups or _conflict(first, known[row.code]))
    ]
    return Desk(
        note=note,
        hours=_hours(note.entered_at, clock.now()),
        guest=guest,
        suggestions=suggestions,
        claims=sorted(beside, key=lambda one: (not one.is_same, _PLACE[one.status])),
        alike=_alike(db, note, first, by),
    )


_PLACE = {
    status: place
    for place, status in enumerate(
        (
            *reversed(SHOWN_STATUSES),
            PreferenceStatus.PROPOSED,
            PreferenceStatus.EXPIRED,
            PreferenceStatus.RETIRED,
        )
    )
}


def _asked_codes(note: ObservationOut) -> list[str]:
    """The code as noted first, then what the words may mean; each once."""
    return list(dict.fromkeys([*([note.code] if note.code else []), *note.suggested]))


def _of(asked: Iterable[str], claims: Iterable[Any]) -> set[str]:
    return {*asked, *(row.code for row in claims)}


def _guest(db: Session, note: ObservationOut, by: Actor) -> GuestBeside:
    total = (
        select(func.coalesce(func.sum(col(GuestFigure.stays)), 0))
        .where(col(GuestFigure.guest_id) == col(Guest.id))
        .scalar_subquery()
    )
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Guest.id, Guest.ref, Guest.name_native, Guest.name_latin, Guest.alias,
                    Guest.is_incognito, Guest.vip, Guest.vip_until, Guest.identity,
                    Hotel.business_on,
                ),
                total.label("stays"),
            )
            .outerjoin(Hotel, col(Hotel.id) == by.hotel_id)
            .where(col(Guest.id) == note.guest_id)
        )
        .one()
    )  # fmt: skip
    stays = db.connection().execute(
        select(
            *cols(Stay.id, Stay.status, Stay.arrival_on, Stay.nights, Stay.room_no)
        )
        .where(
            col(Stay.guest_id) == note.guest_id,
            col(Stay.status).not_in((StayStatus.CANCELLED, StayStatus.NO_SHOW)),
        )
        .order_by(col(Stay.arrival_on).desc(), col(Stay.id).desc())
        .limit(STAYS_SHOWN)
    ).all()  # fmt: skip
    lapsed = row.vip_until is not None and row.vip_until < row.business_on
    here = any(stay.status is StayStatus.IN_HOUSE for stay in stays)
    return GuestBeside(
        id=row.id,
        name=shown_name(
            name_native=row.name_native,
            name_latin=row.name_latin,
            alias=row.alias,
            is_incognito=row.is_incognito,
            by=by,
            ref=row.ref,
        ),
        ref=row.ref,
        vip=None if lapsed else row.vip,
        identity=row.identity,
        stay_number=stay_number(row.stays, StayStatus.IN_HOUSE if here else None),
        stays=[
            StayBeside(
                status=stay.status,
                arrival_on=stay.arrival_on,
                nights=stay.nights,
                room_no=stay.room_no,
                is_of_note=stay.id == note.stay_id,
            )
            for stay in stays
        ],
    )


_CLAIM = cols(
    Preference.id, Preference.code, Preference.value, Preference.words, Preference.status,
    Preference.evidence, Preference.last_seen_at, Preference.noted_at, Preference.retired_why,
    Preference.scope, Preference.stay_id, Preference.version,
)  # fmt: skip


def _claims(db: Session, guest_id: UUID, by: Actor) -> Sequence[Any]:
    return (
        db.connection()
        .execute(
            select(*_CLAIM)
            .where(
                col(Preference.guest_id) == guest_id,
                or_(col(Preference.hotel_id).is_(None), col(Preference.hotel_id) == by.hotel_id),
            )
            .order_by(col(Preference.noted_at).desc(), col(Preference.id))
        )
        .all()
    )


def _conflict(one: CodeRow | None, other: CodeRow) -> bool:
    if one is None or one.code == other.code:
        return False
    return other.code in one.conflicts_with or one.code in other.conflicts_with


def _words_of(code: CodeRow, by: Actor, lens: Lens) -> str:
    chinese = by.language.startswith("zh")
    if lens.sight(code.sensitivity, code.departments) is Sight.CLEAR:
        return code.label_zh if chinese else code.label_en
    return code.need_to_know_zh if chinese else code.need_to_know_en


def _suggestion(
    code: CodeRow, claims: Sequence[Any], known: Mapping[str, CodeRow], by: Actor
) -> Suggestion:
    lens = Lens(by, Channel.PAGE)
    chinese = by.language.startswith("zh")
    standing = [row for row in claims if row.status in SHOWN_STATUSES]
    label = _words_of(code, by, lens)
    return Suggestion(
        code=code.code,
        group=code.group_zh if chinese else code.group_en,
        label=label,
        instruction=with_value(code.need_to_know_zh if chinese else code.need_to_know_en, None),
        polarity=code.polarity,
        sensitivity=code.sensitivity,
        takes_value=takes_value(label),
        known=next((row.status for row in standing if row.code == code.code), None),
        conflicts=[
            with_value(_words_of(known[row.code], by, lens), row.value)
            for row in standing
            if row.code in known and _conflict(code, known[row.code])
        ],
    )


def _beside(
    row: Any, known: Mapping[str, CodeRow], first: CodeRow | None, by: Actor
) -> ClaimBeside:
    lens, code = Lens(by, Channel.PAGE), known[row.code]
    clear = lens.sight(code.sensitivity, code.departments) is Sight.CLEAR
    return ClaimBeside(
        id=row.id,
        code=row.code if clear or code.sensitivity is Sensitivity.NORMAL else None,
        text=with_value(_words_of(code, by, lens), row.value),
        words=row.words if clear else None,
        status=row.status,
        evidence=row.evidence,
        last_seen_at=row.last_seen_at or row.noted_at,
        retired_why=row.retired_why,
        this_stay=row.scope is Scope.THIS_STAY,
        version=row.version,
        is_same=first is not None and row.code == first.code,
        conflicts=row.status in SHOWN_STATUSES and _conflict(first, code),
    )


def _alike(db: Session, note: ObservationOut, first: CodeRow | None, by: Actor) -> list[UUID]:
    """Notes of the same ordinary code without cautions: they may be accepted in one go."""
    ordinary = first is not None and first.sensitivity is Sensitivity.NORMAL
    if not ordinary or note.code is None or note.cautions:
        return []
    rows = db.connection().execute(
        select(*cols(Observation.id, Observation.cautions))
        .where(
            col(Observation.hotel_id) == by.hotel_id,
            col(Observation.state) == ObservationState.WAITING,
            col(Observation.code) == note.code,
        )
        .order_by(col(Observation.entered_at), col(Observation.id))
        .limit(SAME_CODE_MAX)
    )
    return [row.id for row in rows if not row.cautions]
