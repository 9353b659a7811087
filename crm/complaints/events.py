"""What happens to a complaint, for the boards and the floors above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.complaints.terms import CaseKind, CaseStatus, Severity
from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(Event):
    kind: ClassVar[str] = "complaint.opened"
    complaint_id: UUID
    number: int
    severity: Severity
    room_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintMoved(Event):
    """A step was made; ``status`` is where the case stands after it."""

    kind: ClassVar[str] = "complaint.moved"
    complaint_id: UUID
    number: int
    status: CaseStatus
    version: int


@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(Event):
    """``satisfaction`` is 0 to 10, None when the guest could not be reached or was not asked."""

    kind: ClassVar[str] = "complaint.closed"
    complaint_id: UUID
    number: int
    case_kind: CaseKind
    satisfaction: int | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintReopened(Event):
    kind: ClassVar[str] = "complaint.reopened"
    complaint_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class PreventionChecked(Event):
    """Somebody looked whether what was done keeps a thing from happening again."""

    kind: ClassVar[str] = "prevention.checked"
    prevention_id: UUID
    helped: bool
