"""The document shelf on pages: put a scan there, take it down, hand it out as a download."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.documents import queries
from crm.documents import service as documents
from crm.documents.schemas import DocumentRow, DocumentShelve
from crm.documents.store import Shelf as DocumentShelf
from crm.kit.errors import CrmError
from crm.staff.actor import Actor
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.pages.companies import company_page
from web.pages.guest_card import page_of, shelf_facts
from web.rendering import render
from web.shelf import UPLOAD_MAX, Shelf, content_of, handed_out

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]


@router.post("/guests/{guest_id:uuid}/documents", max_body_size=UPLOAD_MAX)
def shelve_for_guest(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    shelf: Shelf,
    guest_id: UUID,
    file: UploadFile,
    kind: Text = "",
    title: Text = "",
) -> Response:
    again = _shelve(db, me, shelf, file, kind, title, guest_id=guest_id)
    if again is None:
        return RedirectResponse(f"/guests/{guest_id}/documents", 303)
    facts = shelf_facts(db, guest_id, me, again)
    return page_of(request, db, me, views, guest_id, chosen="documents", status=422, **facts)


@router.post("/companies/{company_id:uuid}/documents", max_body_size=UPLOAD_MAX)
def shelve_for_company(
    request: Request,
    db: Db,
    me: Me,
    shelf: Shelf,
    company_id: UUID,
    file: UploadFile,
    kind: Text = "",
    title: Text = "",
) -> Response:
    again = _shelve(db, me, shelf, file, kind, title, company_id=company_id)
    if again is None:
        return RedirectResponse(f"/companies/{company_id}", 303)
    return company_page(request, db, me, company_id, upload=again, status=422)


@router.get("/documents/{document_id:uuid}")
def hand_out(db: Db, me: Me, views: Views, shelf: Shelf, document_id: UUID) -> Response:
    """The file as a download; who took it is in the audit."""
    found = queries.on_shelf(db, document_id, by=me)
    answer = handed_out(shelf, found)
    views.viewed(
        by=me,
        subject="document",
        subject_id=document_id,
        guest_id=found.row.guest_id,
        fields=[found.row.kind_code],
    )
    return answer


@router.get("/documents/{document_id:uuid}/remove")
def ask_before_removing(request: Request, db: Db, me: Me, document_id: UUID) -> Response:
    """What is gone cannot be taken back, so one page stands before it."""
    row = queries.on_shelf(db, document_id, by=me).row
    return render(request, "documents/remove.html", document=row, home=_home(row))


@router.post("/documents/{document_id:uuid}/remove")
def remove(db: Db, me: Me, document_id: UUID) -> Response:
    """Back to whom the document belonged."""
    row = queries.on_shelf(db, document_id, by=me).row
    documents.remove(db, document_id, by=me)
    return RedirectResponse(_home(row), 303)


def _home(row: DocumentRow) -> str:
    if row.guest_id:
        return f"/guests/{row.guest_id}/documents"
    return f"/companies/{row.company_id}"


def _shelve(
    db: Session,
    me: Actor,
    shelf: DocumentShelf,
    file: UploadFile,
    kind: str,
    title: str,
    *,
    guest_id: UUID | None = None,
    company_id: UUID | None = None,
) -> Filled | None:
    """Nothing when it is on the shelf, else the form again with what is wrong."""
    typed = {"kind": kind, "title": title, "file": ""}
    try:
        asked = DocumentShelve(kind=kind, title=title)
        with db.begin_nested():
            documents.shelve(
                db,
                shelf,
                asked,
                content_of(file),
                by=me,
                named=file.filename or "",
                guest_id=guest_id,
                company_id=company_id,
            )
    except (ValidationError, CrmError) as error:
        return refused(typed, error, me.language)
    return None
