"""REST: the document shelf of guests and companies; the bytes only as a download."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, UploadFile
from pydantic import BaseModel, ValidationError
from sqlmodel import Session
from starlette.responses import Response

from crm.documents import queries
from crm.documents import service as documents
from crm.documents.schemas import DocumentMade, DocumentRow, DocumentShelve, KindRow
from crm.documents.store import Shelf as DocumentShelf
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf
from crm.staff.actor import Actor
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me, Views
from web.hard_json import HardRoute
from web.shelf import UPLOAD_MAX, Shelf, content_of, handed_out

router = APIRouter(tags=["documents"], route_class=HardRoute)
HERE = "/api/v1/documents"
VERSION = 1
"""A document never changes: it is shelved and removed."""


class Upload(DocumentShelve):
    """What was sent, so that one Idempotency-Key stands for one file."""

    sha256: str


Text = Annotated[str, Form(max_length=200)]


@router.get("/documents/kinds")
def list_kinds(db: Db, me: Me) -> PageOf[KindRow]:
    """The kinds of the catalogue that you may put on the shelf."""
    return as_json(PageOf[KindRow](items=queries.kinds_for(db, by=me)))  # type: ignore[return-value]


@router.get("/guests/{guest_id}/documents")
def list_of_guest(db: Db, me: Me, views: Views, guest_id: UUID) -> PageOf[DocumentRow]:
    found = queries.of_guest(db, guest_id, by=me)
    views.viewed(by=me, subject="documents", subject_id=guest_id, guest_id=guest_id)
    return as_json(PageOf[DocumentRow](items=found))  # type: ignore[return-value]


@router.post("/guests/{guest_id}/documents", status_code=201, max_body_size=UPLOAD_MAX)
def shelve_for_guest(
    request: Request,
    db: Db,
    me: Me,
    shelf: Shelf,
    guest_id: UUID,
    file: UploadFile,
    kind: Text,
    title: Text,
) -> DocumentMade:
    """A scan or photo as PDF, JPEG, PNG or WebP, at most 15 MB and 50 megapixels."""
    asked = _asked(kind, title)
    return _shelved(request, db, me, shelf, asked, file, guest_id=guest_id)  # type: ignore[return-value]


@router.get("/companies/{company_id}/documents")
def list_of_company(db: Db, me: Me, views: Views, company_id: UUID) -> PageOf[DocumentRow]:
    found = queries.of_company(db, company_id, by=me)
    views.viewed(by=me, subject="documents", subject_id=company_id)
    return as_json(PageOf[DocumentRow](items=found))  # type: ignore[return-value]


@router.post("/companies/{company_id}/documents", status_code=201, max_body_size=UPLOAD_MAX)
def shelve_for_company(
    request: Request,
    db: Db,
    me: Me,
    shelf: Shelf,
    company_id: UUID,
    file: UploadFile,
    kind: Text,
    title: Text,
) -> DocumentMade:
    asked = _asked(kind, title)
    return _shelved(request, db, me, shelf, asked, file, company_id=company_id)  # type: ignore[return-value]


@router.get("/documents/{document_id}")
def read_document(db: Db, me: Me, document_id: UUID) -> DocumentRow:
    """What a document is; its content is beside it under ``/content``."""
    return with_etag(queries.on_shelf(db, document_id, by=me).row, VERSION)  # type: ignore[return-value]


@router.get("/documents/{document_id}/content", response_class=Response)
def read_content(db: Db, me: Me, views: Views, shelf: Shelf, document_id: UUID) -> Response:
    """The file, always as an attachment."""
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


@router.delete("/documents/{document_id}", status_code=204)
def remove_document(request: Request, db: Db, me: Me, document_id: UUID) -> None:
    queries.on_shelf(db, document_id, by=me)
    need_match(request, VERSION)
    documents.remove(db, document_id, by=me)


def _asked(kind: str, title: str) -> DocumentShelve:
    try:
        return DocumentShelve(kind=kind, title=title)
    except ValidationError as unfit:
        field = str(unfit.errors(include_input=False)[0]["loc"][0])
        raise Invalid(
            "Say what kind of document it is, and give it a title.", "unfit", pointer=f"/{field}"
        ) from None


def _shelved(
    request: Request,
    db: Session,
    me: Actor,
    shelf: DocumentShelf,
    asked: DocumentShelve,
    file: UploadFile,
    *,
    guest_id: UUID | None = None,
    company_id: UUID | None = None,
) -> Response:
    content = content_of(file)

    def produce() -> tuple[BaseModel, str]:
        made = documents.shelve(
            db,
            shelf,
            asked,
            content,
            by=me,
            named=file.filename or "",
            guest_id=guest_id,
            company_id=company_id,
        )
        return made, f"{HERE}/{made.id}"

    sent = Upload(kind=asked.kind, title=asked.title, sha256=hashlib.sha256(content).hexdigest())
    return created_once(request, db, me, produce, asked=sent)
