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
    """The newest events at or after an instant, at most 500, oldest of them first.

    Of a flood the newest are read, never the oldest: who reads on from the last one seen would
    get the same 500 for ever. Ordered by id, which is a UUIDv7: the time is in it, so no
    further index is needed.
    """
    rows = db.connection().execute(
        select(*cols(EventRow.id, EventRow.at, EventRow.kind, EventRow.hotel_id))
        .where(col(EventRow.id) >= first_id_of(since))
        .order_by(col(EventRow.id).desc())
        .limit(TAIL_MAX)
    )
    return [EventSeen(row.id, row.at, row.kind, row.hotel_id) for row in reversed(rows.all())]
