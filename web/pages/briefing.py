"""The morning briefing of each department: a live page that prints as one A4, and its PDF."""

from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.audit.terms import Deed
from crm.briefing import packs, queries
from crm.briefing.schemas import Briefing, PackKept, PaperSettings
from crm.briefing.terms import AsOf, Edition
from crm.hotels import queries as hotels
from crm.kit.errors import NotFound
from crm.staff.actor import Actor
from web.deps import Db, Me, Settings, Vault, Views
from web.papers import briefing_paper
from web.papers.briefing_paper import READERS
from web.papers.codes import code_of
from web.papers.printing import copy_of, paper, pdf_of
from web.papers.sheet import written
from web.rendering import is_fragment, render

router = APIRouter(include_in_schema=False)


class Papers(NamedTuple):
    """What is known of the hotel's papers: its settings, and the packs there are."""

    chosen: PaperSettings
    packs: list[PackKept]


@router.get("/briefing")
def briefing(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    vault: Vault,
    settings: Settings,
    edition: Edition | None = None,
    as_of: AsOf = AsOf.NOW,
) -> Response:
    editions = queries.editions_for(me)
    chosen = edition or editions[0]
    ready_at = queries.kept_at(db, chosen, by=me)
    if ready_at is None:
        as_of = AsOf.NOW
    made = _made(db, me, chosen, as_of, vault)
    _looked_at(views, me, made, Deed.VIEWED)
    sheet, copy = written(made, me.language), copy_of(db, me, made, settings.base_url)
    facts: dict[str, Any] = {
        "sheet": sheet,
        "copy": copy,
        "warning": briefing_paper.warning_of(sheet, copy),
        "code": code_of(copy.address),
        "as_of": as_of,
        "editions": editions,
        "ready_at": ready_at,
        "papers": _papers(db, me, made, settings),
        "readers": READERS,
    }
    template = "briefing/_sheet.html" if is_fragment(request) else "briefing/page.html"
    return render(request, template, **facts)


@router.get("/briefing.pdf")
def briefing_pdf(
    db: Db,
    me: Me,
    views: Views,
    vault: Vault,
    settings: Settings,
    edition: Edition | None = None,
    as_of: AsOf = AsOf.NOW,
) -> Response:
    """The same page as a file to print, on its own A4."""
    made = _made(db, me, edition or queries.editions_for(me)[0], as_of, vault)
    _looked_at(views, me, made, Deed.PRINTED)
    return pdf_of(db, me, made, settings.base_url)


@router.get("/briefing/pack.pdf")
def pack_pdf(db: Db, me: Me, views: Views, settings: Settings) -> Response:
    """The newest pack for power cuts; it opens with the hotel's passphrase only."""
    hotel_id = queries.here(me)
    try:
        made_at, content = packs.newest(settings.data_dir, hotel_id)
    except NotFound:
        return RedirectResponse("/briefing#pack", 303)
    views.viewed(by=me, subject="pack", subject_id=hotel_id, deed=Deed.PRINTED)
    code = hotels.hotel(db, hotel_id).code
    return paper(content, f"keshi-{code}-{made_at:%Y%m%d-%H%M}Z.pdf")


def _made(db: Session, me: Actor, edition: Edition, as_of: AsOf, vault: Vault) -> Briefing:
    if as_of is AsOf.READY:
        kept = queries.kept(db, edition, by=me, vault=vault)
        if kept is not None:
            return kept
    return queries.briefing(db, edition, by=me)


def _looked_at(views: Views, me: Actor, made: Briefing, deed: Deed) -> None:
    views.viewed(
        by=me,
        subject="briefing",
        subject_id=made.hotel_id,
        deed=deed,
        fields=[made.edition.value, made.day.isoformat()],
    )


def _papers(db: Session, me: Actor, made: Briefing, settings: Settings) -> Papers | None:
    if not (me.may("briefing.pack") or me.may("briefing.set")):
        return None
    chosen = queries.paper_settings(db, made.hotel_id)
    return Papers(chosen, packs.kept(settings.data_dir, made.hotel_id))
