"""What leaves a case as a file: its photos and papers as downloads, its letters on paper."""

from uuid import UUID

from sqlmodel import Session
from starlette.responses import Response

from crm.complaints import queries
from crm.complaints.attached import AttachedFile
from crm.documents.terms import FileKind
from crm.hotels import queries as hotels
from crm.kit.errors import NotFound
from crm.recovery import letters
from crm.staff.actor import Actor
from web.deps import Views
from web.papers import letter_paper
from web.papers.printing import paper
from web.shelf import Shelf, as_download
from web.wording import mark

PHOTO, PAPER = mark("Photo"), mark("Paper")


def handed_out(views: Views, me: Actor, shelf: Shelf, found: AttachedFile) -> Response:
    """The content of a file that is still there, with its viewing noted."""
    row = found.row
    if row.removed_at is not None:
        raise NotFound("This file was taken out of the case.", "attachment_removed")
    title = row.title or f"{kind_word(row.file_kind)} {row.no}"
    answer = as_download(shelf, title, row.file_kind, found.sha256)
    viewed(views, me, row.complaint_id, found.guest_id, "attachment")
    return answer


def printed(db: Session, me: Actor, views: Views, complaint_id: UUID, no: int) -> Response:
    """A letter as a PDF answer, with its viewing noted."""
    kept = letters.letter(db, complaint_id, no, by=me)
    case = queries.complaint(db, complaint_id, by=me)
    content = letter_paper.draw(kept, hotels.hotel(db, case.hotel_id))
    viewed(views, me, complaint_id, case.guest_id, "letter")
    return paper(content, f"letter-{case.reference}-{no}.pdf")


def viewed(views: Views, me: Actor, complaint_id: UUID, guest_id: UUID | None, what: str) -> None:
    """Note that somebody looked at a part of a case: ``attachment`` or ``letter``."""
    views.viewed(
        by=me, subject="complaint", subject_id=complaint_id, guest_id=guest_id, fields=[what]
    )


def kind_word(kind: FileKind) -> str:
    """What a file without a title is called."""
    return PAPER if kind is FileKind.PDF else PHOTO
