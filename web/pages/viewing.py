"""Unusual viewing on a page: what a manager should look into, the rows behind it, a word on it."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.audit import unusual
from crm.audit.schemas import LookedInto
from crm.kit.errors import Invalid
from crm.kit.paging import CURSOR_MAX
from crm.profile import watching
from crm.staff.actor import Actor
from web.deps import Db, Me
from web.forms import Filled, refused
from web.rendering import render

router = APIRouter(include_in_schema=False)

ROWS = 50
Cursor = Annotated[str | None, Query(max_length=CURSOR_MAX)]


@router.get("/viewing")
def list_unusual(
    request: Request, db: Db, me: Me, settled: bool = False, cursor: Cursor = None
) -> Response:
    """What nobody has looked into yet, newest first; or with ``settled`` what somebody has."""
    return _list(request, db, me, "viewing/list.html", settled, cursor)


@router.get("/viewing/list")
def renew_list(
    request: Request, db: Db, me: Me, settled: bool = False, cursor: Cursor = None
) -> Response:
    """The list alone, fetched again when the hotel's stream says that something changed."""
    return _list(request, db, me, "viewing/_list.html", settled, cursor)


@router.get("/viewing/count")
def count_unusual(request: Request, db: Db, me: Me) -> Response:
    """How many wait, for the rail; nothing where none does."""
    return render(request, "viewing/_count.html", number=unusual.waiting(db, by=me))


@router.get("/viewing/{finding_id:uuid}")
def show_unusual(
    request: Request, db: Db, me: Me, finding_id: UUID, cursor: Cursor = None
) -> Response:
    """One entry with the audit's rows that it was found from."""
    return _one(request, db, me, finding_id, Filled({}), cursor=cursor)


@router.post("/viewing/{finding_id:uuid}")
def look_into(
    request: Request,
    db: Db,
    me: Me,
    finding_id: UUID,
    outcome: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """Note what came of it; the entry then stands among those looked into."""
    try:
        watching.look_into(db, finding_id, LookedInto(outcome=outcome), by=me)
    except (ValidationError, Invalid) as wrong:
        filled = refused({"outcome": outcome}, wrong, me.language)
        return _one(request, db, me, finding_id, filled, status=422)
    return RedirectResponse("/viewing", 303)


def _list(
    request: Request, db: Session, me: Actor, template: str, settled: bool, cursor: str | None
) -> Response:
    page = watching.unusual_list(db, by=me, looked_into=settled, cursor=cursor, limit=ROWS)
    kept = {"settled": "true"} if settled else {}
    more = kept | {"cursor": page.next or ""}
    here = kept | ({"cursor": cursor} if cursor else {})
    return render(
        request,
        template,
        page=page,
        settled=settled,
        here=f"/viewing/list?{urlencode(here)}",
        next_href=f"/viewing?{urlencode(more)}" if page.next else "",
        first_href=f"/viewing?{urlencode(kept)}" if cursor else "",
    )


def _one(
    request: Request,
    db: Session,
    me: Actor,
    finding_id: UUID,
    form: Filled,
    *,
    cursor: str | None = None,
    status: int = 200,
) -> Response:
    finding = watching.unusual_one(db, finding_id, by=me)
    rows = watching.rows_behind(db, finding, by=me, cursor=cursor, limit=ROWS)
    here = f"/viewing/{finding_id}"
    return render(
        request,
        "viewing/one.html",
        status=status,
        finding=finding,
        rows=rows,
        form=form,
        is_own=finding.actor_id is not None and finding.actor_id == me.id,
        next_href=f"{here}?{urlencode({'cursor': rows.next})}" if rows.next else "",
        first_href=here if cursor else "",
    )
