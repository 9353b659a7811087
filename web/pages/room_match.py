"""The page that says which free room fits a stay best; the hotel's own system assigns it."""

from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.profile.room_match import room_match
from web.deps import Db, Me, Views
from web.rendering import render

router = APIRouter(include_in_schema=False)


@router.get("/stays/{stay_id:uuid}/rooms")
def rooms_for_stay(request: Request, db: Db, me: Me, views: Views, stay_id: UUID) -> Response:
    found = room_match(db, stay_id, by=me)
    views.viewed(
        by=me, subject="stay", subject_id=stay_id, guest_id=found.guest_id, fields=["rooms"]
    )
    return render(request, "front_desk/rooms.html", match=found)
