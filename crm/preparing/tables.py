"""What is set by when for an arrival, who ticked it, and which arrivals a person went through."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm.hotels.terms import DepartmentCode
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id
from crm.preferences.terms import CODE_MAX, VALUE_MAX


class StayPreparation(SQLModel, table=True):
    """How far one arrival is. ``settled`` names what the person saw who marked it prepared, so
    that anything new needs eyes again; ``version`` counts every change, ticks included."""

    __tablename__ = "stay_preparation"

    stay_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="stay.id")
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id", index=True)
    made_at: datetime
    prepared_at: datetime | None = None
    prepared_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    settled: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    version: int = 1


class Preparation(SQLModel, table=True):
    """One thing that one department does for one stay because of one code.

    ``dropped_at`` is set when the wish behind it no longer holds; a tick stays on record.
    """

    __table_args__ = (
        UniqueConstraint("stay_id", "code", "department"),
        Index("ix_preparation_guest_id", "guest_id"),
        Index("ix_preparation_preference_id", "preference_id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    stay_id: UUID = Field(sa_type=Key, foreign_key="stay.id")
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id", index=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    code: str = Field(max_length=CODE_MAX, foreign_key="preference_code.code")
    department: DepartmentCode = Field(sa_type=StrEnumText(DepartmentCode))
    value: str | None = Field(default=None, max_length=VALUE_MAX)
    preference_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="preference.id")
    made_at: datetime
    done_at: datetime | None = None
    done_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    dropped_at: datetime | None = None
