"""Puts tasks for departments; they are done, handed on, taken, and told upwards when late."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import need_visible
from crm.hotels import queries as hotels
from crm.hotels.tables import Department
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, events
from crm.kit.db import insert_once
from crm.kit.errors import ChangedMeanwhile, Conflict, Invalid, RuleBroken
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.notes import queries, rules
from crm.notes.events import TraceChanged, TraceDone, TraceEscalated, TracePut
from crm.notes.guarding import looked_at
from crm.notes.schemas import TraceIn, TraceOut, TraceStep
from crm.notes.tables import HandoverCheck, Trace
from crm.notes.terms import TraceDeed, TraceOrigin, TraceState
from crm.staff.actor import Actor, system
from crm.stays.queries import no_such_stay, within_reach
from crm.stays.tables import Stay


class TraceKnown(Conflict):
    """This id is another task's."""


def put_trace(
    db: Session,
    asked: TraceIn,
    *,
    by: Actor,
    origin: TraceOrigin = TraceOrigin.BY_HAND,
    origin_id: UUID | None = None,
    hotel_id: UUID | None = None,
) -> TraceOut:
    """Put a task; with an id that is there already, and the same content, it is that one.

    ``hotel_id`` is for the house itself, which works for no hotel, and for a task of something
    that is a hotel's (``origin_id``) and names that hotel; others put it in theirs.
    `Invalid` without a guest, stay or room, or for a department that the hotel has not;
    `NotFound` for a guest or stay out of reach; `TraceKnown` for an id of another content.
    """
    by.need("traces.work")
    looked_at(asked.words)
    house = hotel_id if by.is_system or origin_id is not None else by.hotel_id
    facts = _about(db, asked, house, by, stands_alone=origin_id is not None)
    house = house or facts["hotel_id"]
    if house is None:
        raise Invalid("Say in which hotel.", "trace_hotel", pointer="/stay_id")
    _need_department(db, house, asked.department, "/department")
    identity = asked.id or new_id()
    values: dict[str, Any] = {
        "hotel_id": house,
        "guest_id": facts["guest_id"],
        "stay_id": asked.stay_id,
        "room_no": facts["room_no"],
        "department": asked.department,
        "words": asked.words,
        "due_at": asked.due_at,
        "is_promise": asked.is_promise,
    }
    fresh = insert_once(
        db, Trace, "id", id=identity, **values, origin=origin, origin_id=origin_id,
        put_at=clock.now(), put_by=by.staff_id, put_department=by.department,
        state=TraceState.OPEN, escalation=0, version=1,
    )  # fmt: skip
    if not fresh:
        return _same_again(db, identity, asked, by)
    audit.note(
        db, Deed.CREATED, by=by, subject="trace", subject_id=identity, guest_id=values["guest_id"]
    )
    events.record(
        db,
        TracePut(
            trace_id=identity,
            department=asked.department.value,
            due_at=asked.due_at,
            stay_id=asked.stay_id,
            room=facts["room_no"],
            guest_id=facts["guest_id"],
            hotel_id=house,
            by_id=by.staff_id,
        ),
    )
    return queries.as_written(db, identity, by=by)


def _about(
    db: Session, asked: TraceIn, house: UUID | None, by: Actor, *, stands_alone: bool
) -> dict[str, Any]:
    """Guest, room and hotel as the stay says them where nothing else was said.

    What has an origin that tells what it is about needs no guest, stay or room.
    """
    guest_id, room_no, hotel_id = asked.guest_id, asked.room_no, None
    if not stands_alone and guest_id is None and asked.stay_id is None and room_no is None:
        raise Invalid(
            "Say which guest, stay or room the task is about.", "trace_about", pointer="/guest_id"
        )
    if asked.stay_id is not None:
        stay = db.connection().execute(
            select(*cols(Stay.guest_id, Stay.room_no, Stay.hotel_id)).where(
                col(Stay.id) == asked.stay_id, within_reach(Stay, by)
            )
        ).first()  # fmt: skip
        if stay is None or (house is not None and stay.hotel_id != house):
            raise no_such_stay()
        if guest_id is not None and stay.guest_id not in (None, guest_id):
            raise Invalid("This stay is another guest's.", "trace_stay", pointer="/stay_id")
        guest_id, hotel_id = guest_id or stay.guest_id, stay.hotel_id
        room_no = room_no or stay.room_no
    if asked.guest_id is not None:
        need_visible(db, asked.guest_id, by=by)
    return {"guest_id": guest_id, "room_no": room_no, "hotel_id": hotel_id}


def _need_department(db: Session, house: UUID, code: DepartmentCode, pointer: str) -> None:
    if db.get(Department, (house, code)) is None and hotels.departments_of(db, house):
        raise Invalid("This hotel has no such department.", "department", pointer=pointer)


def _same_again(db: Session, identity: UUID, asked: TraceIn, by: Actor) -> TraceOut:
    held = db.connection().execute(
        select(*cols(Trace.words, Trace.put_by, Trace.stay_id, Trace.department, Trace.handed_from))
        .where(col(Trace.id) == identity)
    ).one()  # fmt: skip
    first_for = held.handed_from or held.department
    same = (held.words, held.put_by, held.stay_id, first_for)
    if same != (asked.words, by.staff_id, asked.stay_id, asked.department):
        raise TraceKnown("This id is another task's. Take a new one.", "trace_known", pointer="/id")
    return queries.as_written(db, identity, by=by)


def step(
    db: Session, trace_id: UUID, asked: TraceStep, *, by: Actor, version: int | None = None
) -> TraceOut:
    """Do one of `TraceDeed` with a trace; ``version`` is the one that was seen.

    `RuleBroken` when its state does not allow it, `Invalid` without the words that it asks for,
    `ChangedMeanwhile` when somebody was faster.
    """
    by.need("traces.work")
    looked_at(asked.words)
    held = queries.trace(db, trace_id, by=by)
    if version is not None and held.version != version:
        raise _changed()
    if asked.deed is TraceDeed.SEEN:
        see_trace(db, held, by=by)
        return queries.as_written(db, trace_id, by=by)
    if not rules.can_follow(held.state, asked.deed):
        raise RuleBroken("This task is not in a state for that. Look at it again.", "trace_state")
    return _DEEDS[asked.deed](db, held, asked, by)


def finish_trace(
    db: Session, trace_id: UUID, *, by: Actor, words: str | None = None, version: int | None = None
) -> TraceOut:
    """Mark a trace done, now and by this actor, with a remark or without."""
    return step(db, trace_id, TraceStep(deed=TraceDeed.DONE, words=words), by=by, version=version)


def _finish(db: Session, held: TraceOut, asked: TraceStep, by: Actor) -> TraceOut:
    _close(db, held, TraceState.DONE, asked.words, by)
    events.record(
        db,
        TraceDone(
            trace_id=held.id,
            department=held.department.value,
            version=held.version + 1,
            guest_id=held.guest_id,
            hotel_id=held.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return queries.as_written(db, held.id, by=by)


def _cancel(db: Session, held: TraceOut, asked: TraceStep, by: Actor) -> TraceOut:
    if asked.words is None:
        raise Invalid("Say why the task falls away.", "reason_needed", pointer="/words")
    _close(db, held, TraceState.CANCELLED, asked.words, by)
    return _changed_now(db, held, asked.deed, by)


def _close(db: Session, held: TraceOut, state: TraceState, words: str | None, by: Actor) -> None:
    _write(
        db, held, by, fields=["state"], state=state, closed_at=clock.now(),
        closed_by=by.staff_id, closed_words=words,
    )  # fmt: skip


def _reopen(db: Session, held: TraceOut, asked: TraceStep, by: Actor) -> TraceOut:
    _write(
        db, held, by, fields=["state"], deed=Deed.UNDONE, state=TraceState.OPEN, closed_at=None,
        closed_by=None, closed_words=None,
    )  # fmt: skip
    return _changed_now(db, held, asked.deed, by)


def _hand_over(db: Session, held: TraceOut, asked: TraceStep, by: Actor) -> TraceOut:
    """Another department's now: nobody's own, and unseen by everyone there."""
    if asked.department is None or asked.department is held.department:
        raise Invalid(
            "Say which other department gets it.", "department_needed", pointer="/department"
        )
    _need_department(db, held.hotel_id, asked.department, "/department")
    _write(
        db, held, by, fields=["department"], department=asked.department, owner_id=None,
        handed_from=held.department, handed_words=asked.words,
    )  # fmt: skip
    db.connection().execute(delete(HandoverCheck).where(col(HandoverCheck.trace_id) == held.id))
    return _changed_now(
        db, held.model_copy(update={"department": asked.department}), asked.deed, by
    )


def _take(db: Session, held: TraceOut, asked: TraceStep, by: Actor) -> TraceOut:
    """It is this person's now, who has seen it thereby."""
    if by.staff_id is None:
        raise RuleBroken("Only a colleague can take a task over.", "person_needed")
    _write(db, held, by, fields=["owner"], owner_id=by.staff_id)
    see_trace(db, held, by=by)
    return _changed_now(db, held, asked.deed, by)


def _put_back(db: Session, held: TraceOut, asked: TraceStep, by: Actor) -> TraceOut:
    _write(db, held, by, fields=["owner"], owner_id=None)
    return _changed_now(db, held, asked.deed, by)


_DEEDS = {
    TraceDeed.DONE: _finish,
    TraceDeed.CANCEL: _cancel,
    TraceDeed.REOPEN: _reopen,
    TraceDeed.HAND_OVER: _hand_over,
    TraceDeed.TAKE: _take,
    TraceDeed.PUT_BACK: _put_back,
}


def see_trace(db: Session, held: TraceOut, *, by: Actor) -> bool:
    """Note that this shift has seen it; False when somebody of the shift had."""
    watch = rules.watch_at(clock.now(), hotels.hotel(db, held.hotel_id).time_zone)
    return insert_once(
        db, HandoverCheck, "trace_id", "shift_on", "shift", trace_id=held.id, shift_on=watch.on,
        shift=watch.shift, seen_at=clock.now(), seen_by=by.staff_id,
    )  # fmt: skip


def escalate_late(db: Session) -> int:
    """Tell upwards what is overdue, each trace once a level; returns how many were told.

    A statement that asks the state and level again does it, so that a trace done meanwhile, or
    told by another worker, is left alone.
    """
    by, now, told = system(), clock.now(), 0
    rows = db.connection().execute(
        select(*cols(Trace.id, Trace.hotel_id, Trace.department, Trace.due_at, Trace.escalation))
        .where(col(Trace.state) == TraceState.OPEN, col(Trace.due_at) < now)
        .order_by(col(Trace.id))
    ).all()  # fmt: skip
    for row in rows:
        level = rules.escalation_due(row.due_at, now)
        if level > row.escalation and _tell(db, row, level, now):
            told += 1
            audit.note(
                db, Deed.CHANGED, by=by, subject="trace", subject_id=row.id, fields=["escalation"]
            )
    return told


def _tell(db: Session, row: Any, level: int, now: datetime) -> bool:
    told = db.connection().execute(
        update(Trace)
        .where(
            col(Trace.id) == row.id,
            col(Trace.state) == TraceState.OPEN,
            col(Trace.escalation) < level,
        )
        .values(escalation=level, escalated_at=now, version=col(Trace.version) + 1)
        .returning(*cols(Trace.version, Trace.guest_id))
    ).first()  # fmt: skip
    if told is None:
        return False
    events.record(
        db,
        TraceEscalated(
            trace_id=row.id,
            department=row.department.value,
            level=level,
            version=told.version,
            guest_id=told.guest_id,
            hotel_id=row.hotel_id,
        ),
    )
    return True


def _write(
    db: Session,
    held: TraceOut,
    by: Actor,
    *,
    fields: list[str],
    deed: Deed = Deed.CHANGED,
    **values: Any,
) -> None:
    """Raise the version in one statement that also checks it."""
    done = db.connection().execute(
        update(Trace)
        .where(col(Trace.id) == held.id, col(Trace.version) == held.version)
        .values(**values, version=held.version + 1)
    )
    if done.rowcount == 0:
        raise _changed()
    audit.note(
        db, deed, by=by, subject="trace", subject_id=held.id, guest_id=held.guest_id, fields=fields
    )


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Somebody else changed this task meanwhile. Look at it again.", "changed_meanwhile"
    )


def _changed_now(db: Session, held: TraceOut, deed: TraceDeed, by: Actor) -> TraceOut:
    events.record(
        db,
        TraceChanged(
            trace_id=held.id,
            department=held.department.value,
            deed=deed.value,
            version=held.version + 1,
            guest_id=held.guest_id,
            hotel_id=held.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return queries.as_written(db, held.id, by=by)
