"""REST: the day's briefing as JSON and as a PDF, and how a hotel wants its papers."""

import zlib
from datetime import date

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.audit.terms import Deed
from crm.briefing import packs, queries, service
from crm.briefing.schemas import Briefing, PaperSettings, PapersPatch, PassphraseSet
from crm.briefing.terms import AsOf, Edition
from crm.kit.errors import NotFound
from crm.kit.schema import IsoDate
from web.answers import need_match, with_etag
from web.deps import Db, Me, Settings, Vault, Views
from web.hard_json import HardRoute
from web.papers.printing import PDF, pdf_of

router = APIRouter(tags=["briefing"], route_class=HardRoute)


@router.get("/briefings/{day}")
def read_briefing(
    db: Db,
    me: Me,
    views: Views,
    vault: Vault,
    day: IsoDate,
    edition: Edition,
    as_of: AsOf = AsOf.NOW,
) -> Briefing:
    """One edition of the business date; those of other days are gone.

    Sentences come by code with what fills them, as on a guest's card. ``as_of=ready`` answers
    the edition that was made in the morning, 404 before its hour.
    """
    made = _made(db, me, vault, day, edition, as_of)
    views.viewed(by=me, subject="briefing", subject_id=made.hotel_id, fields=[edition.value])
    content = made.model_dump_json(exclude={"made_at"})
    return with_etag(made, zlib.crc32(content.encode()))  # type: ignore[return-value]


@router.get(
    "/briefings/{day}/pdf",
    response_class=Response,
    responses={200: {"content": {PDF: {}}, "description": "One A4 page"}},
)
def read_briefing_pdf(
    db: Db,
    me: Me,
    views: Views,
    vault: Vault,
    settings: Settings,
    day: IsoDate,
    edition: Edition,
    as_of: AsOf = AsOf.NOW,
) -> Response:
    """The same as one A4 page in your language."""
    made = _made(db, me, vault, day, edition, as_of)
    views.viewed(
        by=me,
        subject="briefing",
        subject_id=made.hotel_id,
        deed=Deed.PRINTED,
        fields=[edition.value],
    )
    return pdf_of(db, me, made, settings.base_url)


@router.get("/papers")
def read_papers(db: Db, me: Me) -> PaperSettings:
    """When your hotel's briefing is made, in which language its papers are."""
    found = queries.paper_settings(db, queries.here(me))
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.patch("/papers")
def change_papers(request: Request, db: Db, me: Me, wanted: PapersPatch) -> PaperSettings:
    """Change the hour of the briefing or the language of papers."""
    before = queries.paper_settings(db, queries.here(me))
    need_match(request, before.version)
    after = service.set_papers(db, wanted, by=me, version=before.version)
    return with_etag(after, after.version)  # type: ignore[return-value]


@router.put("/papers/passphrase")
def set_passphrase(
    request: Request, db: Db, me: Me, vault: Vault, wanted: PassphraseSet
) -> PaperSettings:
    """Set the passphrase of the packs for power cuts; it is never shown again."""
    before = queries.paper_settings(db, queries.here(me))
    need_match(request, before.version)
    after = service.set_passphrase(db, wanted, by=me, vault=vault, version=before.version)
    return with_etag(after, after.version)  # type: ignore[return-value]


@router.delete("/papers/passphrase", status_code=204)
def remove_passphrase(
    request: Request, db: Db, me: Me, vault: Vault, settings: Settings
) -> Response:
    """Take the passphrase away, and with it the packs: none are made until there is a new one."""
    before = queries.paper_settings(db, queries.here(me))
    need_match(request, before.version)
    service.set_passphrase(db, None, by=me, vault=vault, version=before.version)
    packs.remove_all(settings.data_dir, before.hotel_id)
    return Response(status_code=204)


def _made(db: Db, me: Me, vault: Vault, day: date, edition: Edition, as_of: AsOf) -> Briefing:
    made = (
        queries.kept(db, edition, by=me, vault=vault)
        if as_of is AsOf.READY
        else queries.briefing(db, edition, by=me)
    )
    if made is None or made.day != day:
        raise NotFound("There is no such briefing: each is kept for its own day only.", "briefing")
    return made
