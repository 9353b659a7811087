"""The line of a case's page that says whether anybody may write to its guest."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from campaigns.holds import queries as holds
from web.deps import Db, Me
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)


@router.get("/complaints/{complaint_id:uuid}/outreach")
def show_hold(request: Request, db: Db, me: Me, complaint_id: UUID) -> Response:
    """A part of the case's page; a page of its own without htmx."""
    return render(
        request,
        "complaints/_outreach.html" if is_fragment(request) else "complaints/outreach.html",
        hold=holds.hold_of_case(db, complaint_id, by=me),
        complaint_id=complaint_id,
    )
