"""Which notes and traces somebody reaches: by level, department, hotel and as a named reader."""

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlmodel import SQLModel, col

from crm.hotels.terms import DepartmentCode
from crm.kit.rows import one_of
from crm.notes.tables import Note, NoteReader, Trace
from crm.notes.terms import NoteLevel
from crm.preferences.sights import DEPARTMENTS_OF
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Role, Sight

COORDINATES = frozenset({Role.FRONT_DESK.value})
"""Roles that see every department's traces, since the guest asks them whether it was done."""


def departments_of(by: Actor) -> frozenset[str]:
    """The departments this reader works for, by role and by the own grant."""
    own = {by.department.value} if by.department else set()
    return frozenset(own).union(*(DEPARTMENTS_OF.get(holder, ()) for holder in by.holders))


def reads_every_department(by: Actor) -> bool:
    if by.is_system or COORDINATES & by.holders:
        return True
    return any(holder not in DEPARTMENTS_OF for holder in by.holders)


def levels_of(by: Actor, channel: Channel) -> list[NoteLevel]:
    """The levels whose notes this reader reads whoever they are for."""
    return [level for level in NoteLevel if by.sight(f"note.{level.value}", channel) is Sight.CLEAR]


def readable_notes(by: Actor, channel: Channel) -> ColumnElement[bool]:
    """By level, department, as the writer or a named reader; within the reader's hotels."""
    ours = departments_of(by)
    ways: list[Any] = [
        one_of(col(Note.level), levels_of(by, channel)),
        and_(
            col(Note.level) == NoteLevel.DEPARTMENT,
            one_of(col(Note.department), [DepartmentCode(each) for each in sorted(ours)]),
        ),
    ]
    if by.staff_id is not None:
        named = exists().where(
            col(NoteReader.note_id) == col(Note.id), col(NoteReader.staff_id) == by.staff_id
        )
        ways += [
            col(Note.noted_by) == by.staff_id,
            and_(col(Note.level) == NoteLevel.RESTRICTED, named),
        ]
    return and_(known_here(Note, by), or_(false(), *ways))


def known_here(table: type[SQLModel], by: Actor) -> ColumnElement[bool]:
    """Rows of the group, and those kept for one of the reader's hotels."""
    if by.is_system or by.reach == "group":
        return true()
    column = col(table.hotel_id)  # type: ignore[attr-defined]
    return or_(column.is_(None), one_of(column, by.hotel_ids))


def readable_traces(by: Actor) -> ColumnElement[bool]:
    """Traces of the reader's hotels; of the own departments where the role sees no others."""
    here = true() if by.is_system else one_of(col(Trace.hotel_id), by.hotel_ids)
    if reads_every_department(by):
        return here
    ours = [DepartmentCode(each) for each in sorted(departments_of(by))]
    return and_(
        here,
        or_(one_of(col(Trace.department), ours), one_of(col(Trace.put_department), ours)),
    )
