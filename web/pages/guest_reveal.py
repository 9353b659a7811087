"""A look behind a mask: one contact in clear, for a purpose, for five minutes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import Response

from crm.guests import queries
from crm.guests.schemas import ContactOut
from crm.kit.errors import Invalid
from crm.privacy import service as privacy
from crm.privacy.schemas import Reveal
from crm.privacy.terms import RevealField
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from web.deps import Db, Me, Vault
from web.rendering import render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

REVEAL_SECONDS = 300
PURPOSES = {
    "call_back": mark("Call or write back about a booking"),
    "lost_property": mark("Return something left behind"),
    "identity_check": mark("Make sure who is calling"),
    "emergency": mark("Emergency"),
    "other": mark("Something else, in words"),
}

Text = Annotated[str, Form(max_length=500)]


@router.get("/guests/{guest_id:uuid}/contacts/{no}")
def show_contact(request: Request, db: Db, me: Me, guest_id: UUID, no: int) -> Response:
    """One contact as the reader's role sees it: what a revealed one turns back into."""
    return render(
        request,
        "front_desk/_contact.html",
        guest_id=guest_id,
        point=_contact(db, guest_id, no, me),
    )


@router.get("/guests/{guest_id:uuid}/contacts/{no}/reveal")
def ask_purpose(request: Request, db: Db, me: Me, guest_id: UUID, no: int) -> Response:
    return _purpose(request, guest_id, _contact(db, guest_id, no, me))


@router.post("/guests/{guest_id:uuid}/contacts/{no}/reveal")
def reveal(
    request: Request,
    db: Db,
    me: Me,
    vault: Vault,
    guest_id: UUID,
    no: int,
    purpose: Text = "",
    words: Text = "",
) -> Response:
    """Show one contact in clear for five minutes; the audit keeps who and what for."""
    point = _contact(db, guest_id, no, me)
    stated = ": ".join(part for part in (purpose, words.strip()) if part)
    if purpose not in PURPOSES or (purpose == "other" and not words.strip()):
        error = mark("Say what you need it for: it is kept with your name.")
        return _purpose(
            request,
            guest_id,
            point,
            chosen=purpose,
            words=words,
            error=wording(me.language).gettext(error),
            status=422,
        )
    asked = Reveal(field=RevealField.CONTACT, no=no, purpose=stated[:300])
    try:
        shown = privacy.reveal(db, guest_id, asked, by=me, vault=vault)
    except Invalid as refused:
        error = wording(me.language).gettext(refused.template)
        return _purpose(
            request, guest_id, point, chosen=purpose, words=words, error=error, status=422
        )
    return render(
        request,
        "front_desk/_revealed.html",
        guest_id=guest_id,
        point=point,
        value=shown.value,
        seconds=REVEAL_SECONDS,
    )


def _contact(db: Session, guest_id: UUID, no: int, me: Actor) -> ContactOut:
    queries.need_visible(db, guest_id, by=me)
    for point in queries.contacts_of(db, guest_id, by=me, channel=Channel.PAGE):
        if point.no == no:
            return point
    raise queries.no_such_guest()


def _purpose(
    request: Request,
    guest_id: UUID,
    point: ContactOut,
    *,
    chosen: str = "",
    words: str = "",
    error: str = "",
    status: int = 200,
) -> Response:
    return render(
        request,
        "front_desk/_purpose.html",
        status=status,
        guest_id=guest_id,
        point=point,
        purposes=PURPOSES,
        chosen=chosen,
        words=words,
        error=error,
    )
