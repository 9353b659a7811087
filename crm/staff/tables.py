"""Staff accounts, their grants, sign-in sessions and API keys."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from crm.hotels.terms import DepartmentCode
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id
from crm.staff import terms


class Staff(SQLModel, table=True):
    """A person who works here. Never deleted: the audit points here."""

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    login: str = Field(max_length=terms.LOGIN_MAX, unique=True)
    name: str = Field(max_length=120)
    language: str = Field(default="en", max_length=12)
    password_hash: str | None = Field(default=None, max_length=200)
    state: terms.StaffState = Field(
        default=terms.StaffState.ACTIVE, sa_type=StrEnumText(terms.StaffState)
    )
    must_change_password: bool = False
    failed_sign_ins: int = 0
    locked_until: datetime | None = None
    last_sign_in_at: datetime | None = None
    created_at: datetime
    version: int = 1


class StaffGrant(SQLModel, table=True):
    """One role in one hotel, in a department."""

    __tablename__ = "staff_grant"

    staff_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="staff.id")
    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    role: terms.Role = Field(sa_type=StrEnumText(terms.Role), primary_key=True)
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))


class StaffSession(SQLModel, table=True):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "staff_session"

    token_hash: str = Field(max_length=64, primary_key=True)
    staff_id: UUID = Field(sa_type=Key, foreign_key="staff.id", index=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    csrf: str = Field(max_length=64)
    created_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None


class SignInAttempt(SQLModel, table=True):
    """For throttling by account and by address; kept for a day."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (
        Index("ix_sign_in_attempt_login_at", "login", "at"),
        Index("ix_sign_in_attempt_address_at", "address", "at"),
        Index("ix_sign_in_attempt_at", "at"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    login: str = Field(max_length=terms.LOGIN_MAX)
    address: str = Field(max_length=64)
    at: datetime
    went_well: bool


class ApiKey(SQLModel, table=True):
    """A machine's way in; shown once, kept as a hash."""

    __tablename__ = "api_key"

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    name: str = Field(max_length=120)
    prefix: str = Field(max_length=12)
    token_hash: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    created_by: UUID | None = Field(default=None, sa_type=Key)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
