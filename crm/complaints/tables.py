"""Complaint cases and their signed steps; nothing here is ever deleted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm.complaints import terms
from crm.hotels.terms import DepartmentCode
from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id


class Complaint(SQLModel, table=True):
    """A case; people call it by its number in the hotel, ``C-1042``."""

    __table_args__ = (
        UniqueConstraint("hotel_id", "number"),
        Index("ix_complaint_guest_id_opened_at", "guest_id", "opened_at"),
        Index("ix_complaint_hotel_id_status", "hotel_id", "status"),
        Index("ix_complaint_hotel_id_id", "hotel_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    number: int
    kind: terms.CaseKind = Field(
        default=terms.CaseKind.COMPLAINT, sa_type=StrEnumText(terms.CaseKind)
    )
    source: terms.CaseSource = Field(sa_type=StrEnumText(terms.CaseSource))
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    room_no: str | None = Field(default=None, max_length=10)
    category: str = Field(max_length=40)
    cause: str | None = Field(default=None, max_length=60)
    severity: terms.Severity = Field(sa_type=StrEnumText(terms.Severity))
    headline: str = Field(max_length=160)
    words: str | None = Field(default=None, max_length=2000)
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    is_sensitive: bool = False
    status: terms.CaseStatus = Field(sa_type=StrEnumText(terms.CaseStatus))
    owner_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    opened_at: datetime
    opened_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    due_at: datetime | None = None
    closed_at: datetime | None = None
    satisfaction: int | None = None
    given: str | None = Field(default=None, max_length=300)
    cost_minor: int = Field(default=0, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    next_stay_check: str | None = Field(default=None, max_length=200)
    version: int = 1


class ComplaintStep(SQLModel, table=True):
    __tablename__ = "complaint_step"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    no: int = Field(primary_key=True)
    at: datetime
    by_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    status_after: terms.CaseStatus = Field(sa_type=StrEnumText(terms.CaseStatus))
    words: str = Field(max_length=1000)
