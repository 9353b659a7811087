"""REST: how content a guest is, and whether the desk may rely on a booking."""

from uuid import UUID

from fastapi import APIRouter

from crm.standing import queries as standing
from crm.standing.schemas import StandingOut
from web.answers import as_json
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["guests"], route_class=HardRoute)


@router.get("/guests/{guest_id}/standing")
def read_standing(db: Db, me: Me, views: Views, guest_id: UUID) -> StandingOut:
    """Satisfaction (the newest answers count most) and credit, with the reasons that you may know.

    Satisfied from a mean of 7, unsatisfied below 5. Watched with a caution; or with two no-shows,
    or three no-shows and late cancellations, of the last two years that are one in five bookings.
    """
    found = standing.standing_of(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["standing"]
    )
    return as_json(found)  # type: ignore[return-value]
