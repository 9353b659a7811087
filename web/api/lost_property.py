"""REST: things found, their photos, and what becomes of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, UploadFile
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from crm.kit.errors import Invalid
from crm.kit.paging import PageOf
from crm.lost_property import photos, queries
from crm.lost_property import service as lost_property
from crm.lost_property.schemas import (
    FoundIn,
    FoundMade,
    FoundPatch,
    FoundRow,
    FoundSettle,
    FoundSheet,
    LastStay,
)
from crm.lost_property.terms import PHOTO_MAX_BYTES, FoundState
from crm.staff.actor import Actor
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me, Page, Vault, Views
from web.hard_json import HardRoute
from web.shelf import SANDBOX

router = APIRouter(prefix="/lost-property", tags=["lost property"], route_class=HardRoute)
HERE = "/api/v1/lost-property"
UPLOAD_MAX = PHOTO_MAX_BYTES + 64 * 1024


@router.get("")
def list_found(
    db: Db,
    me: Me,
    page: Page,
    q: Annotated[str, Query(max_length=120)] = "",
    state: FoundState | None = None,
    here: bool | None = None,
) -> PageOf[FoundRow]:
    """Things found, newest first; ``here`` keeps what still lies with us."""
    return as_json(  # type: ignore[return-value]
        queries.found_items(
            db, by=me, q=q, state=state, is_open=here, cursor=page.cursor, limit=page.limit
        )
    )


@router.post("", status_code=201)
def take_in(request: Request, db: Db, me: Me, asked: FoundIn) -> FoundMade:
    """Write down what was found. Once by its ``id``, where one is given."""

    def produce() -> tuple[BaseModel, str]:
        made = lost_property.take_in(db, asked, by=me)
        return made, f"{HERE}/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/{item_id}")
def read_found(db: Db, me: Me, views: Views, item_id: UUID) -> FoundSheet:
    return _sheet(db, views, item_id, me)  # type: ignore[return-value]


@router.patch("/{item_id}")
def amend_found(
    request: Request, db: Db, me: Me, views: Views, item_id: UUID, asked: FoundPatch
) -> FoundSheet:
    """Change what it is or where it lies; what is left out stays, null empties."""
    version = _matched(request, db, me, item_id)
    lost_property.amend(db, item_id, asked, version=version, by=me)
    return _sheet(db, views, item_id, me)  # type: ignore[return-value]


@router.post("/{item_id}/settle")
def settle_found(
    request: Request, db: Db, me: Me, views: Views, item_id: UUID, asked: FoundSettle
) -> FoundSheet:
    """Say whose it is, that it was given back or disposed of, or that it lies here again."""
    version = _matched(request, db, me, item_id)
    lost_property.settle(db, item_id, asked, version=version, by=me)
    return _sheet(db, views, item_id, me)  # type: ignore[return-value]


@router.get("/{item_id}/last-stays")
def list_last_stays(db: Db, me: Me, views: Views, item_id: UUID) -> PageOf[LastStay]:
    """Whose it may be: the room's last three stays, for those who get in touch with guests."""
    found = queries.last_stays(db, item_id, by=me)
    for one in found:
        views.viewed(by=me, subject="found_item", subject_id=item_id, guest_id=one.guest_id)
    return as_json(PageOf[LastStay](items=found))  # type: ignore[return-value]


@router.post("/{item_id}/photo", max_body_size=UPLOAD_MAX)
def keep_photo(db: Db, me: Me, vault: Vault, item_id: UUID, file: UploadFile) -> FoundSheet:
    """A photo of it as JPEG, PNG or WebP, at most 8 MB; it takes the place of an earlier one."""
    content = file.file.read(PHOTO_MAX_BYTES + 1)
    if len(content) > PHOTO_MAX_BYTES:
        raise Invalid("A photo has at most 8 MB.", "photo_size", pointer="/file")
    sheet = lost_property.keep_photo(db, vault, item_id, content, by=me)
    return with_etag(sheet, sheet.version)  # type: ignore[return-value]


@router.get("/{item_id}/photo", response_class=Response)
def read_photo(db: Db, me: Me, views: Views, vault: Vault, item_id: UUID) -> Response:
    """The photo, always as an attachment."""
    return photo_answer(db, me, views, vault, item_id)


def photo_answer(db: Session, me: Actor, views: Views, vault: Vault, item_id: UUID) -> Response:
    content = photos.opened(vault, item_id, queries.photo_of(db, item_id, by=me))
    views.viewed(by=me, subject="found_photo", subject_id=item_id)
    return Response(
        content,
        media_type="image/jpeg",
        headers={
            "Content-Disposition": 'attachment; filename="found.jpg"',
            "Content-Security-Policy": SANDBOX,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )


def _sheet(db: Session, views: Views, item_id: UUID, me: Actor) -> Response:
    sheet = queries.found_item(db, item_id, by=me)
    if sheet.guest_id is not None:
        views.viewed(by=me, subject="found_item", subject_id=item_id, guest_id=sheet.guest_id)
    return with_etag(sheet, sheet.version)


def _matched(request: Request, db: Session, me: Actor, item_id: UUID) -> int:
    version = queries.found_item(db, item_id, by=me).version
    need_match(request, version)
    return version
