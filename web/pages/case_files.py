"""Photos and papers of a case: put there, handed out as downloads, taken out."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request, UploadFile
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.complaints import attached, queries, service
from crm.complaints.schemas import AttachmentIn
from crm.complaints.terms import CaseStatus
from crm.kit.errors import Conflict, CrmError, NotFound
from crm.recovery import letters
from crm.staff.actor import Actor
from web.case_downloads import handed_out, kind_word
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.rendering import is_fragment, render
from web.shelf import UPLOAD_MAX, Shelf, content_of
from web.wording import wording

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=200)]
No = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/complaints/{complaint_id:uuid}/files")
def show_files(request: Request, db: Db, me: Me, complaint_id: UUID) -> Response:
    """The part of the case's page with its files and letters; a page of its own without htmx."""
    return _files(request, db, me, complaint_id)


@router.post("/complaints/{complaint_id:uuid}/files", max_body_size=UPLOAD_MAX)
def add_file(
    request: Request,
    db: Db,
    me: Me,
    shelf: Shelf,
    complaint_id: UUID,
    file: UploadFile,
    file_title: Text = "",
) -> Response:
    """Back to the case, or the form again with what is wrong with the file."""
    typed = {"file_title": file_title, "file": ""}
    try:
        with db.begin_nested():
            asked = AttachmentIn(title=file_title.strip() or None)
            content = content_of(file)
            named = file.filename or ""
            service.attach(db, shelf, complaint_id, asked, content, by=me, named=named)
    except NotFound:
        raise
    except (ValidationError, CrmError) as error:
        found = refused(typed | {"title": ""}, error, me.language)
        errors = [
            (("file_title" if name == "title" else name), text) for name, text in found.errors
        ]
        form = Filled(typed, errors)
        return _files(request, db, me, complaint_id, form, status=status_of(error))
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


@router.get("/complaints/{complaint_id:uuid}/files/{no}")
def hand_out(db: Db, me: Me, views: Views, shelf: Shelf, complaint_id: UUID, no: No) -> Response:
    """The file as a download; who took it is in the audit."""
    found = attached.attachment(db, complaint_id, no, by=me)
    return handed_out(views, me, shelf, found)


@router.get("/complaints/{complaint_id:uuid}/files/{no}/remove")
def ask_before_removing(request: Request, db: Db, me: Me, complaint_id: UUID, no: No) -> Response:
    """What is gone cannot be taken back, so one page stands before it."""
    row = attached.attachment(db, complaint_id, no, by=me).row
    if row.removed_at is not None:
        raise attached.no_such_file()
    case = queries.complaint(db, complaint_id, by=me)
    called = row.title or wording(me.language).gettext(kind_word(row.file_kind))
    return render(request, "complaints/remove_file.html", case=case, file=row, called=called)


@router.post("/complaints/{complaint_id:uuid}/files/{no}/remove")
def remove(db: Db, me: Me, complaint_id: UUID, no: No) -> Response:
    """Out of the case for good; a second tap finds it done."""
    service.take_out(db, complaint_id, no, by=me)
    return RedirectResponse(f"/complaints/{complaint_id}", 303)


def status_of(error: Exception) -> int:
    return 409 if isinstance(error, Conflict) else 422


def _files(
    request: Request,
    db: Session,
    me: Actor,
    complaint_id: UUID,
    form: Filled | None = None,
    *,
    status: int = 200,
) -> Response:
    case = queries.complaint(db, complaint_id, by=me)
    files = attached.attachments(db, complaint_id, by=me)
    fragment = is_fragment(request)
    return render(
        request,
        "complaints/_files.html" if fragment else "complaints/files.html",
        status=status,
        case=case,
        files=[one for one in files if one.removed_at is None],
        gone=sum(one.removed_at is not None for one in files),
        letters=letters.letters_of(db, complaint_id, by=me),
        may_handle=me.may("complaints.handle"),
        is_open=case.status is not CaseStatus.CLOSED,
        form=form or Filled({}),
        kind_word=lambda kind: wording(me.language).gettext(kind_word(kind)),
    )
