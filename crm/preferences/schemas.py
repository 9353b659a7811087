"""Preferences, notes and the catalogue as they are read."""

from datetime import date, datetime
from uuid import UUID

from crm.hotels.terms import DepartmentCode
from crm.kit.schema import Out
from crm.preferences.terms import (
    NoteLevel,
    Polarity,
    PreferenceSource,
    PreferenceStatus,
    Scope,
    Sensitivity,
)


class PreferenceRow(Out):
    """What is known of a guest about one code, in the words this reader may see.

    ``label`` and ``words`` are null where the reader is told what to do and not why; so are
    ``code`` and ``group`` of special-category and restricted ones, which name the reason.
    """

    id: UUID
    code: str | None
    group: str | None
    text: str
    label: str | None
    instruction: str
    value: str | None
    words: str | None
    polarity: Polarity
    sensitivity: Sensitivity
    status: PreferenceStatus
    source: PreferenceSource
    scope: Scope
    evidence: int
    stay_id: UUID | None
    hotel_id: UUID | None
    noted_at: datetime
    noted_department: DepartmentCode | None
    confirmed_at: datetime | None
    review_on: date | None


class NoteRow(Out):
    """A signed note of a level that this reader reads."""

    id: UUID
    level: NoteLevel
    department: DepartmentCode | None
    words: str
    noted_at: datetime
    noted_by: UUID | None
    expires_on: date | None
    hotel_id: UUID | None
    needs_review: bool


class CodeRow(Out):
    """One code of the catalogue; ``acts`` and ``departments`` are department codes."""

    code: str
    group_code: str
    group_en: str
    group_zh: str
    group_max: int | None
    label_en: str
    label_zh: str
    polarity: Polarity
    sensitivity: Sensitivity
    need_to_know_en: str
    need_to_know_zh: str
    departments: list[str]
    acts: list[str]
    occasion: str
    review_after_months: int | None
    conflicts_with: list[str]
    is_active: bool
