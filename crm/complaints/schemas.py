"""Complaint cases as they are opened, closed and read."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.complaints.terms import CaseKind, CaseSource, CaseStatus, Severity
from crm.hotels.terms import DepartmentCode
from crm.kit.schema import Currency, Id, In, IsoInstant, Lax, Line, Money, Out, Words

Told = Annotated[Words, Field(max_length=2000)]


class ComplaintOpen(In):
    """A complaint, a word of praise or a suggestion, in the guest's words."""

    kind: Annotated[CaseKind, Lax] = CaseKind.COMPLAINT
    source: Annotated[CaseSource, Lax]
    guest_id: Id | None = None
    stay_id: Id | None = None
    room_no: Annotated[Line, Field(max_length=10)] | None = None
    category: Annotated[Line, Field(max_length=40)]
    severity: Annotated[Severity, Lax]
    headline: Annotated[Line, Field(max_length=160)]
    words: Told | None = None
    department: Annotated[DepartmentCode | None, Lax] = None
    is_sensitive: bool = False
    due_at: IsoInstant | None = None


class ComplaintClose(In):
    """How a case ended: what was found, given, and what to ask at the next stay."""

    words: Annotated[Words, Field(max_length=1000)]
    cause: Annotated[Line, Field(max_length=60)] | None = None
    satisfaction: Annotated[int | None, Field(ge=0, le=10)] = None
    given: Annotated[Line, Field(max_length=300)] | None = None
    cost_minor: Money = 0
    currency: Currency | None = None
    next_stay_check: Annotated[Line, Field(max_length=200)] | None = None


class ComplaintRow(Out):
    """A case as everybody at the desk may know it."""

    id: UUID
    hotel_id: UUID
    number: int
    reference: str
    kind: CaseKind
    status: CaseStatus
    severity: Severity
    headline: str
    guest_id: UUID | None
    stay_id: UUID | None
    room_no: str | None
    opened_at: datetime
    closed_at: datetime | None
    next_stay_check: str | None


class StepRow(Out):
    no: int
    at: datetime
    by_id: UUID | None
    status_after: CaseStatus
    words: str


class ComplaintSheet(ComplaintRow):
    """A case in full, for those who read cases; ``given`` and cost by their own sight."""

    source: CaseSource
    category: str
    cause: str | None
    words: str | None
    department: DepartmentCode | None
    is_sensitive: bool
    owner_id: UUID | None
    opened_by: UUID | None
    due_at: datetime | None
    satisfaction: int | None
    given: str | None
    cost_minor: int | None
    currency: str | None
    version: int
    steps: list[StepRow]


class ComplaintMade(Out):
    id: UUID
    number: int
    reference: str
