"""REST: the audit, newest first: your own rows, or the hotel's for those who answer for it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from crm.audit.schemas import AuditLine, UnusualLine
from crm.audit.terms import Deed
from crm.kit.paging import PageOf
from crm.kit.schema import IsoInstant
from crm.profile import trail as trails
from crm.profile import watching
from web.answers import as_json
from web.deps import Db, Me, Page
from web.hard_json import HardRoute

router = APIRouter(prefix="/audit", tags=["audit"], route_class=HardRoute)


@router.get("")
def list_audit(
    db: Db,
    me: Me,
    page: Page,
    actor_id: UUID | None = None,
    guest_id: UUID | None = None,
    deed: Deed | None = None,
    subject: Annotated[str | None, Query(max_length=40)] = None,
    since: IsoInstant | None = None,
    until: IsoInstant | None = None,
) -> PageOf[AuditLine]:
    """Who did what, when, with which fields and for which purpose; never a value."""
    found = trails.trail(
        db,
        by=me,
        actor_id=actor_id,
        guest_id=guest_id,
        deed=deed,
        subject=subject,
        since=since,
        until=until,
        cursor=page.cursor,
        limit=page.limit,
    )
    return as_json(found)  # type: ignore[return-value]


@router.get("/unusual-viewing")
def list_unusual_viewing(
    db: Db, me: Me, page: Page, looked_into: bool = False
) -> PageOf[UnusualLine]:
    """Viewing that a manager should look into, newest first; or what was looked into already."""
    found = watching.unusual_list(
        db, by=me, looked_into=looked_into, cursor=page.cursor, limit=page.limit
    )
    return as_json(found)  # type: ignore[return-value]
