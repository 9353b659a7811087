"""How a hotel wants its papers: the hour of the briefing, their language, the packs' passphrase."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.briefing import packs, queries, service
from crm.briefing.schemas import PapersPatch, PassphraseSet
from crm.briefing.terms import PASSPHRASE_MIN, Paper
from crm.kit.errors import CrmError
from crm.staff.actor import Actor
from web.deps import Db, Me, Settings, Vault
from web.forms import Filled, refused
from web.rendering import render
from web.wording import NATIVE_NAMES, mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=1000)]
NOT_TWICE = mark("The two passphrases are not the same. Type them again.")
TOO_SHORT = mark("A passphrase has 12 to 128 characters.")


@router.get("/briefing/papers")
def show_papers(request: Request, db: Db, me: Me, settings: Settings) -> Response:
    return _page(request, db, me, settings)


@router.post("/briefing/papers")
def set_papers(
    request: Request,
    db: Db,
    me: Me,
    settings: Settings,
    ready_at: Text = "",
    language: Text = "",
    version: Text = "",
) -> Response:
    typed = {"ready_at": ready_at.strip(), "language": language}
    try:
        patch = PapersPatch.model_validate(typed)
        service.set_papers(db, patch, by=me, version=_number(version))
    except (ValidationError, CrmError) as error:
        form = refused(typed, error, me.language)
        return _page(request, db, me, settings, form=form, status=422)
    return RedirectResponse("/briefing/papers", 303)


@router.post("/briefing/passphrase")
def set_passphrase(
    request: Request,
    db: Db,
    me: Me,
    settings: Settings,
    vault: Vault,
    passphrase: Text = "",
    again: Text = "",
    remove: Text = "",
) -> Response:
    """A new passphrase, typed twice; or none any more, and the packs it opened are gone."""
    say = wording(me.language).gettext
    try:
        if remove:
            service.set_passphrase(db, None, by=me, vault=vault)
            packs.remove_all(settings.data_dir, queries.here(me))
            return RedirectResponse("/briefing/papers", 303)
        if passphrase != again:
            lock = Filled({}, [("again", say(NOT_TWICE))])
            return _page(request, db, me, settings, lock=lock, status=422)
        wanted = PassphraseSet(passphrase=passphrase)
        service.set_passphrase(db, wanted, by=me, vault=vault)
    except ValidationError:
        lock = Filled({}, [("passphrase", say(TOO_SHORT))])
        return _page(request, db, me, settings, lock=lock, status=422)
    except CrmError as error:
        lock = refused({"passphrase": ""}, error, me.language)
        return _page(request, db, me, settings, lock=lock, status=422)
    return RedirectResponse("/briefing/papers", 303)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() and text.isascii() else None


def _page(
    request: Request,
    db: Session,
    me: Actor,
    settings: Settings,
    *,
    form: Filled | None = None,
    lock: Filled | None = None,
    status: int = 200,
) -> Response:
    hotel_id = queries.here(me)
    chosen = queries.paper_settings(db, hotel_id)
    values: dict[str, Any] = {
        "ready_at": f"{chosen.ready_at:%H:%M}",
        "language": chosen.language.value,
    }
    return render(
        request,
        "briefing/papers.html",
        status=status,
        chosen=chosen,
        form=form or Filled(values),
        lock=lock or Filled({}),
        packs=packs.kept(settings.data_dir, hotel_id),
        paper_languages=[(paper.value, NATIVE_NAMES[paper.value]) for paper in Paper],
        shortest=PASSPHRASE_MIN,
    )
