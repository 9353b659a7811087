"""Staff, grants and keys as they are entered and shown."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.hotels.terms import DepartmentCode
from crm.kit.schema import Id, In, Lax, Line, Out
from crm.staff.terms import PASSWORD_MAX, Role, StaffState

Login = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,39}$")]
"""Lower-case ASCII, so that no two logins look alike."""

Secret = Annotated[str, Field(min_length=1, max_length=PASSWORD_MAX)]


class GrantGiven(In):
    hotel_id: Id
    role: Annotated[Role, Lax]
    department: Annotated[DepartmentCode | None, Lax] = None


class StaffJoin(In):
    """A new colleague; without a password one is made and shown once."""

    login: Login
    name: Line
    language: Annotated[str, Field(pattern=r"^(en|zh-Hans)$")] = "en"
    password: Secret | None = None
    grants: Annotated[list[GrantGiven], Field(min_length=1, max_length=50)]


class GrantRow(Out):
    hotel_id: UUID
    hotel_code: str
    role: Role
    department: DepartmentCode | None


class StaffRow(Out):
    id: UUID
    login: str
    name: str
    language: str
    state: StaffState
    last_sign_in_at: datetime | None
    locked_until: datetime | None
    version: int
    grants: list[GrantRow]


class KeyCreate(In):
    name: Line
    scopes: Annotated[list[str], Field(min_length=1, max_length=20)]
    hotel_id: Id | None = None


class KeyRow(Out):
    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    hotel_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
