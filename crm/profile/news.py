"""The house's events as a page for systems that poll; screens are woken by `web.live` instead."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, true
from sqlmodel import Session, col

from crm.kit.paging import PageOf
from crm.kit.rows import fields_of, one_of
from crm.kit.schema import Out
from crm.kit.tables import EventRow
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

OF_CASES = (
    "complaint.", "recovery.", "prevention.", "outreach.", "standing.", "survey.", "review.",
)  # fmt: skip
"""Events that tell which guest has a case: for whoever may read cases."""


class EventOut(Out):
    """One event: ids, codes and counts, never a name or an address."""

    id: UUID
    at: datetime
    kind: str
    hotel_id: UUID | None
    guest_id: UUID | None
    by_id: UUID | None
    payload: dict[str, Any]


def events_after(
    db: Session, *, by: Actor, after: UUID | None, kind: str | None = None, limit: int = 100
) -> PageOf[EventOut]:
    """Events of the reader's hotels after one, oldest first; ``next`` is the last one's id.

    An event can become visible a little after a younger one, so who must miss nothing asks
    again from an id some seconds back; ids tell repeated ones.
    """
    by.need("events.stream")
    here = (
        true()
        if by.is_system or by.reach == "group"
        else one_of(col(EventRow.hotel_id), by.hotel_ids)
    )
    query = select(*fields_of(EventRow, EventOut)).where(here)
    if by.sight("complaint.case", Channel.JSON) is not Sight.CLEAR:
        query = query.where(*(~col(EventRow.kind).startswith(each) for each in OF_CASES))
    if after is not None:
        query = query.where(col(EventRow.id) > after)
    if kind is not None:
        query = query.where(col(EventRow.kind) == kind)
    rows = db.connection().execute(query.order_by(col(EventRow.id)).limit(limit)).all()
    items = [EventOut.model_validate(row) for row in rows]
    return PageOf(items=items, next=str(items[-1].id) if items else None)
