"""Notes, traces and the handover as they come in and as they are read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.hotels.terms import ROOM_NO_MAX, DepartmentCode
from crm.kit.schema import Id, In, IsoDate, IsoInstant, Lax, Line, Out, Words
from crm.notes.terms import (
    NOTE_MAX,
    READERS_MAX,
    REASON_MAX,
    TRACE_MAX,
    NoteKind,
    NoteLevel,
    Shift,
    TraceDeed,
    TraceOrigin,
    TraceState,
)

NoteWords = Annotated[Words, Field(max_length=NOTE_MAX)]
TraceWords = Annotated[Words, Field(max_length=TRACE_MAX)]
Remark = Annotated[Words, Field(max_length=REASON_MAX)]
RoomNo = Annotated[Line, Field(max_length=ROOM_NO_MAX)]


class NoteAmend(In):
    """A note as it is to read from now on. ``readers`` are for a restricted one only."""

    kind: Annotated[NoteKind, Lax] = NoteKind.REMARK
    level: Annotated[NoteLevel, Lax] = NoteLevel.SERVICE
    department: Annotated[DepartmentCode | None, Lax] = None
    words: NoteWords
    expires_on: IsoDate | None = None
    readers: Annotated[list[Id], Field(max_length=READERS_MAX)] = Field(default_factory=list)


class NoteWrite(NoteAmend):
    """A new note; ``this_hotel_only`` keeps it from the group's other hotels."""

    this_hotel_only: bool = True
    stay_id: Id | None = None


class NoteStrike(In):
    """Why a note no longer stands."""

    reason: Remark


class NoteRow(Out):
    """A signed note of a level that this reader reads."""

    id: UUID
    kind: NoteKind
    level: NoteLevel
    department: DepartmentCode | None
    words: str
    noted_at: datetime
    noted_by: UUID | None
    expires_on: date | None
    hotel_id: UUID | None
    stay_id: UUID | None
    needs_review: bool
    struck_at: datetime | None
    struck_by: UUID | None
    struck_why: str | None
    version: int


class NoteWording(Out):
    """How a note read before it was written anew."""

    no: int
    kind: NoteKind
    level: NoteLevel
    department: DepartmentCode | None
    words: str
    expires_on: date | None
    replaced_at: datetime
    replaced_by: UUID | None


class NoteSheet(NoteRow):
    """One note with its older wordings, newest first, and for whom a restricted one is."""

    guest_id: UUID
    earlier: list[NoteWording]
    readers: list[UUID]


class NoteMade(Out):
    """What was written; ``cautions`` is what the words should be looked at for."""

    id: UUID
    version: int
    cautions: list[str]


class TraceIn(In):
    """A task for a department by a time, about a guest, a stay or a room.

    ``id`` may be made where the task was put: the same one again is the same task. ``is_promise``
    says that the guest was told.
    """

    id: Id | None = None
    department: Annotated[DepartmentCode, Lax]
    words: TraceWords
    due_at: IsoInstant
    guest_id: Id | None = None
    stay_id: Id | None = None
    room_no: RoomNo | None = None
    is_promise: bool = False


class TraceStep(In):
    """What is done with a trace. ``words`` is a remark, or the reason that cancelling and handing
    over ask for; ``department`` is who gets it when it is handed over."""

    deed: Annotated[TraceDeed, Lax]
    words: Remark | None = None
    department: Annotated[DepartmentCode | None, Lax] = None


class TraceOut(Out):
    """A trace as its reader may see it: the guest only to those who read guest files.

    ``escalation`` is 0, 1 (the shift leader was told that it is late) or 2 (the general manager).
    """

    id: UUID
    hotel_id: UUID
    guest_id: UUID | None
    guest_name: str | None
    stay_id: UUID | None
    room_no: str | None
    department: DepartmentCode
    words: str
    due_at: datetime
    is_late: bool
    is_promise: bool
    origin: TraceOrigin
    put_at: datetime
    put_by: UUID | None
    put_by_name: str | None
    put_department: DepartmentCode | None
    owner_id: UUID | None
    owner_name: str | None
    handed_from: DepartmentCode | None
    handed_words: str | None
    state: TraceState
    closed_at: datetime | None
    closed_by_name: str | None
    closed_words: str | None
    escalation: int
    version: int


class HandoverLine(Out):
    """An open trace and who of this shift has seen it."""

    trace: TraceOut
    seen_at: datetime | None
    seen_by_name: str | None


class HandoverPart(Out):
    """The open traces of one department, those unseen by this shift first."""

    department: DepartmentCode
    unseen: int
    lines: list[HandoverLine]


class Handover(Out):
    """What the present shift takes over; ``done_before`` closed in the shift before."""

    shift: Shift
    shift_on: date
    shift_from: datetime
    shift_until: datetime
    unseen: int
    late: int
    parts: list[HandoverPart]
    done_before: list[TraceOut]
