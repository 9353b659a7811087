"""The review page: rows whose guest is unclear, beside the guests they may be."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from crm.audit.terms import Deed
from crm.intake import queries, service
from crm.intake.schemas import ReviewDecision
from crm.kit.paging import CURSOR_MAX
from web.api.imports import note_views
from web.deps import Db, Me, Settings, Views
from web.rendering import frame_of, render
from web.wording import wording

router = APIRouter(include_in_schema=False)

ROWS = 20
Word = Annotated[str, Form(max_length=100)]


@router.get("/reviews")
def list_reviews(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    import_id: UUID | None = None,
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
) -> Response:
    """The rows that wait, the oldest first; of one import or of all."""
    page = queries.review_list(
        db, by=me, import_id=import_id, cursor=cursor, limit=ROWS,
        say=wording(frame_of(request).language).gettext,
    )  # fmt: skip
    note_views(views, me, page.items, Deed.LISTED)
    here = _here(import_id)
    more = urlencode({"cursor": page.next or "", **_asked(import_id)})
    return render(
        request,
        "imports/reviews.html",
        page=page,
        back=here,
        next_href=f"/reviews?{more}" if page.next else "",
        is_first=cursor is None,
        refused="",
    )


def _asked(import_id: UUID | None) -> dict[str, str]:
    return {"import_id": str(import_id)} if import_id else {}


def _here(import_id: UUID | None) -> str:
    return f"/reviews?{urlencode(_asked(import_id))}" if import_id else "/reviews"


@router.post("/reviews/{review_id}")
def decide(
    db: Db,
    me: Me,
    settings: Settings,
    review_id: UUID,
    verdict: Word,
    guest_id: Word = "",
    back: Word = "/reviews",
) -> Response:
    """Bring the row in as this guest's, as a new guest's, or refuse it; then the next one."""
    try:
        decision = ReviewDecision(verdict=verdict, guest_id=UUID(guest_id) if guest_id else None)
    except (ValueError, ValidationError):
        decision = ReviewDecision(verdict="accept", guest_id=None)
    service.decide_review(db, review_id, decision, by=me, data_dir=settings.data_dir)
    inside = back if back.startswith("/reviews") else "/reviews"
    return RedirectResponse(inside, 303)
