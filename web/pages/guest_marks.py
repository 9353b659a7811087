"""VIP, caution, names and consents: small forms, each with who, why and until when."""

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.guests import parts, queries
from crm.guests import service as guests
from crm.guests.schemas import CautionSet, NameIn, VipSet
from crm.kit.errors import Conflict, CrmError
from crm.privacy.consents import capture_consent, consents_of
from crm.privacy.schemas import ConsentGiven
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.pages.front_desk_forms import edit_page
from web.pages.guest_card import page_of

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=500)]
Version = Annotated[int, Form()]


@router.post("/guests/{guest_id:uuid}/vip")
def set_vip(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    version: Version,
    level: Text = "",
    why: Text = "",
    until: Text = "",
) -> Response:
    """Grant a VIP level or take it away; both need a reason."""
    typed = {"level": level, "why": why, "until": until}

    def save() -> None:
        mark = VipSet.model_validate(_filled(typed))
        guests.set_vip(db, guest_id, mark, by=me, version=version)

    return _saved(request, db, me, guest_id, "vip_form", typed, save)


@router.post("/guests/{guest_id:uuid}/caution")
def set_caution(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    version: Version,
    level: Text = "",
    why: Text = "",
    until: Text = "",
) -> Response:
    """Mark a guest for the desk, or lift the mark."""
    typed = {"level": level, "why": why, "until": until}

    def save() -> None:
        mark = CautionSet.model_validate(_filled(typed))
        guests.set_caution(db, guest_id, mark, by=me, version=version)

    return _saved(request, db, me, guest_id, "caution_form", typed, save)


@router.post("/guests/{guest_id:uuid}/names")
def add_name(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    kind: Text = "",
    family: Text = "",
    given: Text = "",
    pinyin: Text = "",
) -> Response:
    """One more name: in the own script, in Latin letters, assumed, or of before."""
    typed = {"kind": kind, "family": family, "given": given, "pinyin": pinyin}

    def save() -> None:
        parts.add_name(db, guest_id, NameIn.model_validate(_filled(typed)), by=me)

    return _saved(request, db, me, guest_id, "name_form", typed, save)


@router.post("/guests/{guest_id:uuid}/consents")
def capture(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    guest_id: UUID,
    channel: Text = "",
    purpose: Text = "",
    state: Text = "",
    words: Text = "",
) -> Response:
    """One yes or no of the guest, with the words it was given to."""
    typed = {"channel": channel, "purpose": purpose, "state": state, "words": words}
    try:
        with db.begin_nested():
            given = ConsentGiven.model_validate(_filled(typed))
            capture_consent(db, guest_id, given, by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed, error, me.language)
        answers = consents_of(db, guest_id, by=me)
        return page_of(
            request,
            db,
            me,
            views,
            guest_id,
            chosen="consents",
            status=422,
            consents=answers,
            answer=again,
        )
    return RedirectResponse(f"/guests/{guest_id}/consents", 303)


def _filled(typed: dict[str, str]) -> dict[str, Any]:
    """What was typed, with nothing for an empty field; ``level`` may be emptied on purpose."""
    found: dict[str, Any] = {name: text.strip() for name, text in typed.items() if text.strip()}
    return found | ({"level": None} if typed.get("level") == "" else {})


def _saved(
    request: Request,
    db: Session,
    me: Actor,
    guest_id: UUID,
    form: str,
    typed: dict[str, str],
    save: Callable[[], object],
) -> Response:
    """Back to the card, or the forms again with what is wrong beside its field."""
    try:
        with db.begin_nested():
            save()
    except (ValidationError, CrmError) as error:
        sheet = queries.guest_sheet(db, guest_id, by=me, channel=Channel.PAGE)
        again: dict[str, Filled] = {form: refused(typed, error, me.language)}
        status = 409 if isinstance(error, Conflict) else 422
        return edit_page(request, db, me, sheet, status=status, **again)
    return RedirectResponse(f"/guests/{guest_id}", 303)
