"""The demo's day as departments find it: tasks, things found, habits, arrivals prepared."""

from collections import Counter

from sqlalchemy import func, select
from sqlmodel import col

from crm.alerts.tables import AlertRule
from crm.kit.db import Database
from crm.lost_property.tables import FoundItem
from crm.notes.tables import Note, NoteReader, Trace
from crm.notes.terms import NoteLevel, TraceOrigin, TraceState
from crm.preparing import queries as arrivals
from crm.sensing.tables import Habit
from crm.staff.terms import Role
from lab.demo.dressing import World
from lab.demo.morning import colleague


def test_of_38_arrivals_33_are_prepared(filled: Database, world: World) -> None:
    with filled.reading() as db:
        day = arrivals.arrival_day(db, by=colleague(world, "files", Role.FILE_CENTRE))
    assert (day.arrivals, day.prepared) == (38, 33)
    assert any(item.done_at for one in day.items for item in one.items)


def test_habits_are_proposed_and_rules_stand(filled: Database) -> None:
    with filled.reading() as db:
        assert (db.connection().scalar(select(func.count()).select_from(Habit)) or 0) > 10
        rules = Counter(db.connection().scalars(select(col(AlertRule.is_active))))
    assert rules[True] == 8
    assert rules[False] > 8


def test_tasks_are_open_late_and_done(filled: Database, world: World) -> None:
    with filled.reading() as db:
        rows = db.connection().execute(
            select(col(Trace.state), col(Trace.due_at), col(Trace.escalation)).where(
                col(Trace.origin) != TraceOrigin.COMPLAINT
            )
        ).all()  # fmt: skip
    late = [r for r in rows if r.state is TraceState.OPEN and r.due_at < world.now]
    assert Counter(r.state for r in rows) == {TraceState.OPEN: 14, TraceState.DONE: 6}
    assert sorted(r.escalation for r in late) == [0, 1, 1, 2]
    assert all(r.escalation == 0 for r in rows if r not in late)


def test_notes_are_of_every_level(filled: Database) -> None:
    with filled.reading() as db:
        levels = Counter(db.connection().scalars(select(col(Note.level))))
        read = set(db.connection().scalars(select(col(NoteReader.note_id))))
        named = set(
            db.connection().scalars(
                select(col(Note.id)).where(col(Note.level) == NoteLevel.RESTRICTED)
            )
        )
    assert set(levels) == set(NoteLevel)
    assert read == named


def test_things_found_are_in_every_state(filled: Database, world: World) -> None:
    with filled.reading() as db:
        rows = db.connection().execute(
            select(col(FoundItem.state), col(FoundItem.guest_id), col(FoundItem.dispose_by))
        ).all()  # fmt: skip
    assert {row.state.value for row in rows} == {"found", "claimed", "returned", "disposed"}
    assert any(r.dispose_by < world.today for r in rows if r.state.value == "found")
    assert all(r.guest_id for r in rows if r.state.value in {"claimed", "returned"})
