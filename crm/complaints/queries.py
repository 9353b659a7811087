"""Reads complaint cases: the flag for the desk, the whole case for those who handle it."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, true
from sqlmodel import Session, col

from crm.complaints.schemas import ComplaintRow, ComplaintSheet, StepRow
from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import CaseStatus
from crm.guests.queries import need_visible
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import fields_of, mapping_of, one_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

_ROW = fields_of(Complaint, ComplaintRow)
_SHEET = fields_of(Complaint, ComplaintSheet)


def within_reach(by: Actor) -> ColumnElement[bool]:
    """Cases of the reader's hotels; delicate ones only for those who read whole cases."""
    here = (
        true()
        if by.is_system or by.reach == "group"
        else one_of(col(Complaint.hotel_id), by.hotel_ids)
    )
    if by.sight("complaint.case", Channel.JSON) is Sight.CLEAR:
        return here
    return and_(here, col(Complaint.is_sensitive).is_(False))


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
        .execute(select(*_SHEET).where(col(Complaint.id) == complaint_id, within_reach(by)))
        .first()
    )
    if row is None:
        raise no_such_case()
    steps = db.connection().execute(
        select(*fields_of(ComplaintStep, StepRow))
        .where(col(ComplaintStep.complaint_id) == complaint_id)
        .order_by(col(ComplaintStep.no))
    )
    facts = _named(row) | {"steps": [StepRow.model_validate(step) for step in steps]}
    if by.sight("complaint.given", Channel.JSON) is not Sight.CLEAR:
        facts |= dict.fromkeys(("given", "cost_minor", "currency"))
    return ComplaintSheet(**facts)


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
