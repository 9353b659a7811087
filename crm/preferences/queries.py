"""Reads preferences of a guest, and the catalogue of codes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, true
from sqlmodel import Session, SQLModel, col

from crm.guests.queries import need_visible
from crm.kit.rows import cols, fields_of, one_of
from crm.preferences.schemas import CodeRow, PreferenceRow
from crm.preferences.sights import Lens
from crm.preferences.tables import Preference, PreferenceCode
from crm.preferences.terms import SHOWN_STATUSES, Sensitivity
from crm.preferences.wording import with_value
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

_CODES = cols(
    PreferenceCode.group_code, PreferenceCode.label_en, PreferenceCode.label_zh,
    PreferenceCode.need_to_know_en, PreferenceCode.need_to_know_zh, PreferenceCode.polarity,
    PreferenceCode.sensitivity, PreferenceCode.departments,
)  # fmt: skip
_OWN = cols(
    Preference.id, Preference.code, Preference.value, Preference.words, Preference.status,
    Preference.source, Preference.scope, Preference.evidence, Preference.stay_id,
    Preference.hotel_id, Preference.noted_at, Preference.noted_department,
    Preference.confirmed_at, Preference.review_on,
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
        select(*_OWN, *_CODES)
        .join(PreferenceCode, col(PreferenceCode.code) == col(Preference.code))
        .where(
            col(Preference.guest_id) == guest_id,
            one_of(col(Preference.status), SHOWN_STATUSES),
            _known_here(Preference, by),
        )
        .order_by(col(PreferenceCode.position), col(Preference.noted_at))
    )
    lens, chinese = Lens(by, channel), by.language.startswith("zh")
    seen = ((row, lens.sight(row.sensitivity, row.departments)) for row in rows)
    return [_preference(row, sight, chinese) for row, sight in seen if sight is not Sight.NONE]


def _preference(row: Any, sight: Sight, chinese: bool) -> PreferenceRow:
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
    )


def _known_here(table: type[SQLModel], by: Actor) -> ColumnElement[bool]:
    """Rows of the group, and those kept for one of the reader's hotels."""
    if by.is_system or by.reach == "group":
        return true()
    column = col(table.hotel_id)  # type: ignore[attr-defined]
    return or_(column.is_(None), one_of(column, by.hotel_ids))


def codes(db: Session, *, by: Actor) -> Sequence[CodeRow]:
    """The catalogue in its order, switched-off codes marked."""
    by.need("preferences.read")
    rows = db.connection().execute(
        select(*fields_of(PreferenceCode, CodeRow)).order_by(col(PreferenceCode.position))
    )
    return [CodeRow.model_validate(row) for row in rows]
