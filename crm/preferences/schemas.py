"""Preferences, what was noted, and the catalogue, as they come in and are read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from crm.hotels.terms import ROOM_NO_MAX, DepartmentCode
from crm.kit.schema import Id, In, IsoInstant, Lax, Out, clean_text
from crm.preferences.terms import (
    CODE_MAX,
    REPLY_MAX,
    VALUE_MAX,
    WORDS_MAX,
    Lateness,
    ObservationState,
    Polarity,
    PreferenceSource,
    PreferenceStatus,
    RejectReason,
    RetiredWhy,
    ReviewPolicy,
    Scope,
    Sensitivity,
    TextCaution,
)

Code = Annotated[str, Field(max_length=CODE_MAX, pattern=r"^[A-Z]{2,8}\.[A-Z0-9]{1,15}$")]
"""A preference code as ``group.name``."""
GroupCode = Annotated[str, Field(pattern=r"^[A-Z]{2,8}$")]


def _filled(value: str) -> str:
    text = clean_text(value)
    if not text:
        raise PydanticCustomError("text_blank", "must not be blank")
    return text


_Clean = AfterValidator(_filled)
Value = Annotated[str, Field(min_length=1, max_length=VALUE_MAX), _Clean]
FreeWords = Annotated[str, Field(min_length=1, max_length=WORDS_MAX), _Clean]
Reply = Annotated[str, Field(min_length=1, max_length=REPLY_MAX), _Clean]
RoomNo = Annotated[str, Field(min_length=1, max_length=ROOM_NO_MAX), _Clean]
Label = Annotated[str, Field(min_length=1, max_length=120), _Clean]
_Departments = list[Annotated[DepartmentCode, Lax]]
Instruction = Annotated[str, Field(min_length=1, max_length=160), _Clean]


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
    version: int
    last_seen_at: datetime | None = None
    contradicted_by: list[UUID] = Field(default_factory=list)
    """Other shown preferences of this guest that cannot hold beside it."""


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
    policy: ReviewPolicy = ReviewPolicy.STRAIGHT_IN
    """When the centre looks at a note of this code in the reader's hotel."""
    own: bool = False
    """Whether the hotel made this code itself."""
    version: int = 0
    """Of the hotel's own switch and words; 0 while it keeps the shipped ones."""


class CodeHit(Out):
    """A code that was found or is suggested, in the words this reader may see."""

    code: str
    group: str
    label: str
    polarity: Polarity
    sensitivity: Sensitivity
    takes_value: bool
    """Whether the label has a blank to fill: a temperature, a time, a brand."""
    known: PreferenceStatus | None = None
    """How well it is known of this guest already."""
    why: str | None = None
    """What the suggestion rests on: ``guest``, ``room``, ``season``, ``department``, ``hotel``."""


# ---------------------------------------------------------------- noting
class NoteIn(In):
    """What somebody noticed: a code, or words for the centre to put under one.

    ``id`` is made where it was typed, so that a note sent twice is one.
    """

    guest_id: Id
    id: Id | None = None
    code: Code | None = None
    value: Value | None = None
    words: FreeWords | None = None
    source: Annotated[PreferenceSource, Lax] = PreferenceSource.SEEN
    scope: Annotated[Scope, Lax] = Scope.ALWAYS
    this_hotel_only: bool = False
    denies: bool = False
    stay_id: Id | None = None
    room_no: RoomNo | None = None
    observed_at: IsoInstant | None = None


class ObservationOut(Out):
    """Something that was noted and what became of it, in the words this reader may see.

    ``code``, ``label`` and ``words`` are null where the reader is told what to do and not why.
    ``text`` is always something to show. ``withdrawable_until`` is set for the noter alone.
    """

    id: UUID
    guest_id: UUID
    hotel_id: UUID
    stay_id: UUID | None
    room_no: str | None
    code: str | None
    group: str | None
    label: str | None
    text: str
    value: str | None
    words: str | None
    sensitivity: Sensitivity | None
    source: PreferenceSource
    scope: Scope
    this_hotel_only: bool
    denies: bool
    observed_at: datetime
    entered_at: datetime
    noted_by: UUID | None
    noted_by_name: str | None
    noted_department: DepartmentCode | None
    policy: ReviewPolicy
    state: ObservationState
    due_at: datetime | None
    lateness: Lateness
    suggested: list[str]
    cautions: list[TextCaution]
    reviewed_at: datetime | None
    reviewed_by: UUID | None
    reviewed_by_name: str | None
    reject_reason: RejectReason | None
    reply: str | None
    preference_id: UUID | None
    preference_status: PreferenceStatus | None
    used_at: datetime | None
    seen_by_noter_at: datetime | None
    withdrawable_until: datetime | None
    version: int


class WaitingCounts(Out):
    """How much waits for the centre, by the lights."""

    waiting: int
    amber: int
    red: int
    oldest_at: datetime | None


# ---------------------------------------------------------------- the centre
class AcceptIn(In):
    """What is left out stays as it was noted."""

    code: Code | None = None
    value: Value | None = None
    scope: Annotated[Scope | None, Lax] = None
    words: FreeWords | None = None


class RejectIn(In):
    reason: Annotated[RejectReason, Lax]
    reply: Reply | None = None


class MergeIn(In):
    preference_id: Id


class AcceptManyIn(In):
    ids: Annotated[list[Id], Field(min_length=1, max_length=100)]


class LeftOut(Out):
    """An observation of a bulk that needs a look of its own, and why."""

    id: UUID
    code: str


class AcceptedMany(Out):
    accepted: list[UUID]
    left: list[LeftOut]


class RetireIn(In):
    why: Annotated[RetiredWhy, Lax] = RetiredWhy.BY_HAND


class ClaimMoment(Out):
    """One line of a claim's history: what was noted when, by whom, and if it counts."""

    observation: ObservationOut
    counts: bool


class ClaimSheet(Out):
    """One claim with its evidence, the newest first, and what stands against it."""

    preference: PreferenceRow
    guest_id: UUID
    version: int
    confidence: float
    acts_by_itself: bool
    carried: int
    retired_at: datetime | None
    retired_why: RetiredWhy | None
    retired_for_id: UUID | None
    contradicted_by: list[UUID]
    moments: list[ClaimMoment]


# ---------------------------------------------------------------- the hotel's own way
class HotelCodeIn(In):
    """The hotel's switch and words for one code; null keeps the shipped words."""

    is_active: bool = True
    label_en: Label | None = None
    label_zh: Label | None = None
    need_to_know_en: Instruction | None = None
    need_to_know_zh: Instruction | None = None


class OwnCodeIn(In):
    """A code of the hotel's own."""

    code: Code
    label_en: Label
    label_zh: Label
    need_to_know_en: Instruction | None = None
    need_to_know_zh: Instruction | None = None
    polarity: Annotated[Polarity, Lax] = Polarity.LIKE
    sensitivity: Annotated[Sensitivity, Lax] = Sensitivity.NORMAL
    departments: Annotated[list[Annotated[DepartmentCode, Lax]], Field(min_length=1, max_length=16)]
    acts: Annotated[list[Annotated[DepartmentCode, Lax]], Field(max_length=16)] = Field(
        default_factory=list
    )
    occasion: Annotated[str, Field(pattern=r"^[a-z -]{3,24}$")] = "daily"
    review_after_months: Annotated[int, Field(ge=1, le=120)] | None = 24
    conflicts_with: Annotated[list[Code], Field(max_length=20)] = Field(default_factory=list)


class GroupPolicyIn(In):
    """The hotel's rule for one group of codes; a null maximum keeps the shipped one."""

    policy: Annotated[ReviewPolicy, Lax]
    group_max: Annotated[int, Field(ge=1, le=50)] | None = None


class GroupRow(Out):
    """One group of codes with the rule that holds in the reader's hotel."""

    group: str
    label_en: str
    label_zh: str
    policy: ReviewPolicy
    shipped_policy: ReviewPolicy
    group_max: int | None
    shipped_max: int | None
    codes: int
    version: int


class CodeMade(Out):
    code: str
    version: int
