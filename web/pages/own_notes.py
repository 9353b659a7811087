"""What became of what one noted: for the noter alone, who hears that it was of use."""

from datetime import datetime
from typing import Annotated, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from crm.kit.paging import CURSOR_MAX
from crm.preferences import observed, service
from crm.preferences.schemas import ObservationOut
from crm.preferences.thanks import of_use
from crm.profile.noting import names_of
from web.deps import Db, Me
from web.pages.capture import KEPT
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)

ROWS = 30
Cursor = Annotated[str | None, Query(max_length=CURSOR_MAX)]


class OwnNote(NamedTuple):
    """A note with whom it was about, as far as its noter reads files, and whether it has news."""

    note: ObservationOut
    who: str
    href: str
    is_new: bool


@router.get("/notes/mine")
def list_mine(request: Request, db: Db, me: Me, cursor: Cursor = None) -> Response:
    """One's own notes, newest first."""
    page = observed.notes_of_mine(db, by=me, cursor=cursor, limit=ROWS)
    names = names_of(db, {note.guest_id for note in page.items}, by=me)
    notes = [
        OwnNote(
            note=note,
            who=names.get(note.guest_id, ""),
            href=f"/guests/{note.guest_id}" if note.guest_id in names else "",
            is_new=_has_news(note),
        )
        for note in page.items
    ]
    return render(
        request,
        "capture/mine.html",
        notes=notes,
        praise=of_use(db, by=me),
        next_href=f"/notes/mine?{urlencode({'cursor': page.next})}" if page.next else "",
        first_href="/notes/mine" if cursor else "",
    )


@router.get("/notes/mine/count")
def count_news(request: Request, db: Db, me: Me) -> Response:
    """How many of one's notes have news, for the menu; nothing where none has."""
    return render(request, "capture/_count.html", number=observed.unheard(db, by=me))


@router.post("/notes/mine/seen")
def mark_seen(
    request: Request,
    db: Db,
    me: Me,
    seen: Annotated[list[UUID] | None, Form(max_length=ROWS)] = None,
) -> Response:
    """The noter has read what became of these."""
    service.heard(db, seen or [], by=me)
    if is_fragment(request):
        return render(request, "capture/_heard.html")
    return RedirectResponse("/notes/mine", 303)


@router.post("/notes/mine/{observation_id:uuid}/withdraw")
def take_back(request: Request, db: Db, me: Me, observation_id: UUID) -> Response:
    """Undo one's own note, on the screens for ten seconds and here for ten minutes."""
    service.withdraw(db, observation_id, by=me)
    if is_fragment(request):
        return render(request, "capture/_taken_back.html", headers={"HX-Trigger": KEPT})
    return RedirectResponse("/notes/mine", 303)


def _has_news(note: ObservationOut) -> bool:
    heard = note.seen_by_noter_at
    news: list[datetime] = [at for at in (note.reviewed_at, note.used_at) if at is not None]
    return any(heard is None or heard < at for at in news)
