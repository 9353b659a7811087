"""The centre's inbox: notes that wait, decided one after another by keyboard or by plain forms.

A decision asked for by the page's script answers a short message, which holds the version to undo
it by; without a script the next note follows.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.kit.errors import Conflict, CrmError, NotFound
from crm.kit.paging import CURSOR_MAX
from crm.preferences import queries
from crm.preferences import service as preferences
from crm.preferences.observed import waiting_counts
from crm.preferences.schemas import AcceptIn, MergeIn, ObservationOut, RejectIn
from crm.profile import inbox
from crm.staff.actor import Actor
from web.deps import Db, Me, Views
from web.forms import refused
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)

FOUND = 8
Text = Annotated[str, Form(max_length=1200)]
Version = Annotated[int, Form(ge=1, le=2**31)]


@router.get("/review")
def show_inbox(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
    after: UUID | None = None,
) -> Response:
    """The notes that wait, the oldest in hand; ``after`` is the one decided just now."""
    return _page(request, db, me, views, cursor=cursor, after=after)


@router.get("/review/list")
def show_list(request: Request, db: Db, me: Me) -> Response:
    """The list alone, for a screen that heard that something changed."""
    return render(request, "centre/_list.html", box=inbox.inbox(db, by=me), chosen=None)


@router.get("/review/count")
def show_count(request: Request, db: Db, me: Me) -> Response:
    """How many wait, for the rail."""
    counts = waiting_counts(db, by=me, hotel_id=me.hotel_id)
    return render(request, "centre/_count.html", counts=counts)


@router.get("/review/codes")
def find_codes(
    request: Request, db: Db, me: Me, q: Annotated[str, Query(max_length=60)] = ""
) -> Response:
    """Codes that the typed letters may mean, to put a note under one."""
    found = queries.find_codes(db, q, by=me, limit=FOUND)
    return render(request, "centre/_codes.html", found=found, asked=q)


@router.get("/review/{observation_id:uuid}")
def show_note(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    observation_id: UUID,
    after: UUID | None = None,
) -> Response:
    """One note with what helps to decide; the page's script asks for it alone."""
    if not is_fragment(request):
        return _page(request, db, me, views, chosen=observation_id, after=after)
    desk = inbox.desk(db, observation_id, by=me)
    _viewed(views, me, desk)
    return render(request, "centre/_desk.html", desk=desk, following=None, refusal="")


@router.post("/review/many")
def accept_many(
    request: Request,
    db: Db,
    me: Me,
    ids: Annotated[list[UUID], Form(min_length=1, max_length=100)],
) -> Response:
    """Accept notes of one ordinary code in one go; what needs a look is left where it is."""
    done = preferences.accept_many(db, ids, by=me)
    if is_fragment(request):
        return render(request, "centre/_done_many.html", done=done)
    return RedirectResponse("/review", 303)


@router.post("/review/{observation_id:uuid}")
def decide(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    observation_id: UUID,
    verdict: Annotated[str, Form(pattern="^(accept|reject|merge|undo)$")],
    version: Version,
    code: Text = "",
    value: Text = "",
    scope: Text = "",
    words: Text = "",
    reason: Text = "",
    reply: Text = "",
    preference_id: Text = "",
    following: Text = "",
    edited: Text = "",
) -> Response:
    """Take a note, leave it out, count it to what is known, or take that back."""
    typed = {
        "code": code,
        "value": value,
        "scope": scope,
        "words": words,
        "reason": reason,
        "reply": reply,
        "preference_id": preference_id,
    }
    given = {name: text.strip() for name, text in typed.items() if text.strip()}
    if edited:
        given.setdefault("words", "")  # a box that was emptied comes like one that was not there
    try:
        with db.begin_nested():
            note = _decided(db, observation_id, verdict, version, given, me)
    except (ValidationError, CrmError) as error:
        if is_fragment(request) and isinstance(error, CrmError):
            raise
        return _refused(request, db, me, views, observation_id, following, error)
    if is_fragment(request):
        return render(request, "centre/_done.html", note=note, verdict=verdict)
    following = following or ("" if verdict != "undo" else str(observation_id))
    place = f"/review/{UUID(following)}" if _is_id(following) else "/review"
    return RedirectResponse(place if verdict == "undo" else f"{place}?after={note.id}", 303)


def _decided(
    db: Session, note_id: UUID, verdict: str, version: int, given: dict[str, Any], me: Actor
) -> ObservationOut:
    def only(*names: str) -> dict[str, Any]:
        return {name: given[name] for name in names if name in given}

    if verdict == "accept":
        asked = only("code", "value", "scope", "words")
        wanted = AcceptIn.model_validate({**asked, "words": asked.get("words") or None})
        return preferences.accept(
            db, note_id, by=me, version=version, code=wanted.code, value=wanted.value,
            scope=wanted.scope, words=wanted.words or asked.get("words"),
        )  # fmt: skip
    if verdict == "reject":
        why = RejectIn.model_validate(only("reason", "reply"))
        return preferences.reject(
            db, note_id, by=me, version=version, reason=why.reason, reply=why.reply
        )
    if verdict == "merge":
        into = MergeIn.model_validate(only("preference_id"))
        return preferences.merge_into(db, note_id, into.preference_id, by=me, version=version)
    return preferences.undo_review(db, note_id, by=me, version=version)


def _refused(
    request: Request,
    db: Session,
    me: Actor,
    views: Any,
    note_id: UUID,
    following: str,
    error: ValidationError | CrmError,
) -> Response:
    """The page again with what was wrong; where a colleague was quicker, with the next note."""
    told = refused({}, error, me.language).errors
    gone = isinstance(error, Conflict | NotFound)
    chosen = (UUID(following) if _is_id(following) else None) if gone else note_id
    status = 409 if isinstance(error, Conflict) else 404 if gone else 422
    return _page(
        request, db, me, views, chosen=chosen, refusal=told[0][1] if told else "", status=status
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _page(
    request: Request,
    db: Session,
    me: Actor,
    views: Any,
    *,
    chosen: UUID | None = None,
    cursor: str | None = None,
    after: UUID | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    box = inbox.inbox(db, by=me, cursor=cursor)
    first = chosen or (box.items[0].note.id if box.items else None)
    desk = inbox.desk(db, first, by=me) if first else None
    if desk is not None:
        _viewed(views, me, desk)
    return render(
        request,
        "centre/review.html",
        status=status,
        box=box,
        desk=desk,
        chosen=first,
        is_chosen=chosen is not None,
        following=_following(box, first),
        decided=_decided_just_now(db, after, me),
        refusal=refusal,
        is_first=cursor is None,
    )


def _following(box: inbox.Inbox, chosen: UUID | None) -> UUID | None:
    """The note after the chosen one in the list, or the one before the last."""
    ids = [row.note.id for row in box.items]
    if chosen not in ids:
        return ids[0] if ids else None
    place = ids.index(chosen)
    others = ids[place + 1 :] or ids[:place][-1:]
    return others[0] if others else None


def _decided_just_now(db: Session, after: UUID | None, me: Actor) -> ObservationOut | None:
    """The note decided before this page, which can be taken back."""
    if after is None:
        return None
    try:
        note = queries.observation(db, after, by=me)
    except NotFound:
        return None
    return note if note.state in ("accepted", "rejected") else None


def _viewed(views: Any, me: Actor, desk: inbox.Desk) -> None:
    views.viewed(by=me, subject="observation", subject_id=desk.note.id, guest_id=desk.guest.id)
