"""Arrivals two days ahead: most prepare themselves, these need a person's eyes."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.audit.terms import Deed
from crm.guests import service as guests
from crm.guests.schemas import GuestPatch
from crm.kit.errors import Conflict, CrmError
from crm.kit.schema import IsoDate
from crm.preferences import service as preferences
from crm.preparing import queries, service
from crm.preparing.schemas import Arrival, ArrivalDay
from crm.preparing.terms import DAYS_AHEAD
from crm.staff.actor import Actor
from web.deps import Db, Me, Views
from web.forms import refused
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)

Verdict = Annotated[str, Form(pattern="^(prepared|open|checked|confirm|done|undone)$")]


@router.get("/preparing")
def show_day(request: Request, db: Db, me: Me, views: Views, on: IsoDate | None = None) -> Response:
    """The arrivals of a day: those that need eyes first."""
    day = queries.arrival_day(db, by=me, on=on)
    views.viewed(by=me, subject="arrivals", deed=Deed.LISTED)
    if is_fragment(request):
        return render(request, "centre/_arrivals.html", day=day, days=queries.day_counts(db, by=me))
    return _page(request, db, me, day)


@router.post("/preparing/{stay_id:uuid}")
def act(
    request: Request,
    db: Db,
    me: Me,
    stay_id: UUID,
    verdict: Verdict,
    version: Annotated[int, Form(ge=0, le=2**31)],
    item_id: Annotated[UUID | None, Form()] = None,
    preference_id: Annotated[UUID | None, Form()] = None,
) -> Response:
    """Mark the arrival, tick an item, confirm what is delicate, say that a file was checked."""
    found = queries.arrival(db, stay_id, by=me)
    try:
        with db.begin_nested():
            _act(db, me, found, verdict, version, item_id, preference_id)
    except CrmError as error:
        told = refused({}, error, me.language).errors
        day = queries.arrival_day(db, by=me, on=_within(found.arrival_on, db, me))
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, db, me, day, refusal=told[0][1], status=status)
    return RedirectResponse(f"/preparing?on={found.arrival_on}#stay-{stay_id}", 303)


def _act(
    db: Session,
    me: Actor,
    found: Arrival,
    verdict: str,
    version: int,
    item_id: UUID | None,
    preference_id: UUID | None,
) -> None:
    if verdict == "prepared":
        service.mark_prepared(db, found.stay_id, by=me, version=version)
    elif verdict == "open":
        service.reopen(db, found.stay_id, by=me, version=version)
    elif verdict == "checked" and found.guest_id is not None:
        guests.amend_guest(db, found.guest_id, GuestPatch(checked=True), version=None, by=me)
    elif verdict == "confirm" and preference_id is not None:
        preferences.confirm_preference(db, preference_id, by=me, version=None)
        service.prepare(db, [found.stay_id], by=me)
    elif verdict in ("done", "undone") and item_id is not None:
        if item_id not in {item.id for item in found.items}:
            raise queries.no_such_item()
        service.tick(db, item_id, by=me, done=verdict == "done")


def _within(on: date, db: Session, me: Actor) -> date | None:
    """The day where it can still be shown, else today."""
    days = [day for day, _, _ in queries.day_counts(db, by=me)]
    return on if on in days else None


def _page(
    request: Request,
    db: Session,
    me: Actor,
    day: ArrivalDay,
    *,
    refusal: str = "",
    status: int = 200,
) -> Response:
    facts: dict[str, Any] = {"day": day, "days": queries.day_counts(db, by=me)}
    return render(
        request, "centre/preparing.html", status=status, refusal=refusal, ahead=DAYS_AHEAD, **facts
    )
