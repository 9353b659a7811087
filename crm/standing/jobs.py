"""Standing follows what happens, and everybody's is looked at once a day."""

from typing import Any
from uuid import UUID

from sqlmodel import Session

from crm.kit import clock
from crm.kit.db import Database
from crm.kit.jobs import job, long_job
from crm.kit.tables import EventRow
from crm.standing import passing, service
from crm.standing.hearing import RECOMPUTE, RECOMPUTE_ALL


@job(RECOMPUTE)
def recompute(db: Session, payload: dict[str, Any]) -> None:
    """A case, survey, stay or mark of a guest is another one than before."""
    event = db.get(EventRow, UUID(payload["event_id"]))
    if event is None:
        return
    before = event.payload.get("from_guest_id")
    concerned = {event.guest_id, UUID(before) if before else None} - {None}
    service.recompute(db, sorted(one for one in concerned if one is not None))


@long_job(RECOMPUTE_ALL)
def recompute_all(database: Database, _: dict[str, Any]) -> None:
    """Once a day everybody; begun again it goes on where it was."""
    passing.recompute_all(database, clock.now().date())
