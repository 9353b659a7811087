"""Reads preferences of a guest, and the catalogue of codes."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session, SQLModel, col

from crm.guests.queries import need_visible
from crm.kit import clock
from crm.kit.rows import cols, one_of
from crm.preferences import refusals, rules
from crm.preferences.codes import catalogue, code_groups, hotel_codes, of_hotel, own_words
from crm.preferences.finding import find
from crm.preferences.observed import (
    moments_of,
    notes_of_mine,
    observation,
    observations_of,
    unheard,
    waiting,
    waiting_counts,
)
from crm.preferences.rules import CodeFacts
from crm.preferences.schemas import ClaimMoment, ClaimSheet, CodeHit, CodeRow, PreferenceRow
from crm.preferences.sights import Lens
from crm.preferences.tables import HotelCode, Preference, PreferenceCode
from crm.preferences.terms import SHOWN_STATUSES, PreferenceStatus, Sensitivity
from crm.preferences.wording import takes_value, with_value
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

__all__ = [
    "claim",
    "code_groups",
    "find_codes",
    "hotel_codes",
    "notes_of_mine",
    "observation",
    "observations_of",
    "preferences_of",
    "unheard",
    "waiting",
    "waiting_counts",
]

_CODES = cols(
    PreferenceCode.group_code, PreferenceCode.polarity, PreferenceCode.sensitivity,
    PreferenceCode.departments, PreferenceCode.conflicts_with,
)  # fmt: skip
_OWN = cols(
    Preference.id, Preference.code, Preference.value, Preference.words, Preference.status,
    Preference.source, Preference.scope, Preference.evidence, Preference.stay_id,
    Preference.hotel_id, Preference.noted_at, Preference.noted_department,
    Preference.confirmed_at, Preference.review_on, Preference.version, Preference.last_seen_at,
)  # fmt: skip


def preferences_of(
    db: Session, guest_id: UUID, *, by: Actor, channel: Channel = Channel.JSON
) -> list[PreferenceRow]:
    """What is known and shown of a guest, in the order of the catalogue.

    `NotFound` when the guest is out of reach. Proposals, expired and retired ones are left out.
    """
    by.need("preferences.read")
    need_visible(db, guest_id, by=by)
    rows = db.connection().execute(
        select(*_OWN, *_CODES, *own_words())
        .join(PreferenceCode, col(PreferenceCode.code) == col(Preference.code))
        .outerjoin(HotelCode, of_hotel(by.hotel_id))
        .where(
            col(Preference.guest_id) == guest_id,
            one_of(col(Preference.status), SHOWN_STATUSES),
            _known_here(Preference, by),
        )
        .order_by(col(PreferenceCode.position), col(Preference.noted_at))
    )
    lens, chinese = Lens(by, channel), by.language.startswith("zh")
    sights = ((row, lens.sight(row.sensitivity, row.departments)) for row in rows)
    seen = [(row, sight) for row, sight in sights if sight is not Sight.NONE]
    against = rules.contradictions([(row.id, _facts(row)) for row, _ in seen])
    return [_preference(row, sight, chinese, against[row.id]) for row, sight in seen]


def _facts(row: Any) -> CodeFacts:
    return CodeFacts(
        code=row.code, group=row.group_code, conflicts_with=frozenset(row.conflicts_with)
    )


def _preference(row: Any, sight: Sight, chinese: bool, against: list[UUID]) -> PreferenceRow:
    clear = sight is Sight.CLEAR
    label = row.label_zh if chinese else row.label_en
    instruction = row.need_to_know_zh if chinese else row.need_to_know_en
    named = clear or row.sensitivity is Sensitivity.NORMAL
    return PreferenceRow(
        id=row.id,
        code=row.code if named else None,
        group=row.group_code if named else None,
        text=with_value(label if clear else instruction, row.value),
        label=label if clear else None,
        instruction=with_value(instruction, row.value),
        value=row.value,
        words=row.words if clear else None,
        polarity=row.polarity,
        sensitivity=row.sensitivity,
        status=row.status,
        source=row.source,
        scope=row.scope,
        evidence=row.evidence,
        stay_id=row.stay_id,
        hotel_id=row.hotel_id,
        noted_at=row.noted_at,
        noted_department=row.noted_department,
        confirmed_at=row.confirmed_at,
        review_on=row.review_on,
        version=row.version,
        last_seen_at=row.last_seen_at,
        contradicted_by=against,
    )


def _known_here(table: type[SQLModel], by: Actor) -> ColumnElement[bool]:
    """Rows of the group, and those kept for one of the reader's hotels."""
    if by.is_system or by.reach == "group":
        return true()
    column = col(table.hotel_id)  # type: ignore[attr-defined]
    return or_(column.is_(None), one_of(column, by.hotel_ids))


def claim(db: Session, preference_id: UUID, *, by: Actor) -> ClaimSheet:
    """One claim with its evidence, whatever its status; `NotFound` for whom it is not."""
    by.need("preferences.read")
    row = (
        db.connection()
        .execute(
            select(
                *_OWN, *_CODES, *own_words(),
                *cols(
                    Preference.guest_id, Preference.carried, Preference.retired_at,
                    Preference.retired_why, Preference.retired_for_id,
                    PreferenceCode.review_after_months,
                ),
            )
            .join(PreferenceCode, col(PreferenceCode.code) == col(Preference.code))
            .outerjoin(HotelCode, of_hotel(by.hotel_id))
            .where(col(Preference.id) == preference_id, _known_here(Preference, by))
        )
        .first()
    )  # fmt: skip
    if row is None:
        raise refusals.no_preference()
    shown = preferences_of(db, row.guest_id, by=by)
    sight = Lens(by, Channel.JSON).sight(row.sensitivity, row.departments)
    if sight is Sight.NONE:
        raise refusals.no_preference()
    against = next((each.contradicted_by for each in shown if each.id == row.id), [])
    confidence = _confidence(row)
    return ClaimSheet(
        preference=_preference(row, sight, by.language.startswith("zh"), against),
        guest_id=row.guest_id,
        version=row.version,
        confidence=confidence,
        acts_by_itself=rules.acts_by_itself(row.status, confidence, row.sensitivity),
        carried=row.carried,
        retired_at=row.retired_at,
        retired_why=row.retired_why,
        retired_for_id=row.retired_for_id,
        contradicted_by=against,
        moments=[
            ClaimMoment(
                observation=each,
                counts=rules.counts(each.state, each.policy, row.code),
            )
            for each in moments_of(db, preference_id, by=by)
        ],
    )


def _confidence(row: Any) -> float:
    if row.status is PreferenceStatus.RETIRED:
        return 0.0
    return rules.confidence_of(
        row.source,
        row.evidence,
        last_on=(row.last_seen_at or row.noted_at).date(),
        months=row.review_after_months,
        today=clock.today_in("UTC"),
        confirmed=row.confirmed_at is not None,
    )


# ---------------------------------------------------------------- the catalogue
FOUND_MAX = 20


def find_codes(db: Session, text: str, *, by: Actor, limit: int = FOUND_MAX) -> list[CodeHit]:
    """Codes in use that typed letters may mean, the best first: English, Chinese, pinyin."""
    by.need("preferences.note")
    rows = catalogue(db, by.hotel_id).in_use
    return [code_hit(row, by) for row in find(rows, text)[:limit]]


def code_hit(
    row: CodeRow, by: Actor, *, known: PreferenceStatus | None = None, why: str | None = None
) -> CodeHit:
    """A code as a choice, in the reader's language."""
    label = row.label_zh if by.language.startswith("zh") else row.label_en
    return CodeHit(
        code=row.code,
        group=row.group_code,
        label=label,
        polarity=row.polarity,
        sensitivity=row.sensitivity,
        takes_value=takes_value(row.label_en),
        known=known,
        why=why,
    )
