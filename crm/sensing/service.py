"""Looks at one guest's records again, and takes the house's answer to what they propose."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import need_visible
from crm.kit import clock, events
from crm.kit.errors import ChangedMeanwhile, Conflict, mark
from crm.kit.rows import cols
from crm.preferences import service as preferences
from crm.preferences.terms import WORDS_MAX
from crm.sensing import finding, passing, queries, rules, sources
from crm.sensing.events import HabitAnswered, HabitsChanged
from crm.sensing.schemas import Evidence, HabitRow
from crm.sensing.sources import Group
from crm.sensing.tables import Habit
from crm.sensing.terms import HabitState
from crm.staff.actor import Actor
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

_ANSWER = "habits.answer"


class HabitAnsweredAlready(Conflict):
    """Somebody said yes or no before, or the stays since no longer show it."""


def sense_guest(db: Session, guest_id: UUID, today: date) -> int:
    """Look at one guest's stays again; returns how many proposals are new.

    A hotel whose base rates were never counted is counted first.
    """
    group = Group(db)
    seen = sources.of_guest(db, group, sources.since(today), guest_id)
    for house in {group.houses[stay.hotel] for stay in seen}:
        if not passing.is_counted(db, house):
            passing.keep_counts(db, house, sources.counted(db, house, sources.since(today)))
    found = rules.habits_of(seen, group.rates(db)) if seen else []
    written = finding.write(db, group, {guest_id: found})
    if written.guests:
        waiting = _open(db, guest_id)
        hotel_id = waiting[0] if waiting else None
        events.record(db, HabitsChanged(guest_id=guest_id, hotel_id=hotel_id, open=len(waiting)))
    return written.proposed


def _open(db: Session, guest_id: UUID) -> list[UUID]:
    """The hotels of a guest's open proposals, the latest evidence first."""
    query = (
        select(*cols(Habit.hotel_id))
        .where(col(Habit.guest_id) == guest_id, col(Habit.state) == HabitState.OPEN)
        .order_by(col(Habit.last_case_on).desc())
    )
    return list(db.connection().execute(query).scalars())


def has_left(db: Session, stay_id: UUID) -> bool:
    """Whether the guest of a stay has checked out."""
    status = db.connection().scalar(select(col(Stay.status)).where(col(Stay.id) == stay_id))
    return status is StayStatus.CHECKED_OUT


# ---------------------------------------------------------------- answers
def accept(
    db: Session,
    habit_id: UUID,
    *,
    by: Actor,
    version: int,
    say: Callable[[Evidence], str] | None = None,
) -> HabitRow:
    """Yes: the habit becomes evidence of a preference, as many times as it was seen.

    ``say`` puts the evidence into the reader's words, to be kept with it. `NotFound` out of
    reach, `ChangedMeanwhile` for another version, `HabitAnsweredAlready` when it is not open.
    """
    row = _answer(db, habit_id, HabitState.ACCEPTED, by=by, version=version)
    told = say(row.evidence) if say else f"{row.cases}/{row.out_of}"
    preferences.note_sensed(
        db,
        row.guest_id,
        row.code,
        value=row.value,
        times=row.cases,
        evidence_words=told[:WORDS_MAX],
        hotel_id=row.hotel_id,
        last_at=datetime.combine(row.last_case_on, time(), tzinfo=UTC),
        by=by,
    )
    return queries.habit(db, habit_id, by=by)


def dismiss(db: Session, habit_id: UUID, *, by: Actor, version: int) -> HabitRow:
    """No: it comes back only with new evidence (`rules.standing`). Errors as `accept`."""
    _answer(db, habit_id, HabitState.DISMISSED, by=by, version=version)
    return queries.habit(db, habit_id, by=by)


def _answer(db: Session, habit_id: UUID, state: HabitState, *, by: Actor, version: int) -> HabitRow:
    by.need(_ANSWER)
    row = queries.habit(db, habit_id, by=by)
    need_visible(db, row.guest_id, by=by)
    if row.version != version:
        raise ChangedMeanwhile(
            "Somebody else has changed this proposal. Look at it again.", "changed_meanwhile"
        )
    if row.state is not HabitState.OPEN:
        raise HabitAnsweredAlready(
            mark("This proposal is no longer open. Look at the guest's card again."),
            "habit_not_open",
        )
    values: dict[str, Any] = {
        "state": state,
        "answered_at": clock.now(),
        "answered_by": by.staff_id,
        "cases_when_answered": row.cases,
        "version": version + 1,
    }
    taken = db.connection().execute(
        update(Habit)
        .where(col(Habit.id) == habit_id, col(Habit.version) == version)
        .values(**values)
    )
    if taken.rowcount != 1:
        raise ChangedMeanwhile(
            "Somebody else has changed this proposal. Look at it again.", "changed_meanwhile"
        )
    audit.note(
        db,
        Deed.CHANGED,
        by=by,
        subject="habit",
        subject_id=habit_id,
        guest_id=row.guest_id,
        fields=["state"],
    )
    events.record(
        db,
        HabitAnswered(
            guest_id=row.guest_id,
            hotel_id=row.hotel_id,
            by_id=by.staff_id,
            habit_id=habit_id,
            state=state,
        ),
    )
    return row
