"""How a case ends and comes back: closed with the guest's answer, reopened, seen to at arrival."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from crm.complaints import service
from crm.complaints.checks import checks_of
from crm.complaints.schemas import CaseReopen, ComplaintClose
from crm.profile import queries as profile
from web.deps import Db, Me, Views
from web.pages.complaint_doing import Text, Version, done
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)


@router.post("/complaints/{complaint_id:uuid}/close")
def close(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    complaint_id: UUID,
    version: Version,
    satisfaction: Text = "",
    cause: Text = "",
    close_words: Text = "",
    prevention: Text = "",
    owner_id: Text = "",
    check_back_on: Text = "",
    next_stay_check: Text = "",
) -> Response:
    """Filed with the guest's answer, the cause, and what keeps it from happening again."""
    typed = {
        "satisfaction": satisfaction, "cause": cause, "close_words": close_words,
        "prevention": prevention, "owner_id": owner_id, "check_back_on": check_back_on,
        "next_stay_check": next_stay_check,
    }  # fmt: skip
    asked: dict[str, Any] = {
        "words": close_words,
        "cause": cause.strip() or None,
        "satisfaction": int(satisfaction) if satisfaction.isdecimal() else None,
        "next_stay_check": next_stay_check.strip() or None,
        "prevention": None,
    }
    if prevention.strip():
        asked["prevention"] = {
            "words": prevention, "owner_id": owner_id, "check_back_on": check_back_on,
        }  # fmt: skip
    return done(
        request, db, me, views, complaint_id, "close", typed,
        lambda: service.close_complaint(
            db, complaint_id, ComplaintClose.model_validate(asked), by=me, version=version
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/reopen")
def reopen(
    request: Request, db: Db, me: Me, views: Views, complaint_id: UUID, version: Version,
    why: Text = "", reopen_words: Text = "",
) -> Response:  # fmt: skip
    """Opened again within thirty days, with the reason."""
    typed = {"why": why, "reopen_words": reopen_words}
    return done(
        request, db, me, views, complaint_id, "reopen", typed,
        lambda: service.reopen(
            db, complaint_id, CaseReopen.model_validate({"why": why, "words": reopen_words}),
            by=me, version=version,
        ),
    )  # fmt: skip


@router.post("/complaints/{complaint_id:uuid}/check")
def check(
    request: Request,
    db: Db,
    me: Me,
    complaint_id: UUID,
    guest_id: Annotated[UUID, Form()],
    stay_id: Annotated[UUID, Form()],
) -> Response:
    """What the case asks of this stay is seen to; the guest's cases come back with its mark."""
    service.check_done(db, complaint_id, stay_id, by=me)
    if is_fragment(request):
        found = profile.card(db, guest_id, by=me)
        return render(
            request, "front_desk/sections/_cases.html",
            guest_id=guest_id, cases=found.cases,
            checks=checks_of(db, guest_id, by=me), stay_id=stay_id,
        )  # fmt: skip
    return RedirectResponse(f"/guests/{guest_id}/cases", 303)
