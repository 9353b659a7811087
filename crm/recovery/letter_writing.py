"""Keeps a letter as a person wrote it, and notes how a person sent it; nothing is sent here."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.audit.terms import Deed
from crm.complaints.terms import StepKind
from crm.complaints.writing import held, noted, sign, told
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Conflict, RuleBroken, mark
from crm.recovery.letter_schemas import LetterIn, LetterSent, LetterSheet
from crm.recovery.letters import WRITE, letter, no_such_letter
from crm.recovery.tables import ComplaintLetter
from crm.recovery.terms import LETTERS_MAX, SentHow
from crm.staff.actor import Actor

SENT_WORDS = {
    SentHow.POST: "Sent the letter by post.",
    SentHow.E_MAIL: "Sent the letter by e-mail.",
    SentHow.BY_HAND: "Handed the letter over.",
}
"""The house's own sentences in the case's steps."""


class LetterSentAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(
            mark("This letter was sent and stays as it is. Write another one."), "letter_sent"
        )


def write_letter(db: Session, complaint_id: UUID, asked: LetterIn, *, by: Actor) -> LetterSheet:
    """Keep a new letter that is not sent yet; also for a case that is closed.

    `NotFound` for a case out of reach, `RuleBroken` for the twenty-first letter.
    """
    case = held(db, complaint_id, by=by, permission=WRITE)
    last = db.connection().scalar(
        select(func.max(col(ComplaintLetter.no))).where(
            col(ComplaintLetter.complaint_id) == complaint_id
        )
    )
    number = 1 + int(last or 0)
    if number > LETTERS_MAX:
        raise RuleBroken("A case has at most 20 letters. Change one of them.", "letters_full")
    now = clock.now()
    db.add(
        ComplaintLetter(
            complaint_id=complaint_id,
            no=number,
            language=asked.language,
            subject=asked.subject,
            body=asked.body,
            made_at=now,
            made_by=by.staff_id,
            changed_at=now,
            changed_by=by.staff_id,
        )
    )
    db.flush()
    noted(db, case, Deed.CREATED, "letter", by=by)
    told(db, case, by=by)
    return letter(db, complaint_id, number, by=by)


def change_letter(
    db: Session, complaint_id: UUID, no: int, asked: LetterIn, *, by: Actor, version: int | None
) -> LetterSheet:
    """Write a letter anew; `LetterSentAlready` for one that went to the guest.

    `ChangedMeanwhile` when ``version`` is no longer the newest; None means any.
    """
    case = held(db, complaint_id, by=by, permission=WRITE)
    row = _unsent(db, complaint_id, no, version)
    row.language, row.subject, row.body = asked.language, asked.subject, asked.body
    row.changed_at, row.changed_by = clock.now(), by.staff_id
    row.version += 1
    db.add(row)
    db.flush()
    noted(db, case, Deed.CHANGED, "letter", by=by)
    return letter(db, complaint_id, no, by=by)


def mark_sent(
    db: Session, complaint_id: UUID, no: int, asked: LetterSent, *, by: Actor, version: int | None
) -> LetterSheet:
    """Note that a person sent the letter; a signed step of the case, and the letter stays so."""
    case = held(db, complaint_id, by=by, permission=WRITE)
    row = _unsent(db, complaint_id, no, version)
    row.sent_how, row.sent_at, row.sent_by = asked.how, clock.now(), by.staff_id
    row.version += 1
    db.add(row)
    db.flush()
    sign(db, case, StepKind.LETTER, SENT_WORDS[asked.how], by=by)
    noted(db, case, Deed.CHANGED, "letter", by=by)
    told(db, case, by=by)
    return letter(db, complaint_id, no, by=by)


def _unsent(db: Session, complaint_id: UUID, no: int, version: int | None) -> ComplaintLetter:
    row = db.get(ComplaintLetter, (complaint_id, no), populate_existing=True)
    if row is None:
        raise no_such_letter()
    if row.sent_at is not None:
        raise LetterSentAlready
    if version not in (None, row.version):
        raise ChangedMeanwhile(
            "Somebody else changed this letter meanwhile. Look at it again.", "changed_meanwhile"
        )
    return row
