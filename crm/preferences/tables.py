"""The catalogue of preference codes, what is known of each guest, and signed notes."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
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


class Preference(SQLModel, table=True):
    """What is known of one guest about one code, and how well it is known."""

    __table_args__ = (Index("ix_preference_guest_id_code", "guest_id", "code"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    code: str = Field(max_length=terms.CODE_MAX, foreign_key="preference_code.code")
    value: str | None = Field(default=None, max_length=60)
    words: str | None = Field(default=None, max_length=300)
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
    retired_at: datetime | None = None
    version: int = 1


class Note(SQLModel, table=True):
    """A dated, signed note about a guest, for those of its level."""

    __table_args__ = (Index("ix_note_guest_id_noted_at", "guest_id", "noted_at"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    level: terms.NoteLevel = Field(sa_type=StrEnumText(terms.NoteLevel))
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    words: str = Field(max_length=2000)
    needs_review: bool = False
    noted_at: datetime
    noted_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    expires_on: date | None = None
    version: int = 1
