"""Notes of a guest below the card: to read, to write, to write anew and to strike out."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from crm.hotels.terms import DepartmentCode
from crm.kit.errors import Conflict, CrmError
from crm.notes import queries, writing
from crm.notes.reach import departments_of, levels_of, reads_every_department
from crm.notes.schemas import NoteAmend, NoteRow, NoteStrike, NoteWrite
from crm.notes.terms import NoteLevel
from crm.staff import queries as staff
from crm.staff.actor import Actor
from crm.staff.terms import Channel
from web.deps import Db, Me, Views
from web.forms import Filled, refused
from web.labels import label
from web.pages.guest_card import page_of, section_of

router = APIRouter(include_in_schema=False)

Text = Annotated[str, Form(max_length=2400)]
Readers = Annotated[list[UUID], Form(max_length=20)]
OPEN_TASKS = 12


class Shown(NamedTuple):
    """A note as the section shows it: who signed it, and whether this reader may amend it."""

    note: NoteRow
    signed: str
    struck_by: str
    may_amend: bool


@router.get("/guests/{guest_id:uuid}/notes")
def notes_section(request: Request, db: Db, me: Me, views: Views, guest_id: UUID) -> Response:
    facts = notes_facts(db, guest_id, me)
    return section_of(request, db, me, views, guest_id, "notes", **facts)


@router.post("/guests/{guest_id:uuid}/notes")
def write_note(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    guest_id: UUID,
    kind: Text = "remark",
    level: Text = "service",
    department: Text = "",
    words: Text = "",
    expires_on: Text = "",
    group: Text = "",
    readers: Readers = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """A new note, signed and dated."""
    typed = {
        "kind": kind,
        "level": level,
        "department": department,
        "words": words,
        "expires_on": expires_on,
        "group": group,
    }
    try:
        with db.begin_nested():
            asked = _asked(typed, readers) | {"this_hotel_only": not group}
            made = writing.write_note(db, guest_id, NoteWrite.model_validate(asked), by=me)
    except (ValidationError, CrmError) as error:
        again = refused(typed, error, me.language)
        facts = notes_facts(db, guest_id, me, form=again, named_readers=readers)
        return _again(request, db, me, views, guest_id, error, facts)
    anchor = "#note-doubts" if made.cautions else f"#note-{made.id}"
    return RedirectResponse(f"/guests/{guest_id}/notes{anchor}", 303)


@router.post("/notes/{note_id:uuid}")
def change_note(
    request: Request,
    db: Db,
    me: Me,
    views: Views,
    note_id: UUID,
    version: Annotated[int, Form(ge=1, le=10**9)],
    words: Text = "",
    reason: Text = "",
) -> Response:
    """Write a note's words anew; with a reason and no words it is struck out."""
    held = queries.note(db, note_id, by=me, channel=Channel.PAGE)
    try:
        with db.begin_nested():
            if reason.strip():
                strike = NoteStrike.model_validate({"reason": reason})
                writing.strike_note(db, note_id, strike, version=version, by=me)
            else:
                kept = held.model_dump(include={"kind", "level", "department", "expires_on"})
                asked = NoteAmend.model_validate(kept | {"words": words, "readers": held.readers})
                writing.amend_note(db, note_id, asked, version=version, by=me)
    except (ValidationError, CrmError) as error:
        again = refused({"reason": reason, "amended": words}, error, me.language)
        facts = notes_facts(db, held.guest_id, me, refusal=again, about=note_id)
        return _again(request, db, me, views, held.guest_id, error, facts)
    return RedirectResponse(f"/guests/{held.guest_id}/notes#note-{note_id}", 303)


def _again(
    request: Request,
    db: Session,
    me: Actor,
    views: Views,
    guest_id: UUID,
    error: Exception,
    facts: Mapping[str, Any],
) -> Response:
    status = 409 if isinstance(error, Conflict) else 422
    return page_of(request, db, me, views, guest_id, chosen="notes", status=status, **facts)


def notes_facts(
    db: Session,
    guest_id: UUID,
    me: Actor,
    *,
    form: Filled | None = None,
    named_readers: list[UUID] | None = None,
    refusal: Filled | None = None,
    about: UUID | None = None,
) -> dict[str, Any]:
    """What the section is drawn from; ``form`` or ``refusal`` is one that was refused."""
    found = queries.notes_of(db, guest_id, by=me, channel=Channel.PAGE, gone_too=True)
    people = {each for note in found for each in (note.noted_by, note.struck_by) if each}
    names = staff.names_of(db, people)
    shown = [
        Shown(
            note,
            names.get(note.noted_by, "") if note.noted_by else "",
            names.get(note.struck_by, "") if note.struck_by else "",
            note.struck_at is None and writing.may_amend(note, me),
        )
        for note in found
    ]
    traces = []
    if me.may("traces.read"):
        traces = queries.traces_due(db, me, guest_ids=[guest_id], limit=OPEN_TASKS)
    return {
        "notes": shown,
        "tasks": traces,
        "form": form or Filled({"kind": "remark", "level": "service"}),
        "refusal": refusal or Filled({}),
        "about": about,
        "levels": _levels(me),
        "note_departments": _departments(me),
        "people": staff.colleagues(db, by=me) if me.may("notes.keep") else [],
        "named_readers": named_readers or [],
    }


def _levels(me: Actor) -> list[tuple[str, str]]:
    """The levels at which this person may write."""
    own = set(levels_of(me, Channel.PAGE))
    if departments_of(me):
        own.add(NoteLevel.DEPARTMENT)
    if me.may("notes.keep"):
        own.add(NoteLevel.RESTRICTED)
    return [
        (level.value, label("note_level", level, language=me.language))
        for level in NoteLevel
        if level in own
    ]


def _departments(me: Actor) -> list[tuple[str, str]]:
    everywhere = NoteLevel.DEPARTMENT in levels_of(me, Channel.PAGE) and reads_every_department(me)
    ours = departments_of(me)
    return [("", "—")] + [
        (code.value, label("department", code, language=me.language))
        for code in DepartmentCode
        if everywhere or code.value in ours
    ]


def _asked(typed: Mapping[str, str], readers: list[UUID]) -> dict[str, Any]:
    """What was typed; a department, readers and a day count only where the level has them."""
    level = typed["level"] or "service"
    return {
        "kind": typed["kind"] or "remark",
        "level": level,
        "department": typed["department"] or None if level == NoteLevel.DEPARTMENT.value else None,
        "words": typed["words"],
        "expires_on": typed["expires_on"].strip() or None,
        "readers": readers if level == NoteLevel.RESTRICTED.value else [],
    }
