"""A preference noted in two taps: the sheet beside any page, and the same as a page of its own."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.kit.errors import CrmError
from crm.kit.ids import new_id
from crm.preferences import queries as preferences
from crm.preferences import service
from crm.preferences.beside import beside
from crm.preferences.cautions import cautions_in
from crm.preferences.schemas import CodeHit, NoteIn, ObservationOut
from crm.preferences.suggesting import suggest
from crm.preferences.terms import (
    VALUE_MAX,
    WORDS_MAX,
    ObservationState,
    PreferenceStatus,
    ReviewPolicy,
    Scope,
)
from crm.preferences.usual import usual_values
from crm.preferences.wording import with_value
from crm.profile.noting import Subject, subject
from crm.staff.actor import Actor
from web.deps import Db, Me, Reading, Views
from web.forms import Filled, refused
from web.rendering import is_fragment, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=40)]
FreeWords = Annotated[str, Form(max_length=WORDS_MAX)]
Value = Annotated[str, Form(max_length=VALUE_MAX)]
FOUND = 7
"""As many as fit a low screen together with the rest of the sheet; more letters narrow it."""
KEPT = "keshi:kept"
"""Tells the screen behind the sheet that something was kept, so that it looks again at once."""
START = {"source": "seen", "scope": "always", "this_hotel_only": "", "denies": ""}

NOTHING_ASKED: dict[str, Any] = {
    "cautions": (),
    "conflicts": (),
    "crowded": None,
    "most": None,
    "usual": (),
    "chosen": None,
    "gives_way": True,
}

NOTED = mark("Noted: %(what)s")
NOTED_FOR_REVIEW = mark("Noted: %(what)s. The guest-file centre looks at it within a day.")
NOTED_BEFORE_ANYONE = mark("Sent to the guest-file centre: it looks before anyone else sees it.")


@router.get("/guests/{guest_id:uuid}/note")
def open_sheet(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    """The sheet with what is likely here; the id of the note is made now, so that it is kept once
    however often it is sent."""
    about = subject(db, guest_id, by=me)
    views.viewed(
        by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["preferences"]
    )
    sheet = Filled(START | {"note_id": str(new_id())})
    return _sheet(request, about, sheet, hits=suggest(db, guest_id, by=me))


@router.post("/guests/{guest_id:uuid}/note/words")
def look_for(
    request: Request,
    db: Reading,
    me: Me,
    guest_id: UUID,
    words: FreeWords = "",
    note_id: Text = "",
    source: Text = "seen",
    scope: Text = "always",
    this_hotel_only: Text = "",
    denies: Text = "",
) -> Response:
    """Codes that the typed letters may mean, and what the words should not say.

    Posted and only read: what is typed about a guest stands in no address.
    """
    typed = words.strip()
    hits = [_bare(hit) for hit in _offered(db, me, guest_id, typed)]
    facts: dict[str, Any] = {"hits": hits, "typed": typed, "cautions": cautions_in(typed)}
    if is_fragment(request):
        return render(request, "capture/_codes.html", **facts)
    options = _options(note_id, source, scope, this_hotel_only, denies)
    about = subject(db, guest_id, by=me)
    return _sheet(request, about, Filled(options | {"words": typed}), **facts)


@router.post("/guests/{guest_id:uuid}/note")
def save(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    note_id: Text = "",
    code: Text = "",
    value: Value = "",
    free_value: Value = "",
    words: FreeWords = "",
    as_written: Text = "",
    replace: Text = "",
    source: Text = "seen",
    scope: Text = "always",
    this_hotel_only: Text = "",
    denies: Text = "",
) -> Response:
    """Keep it; or ask for the value that the code leaves open, or whether it takes the place of
    something that cannot hold beside it."""
    typed = _options(note_id, source, scope, this_hotel_only, denies) | {
        "code": "" if as_written else code.strip(),
        "value": free_value.strip() or value.strip(),
        "words": words.strip() if as_written or not code else "",
        "replace": replace,
    }
    if typed["code"] and not (typed["replace"] or typed["denies"]):
        question = _question(request, db, me, guest_id, typed)
        if question is not None:
            return question
    try:
        with db.begin_nested():
            kept = service.note_preference(db, _note(guest_id, typed), by=me)
    except (ValidationError, CrmError) as error:
        if isinstance(error, CrmError) and error.kind == "not_found":
            raise
        return _again(request, db, me, guest_id, refused(typed, error, me.language))
    if not is_fragment(request):
        return RedirectResponse("/notes/mine", 303)
    return render(
        request,
        "capture/_saved.html",
        headers={"HX-Trigger": KEPT},
        text=_told(kept, me),
        undo=f"/notes/mine/{kept.id}/withdraw" if kept.withdrawable_until else None,
    )


def _offered(db: Session, me: Actor, guest_id: UUID, typed: str) -> Sequence[CodeHit]:
    """What was typed may mean these; while nothing is typed, what is likely here."""
    if typed:
        return preferences.find_codes(db, typed, by=me, limit=FOUND)
    return suggest(db, guest_id, by=me)


def _options(
    note_id: str, source: str, scope: str, this_hotel_only: str, denies: str
) -> dict[str, str]:
    return {
        "note_id": note_id,
        "source": source,
        "scope": scope,
        "this_hotel_only": this_hotel_only,
        "denies": denies,
    }


def _note(guest_id: UUID, typed: dict[str, str]) -> NoteIn:
    facts = {name: typed[name] for name in ("code", "value", "words") if typed[name]}
    return NoteIn.model_validate(
        facts
        | {
            "guest_id": guest_id,
            "id": typed["note_id"] or None,
            "source": typed["source"],
            "scope": typed["scope"],
            "this_hotel_only": bool(typed["this_hotel_only"]),
            "denies": bool(typed["denies"]),
        }
    )


def _question(
    request: Request, db: Session, me: Actor, guest_id: UUID, typed: dict[str, str]
) -> Response | None:
    """What must be asked before the code can be kept; nothing for most."""
    if typed["scope"] not in set(Scope):
        return None  # Forged, unknown or switched off: the service says so in its own words.
    found = beside(
        db,
        guest_id,
        typed["code"],
        by=me,
        scope=Scope(typed["scope"]),
        this_hotel_only=bool(typed["this_hotel_only"]),
    )
    if found is None:
        return None
    ask_value = found.hit.takes_value and not typed["value"]
    giving_way = [*found.against, *([found.crowded] if found.crowded else [])]
    if not ask_value and not giving_way:
        return None
    sheet = Filled(typed | {"free_value": ""})
    about = subject(db, guest_id, by=me)
    if ask_value:
        usual = usual_values(typed["code"], me.language)
        return _sheet(request, about, sheet, step="value", chosen=_bare(found.hit), usual=usual)
    return _sheet(
        request,
        about,
        sheet,
        step="conflict",
        chosen=_bare(found.hit),
        conflicts=found.against,
        crowded=found.crowded,
        most=found.most,
        gives_way=typed["source"] != "seen"
        or all(each.status is not PreferenceStatus.CONFIRMED for each in giving_way),
    )


def _again(request: Request, db: Session, me: Actor, guest_id: UUID, sheet: Filled) -> Response:
    """The sheet with what is wrong; the words stay as they were typed."""
    words = sheet.value("words")
    return _sheet(
        request,
        subject(db, guest_id, by=me),
        sheet,
        status=422,
        hits=_offered(db, me, guest_id, words),
        typed=words,
        cautions=cautions_in(words),
    )


def _sheet(
    request: Request,
    about: Subject,
    sheet: Filled,
    *,
    status: int = 200,
    step: str = "pick",
    hits: Sequence[CodeHit] = (),
    typed: str = "",
    **facts: Any,
) -> Response:
    alone = is_fragment(request)
    return render(
        request,
        "capture/_sheet.html" if alone else "capture/note.html",
        status=status,
        subject=about,
        sheet=sheet,
        step=step,
        hits=[_bare(hit) for hit in hits],
        typed=typed,
        back=f"/guests/{about.guest_id}" if about.name else "/rooms",
        **NOTHING_ASKED | facts,
    )


def _bare(hit: CodeHit) -> CodeHit:
    """The code without the words of its blank: the sheet asks for the value itself."""
    return hit.model_copy(update={"label": with_value(hit.label, None)})


def _told(kept: ObservationOut, me: Actor) -> str:
    """What is said of a note after it was kept."""
    say = wording(me.language).say
    if kept.state is not ObservationState.WAITING:
        return say(NOTED, what=kept.text)
    if kept.policy is ReviewPolicy.BEFORE_ANYONE:
        return say(NOTED_BEFORE_ANYONE)
    return say(NOTED_FOR_REVIEW, what=kept.text)
