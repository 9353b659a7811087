"""Reads complaint cases: the flag for the desk, the whole case for those who handle it."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    and_,
    bindparam,
    exists,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.complaints import rules
from crm.complaints.schemas import (
    ArrivalCheckRow,
    CategoryWord,
    CauseWord,
    ComplaintRow,
    ComplaintSheet,
    PauseRow,
    PersonRow,
    PreventionRow,
    SiblingRow,
    StepRow,
    TaskRow,
)
from crm.complaints.tables import (
    ArrivalCheck,
    CaseWord,
    Complaint,
    ComplaintPause,
    ComplaintStaff,
    ComplaintStep,
    Prevention,
)
from crm.complaints.terms import CaseStatus, WordLevel
from crm.guests.queries import need_visible
from crm.kit.dbtypes import Key
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of, named, one_of
from crm.notes.tables import Trace
from crm.notes.terms import TraceOrigin
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus

_ROW = fields_of(Complaint, ComplaintRow)
_SHEET = fields_of(Complaint, ComplaintSheet)
_owner = aliased(Staff, name="owner")
_opener = aliased(Staff, name="opener")

# Built once: making a statement costs as much as asking the database for it (measured).
_CASE: BindParameter[UUID] = bindparam("case", type_=Key)
_STEPS = (
    select(*fields_of(ComplaintStep, StepRow), named(Staff.name, "by_name"))
    .outerjoin(Staff, col(Staff.id) == col(ComplaintStep.by_id))
    .where(col(ComplaintStep.complaint_id) == _CASE)
    .order_by(col(ComplaintStep.no))
)
_PAUSES = (
    select(*fields_of(ComplaintPause, PauseRow))
    .where(col(ComplaintPause.complaint_id) == _CASE)
    .order_by(col(ComplaintPause.no))
)
_TASKS = (
    select(*fields_of(Trace, TaskRow))
    .where(col(Trace.origin_id) == _CASE, col(Trace.origin) == TraceOrigin.COMPLAINT)
    .order_by(col(Trace.due_at), col(Trace.id))
)
_PEOPLE = (
    select(*fields_of(Staff, PersonRow))
    .join(ComplaintStaff, col(ComplaintStaff.staff_id) == col(Staff.id))
    .where(col(ComplaintStaff.complaint_id) == _CASE)
    .order_by(col(Staff.name))
)
_PREVENTIONS = (
    select(*fields_of(Prevention, PreventionRow), named(Staff.name, "owner_name"))
    .join(Staff, col(Staff.id) == col(Prevention.owner_id))
    .where(col(Prevention.complaint_id) == _CASE)
    .order_by(col(Prevention.made_at))
)
_CHECK = select(*fields_of(ArrivalCheck, ArrivalCheckRow)).where(
    col(ArrivalCheck.complaint_id) == _CASE
)


def within_reach(by: Actor) -> ColumnElement[bool]:
    """Cases of the reader's hotels; delicate ones only for those who read whole cases, and
    never for a colleague who was involved."""
    here = (
        true()
        if by.is_system or by.reach == "group"
        else one_of(col(Complaint.hotel_id), by.hotel_ids)
    )
    plain = col(Complaint.is_sensitive).is_(False)
    if by.sight("complaint.case", Channel.JSON) is not Sight.CLEAR:
        return and_(here, plain)
    if by.staff_id is None:
        return here
    involved = exists().where(
        col(ComplaintStaff.complaint_id) == col(Complaint.id),
        col(ComplaintStaff.staff_id) == by.staff_id,
    )
    return and_(here, or_(plain, ~involved))


def complaints(
    db: Session,
    *,
    by: Actor,
    guest_id: UUID | None = None,
    status: CaseStatus | None = None,
    is_open: bool | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[ComplaintRow]:
    """Cases newest first; empty for roles that may not know of them."""
    by.need("complaints.flag")
    if guest_id is not None:
        need_visible(db, guest_id, by=by)
    if by.sight("complaint.flag", Channel.LIST) is not Sight.CLEAR:
        return PageOf(items=[])
    query = select(*_ROW).where(within_reach(by))
    if guest_id is not None:
        query = query.where(col(Complaint.guest_id) == guest_id)
    if status is not None:
        query = query.where(col(Complaint.status) == status)
    if is_open is not None:
        closed = col(Complaint.status) == CaseStatus.CLOSED
        query = query.where(~closed if is_open else closed)
    after = read_cursor(cursor, 1)
    if after is not None:
        query = query.where(col(Complaint.id) < _uuid(after[0]))
    rows = db.connection().execute(query.order_by(col(Complaint.id).desc()).limit(limit + 1)).all()
    items = [ComplaintRow(**_named(row)) for row in rows[:limit]]
    more = write_cursor(str(items[-1].id)) if len(rows) > limit else None
    return PageOf(items=items, next=more)


def _named(row: Any) -> dict[str, Any]:
    facts = dict(mapping_of(row))
    return facts | {"reference": reference(row.number)}


def reference(number: int) -> str:
    """How people call a case: ``C-1042``."""
    return f"C-{number}"


def _uuid(part: object) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None


def no_such_case() -> NotFound:
    return NotFound("There is no such case within your reach.", "complaint")


def complaint(db: Session, complaint_id: UUID, *, by: Actor) -> ComplaintSheet:
    """One case in full with its steps; `NotFound` when it is not there or not for this reader."""
    by.need("complaints.read")
    row = (
        db.connection()
        .execute(
            select(
                *_SHEET,
                named(_owner.name, "owner_name"),
                named(_opener.name, "opened_by_name"),
                named(Stay.room_no, "stay_room"),
                named(Stay.status, "stay_status"),
            )
            .outerjoin(_owner, col(_owner.id) == col(Complaint.owner_id))
            .outerjoin(_opener, col(_opener.id) == col(Complaint.opened_by))
            .outerjoin(Stay, col(Stay.id) == col(Complaint.stay_id))
            .where(col(Complaint.id) == complaint_id, within_reach(by))
        )
        .first()
    )
    if row is None:
        raise no_such_case()
    facts = _named(row)
    stay_room, stay_status = facts.pop("stay_room"), facts.pop("stay_status")
    facts["room_now"] = stay_room if stay_status is StayStatus.IN_HOUSE else None
    facts["next_moves"] = list(rules.next_moves(row.status))
    facts |= _around(db, complaint_id, row.talk_id, row.next_stay_check, by)
    if by.sight("complaint.given", Channel.JSON) is not Sight.CLEAR:
        facts |= dict.fromkeys(("given", "cost_minor", "currency"))
    return ComplaintSheet(**facts)


def _around(
    db: Session, case_id: UUID, talk_id: UUID | None, check: str | None, by: Actor
) -> dict[str, Any]:
    """Steps, pauses, tasks, people, prevention, check and the rest of the conversation."""

    def rows(query: Select[Any]) -> Any:
        return db.connection().execute(query, {"case": case_id})

    asked = None if check is None else rows(_CHECK).first()
    return {
        "steps": [StepRow.model_validate(row) for row in rows(_STEPS)],
        "pauses": [PauseRow.model_validate(row) for row in rows(_PAUSES)],
        "tasks": [TaskRow.model_validate(row) for row in rows(_TASKS)],
        "staff": [PersonRow.model_validate(row) for row in rows(_PEOPLE)],
        "preventions": [PreventionRow.model_validate(row) for row in rows(_PREVENTIONS)],
        "check": None if asked is None else ArrivalCheckRow.model_validate(asked),
        "talk": [] if talk_id is None else _siblings(db, case_id, talk_id, by),
    }


def _siblings(db: Session, case_id: UUID, talk_id: UUID, by: Actor) -> list[SiblingRow]:
    rows = db.connection().execute(
        select(*cols(Complaint.id, Complaint.number, Complaint.headline, Complaint.status))
        .where(col(Complaint.talk_id) == talk_id, col(Complaint.id) != case_id, within_reach(by))
        .order_by(col(Complaint.number))
    )
    return [
        SiblingRow(
            id=row.id, reference=reference(row.number), headline=row.headline, status=row.status
        )
        for row in rows
    ]


def words(db: Session, *, by: Actor) -> list[CategoryWord]:
    """The master list, categories with their causes, switched-off words among them."""
    by.need("complaints.open")
    return list(words_of(db).values())


def words_of(db: Session) -> dict[str, CategoryWord]:
    """The master list by category, for the verbs."""
    rows = db.connection().execute(
        select(*cols(CaseWord.level, CaseWord.parent), *fields_of(CaseWord, CauseWord))
        .order_by(col(CaseWord.sort), col(CaseWord.code))
    ).all()  # fmt: skip
    found = {
        row.code: CategoryWord(**_word(row), causes=[])
        for row in rows
        if row.level is WordLevel.CATEGORY
    }
    for row in rows:
        if row.level is WordLevel.CAUSE and row.parent in found:
            found[row.parent].causes.append(CauseWord(**_word(row)))
    return found


def _word(row: Any) -> dict[str, Any]:
    facts = dict(mapping_of(row))
    return {name: facts[name] for name in CauseWord.model_fields}


def has_open(db: Session, guest_id: UUID) -> bool:
    """Whether a guest has an open complaint; for those who decide what to send whom."""
    found = db.connection().execute(
        select(col(Complaint.id))
        .where(
            col(Complaint.guest_id) == guest_id,
            col(Complaint.status) != CaseStatus.CLOSED,
        )
        .limit(1)
    )
    return found.first() is not None
