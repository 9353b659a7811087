"""REST: photos, papers and letters of a case; contents only as downloads."""

import hashlib
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, UploadFile
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from crm.complaints import attached, service
from crm.complaints.schemas import AttachmentIn, AttachmentMade, AttachmentRow
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf
from crm.recovery import letter_writing, letters
from crm.recovery.letter_schemas import (
    LetterDraft,
    LetterIn,
    LetterList,
    LetterSent,
    LetterSheet,
)
from crm.recovery.terms import LetterLanguage
from web.answers import as_json, created_once, version_named, with_etag
from web.case_downloads import handed_out, printed, viewed
from web.deps import Db, Me, Views
from web.hard_json import HardRoute
from web.shelf import UPLOAD_MAX, Shelf, content_of

router = APIRouter(tags=["complaints"], route_class=HardRoute)
HERE = "/api/v1/complaints"
No = Annotated[int, Path(ge=1, le=2**31 - 1)]


class Upload(AttachmentIn):
    """What was sent, so that one Idempotency-Key stands for one file."""

    sha256: str


# ---------------------------------------------------------------- files
@router.get("/complaints/{complaint_id}/attachments")
def list_attachments(db: Db, me: Me, views: Views, complaint_id: UUID) -> PageOf[AttachmentRow]:
    """The files of a case in the order in which they came, those taken out among them."""
    found = attached.attachments(db, complaint_id, by=me)
    viewed(views, me, complaint_id, attached.need_case(db, complaint_id, by=me), "attachment")
    return as_json(PageOf[AttachmentRow](items=found))  # type: ignore[return-value]


@router.post("/complaints/{complaint_id}/attachments", status_code=201, max_body_size=UPLOAD_MAX)
def add_attachment(
    request: Request,
    db: Db,
    me: Me,
    shelf: Shelf,
    complaint_id: UUID,
    file: UploadFile,
    title: Annotated[str, Form(max_length=200)] = "",
) -> AttachmentMade:
    """A PDF, JPEG, PNG or WebP of at most 15 MB and 50 megapixels.

    By whoever handles cases, or whoever took this one down within the last hour.
    """
    try:
        asked = AttachmentIn(title=title.strip() or None)
    except ValidationError:
        raise Invalid(
            "A title is one line of at most 120 characters.", "unfit", pointer="/title"
        ) from None
    content = content_of(file)

    def produce() -> tuple[BaseModel, str]:
        made = service.attach(
            db, shelf, complaint_id, asked, content, by=me, named=file.filename or ""
        )
        return made, f"{HERE}/{complaint_id}/attachments/{made.no}"

    sent = Upload(title=asked.title, sha256=hashlib.sha256(content).hexdigest())
    return created_once(request, db, me, produce, asked=sent)  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}/attachments/{no}")
def read_attachment(db: Db, me: Me, complaint_id: UUID, no: No) -> AttachmentRow:
    """What a file is; its content is beside it under ``/content``."""
    row = attached.attachment(db, complaint_id, no, by=me).row
    return with_etag(row, row.version)  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}/attachments/{no}/content", response_class=Response)
def read_content(
    db: Db, me: Me, views: Views, shelf: Shelf, complaint_id: UUID, no: No
) -> Response:
    """The file, always as an attachment."""
    return handed_out(views, me, shelf, attached.attachment(db, complaint_id, no, by=me))


@router.delete("/complaints/{complaint_id}/attachments/{no}", status_code=204)
def remove_attachment(request: Request, db: Db, me: Me, complaint_id: UUID, no: No) -> None:
    """Take a file out for good; that it was there stays in the case."""
    attached.attachment(db, complaint_id, no, by=me)
    service.take_out(db, complaint_id, no, by=me, version=version_named(request))


# ---------------------------------------------------------------- letters
@router.get("/complaints/{complaint_id}/letter-draft")
def read_draft(
    db: Db, me: Me, views: Views, complaint_id: UUID, language: LetterLanguage | None = None
) -> LetterDraft:
    """A letter drafted from the facts of the case, in the guest's language unless told."""
    made = letters.draft_of(db, complaint_id, by=me, language=language)
    viewed(views, me, complaint_id, attached.need_case(db, complaint_id, by=me), "letter")
    return as_json(made)  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}/letters")
def list_letters(db: Db, me: Me, views: Views, complaint_id: UUID) -> LetterList:
    """The letters of a case, the oldest first; drafts have no ``sent_at``."""
    found = letters.letters_of(db, complaint_id, by=me)
    viewed(views, me, complaint_id, attached.need_case(db, complaint_id, by=me), "letter")
    return as_json(LetterList(items=found))  # type: ignore[return-value]


@router.post("/complaints/{complaint_id}/letters", status_code=201)
def write_letter(
    request: Request, db: Db, me: Me, complaint_id: UUID, asked: LetterIn
) -> LetterSheet:
    """Keep a letter as a person wrote it. Nothing is sent."""

    def produce() -> tuple[BaseModel, str]:
        made = letter_writing.write_letter(db, complaint_id, asked, by=me)
        return made, f"{HERE}/{complaint_id}/letters/{made.no}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}/letters/{no}")
def read_letter(db: Db, me: Me, views: Views, complaint_id: UUID, no: No) -> LetterSheet:
    found = letters.letter(db, complaint_id, no, by=me)
    viewed(views, me, complaint_id, attached.need_case(db, complaint_id, by=me), "letter")
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/complaints/{complaint_id}/letters/{no}")
def change_letter(
    request: Request, db: Db, me: Me, complaint_id: UUID, no: No, asked: LetterIn
) -> LetterSheet:
    """Write a letter anew; one that was sent stays as it is."""
    kept = letter_writing.change_letter(
        db, complaint_id, no, asked, by=me, version=version_named(request)
    )
    return with_etag(kept, kept.version)  # type: ignore[return-value]


@router.post("/complaints/{complaint_id}/letters/{no}/sent")
def mark_sent(
    request: Request, db: Db, me: Me, complaint_id: UUID, no: No, asked: LetterSent
) -> LetterSheet:
    """Note how a person sent it: a signed step of the case."""
    kept = letter_writing.mark_sent(
        db, complaint_id, no, asked, by=me, version=version_named(request)
    )
    return with_etag(kept, kept.version)  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}/letters/{no}/paper", response_class=Response)
def read_paper(db: Db, me: Me, views: Views, complaint_id: UUID, no: No) -> Response:
    """The letter as a PDF on the house's paper."""
    return printed(db, me, views, complaint_id, no)
