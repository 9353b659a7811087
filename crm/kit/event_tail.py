"""Reads event rows back: for live screens and for those who poll."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.kit.ids import first_id_of
from crm.kit.rows import cols
from crm.kit.tables import EventRow

TAIL_MAX = 500


@dataclass(frozen=True)
class EventSeen:
    id: UUID
    at: datetime
    kind: str
    hotel_id: UUID | None


def newest_since(db: Session, since: datetime) -> list[EventSeen]:
    """Events at or after an instant, oldest first, at most 500.

    Ordered by id, which is a UUIDv7: the time is in it, so no further index is needed.
    """
    rows = db.connection().execute(
        select(*cols(EventRow.id, EventRow.at, EventRow.kind, EventRow.hotel_id))
        .where(col(EventRow.id) >= first_id_of(since))
        .order_by(col(EventRow.id))
        .limit(TAIL_MAX)
    )
    return [EventSeen(row.id, row.at, row.kind, row.hotel_id) for row in rows]
