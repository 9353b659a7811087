"""The word that goes up on open screens when somebody comes for the first time."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.profile.newcomers import newcomer
from web.deps import Db, Me, Views
from web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/news/{event_id:uuid}")
def first_stay(request: Request, db: Db, me: Me, views: Views, event_id: UUID) -> Response:
    """One short message; a screen asks for it when the stream says ``stay.first``."""
    found = newcomer(db, event_id, by=me)
    if found.guest_id is not None:
        views.viewed(by=me, subject="guest", subject_id=found.guest_id, guest_id=found.guest_id)
    return render(request, "centre/_first_stay.html", news=found)
