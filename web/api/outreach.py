"""REST: whether the house may write to a guest now."""

from uuid import UUID

from fastapi import APIRouter

from campaigns.holds import queries as holds
from campaigns.holds.schemas import OutreachHoldOut
from web.answers import as_json
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["complaints"], route_class=HardRoute)


@router.get("/guests/{guest_id}/outreach-hold")
def read_outreach_hold(db: Db, me: Me, views: Views, guest_id: UUID) -> OutreachHoldOut:
    """Held since and until when, and by which of the cases that you may know of.

    An open complaint holds outreach; closed with 7 or more of 10 it is released at once, else
    after fourteen days. Praise and suggestions hold nothing.
    """
    found = holds.holds_of(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["outreach"]
    )
    return as_json(found)  # type: ignore[return-value]
