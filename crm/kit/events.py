"""News goes up as rows: one event and one job per subscriber, in the caller's transaction."""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from sqlmodel import Session

from crm.kit import clock, failpoints, jobs
from crm.kit.hearing import let_everybody_hear
from crm.kit.ids import new_id
from crm.kit.tables import EventRow

_subscribers: dict[str, list[str]] = defaultdict(list)


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact others may care about, named in the past tense.

    ``kind`` is its stable public name (``guest.registered``). Further fields of a subclass
    become the payload; they hold ids, codes, counts and room numbers, never a guest's name
    or address, so that erasing a guest need not hunt through events.
    """

    kind: ClassVar[str]
    guest_id: UUID | None = None
    hotel_id: UUID | None = None
    by_id: UUID | None = None


def subscribe(kind: str, job_name: str) -> None:
    """Let every event of ``kind`` enqueue the job ``job_name`` with ``{"event_id", …}``."""
    if job_name not in _subscribers[kind]:
        _subscribers[kind].append(job_name)


def record(db: Session, event: Event) -> UUID:
    """Write the event and its subscribers' jobs; returns the event's id."""
    let_everybody_hear()
    row = EventRow(
        id=new_id(),
        at=clock.now(),
        kind=event.kind,
        hotel_id=event.hotel_id,
        guest_id=event.guest_id,
        by_id=event.by_id,
        payload=payload_of(event),
    )
    db.add(row)
    failpoints.reach("event.recorded")
    for name in _subscribers[event.kind]:
        jobs.enqueue(db, name, {"event_id": str(row.id)}, key=f"{name}:{row.id}")
    return row.id


def payload_of(event: Event) -> dict[str, Any]:
    """The fields of the subclass in their JSON form."""
    own = {f.name for f in fields(event)} - {f.name for f in fields(Event)}
    return {name: _plain(getattr(event, name)) for name in sorted(own)}


def _plain(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value
