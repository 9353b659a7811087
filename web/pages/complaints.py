"""The board of complaints, and taking one down in a minute: on the desk and on a phone."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import queries, service
from crm.complaints.boarding import board
from crm.complaints.rules import leaves_soon
from crm.complaints.schemas import (
    AttachmentIn,
    CaseBoard,
    CaseCard,
    CaseMove,
    CategoryWord,
    ComplaintOpen,
)
from crm.complaints.taking import who_is_in
from crm.complaints.terms import BoardColumn, BoardView, CaseSource, CaseStatus, Severity
from crm.guests.queries import names_in_lists, need_visible
from crm.hotels.terms import ROOM_NO_MAX
from crm.kit.errors import Conflict, CrmError, NotAllowed
from crm.kit.ids import new_id
from crm.staff.actor import Actor
from web.case_words import Clock, clock_to
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.labels import label
from web.rendering import is_fragment, render
from web.shelf import UPLOAD_MAX, Shelf, content_of
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=2400)]
Known = Annotated[UUID | None, Form()]
View = Annotated[BoardView | None, Query()]
Layout = Annotated[str, Query(max_length=8)]
MOVED = "Moved on."
HEADLINE_CUT = 80
VIEWS: tuple[tuple[BoardView | None, str], ...] = (
    (None, mark("All")),
    (BoardView.MINE, mark("Mine")),
    (BoardView.LEAVING_TODAY, mark("Leaving today")),
    (BoardView.LATE, mark("Over time")),
    (BoardView.REOPENED, mark("Opened again")),
)
SEVERITY_ICONS = {
    Severity.MINOR: "circle",
    Severity.MODERATE: "triangle-alert",
    Severity.SERIOUS: "octagon-alert",
    Severity.CRITICAL: "octagon-alert",
}


# ---------------------------------------------------------------- the board
@router.get("/complaints")
def show_board(
    request: Request, db: Db, me: Me, view: View = None, layout: Layout = "columns"
) -> Response:
    """Open cases by the time that is left, and those filed lately; columns or a list."""
    return render(request, "complaints/board.html", **_facts(db, me, view, layout))


@router.get("/complaints/board")
def show_cards(
    request: Request, db: Db, me: Me, view: View = None, layout: Layout = "columns"
) -> Response:
    """The cards alone, for a screen that heard that something changed."""
    return render(request, "complaints/_board.html", **_facts(db, me, view, layout))


@router.get("/complaints/count")
def show_count(request: Request, db: Db, me: Me) -> Response:
    """How many cases are open, for the rail."""
    number = sum(card.status is not CaseStatus.CLOSED for card in board(db, by=me).cards)
    return render(request, "complaints/_count.html", number=number)


@router.post("/complaints/{complaint_id:uuid}/move")
def move_case(
    request: Request,
    db: Db,
    me: Me,
    complaint_id: UUID,
    to: Text = "",
    back: Text = "",
    version: Annotated[int, Form(ge=1, le=2**31)] = 1,
) -> Response:
    """One step on, from the menu of a card, by dragging it, or on the case's own page."""
    view, layout = _shown_in(back)
    queries.complaint(db, complaint_id, by=me)  # out of reach is not there, however one asks
    try:
        with db.begin_nested():
            asked = CaseMove.model_validate({"to": to, "words": MOVED})
            service.move(db, complaint_id, asked, by=me, version=version)
    except (ValidationError, CrmError) as error:
        trouble = refused({}, error, me.language).errors[0][1]
        if is_fragment(request):
            return render(
                request, "complaints/_board.html", **_facts(db, me, view, layout, trouble=trouble)
            )
        return RedirectResponse(
            f"/complaints/{complaint_id}?{urlencode({'step': _why(error)})}", 303
        )
    if is_fragment(request):
        status = label("case_status", to, language=me.language)
        done = wording(me.language).say(mark("Moved: %(status)s"), status=status)
        return render(request, "complaints/_board.html", **_facts(db, me, view, layout, done=done))
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


def _why(error: Exception) -> str:
    """What the case's page says after a move that could not be made."""
    return "moved" if isinstance(error, Conflict) else "unfit"


def _facts(
    db: Session,
    me: Actor,
    view: BoardView | None,
    layout: str,
    *,
    done: str = "",
    trouble: str = "",
) -> dict[str, Any]:
    found = board(db, by=me, only=view)
    cards = found.cards
    layout = "list" if layout == "list" else "columns"
    return {
        "cards": cards,
        "columns": [(column.value, found.of(column)) for column in BoardColumn],
        "clocks": {card.id: _clock(card, found.at, me.language) for card in cards},
        "leaving_soon": _leaving_soon(cards, found.at),
        "views": _views(found, me, layout),
        "view": view,
        "layout": layout,
        "layouts": {each: _address(view, each) for each in ("columns", "list")},
        "here": _address(view, layout),
        "list_at": _address(view, layout, "/complaints/board"),
        "done": done,
        "trouble": trouble,
    }


def _clock(card: CaseCard, now: datetime, language: str) -> Clock | None:
    return clock_to(card.next_due_at, now, paused=card.is_paused, language=language)


def _leaving_soon(cards: list[CaseCard], now: datetime) -> set[UUID]:
    return {
        card.id
        for card in cards
        if card.in_house
        and card.status is not CaseStatus.CLOSED
        and leaves_soon(card.departs_at, now)
    }


def _views(
    found: CaseBoard, me: Actor, layout: str
) -> list[tuple[BoardView | None, str, str, int]]:
    """The saved views with their addresses and how many cases each has."""
    say = wording(me.language).gettext
    return [
        (view, say(words), _address(view, layout), found.counts[view] if view else found.all_count)
        for view, words in VIEWS
    ]


def _address(view: BoardView | None, layout: str, path: str = "/complaints") -> str:
    asked = {"view": view.value} if view else {}
    if layout == "list":
        asked["layout"] = layout
    return f"{path}?{urlencode(asked)}" if asked else path


def _shown_in(back: str) -> tuple[BoardView | None, str]:
    """The view and layout of the board that a card was moved on."""
    view = next((each for each in BoardView if f"view={each.value}" in back), None)
    return view, "list" if "layout=list" in back else "columns"


# ---------------------------------------------------------------- taking one down
@router.get("/complaints/new")
def show_new(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID | None = None,
    room_no: Annotated[str, Query(max_length=ROOM_NO_MAX)] = "",
) -> Response:
    """An empty form; a guest's card or a room's page begins it."""
    typed = {
        "case_id": str(new_id()),
        "guest_id": str(guest_id or ""),
        "room_no": room_no,
        "source": CaseSource.IN_HOUSE.value,
        "kind": "complaint",
    }
    return _form(request, db, me, Filled(typed))


@router.get("/complaints/new/room")
def show_room(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    room_no: Annotated[str, Query(max_length=ROOM_NO_MAX)] = "",
) -> Response:
    """Who is in the room that was typed, to tie the case to the stay."""
    here = who_is_in(db, room_no, by=me)
    if here is not None and here.name is not None:
        views.viewed(by=me, subject="stay", subject_id=here.stay_id, guest_id=here.guest_id)
    return render(request, "complaints/_room.html", here=here, asked=bool(room_no.strip()))


@router.post("/complaints/new", max_body_size=UPLOAD_MAX)
def take_down(
    request: Request,
    db: Db,
    me: Me,
    shelf: Shelf,
    case_id: Known = None,
    guest_id: Known = None,
    stay_id: Known = None,
    room_no: Text = "",
    category: Text = "",
    severity: Text = "",
    story: Text = "",
    place: Text = "",
    item: Text = "",
    visitor_name: Text = "",
    visitor_contact: Text = "",
    source: Text = "",
    kind: Text = "",
    file: UploadFile | None = None,
) -> Response:
    """A new case, with a photo where one was taken; whoever may read cases goes on to it."""
    typed = {
        "case_id": str(case_id or new_id()), "guest_id": str(guest_id or ""),
        "stay_id": str(stay_id or ""), "room_no": room_no,
        "category": category, "severity": severity, "story": story, "place": place, "item": item,
        "visitor_name": visitor_name, "visitor_contact": visitor_contact,
        "source": source or CaseSource.IN_HOUSE.value, "kind": kind or "complaint",
    }  # fmt: skip
    try:
        with db.begin_nested():
            asked = ComplaintOpen.model_validate(_opening(db, me, typed))
            made = service.open_complaint(db, _hotel(me), asked, by=me)
            if file is not None and file.filename:
                photo, named = content_of(file), file.filename
                service.attach(db, shelf, made.id, AttachmentIn(), photo, by=me, named=named)
    except (ValidationError, CrmError) as error:
        again = refused(typed | {"words": "", "file": ""}, error, me.language)
        errors = [(("story" if name == "words" else name), text) for name, text in again.errors]
        return _form(request, db, me, Filled(typed, errors), status=_status(error))
    if me.may("complaints.read"):
        return RedirectResponse(f"/complaints/{made.id}", 303)
    return RedirectResponse(f"/complaints/thanks?{urlencode({'number': made.number})}", 303)


@router.get("/complaints/thanks")
def show_thanks(request: Request, number: Annotated[int, Query(ge=1, le=10**9)] = 1) -> Response:
    """The neutral answer: a number to tell, and no word of the case."""
    return render(request, "complaints/thanks.html", reference=queries.reference(number))


def _opening(db: Session, me: Actor, typed: dict[str, str]) -> dict[str, Any]:
    """What was typed as a case: a ticked stay brings its guest, the words their headline."""
    given: dict[str, Any] = {
        name: value.strip()
        for name, value in typed.items()
        if value.strip() and name not in ("case_id", "story")
    }
    given["id"] = typed["case_id"]
    given["words"] = typed["story"].strip()
    given["headline"] = _headline(typed["story"])
    here = who_is_in(db, typed["room_no"], by=me) if typed["stay_id"] else None
    given.pop("stay_id", None)
    if here is not None:
        given |= {"stay_id": str(here.stay_id), "guest_id": str(here.guest_id)}
    elif given.get("visitor_name") and not typed["guest_id"]:
        given["source"] = CaseSource.VISITOR.value
    return given


def _headline(words: str) -> str:
    """The first line or sentence of what the guest said."""
    first = words.strip().splitlines()[0] if words.strip() else ""
    for end in ("。", ". ", "!", "！", "?", "？"):
        first = first.partition(end)[0]
    return first if len(first) <= HEADLINE_CUT else first[: HEADLINE_CUT - 1].rstrip() + "…"


def _hotel(me: Actor) -> UUID:
    if me.hotel_id is None:
        raise NotAllowed("Cases are taken down in a hotel. Choose one first.", "no_hotel")
    return me.hotel_id


def _form(request: Request, db: Session, me: Actor, form: Filled, *, status: int = 200) -> Response:
    guest = None
    if form.value("guest_id"):
        guest_id = UUID(form.value("guest_id"))
        need_visible(db, guest_id, by=me)
        # As in `who_is_in`: who does not read guest files takes a case down for a room.
        names = names_in_lists(db, [guest_id], by=me) if me.may("guests.read") else {}
        guest = (guest_id, names.get(guest_id, ""))
    say = me.language
    return render(
        request,
        "complaints/new.html",
        status=status,
        form=form,
        guest=guest,
        categories=category_choices(queries.words(db, by=me), say),
        severities=[
            (each.value, SEVERITY_ICONS[each], label("severity", each, language=say))
            for each in Severity
        ],
        sources=[
            (each.value, label("case_source", each, language=say))
            for each in CaseSource
            if each is not CaseSource.SURVEY
        ],
        back="/complaints" if me.may("complaints.read") else "/",
    )


def category_choices(words: list[CategoryWord], language: str) -> list[tuple[str, str]]:
    """The categories that are on, in the reader's words."""
    return [
        (word.code, word.name_zh if language == "zh-Hans" else word.name_en)
        for word in words
        if word.is_on
    ]


def _status(error: Exception) -> int:
    return 409 if isinstance(error, Conflict) else 422
