"""REST: memberships, tiers and the points ledger, to read."""

from uuid import UUID

from fastapi import APIRouter

from crm.kit.paging import PageOf
from crm.loyalty import queries as loyalty
from crm.loyalty.queries import PointLine
from crm.loyalty.schemas import MembershipSheet
from web.answers import as_json, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["memberships"], route_class=HardRoute)


@router.get("/memberships/{membership_id}")
def read_membership(db: Db, me: Me, views: Views, membership_id: UUID) -> MembershipSheet:
    """A membership with the history of its tier."""
    found = loyalty.membership(db, membership_id, by=me)
    views.viewed(by=me, subject="membership", subject_id=membership_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.get("/guests/{guest_id}/memberships")
def list_memberships(db: Db, me: Me, views: Views, guest_id: UUID) -> list[MembershipSheet]:
    """The guest's membership; an empty list for guests without one."""
    found = loyalty.memberships_of(db, guest_id, by=me)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["tier"])
    return found


@router.get("/guests/{guest_id}/points")
def list_points(db: Db, me: Me, page: Page, views: Views, guest_id: UUID) -> PageOf[PointLine]:
    """Points like a bank book, newest first."""
    found = loyalty.points_of(db, guest_id, by=me, cursor=page.cursor, limit=page.limit)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["points"])
    return as_json(found)  # type: ignore[return-value]
