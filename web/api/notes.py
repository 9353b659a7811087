"""REST: signed notes about guests. They are written anew or struck out, never deleted."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from crm.notes import queries, writing
from crm.notes.schemas import NoteAmend, NoteMade, NoteRow, NoteSheet, NoteStrike, NoteWrite
from web.answers import created_once, need_match, with_etag
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["notes"], route_class=HardRoute)


@router.get("/guests/{guest_id}/notes")
def list_notes(db: Db, me: Me, views: Views, guest_id: UUID) -> list[NoteRow]:
    """The notes that you may read and that still hold, newest first."""
    found = queries.notes_of(db, guest_id, by=me)
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["notes"])
    return found


@router.post("/guests/{guest_id}/notes", status_code=201)
def write_note(request: Request, db: Db, me: Me, guest_id: UUID, asked: NoteWrite) -> NoteMade:
    """A note signed by you; ``cautions`` of the answer tell what to look at in its words."""

    def produce() -> tuple[BaseModel, str]:
        made = writing.write_note(db, guest_id, asked, by=me)
        return made, f"/api/v1/notes/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/notes/{note_id}")
def read_note(db: Db, me: Me, views: Views, note_id: UUID) -> NoteSheet:
    """A note with its older wordings, newest first."""
    found = queries.note(db, note_id, by=me)
    views.viewed(by=me, subject="note", subject_id=note_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/notes/{note_id}")
def amend_note(request: Request, db: Db, me: Me, note_id: UUID, asked: NoteAmend) -> NoteSheet:
    """Write a note anew; how it read before is kept."""
    held = queries.note(db, note_id, by=me)
    need_match(request, held.version)
    writing.amend_note(db, note_id, asked, version=held.version, by=me)
    return _sheet(db, note_id, me)


@router.post("/notes/{note_id}/strike")
def strike_note(request: Request, db: Db, me: Me, note_id: UUID, asked: NoteStrike) -> NoteSheet:
    """Strike a note out, with the reason; it stays in the file as struck out."""
    held = queries.note(db, note_id, by=me)
    need_match(request, held.version)
    writing.strike_note(db, note_id, asked, version=held.version, by=me)
    return _sheet(db, note_id, me)


def _sheet(db: Db, note_id: UUID, me: Me) -> NoteSheet:
    """The note as it stands now; its writer keeps it in sight whatever its level became."""
    found = queries.note(db, note_id, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]
