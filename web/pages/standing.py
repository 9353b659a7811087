"""The part of a guest's card that says how content and how sure the guest is."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.guests.queries import names_in_lists
from crm.staff.terms import Channel
from crm.standing import queries as standing
from web.deps import Db, Me, Views
from web.rendering import is_fragment, render
from web.standing_labels import CREDIT_ICONS, SATISFACTION_ICONS

router = APIRouter(include_in_schema=False)


@router.get("/guests/{guest_id:uuid}/standing")
def show_standing(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    """A part of the card; a page of its own without htmx."""
    found = standing.standing_of(db, guest_id, by=me, channel=Channel.PAGE)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["standing"]
    )
    fragment = is_fragment(request)
    return render(
        request,
        "front_desk/_standing.html" if fragment else "front_desk/standing.html",
        standing=found,
        name="" if fragment else names_in_lists(db, [guest_id], by=me).get(guest_id, ""),
        credit_icons=CREDIT_ICONS,
        satisfaction_icons=SATISFACTION_ICONS,
    )
