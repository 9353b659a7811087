"""The condition of the house: what is wrong and how to mend it, backups, what a restore holds."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Form, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.kit import holding
from crm.safekeeping import jobs as safekeeping_jobs
from crm.safekeeping import queries, service
from crm.safekeeping.examining import examine
from crm.safekeeping.terms import Level
from web.condition_words import said
from web.deps import Db, Me, Settings
from web.forms import Filled
from web.rendering import frame_of, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=40)]
WORD = mark("release")
NOT_THE_WORD = mark("Type the word %(word)s, so that nothing is let go by a slip.")
_NOT_LOOKED = "derived_not_looked"


class Light(NamedTuple):
    """One finding as it is shown."""

    level: str
    what: str
    mend: str


@router.get("/condition")
def show_condition(request: Request, db: Db, settings: Settings) -> Response:
    return _page(request, db, settings)


@router.post("/condition/release")
def release(request: Request, db: Db, me: Me, settings: Settings, confirm: Text = "") -> Response:
    """Let held jobs go, by somebody who typed the word."""
    say = wording(frame_of(request).language)
    if confirm.strip().casefold() not in {WORD, say.gettext(WORD)}:
        wrong = say.say(NOT_THE_WORD, word=say.gettext(WORD))
        form = Filled({"confirm": confirm}, [("confirm", wrong)])
        return _page(request, db, settings, form=form, status=422)
    service.release_held_jobs(db, by=me)
    return RedirectResponse("/condition", 303)


@router.post("/condition/backup")
def back_up(db: Db, me: Me) -> Response:
    """Put a backup with its drill for the worker; one at a time."""
    safekeeping_jobs.put_now(db, by=me)
    return RedirectResponse("/condition#backups", 303)


def _page(
    request: Request,
    db: Session,
    settings: Settings,
    *,
    form: Filled | None = None,
    status: int = 200,
) -> Response:
    language = frame_of(request).language
    lights = {
        Light(found.level.value, *said(found, language))
        for found in examine(request.app.state.database, settings, db, thorough=False)
        if found.code != _NOT_LOOKED
    }
    ranks = [level.value for level in Level]
    ordered = sorted(lights, key=lambda light: (-ranks.index(light.level), light.what))
    return render(
        request,
        "condition/condition.html",
        status=status,
        wrong=[light for light in ordered if light.level != Level.FINE],
        well=[light for light in ordered if light.level == Level.FINE],
        serious=sum(light.level == Level.SERIOUS for light in ordered),
        held=holding.state(db),
        elsewhere=holding.ELSEWHERE,
        word=wording(language).gettext(WORD),
        form=form or Filled({}),
        runs=queries.last_runs(db, limit=10),
        under_way=safekeeping_jobs.under_way(db),
        at_night=settings.backup_hour if settings.backup_hour >= 0 and not settings.demo else None,
    )
