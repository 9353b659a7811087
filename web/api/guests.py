"""REST: guests looked up, read, registered, amended and marked; one hidden value for a purpose."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from crm.audit.terms import Deed
from crm.guests import queries
from crm.guests import service as guests
from crm.guests.asking import QUERY_MAX
from crm.guests.schemas import (
    CautionSet,
    GuestMade,
    GuestPatch,
    GuestRegister,
    GuestSheet,
    IdentitySet,
    VipSet,
)
from crm.kit.paging import PageOf
from crm.privacy import service as privacy
from crm.privacy.schemas import Reveal, Revealed
from crm.profile.found import GuestHit
from crm.profile.search import search_guests
from crm.staff.actor import Actor
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me, Page, Vault, Views
from web.hard_json import HardRoute

router = APIRouter(prefix="/guests", tags=["guests"], route_class=HardRoute)
HERE = "/api/v1/guests"


@router.get("")
def look_up(
    db: Db,
    me: Me,
    page: Page,
    views: Views,
    q: Annotated[str, Query(min_length=1, max_length=QUERY_MAX)],
) -> PageOf[GuestHit]:
    """Find guests by anything: name in any script, pinyin or its initials, phone or its last
    four digits, e-mail, room in house today, confirmation, membership number, plate, company.

    In house first, then due today, then by the day last seen; each says what was matched.
    """
    found = search_guests(db, q, by=me, limit=page.limit, cursor=page.cursor)
    views.viewed(by=me, subject="guests", deed=Deed.LOOKED_UP)
    return as_json(found)  # type: ignore[return-value]


@router.post("", status_code=201)
def register(request: Request, db: Db, me: Me, asked: GuestRegister) -> GuestMade:
    """Make a file for a person who has none; `GET /duplicates` says first who it may be."""

    def produce() -> tuple[BaseModel, str]:
        made = guests.register_guest(
            db, asked, by=me, source="api" if me.staff_id is None else "desk"
        )
        return made, f"{HERE}/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/{guest_id}")
def read(db: Db, me: Me, views: Views, guest_id: UUID) -> GuestSheet:
    """The basic data of a guest as you may see them: contact data masked or in clear by role."""
    answer = _sheet(db, guest_id, me)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id)
    return answer  # type: ignore[return-value]


@router.patch("/{guest_id}")
def amend(request: Request, db: Db, me: Me, guest_id: UUID, asked: GuestPatch) -> GuestSheet:
    """Change fields; what is left out stays, null empties."""
    version = matched(request, db, guest_id, me)
    guests.amend_guest(db, guest_id, asked, version=version, by=me)
    return _sheet(db, guest_id, me)  # type: ignore[return-value]


@router.put("/{guest_id}/vip")
def set_vip(request: Request, db: Db, me: Me, guest_id: UUID, asked: VipSet) -> GuestSheet:
    """Grant a VIP level with its reason and end, or take it away with null."""
    version = matched(request, db, guest_id, me)
    guests.set_vip(db, guest_id, asked, version=version, by=me)
    return _sheet(db, guest_id, me)  # type: ignore[return-value]


@router.put("/{guest_id}/caution")
def set_caution(request: Request, db: Db, me: Me, guest_id: UUID, asked: CautionSet) -> GuestSheet:
    """Set a caution for the desk with its reason and review date, or lift it with null."""
    version = matched(request, db, guest_id, me)
    guests.set_caution(db, guest_id, asked, version=version, by=me)
    return _sheet(db, guest_id, me)  # type: ignore[return-value]


@router.put("/{guest_id}/identity")
def set_identity(
    request: Request, db: Db, me: Me, guest_id: UUID, asked: IdentitySet
) -> GuestSheet:
    """File the guest as individual, corporate, group, long stay, agency or house use."""
    version = matched(request, db, guest_id, me)
    guests.set_identity(db, guest_id, asked, version=version, by=me)
    return _sheet(db, guest_id, me)  # type: ignore[return-value]


@router.post("/{guest_id}/reveal")
def reveal(db: Db, me: Me, vault: Vault, guest_id: UUID, asked: Reveal) -> Revealed:
    """One hidden value in clear for a stated purpose; each leaves one row in the audit."""
    answer = as_json(privacy.reveal(db, guest_id, asked, by=me, vault=vault))
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


def _sheet(db: Session, guest_id: UUID, me: Actor) -> Response:
    sheet = queries.guest_sheet(db, guest_id, by=me)
    return with_etag(sheet, sheet.version)


def matched(request: Request, db: Session, guest_id: UUID, me: Actor) -> int:
    """The file's version, which the request has named by If-Match."""
    version = int(queries.need_visible(db, guest_id, by=me).version)
    need_match(request, version)
    return version


def seen(request: Request, db: Session, guest_id: UUID, me: Actor) -> int | None:
    """The same where naming it is free, since adding overwrites nothing."""
    return matched(request, db, guest_id, me) if "if-match" in request.headers else None
