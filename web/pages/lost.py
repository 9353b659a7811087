"""Lost and found at the desk: what lies here, whose it may be, and what became of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.kit.errors import CrmError
from crm.kit.paging import CURSOR_MAX
from crm.kit.vault import Vault as KeshiVault
from crm.lost_property import photos, queries
from crm.lost_property import service as lost_property
from crm.lost_property.schemas import FoundIn, FoundPatch, FoundSettle
from crm.lost_property.terms import PHOTO_MAX_BYTES, FoundState
from crm.staff.actor import Actor
from web.deps import Db, Me, Vault, Views
from web.forms import Filled, refused
from web.rendering import render
from web.shelf import SANDBOX

router = APIRouter(include_in_schema=False)

UPLOAD_MAX = PHOTO_MAX_BYTES + 64 * 1024
Text = Annotated[str, Form(max_length=400)]
Version = Annotated[int, Form(ge=1, le=2**31)]


@router.get("/lost")
def list_found(
    request: Request,
    db: Db,
    me: Me,
    q: Annotated[str, Query(max_length=120)] = "",
    state: Annotated[str, Query(max_length=12)] = "",
    cursor: Annotated[str | None, Query(max_length=CURSOR_MAX)] = None,
) -> Response:
    """What lies here, the newest first; ``state=gone`` shows what was given back or disposed of."""
    gone = state == "gone"
    page = queries.found_items(db, by=me, q=q, is_open=not gone, cursor=cursor)
    return render(request, "lost/list.html", page=page, asked=q, gone=gone, first=cursor is None)


@router.get("/lost/new")
def show_new(request: Request) -> Response:
    return render(request, "lost/new.html", form=Filled({"kind": "ordinary"}))


@router.post("/lost/new", max_body_size=UPLOAD_MAX)
def take_in(
    request: Request,
    db: Db,
    me: Me,
    vault: Vault,
    kind: Text = "",
    what: Text = "",
    room_no: Text = "",
    place: Text = "",
    stored_at: Text = "",
    file: UploadFile | None = None,
) -> Response:
    """Taken in at the desk, with a photo where one is there."""
    typed = {"kind": kind, "what": what, "room_no": room_no, "place": place, "stored_at": stored_at}
    try:
        with db.begin_nested():
            filled = {name: value for name, value in typed.items() if value.strip()}
            made = lost_property.take_in(db, FoundIn.model_validate(filled), by=me)
            _photo(db, vault, made.id, file, me)
    except (ValidationError, CrmError) as fault:
        form = refused(typed, fault, me.language)
        return render(request, "lost/new.html", status=422, form=form)
    after = f"/lost/{made.id}" if me.may(queries.READ) else "/"
    return RedirectResponse(after, 303)


@router.get("/lost/{item_id:uuid}")
def show(request: Request, db: Db, me: Me, views: Views, item_id: UUID) -> Response:
    return _item(request, db, me, views, item_id)


@router.post("/lost/{item_id:uuid}")
def amend(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    item_id: UUID,
    version: Version,
    kind: Text = "",
    what: Text = "",
    place: Text = "",
    stored_at: Text = "",
) -> Response:
    """What it is and where it lies, written anew."""
    typed = {"kind": kind, "what": what, "place": place, "stored_at": stored_at}
    try:
        with db.begin_nested():
            patch = FoundPatch.model_validate(
                {name: value.strip() or None for name, value in typed.items()}
            )
            lost_property.amend(db, item_id, patch, version=version, by=me)
    except (ValidationError, CrmError) as fault:
        return _item(request, db, me, views, item_id, refused(typed, fault, me.language))
    return RedirectResponse(f"/lost/{item_id}", 303)


@router.post("/lost/{item_id:uuid}/settle")
def settle(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    item_id: UUID,
    version: Version,
    state: Text = "",
    stay_id: Text = "",
    words: Text = "",
) -> Response:
    """Whose it is, given back, disposed of, or here again."""
    typed = {"state": state, "stay_id": stay_id, "words": words}
    try:
        with db.begin_nested():
            asked = FoundSettle.model_validate(
                {name: value.strip() for name, value in typed.items() if value.strip()}
            )
            lost_property.settle(db, item_id, asked, version=version, by=me)
    except (ValidationError, CrmError) as fault:
        return _item(request, db, me, views, item_id, refused(typed, fault, me.language))
    return RedirectResponse(f"/lost/{item_id}", 303)


@router.get("/lost/{item_id:uuid}/photo")
def photo(db: Db, me: Me, views: Views, vault: Vault, item_id: UUID) -> Response:
    """The photo in the page; drawn anew when it came, so that it is a picture and nothing else."""
    content = photos.opened(vault, item_id, queries.photo_of(db, item_id, by=me))
    views.viewed(by=me, subject="found_photo", subject_id=item_id)
    return Response(
        content,
        media_type="image/jpeg",
        headers={
            "Content-Disposition": 'inline; filename="found.jpg"',
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "no-store",
        },
    )


def _item(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    item_id: UUID,
    form: Filled | None = None,
) -> Response:
    item = queries.found_item(db, item_id, by=me)
    stays = []
    if me.may(queries.SETTLE) and item.state in (FoundState.FOUND, FoundState.CLAIMED):
        stays = queries.last_stays(db, item_id, by=me)
    for guest_id in {stay.guest_id for stay in stays} | ({item.guest_id} - {None}):
        views.viewed(by=me, subject="found_item", subject_id=item_id, guest_id=guest_id)
    return render(
        request,
        "lost/item.html",
        status=422 if form else 200,
        item=item,
        stays=stays,
        form=form or Filled({}),
    )


def _photo(
    db: Session, vault: KeshiVault, item_id: UUID, file: UploadFile | None, me: Actor
) -> None:
    content = b"" if file is None else file.file.read(PHOTO_MAX_BYTES + 1)
    if content:
        lost_property.keep_photo(db, vault, item_id, content, by=me)
