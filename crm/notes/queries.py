"""Reads notes by their levels, and traces: what is due, for whom, and one of them in full."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.guests.queries import need_visible, shown_name, visible_to
from crm.guests.tables import Guest
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of, named, one_of
from crm.kit.schema import FIRST_DAY, LAST_DAY
from crm.notes import rules
from crm.notes.reach import departments_of, levels_of, readable_notes, readable_traces
from crm.notes.schemas import NoteRow, NoteSheet, NoteWording, TraceOut
from crm.notes.tables import Note, NoteReader, NoteVersion, Trace
from crm.notes.terms import LINES_MAX, TraceState
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel

_NOTE = fields_of(Note, NoteRow)


def no_such_note() -> NotFound:
    return NotFound("There is no such note within your reach.", "note")


def no_such_trace() -> NotFound:
    return NotFound("There is no such task within your reach.", "trace")


def notes_of(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    channel: Channel = Channel.JSON,
    gone_too: bool = False,
) -> list[NoteRow]:
    """The notes that this reader may read and that still hold, newest first.

    ``gone_too`` adds the struck out and the expired ones. `NotFound` for a guest out of reach.
    """
    by.need("notes.read")
    need_visible(db, guest_id, by=by)
    query = (
        select(*_NOTE)
        .where(col(Note.guest_id) == guest_id, readable_notes(by, channel))
        .order_by(col(Note.noted_at).desc(), col(Note.id).desc())
    )
    if not gone_too:
        query = query.where(still_holds())
    return [NoteRow.model_validate(row) for row in db.connection().execute(query)]


def still_holds() -> ColumnElement[bool]:
    """Neither struck out nor past its last day."""
    today = clock.today_in("UTC")
    in_time = or_(col(Note.expires_on).is_(None), col(Note.expires_on) >= today)
    return and_(col(Note.struck_at).is_(None), in_time)


def note(db: Session, note_id: UUID, *, by: Actor, channel: Channel = Channel.JSON) -> NoteSheet:
    """One note with its older wordings; `NotFound` when it, or its guest, is out of reach."""
    by.need("notes.read")
    query = (
        select(*_NOTE, col(Note.guest_id))
        .join(Guest, col(Guest.id) == col(Note.guest_id))
        .where(col(Note.id) == note_id, readable_notes(by, channel), visible_to(by))
    )
    row = db.connection().execute(query).first()
    if row is None:
        raise no_such_note()
    earlier = db.connection().execute(
        select(*fields_of(NoteVersion, NoteWording))
        .where(col(NoteVersion.note_id) == note_id)
        .order_by(col(NoteVersion.no).desc())
    )
    readers = db.connection().execute(
        select(col(NoteReader.staff_id))
        .where(col(NoteReader.note_id) == note_id)
        .order_by(col(NoteReader.staff_id))
    )
    return NoteSheet(
        **mapping_of(row),  # type: ignore[arg-type]
        earlier=[
            wording
            for each in earlier
            if _reads((wording := NoteWording.model_validate(each)), row.noted_by, by, channel)
        ],
        readers=[each.staff_id for each in readers],
    )


def _reads(wording: NoteWording, noted_by: UUID | None, by: Actor, channel: Channel) -> bool:
    """Whether this reader may know how the note read: it may have been for fewer then."""
    return rules.may_read_note(
        wording.level,
        levels=levels_of(by, channel),
        department=wording.department,
        departments=departments_of(by),
        is_own=noted_by is not None and noted_by == by.staff_id,
    )


# ---------------------------------------------------------------- traces
_putter, _owner, _closer = aliased(Staff), aliased(Staff), aliased(Staff)
_TRACE = cols(
    Trace.id, Trace.hotel_id, Trace.guest_id, Trace.stay_id, Trace.room_no, Trace.department,
    Trace.words, Trace.due_at, Trace.is_promise, Trace.origin, Trace.put_at, Trace.put_by,
    Trace.put_department, Trace.owner_id, Trace.handed_from, Trace.handed_words, Trace.state,
    Trace.closed_at, Trace.closed_words, Trace.escalation, Trace.version,
    named(_putter.name, "put_by_name"), named(_owner.name, "owner_name"),
    named(_closer.name, "closed_by_name"), Guest.name_native, Guest.name_latin, Guest.alias,
    Guest.is_incognito, Guest.ref,
)  # fmt: skip
_GUEST = ("name_native", "name_latin", "alias", "is_incognito", "ref")


def traces_due(
    db: Session,
    by: Actor,
    department: DepartmentCode | None = None,
    *,
    until: datetime | None = None,
    guest_ids: Collection[UUID] | None = None,
    stay_ids: Collection[UUID] | None = None,
    states: Sequence[TraceState] = (TraceState.OPEN,),
    closed_since: datetime | None = None,
    promises_only: bool = False,
    limit: int = LINES_MAX,
) -> list[TraceOut]:
    """Traces of the reader's hotel, the earliest due first; open ones unless ``states`` says else.

    ``until`` is the last instant of being due; ``closed_since`` bounds those that are closed.
    """
    by.need("traces.read")
    query = _traces(by).where(one_of(col(Trace.state), states))
    if by.hotel_id is not None:
        query = query.where(col(Trace.hotel_id) == by.hotel_id)
    if department is not None:
        query = query.where(col(Trace.department) == department)
    if until is not None:
        query = query.where(col(Trace.due_at) <= until)
    if guest_ids is not None:
        query = query.where(col(Trace.guest_id).in_(guest_ids))
    if stay_ids is not None:
        query = query.where(col(Trace.stay_id).in_(stay_ids))
    if closed_since is not None:
        query = query.where(col(Trace.closed_at) >= closed_since)
    if promises_only:
        query = query.where(col(Trace.is_promise).is_(True))
    ordered = query.order_by(col(Trace.due_at), col(Trace.id)).limit(limit)
    return [_out(row, by) for row in db.connection().execute(ordered)]


def traces(
    db: Session,
    *,
    by: Actor,
    department: DepartmentCode | None = None,
    state: TraceState | None = None,
    guest_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[TraceOut]:
    """A page of traces of the reader's hotels, the earliest due first.

    `NotFound` for a guest out of reach, `Invalid` for a broken cursor.
    """
    by.need("traces.read")
    query = _traces(by)
    if guest_id is not None:
        need_visible(db, guest_id, by=by)
        query = query.where(col(Trace.guest_id) == guest_id)
    if department is not None:
        query = query.where(col(Trace.department) == department)
    if state is not None:
        query = query.where(col(Trace.state) == state)
    if after := read_cursor(cursor, 2):
        at, key = _place(after)
        query = query.where(
            or_(
                col(Trace.due_at) > at,
                and_(col(Trace.due_at) == at, col(Trace.id) > key),
            )
        )
    ordered = query.order_by(col(Trace.due_at), col(Trace.id)).limit(limit + 1)
    rows = db.connection().execute(ordered).all()
    items = [_out(row, by) for row in rows[:limit]]
    more = len(rows) > limit
    last = write_cursor(items[-1].due_at.isoformat(), str(items[-1].id)) if more else None
    return PageOf(items=items, next=last)


def trace(db: Session, trace_id: UUID, *, by: Actor) -> TraceOut:
    """One trace; `NotFound` when it is out of reach."""
    by.need("traces.read")
    row = db.connection().execute(_traces(by).where(col(Trace.id) == trace_id)).first()
    if row is None:
        raise no_such_trace()
    return _out(row, by)


def as_written(db: Session, trace_id: UUID, *, by: Actor) -> TraceOut:
    """The trace for who just wrote it, even where it went to a department out of sight."""
    row = db.connection().execute(_all_traces(by).where(col(Trace.id) == trace_id)).one()
    return _out(row, by)


def _traces(by: Actor) -> Select[Any]:
    return _all_traces(by).where(readable_traces(by))


def _all_traces(by: Actor) -> Select[Any]:
    seen = case((visible_to(by), 1), else_=0).label("guest_in_reach")
    return (
        select(*_TRACE, seen)
        .outerjoin(Guest, col(Guest.id) == col(Trace.guest_id))
        .outerjoin(_putter, col(_putter.id) == col(Trace.put_by))
        .outerjoin(_owner, col(_owner.id) == col(Trace.owner_id))
        .outerjoin(_closer, col(_closer.id) == col(Trace.closed_by))
    )


def _out(row: Any, by: Actor) -> TraceOut:
    facts = dict(mapping_of(row))
    guest = {name: facts.pop(name) for name in _GUEST}
    in_reach = facts.pop("guest_in_reach")
    name = None
    if facts["guest_id"] is not None and in_reach and by.may("guests.read"):
        name = shown_name(**guest, by=by)
    if name is None:
        facts["guest_id"] = None
    late = facts["state"] is TraceState.OPEN and facts["due_at"] < clock.now()
    return TraceOut(**facts, guest_name=name, is_late=late)


def _place(parts: Sequence[Any]) -> tuple[datetime, UUID]:
    broken = Invalid("This page link is broken. Start again from the first page.", "cursor")
    try:
        at, key = datetime.fromisoformat(str(parts[0])), UUID(str(parts[1]))
    except ValueError:
        raise broken from None
    if at.tzinfo is None or not FIRST_DAY.year < at.year < LAST_DAY.year:
        raise broken
    return at, key
