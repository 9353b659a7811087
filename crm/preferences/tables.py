"""The catalogue of preference codes, and what is known of each guest."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from crm.hotels.terms import DepartmentCode
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id
from crm.preferences import terms


class PreferenceCode(SQLModel, table=True):
    """Master data: one thing a guest may like, avoid or need.

    ``departments`` read it, ``acts`` do something about it; those who act see the
    need-to-know wording, not the reason.
    """

    __tablename__ = "preference_code"

    code: str = Field(max_length=terms.CODE_MAX, primary_key=True)
    group_code: str = Field(max_length=8, index=True)
    position: int
    group_en: str = Field(max_length=60)
    group_zh: str = Field(max_length=60)
    group_max: int | None = None
    label_en: str = Field(max_length=120)
    label_zh: str = Field(max_length=120)
    polarity: terms.Polarity = Field(sa_type=StrEnumText(terms.Polarity))
    sensitivity: terms.Sensitivity = Field(sa_type=StrEnumText(terms.Sensitivity))
    sensitivity_reason: str | None = Field(default=None, max_length=60)
    need_to_know_en: str = Field(max_length=160)
    need_to_know_zh: str = Field(max_length=160)
    departments: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    acts: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    occasion: str = Field(max_length=24)
    review_after_months: int | None = None
    conflicts_with: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    ota_rma: str | None = Field(default=None, max_length=12)
    is_active: bool = True
    owner_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    """The hotel whose own code it is; null for the shipped ones."""


class HotelCode(SQLModel, table=True):
    """One hotel's own way with one code: its switch and its words, null where it keeps ours."""

    __tablename__ = "hotel_code"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    code: str = Field(
        max_length=terms.CODE_MAX, primary_key=True, foreign_key="preference_code.code"
    )
    is_active: bool = True
    label_en: str | None = Field(default=None, max_length=120)
    label_zh: str | None = Field(default=None, max_length=120)
    need_to_know_en: str | None = Field(default=None, max_length=160)
    need_to_know_zh: str | None = Field(default=None, max_length=160)
    version: int = 1


class GroupPolicy(SQLModel, table=True):
    """One hotel's rule for one group of codes, where it differs from the shipped one."""

    __tablename__ = "group_policy"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    group_code: str = Field(max_length=8, primary_key=True)
    policy: terms.ReviewPolicy = Field(sa_type=StrEnumText(terms.ReviewPolicy))
    group_max: int | None = None
    version: int = 1


_OF_A_STAY = text("stay_id is not null")


class Preference(SQLModel, table=True):
    """A claim: what is known of one guest about one code, and how well it is known.

    ``status``, ``evidence``, ``confirmed_at``, ``last_seen_at`` and ``review_on`` follow from
    what was observed (`rules.standing_of`) and are kept here for the readers; ``carried`` counts
    what an import or an older release brought without observations of its own.
    """

    __table_args__ = (
        Index("ix_preference_guest_id_code", "guest_id", "code"),
        Index("ix_preference_review_on", "review_on"),
        Index(
            "ix_preference_stay_id",
            "stay_id",
            sqlite_where=_OF_A_STAY,
            postgresql_where=_OF_A_STAY,
        ),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    code: str = Field(max_length=terms.CODE_MAX, foreign_key="preference_code.code")
    value: str | None = Field(default=None, max_length=terms.VALUE_MAX)
    words: str | None = Field(default=None, max_length=terms.WORDS_MAX)
    status: terms.PreferenceStatus = Field(sa_type=StrEnumText(terms.PreferenceStatus))
    source: terms.PreferenceSource = Field(sa_type=StrEnumText(terms.PreferenceSource))
    scope: terms.Scope = Field(default=terms.Scope.ALWAYS, sa_type=StrEnumText(terms.Scope))
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    evidence: int = 1
    noted_at: datetime
    noted_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    noted_department: DepartmentCode | None = Field(
        default=None, sa_type=StrEnumText(DepartmentCode)
    )
    confirmed_at: datetime | None = None
    review_on: date | None = None
    last_seen_at: datetime | None = None
    retired_at: datetime | None = None
    retired_why: terms.RetiredWhy | None = Field(
        default=None, sa_type=StrEnumText(terms.RetiredWhy)
    )
    retired_for_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="preference.id")
    """The claim that took its place."""
    carried: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    carried_confirmed_at: datetime | None = None
    """This and the next three are what was carried over; the derived columns lie beside them."""
    carried_source: terms.PreferenceSource | None = Field(
        default=None, sa_type=StrEnumText(terms.PreferenceSource)
    )
    carried_value: str | None = Field(default=None, max_length=terms.VALUE_MAX)
    carried_words: str | None = Field(default=None, max_length=terms.WORDS_MAX)
    version: int = 1


_OPEN = text("state = 'waiting'")


class Observation(SQLModel, table=True):
    """Something that a colleague, a guest or the house's own records told about one guest.

    ``id`` is made where it was noted, so that a note sent twice is one. With ``preference_id`` it
    is evidence of that claim. ``observed_at`` is when it was seen (the phone's clock, bounded),
    ``entered_at`` when it came here; ``due_at`` is when the centre should have looked.
    """

    __table_args__ = (
        Index("ix_observation_guest_id", "guest_id", "entered_at"),
        Index("ix_observation_preference_id", "preference_id"),
        Index("ix_observation_noted_by", "noted_by", "entered_at"),
        Index("ix_observation_hotel_id", "hotel_id", "entered_at"),
        Index(
            "ix_observation_waiting",
            "hotel_id",
            "entered_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: UUID = Field(sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    room_no: str | None = Field(default=None, max_length=10)
    code: str | None = Field(
        default=None, max_length=terms.CODE_MAX, foreign_key="preference_code.code"
    )
    value: str | None = Field(default=None, max_length=terms.VALUE_MAX)
    words: str | None = Field(default=None, max_length=terms.WORDS_MAX)
    source: terms.PreferenceSource = Field(sa_type=StrEnumText(terms.PreferenceSource))
    scope: terms.Scope = Field(default=terms.Scope.ALWAYS, sa_type=StrEnumText(terms.Scope))
    this_hotel_only: bool = False
    denies: bool = False
    """The guest does not want it any more."""
    ends_why: terms.RetiredWhy | None = Field(default=None, sa_type=StrEnumText(terms.RetiredWhy))
    """Why a colleague took the claim away, when that is what this is."""
    times: int = 1
    """How often it was seen, where the house's own records count (`PreferenceSource.SENSED`)."""
    observed_at: datetime
    entered_at: datetime
    noted_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    noted_department: DepartmentCode | None = Field(
        default=None, sa_type=StrEnumText(DepartmentCode)
    )
    policy: terms.ReviewPolicy = Field(sa_type=StrEnumText(terms.ReviewPolicy))
    state: terms.ObservationState = Field(sa_type=StrEnumText(terms.ObservationState))
    due_at: datetime | None = None
    suggested: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    """Codes that the free words may mean, the likeliest first."""
    cautions: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    reviewed_at: datetime | None = None
    reviewed_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    reject_reason: terms.RejectReason | None = Field(
        default=None, sa_type=StrEnumText(terms.RejectReason)
    )
    reply: str | None = Field(default=None, max_length=terms.REPLY_MAX)
    """What the centre says to the noter."""
    preference_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="preference.id")
    used_at: datetime | None = None
    """When somebody first acted on it: prepared a room by it, read it on a card at a stay."""
    seen_by_noter_at: datetime | None = None
    digest: str | None = Field(default=None, max_length=64)
    """Of what was sent and by whom, so that the same note sent again is known as the same."""
    as_noted: dict[str, Any] | None = Field(default=None, sa_type=JsonDoc)
    """What the centre changed, as it was before, so that a review can be undone."""
    version: int = 1
