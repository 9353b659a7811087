"""What happens to a complaint, for the boards and the floors above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.complaints.terms import Severity
from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(Event):
    kind: ClassVar[str] = "complaint.opened"
    complaint_id: UUID
    number: int
    severity: Severity
    room_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(Event):
    kind: ClassVar[str] = "complaint.closed"
    complaint_id: UUID
    number: int
