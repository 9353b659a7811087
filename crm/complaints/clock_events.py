"""What the clocks of a case tell, for the boards and for whom the ladder names."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from crm.complaints.terms import CaseClock
from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfClock(Event):
    kind: ClassVar[str] = "complaint.clock"
    complaint_id: UUID
    number: int
    clock: CaseClock
    due_at: datetime
    told_role: str
    owner_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ComplaintDueSoon(_OfClock):
    """A clock runs out soon; ``told_role`` is "owner" or the role that stands in for one."""

    kind: ClassVar[str] = "complaint.due_soon"


@dataclass(frozen=True, kw_only=True)
class ComplaintOverdue(_OfClock):
    """A clock ran out; ``level`` counts the rungs of the ladder from 1."""

    kind: ClassVar[str] = "complaint.overdue"
    level: int


@dataclass(frozen=True, kw_only=True)
class ComplaintDueMoved(Event):
    """The guest leaves sooner or later than the clocks knew."""

    kind: ClassVar[str] = "complaint.due_moved"
    complaint_id: UUID
    number: int
    due_at: datetime | None
    departs_at: datetime | None
    version: int
