"""Notes with their older wordings and readers, traces, and who of which shift saw them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from crm.hotels.terms import DepartmentCode
from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id
from crm.notes import terms

_OPEN = text("state = 'open'")


class Note(SQLModel, table=True):
    """A dated, signed note about a guest, for those of its level.

    Never deleted: amending keeps the older wording (`NoteVersion`), striking out says why.
    Without ``hotel_id`` it holds in every hotel of the group.
    """

    __table_args__ = (Index("ix_note_guest_id_noted_at", "guest_id", "noted_at"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    kind: terms.NoteKind = Field(
        default=terms.NoteKind.REMARK,
        sa_type=StrEnumText(terms.NoteKind),
        sa_column_kwargs={"server_default": terms.NoteKind.REMARK.value},
    )
    level: terms.NoteLevel = Field(sa_type=StrEnumText(terms.NoteLevel))
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    words: str = Field(max_length=terms.NOTE_MAX)
    needs_review: bool = False
    """The words hold something that the guest-file centre should look at."""
    noted_at: datetime
    noted_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    expires_on: date | None = None
    struck_at: datetime | None = None
    struck_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    struck_why: str | None = Field(default=None, max_length=terms.REASON_MAX)
    version: int = 1


class NoteVersion(SQLModel, table=True):
    """How a note read before it was written anew; ``no`` is the version that it was."""

    __tablename__ = "note_version"

    note_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="note.id")
    no: int = Field(primary_key=True)
    kind: terms.NoteKind = Field(sa_type=StrEnumText(terms.NoteKind))
    level: terms.NoteLevel = Field(sa_type=StrEnumText(terms.NoteLevel))
    department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    words: str = Field(max_length=terms.NOTE_MAX)
    expires_on: date | None = None
    replaced_at: datetime
    replaced_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")


class NoteReader(SQLModel, table=True):
    """A colleague for whom a restricted note was written."""

    __tablename__ = "note_reader"

    note_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="note.id")
    staff_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="staff.id")


class Trace(SQLModel, table=True):
    """Something a department has to do by a certain time, about a guest, a stay or a room.

    ``is_promise``: the house told the guest so. ``escalation`` is how far up it has been told
    that it is late; ``owner_id`` is who took it over.
    """

    __table_args__ = (
        Index(
            "ix_trace_open",
            "hotel_id",
            "due_at",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
        Index("ix_trace_hotel_id_due_at", "hotel_id", "due_at"),
        Index("ix_trace_guest_id", "guest_id", "due_at"),
        Index("ix_trace_stay_id", "stay_id"),
        Index("ix_trace_origin_id", "origin_id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    stay_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="stay.id")
    room_no: str | None = Field(default=None, max_length=10)
    department: DepartmentCode = Field(sa_type=StrEnumText(DepartmentCode))
    words: str = Field(max_length=terms.TRACE_MAX)
    due_at: datetime
    is_promise: bool = False
    origin: terms.TraceOrigin = Field(sa_type=StrEnumText(terms.TraceOrigin))
    origin_id: UUID | None = Field(default=None, sa_type=Key)
    put_at: datetime
    put_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    put_department: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    owner_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    handed_from: DepartmentCode | None = Field(default=None, sa_type=StrEnumText(DepartmentCode))
    handed_words: str | None = Field(default=None, max_length=terms.REASON_MAX)
    state: terms.TraceState = Field(
        default=terms.TraceState.OPEN, sa_type=StrEnumText(terms.TraceState)
    )
    closed_at: datetime | None = None
    closed_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    closed_words: str | None = Field(default=None, max_length=terms.REASON_MAX)
    """A remark of who did it, or why it was cancelled."""
    escalation: int = 0
    escalated_at: datetime | None = None
    version: int = 1


class HandoverCheck(SQLModel, table=True):
    """Somebody of one shift has seen an open trace."""

    __tablename__ = "handover_check"

    trace_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="trace.id")
    shift_on: date = Field(primary_key=True)
    shift: terms.Shift = Field(sa_type=StrEnumText(terms.Shift), primary_key=True)
    seen_at: datetime
    seen_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
