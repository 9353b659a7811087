"""The page of API keys: what each opens, a new one shown once, and the end of one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit.errors import CrmError, NotFound
from crm.staff import keys, queries
from crm.staff.actor import Actor
from crm.staff.policy import policy
from crm.staff.schemas import KeyCreate
from web.deps import Db, Me
from web.forms import Filled, refused
from web.rendering import render
from web.rights_words import SCOPES
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]
DAYS = {"30": 30, "90": 90, "365": 365, "": None}
NO_SCOPE = mark("Choose at least one thing that the key opens.")
ALL_HOTELS = mark("all hotels")


class Shown(NamedTuple):
    """A fresh key, this once."""

    name: str
    secret: str


@router.get("/keys")
def show_keys(request: Request, db: Db, me: Me) -> Response:
    return _page(request, db, me, Filled({"days": "90", "hotel_id": str(me.hotel_id)}))


@router.post("/keys")
def create(
    request: Request,
    db: Db,
    me: Me,
    name: Text = "",
    hotel_id: Text = "",
    days: Text = "90",
    scopes: Annotated[list[str], Form(max_length=30)] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Make a key; its secret is on this answer and nowhere else."""
    typed = {"name": name, "hotel_id": hotel_id, "days": days, "scopes": ""}
    try:
        asked = KeyCreate.model_validate(
            {"name": name.strip(), "scopes": scopes, "hotel_id": hotel_id or None}
        )
        with db.begin_nested():
            fresh = keys.create_key(
                db,
                name=asked.name,
                scopes=asked.scopes,
                hotel_id=asked.hotel_id,
                by=me,
                expires_at=_ends(days),
            )
    except (ValidationError, CrmError) as error:
        again = refused(typed, error, me.language)
        if not scopes:
            say = wording(me.language).gettext
            rest = [each for each in again.errors if each[0] != "scopes"]
            again = Filled(typed, [*rest, ("scopes", say(NO_SCOPE))])
        return _page(request, db, me, again, chosen=scopes, status=422)
    return _page(
        request,
        db,
        me,
        Filled({"days": "90", "hotel_id": str(me.hotel_id)}),
        fresh=Shown(asked.name, fresh.secret),
    )


@router.get("/keys/{key_id:uuid}/revoke")
def ask_before_revoking(request: Request, db: Db, me: Me, key_id: UUID) -> Response:
    """A key cannot be opened again, so one page stands before it."""
    found = next((key for key in queries.key_list(db, by=me) if key.id == key_id), None)
    if found is None or found.revoked_at is not None:
        raise NotFound("There is no such key, or it is revoked already.", "api_key")
    return render(request, "staff/revoke.html", key=found)


@router.post("/keys/{key_id:uuid}/revoke")
def revoke(db: Db, me: Me, key_id: UUID) -> Response:
    keys.revoke_key(db, key_id, by=me)
    return RedirectResponse("/keys", 303)


def _ends(days: str) -> datetime | None:
    count = DAYS.get(days, 90)
    return clock.now() + timedelta(days=count) if count else None


def _page(
    request: Request,
    db: Session,
    me: Actor,
    form: Filled,
    *,
    chosen: Sequence[str] = (),
    fresh: Shown | None = None,
    status: int = 200,
) -> Response:
    say = wording(me.language).gettext
    houses = hotels.hotels_of(db, by=me)
    names = {each.id: each.called(me.language) for each in houses}
    return render(
        request,
        "staff/keys.html",
        status=status,
        keys=queries.key_list(db, by=me),
        hotel_names=names,
        form=form,
        chosen=set(chosen),
        fresh=fresh,
        now=clock.now(),
        scopes=[(name, say(SCOPES.get(name, name))) for name in policy().scopes],
        hotels=[
            *((str(identity), name) for identity, name in names.items()),
            ("", say(ALL_HOTELS)),
        ],
        spans=[
            ("30", say(mark("30 days"))),
            ("90", say(mark("90 days"))),
            ("365", say(mark("a year"))),
            ("", say(mark("until it is revoked"))),
        ],
    )
