"""News about notes and traces: ids and codes, never their words."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class NoteWritten(Event):
    """A note was written, or written anew."""

    kind: ClassVar[str] = "note.written"
    note_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class NoteStruck(Event):
    kind: ClassVar[str] = "note.struck"
    note_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class TracePut(Event):
    kind: ClassVar[str] = "trace.put"
    trace_id: UUID
    department: str
    due_at: datetime
    stay_id: UUID | None = None
    room: str | None = None


@dataclass(frozen=True, kw_only=True)
class TraceDone(Event):
    kind: ClassVar[str] = "trace.done"
    trace_id: UUID
    department: str
    version: int


@dataclass(frozen=True, kw_only=True)
class TraceChanged(Event):
    """Reopened, handed to another department, taken over or cancelled."""

    kind: ClassVar[str] = "trace.changed"
    trace_id: UUID
    department: str
    deed: str
    version: int


@dataclass(frozen=True, kw_only=True)
class TraceEscalated(Event):
    """Overdue, and told to the shift leader (1) or the general manager (2)."""

    kind: ClassVar[str] = "trace.escalated"
    trace_id: UUID
    department: str
    level: int
    version: int
