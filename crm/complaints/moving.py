"""What happens to a case while it is open: moves, steps, hand-overs, pauses, tasks."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.audit.terms import Deed
from crm.complaints import rules
from crm.complaints.clocks import set_clocks
from crm.complaints.opening import put_staff
from crm.complaints.schemas import CaseAmend, CaseHandOver, CaseMove, CaseVersion, TaskIn
from crm.complaints.tables import Complaint, ComplaintPause
from crm.complaints.terms import StepKind
from crm.complaints.writing import (
    end_pause,
    held_open,
    need_colleague,
    need_department,
    need_words,
    noted,
    open_pause,
    sign,
    stand,
    told,
)
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, RuleBroken
from crm.notes import service as notes
from crm.notes.schemas import TraceIn, TraceOut
from crm.notes.tables import Trace
from crm.notes.terms import TraceOrigin
from crm.staff.actor import Actor

GIVEN_MAX = 300
_GIVEN_PARTING = "; "


def move(
    db: Session, complaint_id: UUID, asked: CaseMove, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Put a case one stage on or back. `RuleBroken` where the state machine has no such way."""
    case = held_open(db, complaint_id, by=by, version=version)
    if asked.to in rules.BY_THEIR_OWN_VERBS:
        raise RuleBroken(
            "A case is closed with the guest's word and its cause. Use the form for closing.",
            "case_close_form",
        )
    if not rules.may_move(case.status, asked.to):
        raise RuleBroken(
            "A case cannot go from there to here. Choose one of the next stages.", "case_move"
        )
    stand(case, asked.to)
    return _done(db, case, StepKind.MOVED, asked.words, "status", by=by)


def note_step(
    db: Session,
    complaint_id: UUID,
    words: str,
    *,
    by: Actor,
    kind: StepKind = StepKind.NOTED,
) -> CaseVersion:
    """Sign what was seen, said or done."""
    return _done(db, held_open(db, complaint_id, by=by), kind, words, "steps", by=by)


def hand_over(
    db: Session, complaint_id: UUID, asked: CaseHandOver, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Give a case to a colleague who handles cases, or to a department, which owns it then."""
    case = held_open(db, complaint_id, by=by, version=version)
    if asked.to_staff_id is None and asked.department is None:
        raise Invalid(
            "Say to whom: a colleague or a department.", "case_to_whom", pointer="/to_staff_id"
        )
    if asked.to_staff_id is not None:
        need_colleague(
            db,
            asked.to_staff_id,
            case.hotel_id,
            pointer="/to_staff_id",
            permission="complaints.handle",
        )
    if asked.department is not None:
        need_department(db, case.hotel_id, asked.department)
        case.department = asked.department
    case.owner_id = asked.to_staff_id
    set_clocks(db, case, now=clock.now())
    return _done(db, case, StepKind.HANDED_OVER, asked.words, "owner", "department", by=by)


def amend(
    db: Session, complaint_id: UUID, asked: CaseAmend, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Put right what was taken down; a step says which facts.

    A case of a sensitive category stays sensitive. The clocks are set anew.
    """
    case = held_open(db, complaint_id, by=by, version=version)
    given = {
        name: value
        for name in asked.model_fields_set - {"words", "staff_ids"}
        if (value := getattr(asked, name)) is not None
    }
    if not given and asked.staff_ids is None:
        raise Invalid("Say what to put right.", "case_amend")
    if given.get("department") is not None:
        need_department(db, case.hotel_id, given["department"])
    if "category" in given and "cause" not in given:
        case.cause = None
    for name, value in given.items():
        setattr(case, name, value)
    is_sensitive, _ = need_words(db, case.category, case.cause)
    case.is_sensitive = case.is_sensitive or is_sensitive
    put_staff(db, case, asked.staff_ids or [])
    set_clocks(db, case, now=clock.now())
    fields = sorted([*given, *(["staff_ids"] if asked.staff_ids else [])])
    words = asked.words or f"Put right: {', '.join(fields)}."
    return _done(db, case, StepKind.NOTED, words, *fields, by=by)


def pause(
    db: Session, complaint_id: UUID, words: str, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Stop the clocks while the house waits for the guest."""
    case = held_open(db, complaint_id, by=by, version=version)
    if open_pause(db, case) is not None:
        raise Conflict("The clocks of this case stand still already.", "case_paused")
    last = db.connection().scalar(
        select(func.max(col(ComplaintPause.no))).where(col(ComplaintPause.complaint_id) == case.id)
    )
    db.add(ComplaintPause(complaint_id=case.id, no=1 + int(last or 0), from_at=clock.now()))
    db.flush()
    set_clocks(db, case, now=clock.now())
    return _done(db, case, StepKind.PAUSED, words, "pause", by=by)


def resume(
    db: Session, complaint_id: UUID, words: str, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Let the clocks run again; what stood still is added to them."""
    case = held_open(db, complaint_id, by=by, version=version)
    if not end_pause(db, case):
        raise Conflict("The clocks of this case run already.", "case_not_paused")
    set_clocks(db, case, now=clock.now())
    return _done(db, case, StepKind.RESUMED, words, "pause", by=by)


def not_reached(
    db: Session, complaint_id: UUID, words: str, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Count a try to reach the guest; after the third a case may be closed without their word."""
    case = held_open(db, complaint_id, by=by, version=version)
    case.reach_tries += 1
    return _done(db, case, StepKind.NOT_REACHED, words, "reach_tries", by=by)


def put_task(db: Session, complaint_id: UUID, asked: TaskIn, *, by: Actor) -> TraceOut:
    """Put a task of this case for a department; the same id again is the same task, once."""
    case = held_open(db, complaint_id, by=by)
    is_there = asked.id is not None and db.get(Trace, asked.id) is not None
    trace = notes.put_trace(
        db,
        TraceIn(
            id=asked.id,
            department=asked.department,
            words=asked.words,
            due_at=asked.due_at,
            guest_id=case.guest_id,
            stay_id=case.stay_id,
            room_no=case.room_no,
        ),
        by=by,
        origin=TraceOrigin.COMPLAINT,
        origin_id=case.id,
        hotel_id=case.hotel_id,
    )
    if not is_there:
        _done(db, case, StepKind.TASK, f"{asked.department.value}: {asked.words}", "tasks", by=by)
    return trace


def note_given(
    db: Session,
    complaint_id: UUID,
    *,
    words: str,
    cost_minor: int,
    currency: str,
    by: Actor,
) -> CaseVersion:
    """Note what the guest was given and what it cost the house, in minor units of the hotel.

    Called by the slice that gives within authority, which has asked for its own permission.
    """
    case = held_open(db, complaint_id, by=by)
    if currency != case.currency:
        raise Invalid(
            "The cost of a case is in the hotel's currency.", "case_currency", pointer="/currency"
        )
    before = [case.given] if case.given else []
    case.given = _GIVEN_PARTING.join([*before, words])[:GIVEN_MAX]
    case.cost_minor += cost_minor
    return _done(db, case, StepKind.GIVEN, words, "given", "cost_minor", by=by)


def _done(
    db: Session, case: Complaint, kind: StepKind, words: str, *fields: str, by: Actor
) -> CaseVersion:
    sign(db, case, kind, words, by=by)
    noted(db, case, Deed.CHANGED, *fields, by=by)
    told(db, case, by=by)
    return CaseVersion(id=case.id, status=case.status, version=case.version)
