"""Reads the audit: by person, guest, deed and time, newest first; one's own rows or the hotel's."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlmodel import Session, col

from crm.audit.schemas import AuditLine
from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import fields_of

if TYPE_CHECKING:  # staff stands above; here only the shape of an actor is used
    from crm.staff.actor import Actor

_LINE = fields_of(AuditRow, AuditLine)
ALL, OF_GUEST = "audit.read", "audit.guest"


def audit_lines(
    db: Session,
    *,
    by: Actor,
    actor_id: UUID | None = None,
    guest_id: UUID | None = None,
    deed: Deed | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[AuditLine]:
    """Rows newest first, without names: `crm.profile.trail` adds those.

    With ``audit.read`` all rows of the hotels within reach; with ``audit.guest`` those about
    ``guest_id``; everybody else their own. ``until`` is excluded.
    """
    query = select(*_LINE).where(_within(by, guest_id)).order_by(col(AuditRow.id).desc())
    wanted: list[tuple[Any, Any]] = [
        (AuditRow.actor_id, actor_id),
        (AuditRow.guest_id, guest_id),
        (AuditRow.deed, deed),
        (AuditRow.subject, subject),
    ]
    for column, value in wanted:
        if value is not None:
            query = query.where(col(column) == value)
    if since is not None:
        query = query.where(col(AuditRow.at) >= since)
    if until is not None:
        query = query.where(col(AuditRow.at) < until)
    if after := read_cursor(cursor, 1):
        query = query.where(col(AuditRow.id) < _id(after[0]))
    rows = db.connection().execute(query.limit(limit + 1)).all()
    page = [AuditLine.model_validate(row) for row in rows[:limit]]
    more = write_cursor(str(page[-1].id)) if len(rows) > limit else None
    return PageOf[AuditLine](items=page, next=more)


def sees_all(by: Actor) -> bool:
    """Whether this reader sees more than the own rows."""
    return by.may(ALL)


def _within(by: Actor, guest_id: UUID | None) -> ColumnElement[bool]:
    if by.is_system:
        return col(AuditRow.id).is_not(None)
    here = or_(col(AuditRow.hotel_id).in_(by.hotel_ids), col(AuditRow.hotel_id).is_(None))
    if by.may(ALL) or (guest_id is not None and by.may(OF_GUEST)):
        return here
    return false() if by.id is None else col(AuditRow.actor_id) == by.id


def _id(part: object) -> UUID:
    try:
        return UUID(str(part))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None
