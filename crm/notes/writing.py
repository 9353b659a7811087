"""Writes notes, writes them anew beside the older wording, and strikes them out with a reason."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import need_visible
from crm.guests.tables import Guest
from crm.guests.terms import GuestState
from crm.kit import clock, events
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, RuleBroken
from crm.kit.ids import new_id
from crm.kit.rows import cols, named
from crm.notes import queries
from crm.notes.events import NoteStruck, NoteWritten
from crm.notes.guarding import looked_at
from crm.notes.reach import departments_of, levels_of
from crm.notes.schemas import NoteAmend, NoteMade, NoteSheet, NoteStrike, NoteWrite
from crm.notes.tables import Note, NoteReader, NoteVersion
from crm.notes.terms import NoteLevel
from crm.preferences.refusals import GuestMerged
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel
from crm.stays.queries import of_guest
from crm.stays.tables import Stay


def write_note(db: Session, guest_id: UUID, asked: NoteWrite, *, by: Actor) -> NoteMade:
    """Write a note about a guest, signed and dated.

    `NotFound` for a guest out of reach, `GuestMerged` for a file that lives on in another,
    `Invalid` for words with a card or identity number, `NotAllowed` for a level beyond one's own.
    """
    by.need("notes.write")
    need_visible(db, guest_id, by=by)
    _refuse_merged(db, guest_id)
    if asked.stay_id is not None:
        _need_stay(db, asked.stay_id, guest_id, by)
    cautions = _checked(db, asked, by)
    identity = new_id()
    db.add(
        Note(
            id=identity,
            guest_id=guest_id,
            hotel_id=by.hotel_id if asked.this_hotel_only else None,
            stay_id=asked.stay_id,
            kind=asked.kind,
            level=asked.level,
            department=asked.department,
            words=asked.words,
            needs_review=bool(cautions),
            noted_at=clock.now(),
            noted_by=by.staff_id,
            expires_on=asked.expires_on,
        )
    )
    db.flush()
    _name_readers(db, identity, asked)
    _told(db, Deed.CREATED, identity, guest_id, 1, by)
    return NoteMade(id=identity, version=1, cautions=cautions)


def amend_note(
    db: Session, note_id: UUID, asked: NoteAmend, *, version: int, by: Actor
) -> NoteMade:
    """Write a note anew; the older wording is kept beside it.

    `NotFound` when it is out of reach, `NotAllowed` for other people's notes without the right to
    keep notes, `RuleBroken` when it was struck out, `ChangedMeanwhile` when somebody was faster.
    """
    held = _held(db, note_id, by, version)
    cautions = _checked(db, asked, by, held)
    db.add(
        NoteVersion(
            note_id=note_id,
            no=held.version,
            kind=held.kind,
            level=held.level,
            department=held.department,
            words=held.words,
            expires_on=held.expires_on,
            replaced_at=clock.now(),
            replaced_by=by.staff_id,
        )
    )
    _write(
        db, held, kind=asked.kind, level=asked.level, department=asked.department,
        words=asked.words, expires_on=asked.expires_on, needs_review=bool(cautions),
    )  # fmt: skip
    db.connection().execute(delete(NoteReader).where(col(NoteReader.note_id) == note_id))
    _name_readers(db, note_id, asked)
    _told(db, Deed.CHANGED, note_id, held.guest_id, version + 1, by, fields=["words"])
    return NoteMade(id=note_id, version=version + 1, cautions=cautions)


def strike_note(
    db: Session, note_id: UUID, asked: NoteStrike, *, version: int, by: Actor
) -> NoteMade:
    """Strike a note out; it stays with the reason, and is shown no more."""
    held = _held(db, note_id, by, version)
    looked_at(asked.reason)
    _write(
        db, held, struck_at=clock.now(), struck_by=by.staff_id, struck_why=asked.reason,
        needs_review=False,
    )  # fmt: skip
    audit.note(db, Deed.REMOVED, by=by, subject="note", subject_id=note_id, guest_id=held.guest_id)
    events.record(
        db,
        NoteStruck(
            note_id=note_id,
            version=version + 1,
            guest_id=held.guest_id,
            hotel_id=by.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return NoteMade(id=note_id, version=version + 1, cautions=[])


def may_amend(note: Any, by: Actor) -> bool:
    """One's own, or as one of those who keep the notes."""
    own = by.staff_id is not None and note.noted_by == by.staff_id
    return by.may("notes.keep") or (own and by.may("notes.write"))


def _held(db: Session, note_id: UUID, by: Actor, version: int) -> NoteSheet:
    by.need("notes.write")
    held = queries.note(db, note_id, by=by)
    if not may_amend(held, by):
        raise NotAllowed(
            "Other people's notes are changed by managers and the guest-file centre.",
            "note_of_another",
        )
    if held.struck_at is not None:
        raise RuleBroken("This note was struck out. Write a new one.", "note_struck")
    if held.version != version:
        raise _changed()
    return held


def _checked(db: Session, asked: NoteAmend, by: Actor, held: NoteSheet | None = None) -> list[str]:
    """What the words should be looked at for; raises for what may not be written."""
    found = looked_at(asked.words)
    _check_level(asked, by, held)
    for staff_id in asked.readers:
        if db.get(Staff, staff_id) is None:
            raise Invalid("There is no such colleague.", "staff", pointer="/readers")
    return [str(each) for each in found]


def _check_level(asked: NoteAmend, by: Actor, held: NoteSheet | None) -> None:
    if (asked.level is NoteLevel.DEPARTMENT) != (asked.department is not None):
        raise Invalid(
            "A department is named for a note of the level department, and for no other.",
            "note_department",
            pointer="/department",
        )
    if asked.readers and asked.level is not NoteLevel.RESTRICTED:
        raise Invalid(
            "Readers are named for a restricted note only.", "note_readers", pointer="/readers"
        )
    if held is not None and held.level is asked.level:
        return
    own = asked.department is not None and asked.department.value in departments_of(by)
    keeps = asked.level is NoteLevel.RESTRICTED and by.may("notes.keep")
    if not (asked.level in levels_of(by, Channel.JSON) or own or keeps):
        raise NotAllowed("You cannot write notes of this level.", "note_level", pointer="/level")


def _name_readers(db: Session, note_id: UUID, asked: NoteAmend) -> None:
    db.add_all(
        NoteReader(note_id=note_id, staff_id=staff_id) for staff_id in dict.fromkeys(asked.readers)
    )
    db.flush()


def _refuse_merged(db: Session, guest_id: UUID) -> None:
    survivor = aliased(Guest)
    row = db.connection().execute(
        select(*cols(Guest.state, Guest.merged_into_id), named(survivor.ref, "survivor"))
        .outerjoin(survivor, col(survivor.id) == col(Guest.merged_into_id))
        .where(col(Guest.id) == guest_id)
    ).one()  # fmt: skip
    if row.state is GuestState.MERGED:
        raise GuestMerged(row.survivor or "", row.merged_into_id)


def _need_stay(db: Session, stay_id: UUID, guest_id: UUID, by: Actor) -> None:
    query = select(col(Stay.id)).where(col(Stay.id) == stay_id, of_guest(guest_id, by))
    if db.connection().execute(query).first() is None:
        raise Invalid("This is no stay of this guest.", "note_stay", pointer="/stay_id")


def _write(db: Session, held: NoteSheet, **values: Any) -> None:
    done = db.connection().execute(
        update(Note)
        .where(col(Note.id) == held.id, col(Note.version) == held.version)
        .values(**values, version=held.version + 1)
    )
    if done.rowcount == 0:
        raise _changed()


def _changed() -> ChangedMeanwhile:
    return ChangedMeanwhile(
        "Somebody else changed this note meanwhile. Load it again.", "changed_meanwhile"
    )


def _told(
    db: Session,
    deed: Deed,
    note_id: UUID,
    guest_id: UUID,
    version: int,
    by: Actor,
    *,
    fields: list[str] | None = None,
) -> None:
    audit.note(
        db, deed, by=by, subject="note", subject_id=note_id, guest_id=guest_id, fields=fields or []
    )
    events.record(
        db,
        NoteWritten(
            note_id=note_id,
            version=version,
            guest_id=guest_id,
            hotel_id=by.hotel_id,
            by_id=by.staff_id,
        ),
    )
