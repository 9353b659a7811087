"""REST: what happened, for systems that ask from time to time."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from crm.kit.paging import PageOf
from crm.kit.schema import PAGE_MAX
from crm.profile.news import EventOut, events_after
from web.answers import as_json
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/events", tags=["events"], route_class=HardRoute)


@router.get("")
def list_events(
    db: Db,
    me: Me,
    after: UUID | None = None,
    kind: Annotated[str | None, Query(pattern=r"^[a-z]+\.[a-z_]+$", max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
) -> PageOf[EventOut]:
    """Events of your hotels after one of them, oldest first.

    Keep ``next`` and give it as ``after`` the next time; an empty page keeps it as it was.
    """
    return as_json(events_after(db, by=me, after=after, kind=kind, limit=limit))  # type: ignore[return-value]
