"""The card of a guest at a glance, and the sections of the file below it."""

from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from crm.complaints.checks import checks_of
from crm.documents import queries as documents
from crm.feedback import queries as feedback
from crm.kit.paging import CURSOR_MAX
from crm.loyalty.queries import points_of
from crm.privacy.consents import consents_of
from crm.profile import queries as profile
from crm.profile.schemas import GuestCard
from crm.profile.timeline import Family, timeline
from crm.profile.trail import trail
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight
from crm.stays import queries as stays
from web.deps import Db, Me, Views
from web.forms import Filled
from web.rendering import frame_of, is_fragment, render
from web.wording import mark, wording

router = APIRouter(include_in_schema=False)

SECTION_ROWS, TIMELINE_LINES = 20, 20
Cursor = Annotated[str | None, Query(max_length=CURSOR_MAX)]


class Section(NamedTuple):
    """A tab below the card, for those who hold its permission and see its field."""

    name: str
    words: str
    permission: str
    field: str

    def is_for(self, me: Actor) -> bool:
        return me.may(self.permission) and me.sight(self.field, Channel.PAGE) is Sight.CLEAR


SECTIONS = (
    Section("stays", mark("Stays"), "stays.read", "stay.history"),
    Section("spend", mark("Spend"), "stays.spend", "guest.spend"),
    Section("notes", mark("Notes"), "notes.read", "note.service"),
    Section("cases", mark("Cases"), "complaints.flag", "complaint.flag"),
    Section("points", mark("Points"), "loyalty.read", "loyalty.points"),
    Section("consents", mark("Consents"), "consents.read", "consent.state"),
    Section("documents", mark("Documents"), "documents.read", "document.other"),
    Section("audit", mark("Audit"), "audit.guest", "guest.ref"),
)


class Tab(NamedTuple):
    name: str
    words: str
    number: int | None


@router.get("/guests/{guest_id:uuid}")
def card(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    return page_of(request, db, me, views, guest_id)


@router.get("/guests/{guest_id:uuid}/timeline")
def timeline_lines(
    request: Request,
    db: Db,
    me: Me,
    guest_id: UUID,
    only: Family | None = None,
    cursor: Cursor = None,
) -> Response:
    """Lines of the timeline alone: of one family, or the page after a cursor."""
    page = timeline(
        db,
        guest_id,
        by=me,
        families=[only] if only else (),
        cursor=cursor,
        limit=TIMELINE_LINES,
        zone=frame_of(request).zone,
        channel=Channel.PAGE,
    )
    return render(
        request,
        "front_desk/_timeline_lines.html",
        guest_id=guest_id,
        happenings=page.items,
        only=only,
        next=page.next,
        further=cursor is not None,
    )


@router.get("/guests/{guest_id:uuid}/stays")
def stays_section(
    request: Request, db: Db, me: Me, views: Views, guest_id: UUID, cursor: Cursor = None
) -> Response:
    page = stays.stays(db, by=me, guest_id=guest_id, cursor=cursor, limit=SECTION_ROWS)
    asked = feedback.surveys_of_stays(db, [stay.id for stay in page.items], by=me)
    return section_of(request, db, me, views, guest_id, "stays", page=page, asked=asked)


@router.get("/guests/{guest_id:uuid}/spend")
def spend_section(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    spend = stays.consumption(db, guest_id, by=me)
    return section_of(request, db, me, views, guest_id, "spend", spend=spend)


@router.get("/guests/{guest_id:uuid}/cases")
def cases_section(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    found = profile.card(db, guest_id, by=me)
    return section_of(
        request, db, me, views, guest_id, "cases",
        cases=found.cases,
        checks=checks_of(db, guest_id, by=me),
        stay_id=found.stay.stay_id if found.stay else None,
    )  # fmt: skip


@router.get("/guests/{guest_id:uuid}/points")
def points_section(
    request: Request, db: Db, me: Me, views: Views, guest_id: UUID, cursor: Cursor = None
) -> Response:
    page = points_of(db, guest_id, by=me, cursor=cursor, limit=SECTION_ROWS)
    return section_of(request, db, me, views, guest_id, "points", page=page)


@router.get("/guests/{guest_id:uuid}/consents")
def consents_section(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    answers = consents_of(db, guest_id, by=me)
    return section_of(
        request, db, me, views, guest_id, "consents", consents=answers, answer=Filled({})
    )


@router.get("/guests/{guest_id:uuid}/documents")
def documents_section(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    facts = shelf_facts(db, guest_id, me)
    return section_of(request, db, me, views, guest_id, "documents", **facts)


def shelf_facts(
    db: Session, guest_id: UUID, me: Actor, upload: Filled | None = None
) -> dict[str, Any]:
    """What the section of documents is drawn from; ``upload`` is a refused form of it."""
    return {
        "documents": documents.of_guest(db, guest_id, by=me),
        "kinds": documents.kinds_for(db, by=me) if me.may("documents.shelve") else [],
        "upload": upload or Filled({}),
    }


@router.get("/guests/{guest_id:uuid}/audit")
def audit_section(
    request: Request, db: Db, me: Me, views: Views, guest_id: UUID, cursor: Cursor = None
) -> Response:
    page = trail(db, by=me, guest_id=guest_id, cursor=cursor, limit=SECTION_ROWS)
    return section_of(request, db, me, views, guest_id, "audit", page=page)


def section_of(
    request: Request, db: Session, me: Actor, views: Views, guest_id: UUID, name: str, **facts: Any
) -> Response:
    """A section alone for htmx, below the whole card for everybody else."""
    if is_fragment(request):
        views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=[name])
        return render(request, f"front_desk/sections/_{name}.html", guest_id=guest_id, **facts)
    return page_of(request, db, me, views, guest_id, chosen=name, **facts)


def page_of(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    guest_id: UUID,
    *,
    chosen: str = "",
    status: int = 200,
    **facts: Any,
) -> Response:
    """The card with one section of the file open below it."""
    found = profile.card(db, guest_id, by=me)
    views.viewed(
        by=me,
        subject="guest",
        subject_id=guest_id,
        guest_id=guest_id,
        fields=[
            *([chosen] if chosen else []),
            *(["preference.special"] if found.special_shown else []),
        ],
    )
    return render(
        request,
        "front_desk/guest.html",
        status=status,
        card=found,
        guest_id=guest_id,
        sections=tabs_of(me, found),
        chosen_section=chosen,
        **facts,
    )


def tabs_of(me: Actor, found: GuestCard) -> list[Tab]:
    """The sections this reader may open, with their counts where the card knows them."""
    say = wording(me.language).gettext
    counts = {"stays": found.figures.stays, "cases": len(found.cases)}
    return [
        Tab(section.name, say(section.words), counts.get(section.name))
        for section in SECTIONS
        if section.is_for(me)
    ]
