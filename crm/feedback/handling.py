"""What people do with what was said: mark it as read, or open a case from it, exactly once."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints import queries as cases
from crm.complaints import service as complaints
from crm.complaints.schemas import ComplaintMade, ComplaintOpen
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource
from crm.feedback import rules
from crm.feedback.answering import fitting_category, open_for_survey
from crm.feedback.queries import HANDLE, no_such, one
from crm.feedback.schemas import FeedbackCase, FeedbackRow, SurveyAnswer
from crm.feedback.tables import GuestReview, Survey
from crm.feedback.terms import FeedbackKind
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile
from crm.staff.actor import Actor

_HEADLINE_WORDS = 60


def mark_read(
    db: Session, kind: FeedbackKind, row_id: UUID, *, version: int | None, by: Actor
) -> FeedbackRow:
    """Somebody has read it; once it is, it stays so. ``version`` None means any."""
    by.need(HANDLE)
    row = _held(db, kind, row_id, by)
    if version not in (None, row.version):
        raise ChangedMeanwhile(
            "Somebody changed this meanwhile. Look at it again.", "changed_meanwhile"
        )
    if row.read_at is None:
        _touch(db, row, by, ["read_at"], kind)
    return one(db, kind, row_id, by=by)


def open_case(
    db: Session, kind: FeedbackKind, row_id: UUID, asked: FeedbackCase, *, by: Actor
) -> ComplaintMade:
    """The case of a survey or review: a new one, or the one that it has. Also marks it as read."""
    by.need(HANDLE)
    row = _held(db, kind, row_id, by)
    if row.complaint_id is not None:
        return _its_own(db, row.complaint_id)
    if isinstance(row, Survey):
        given = SurveyAnswer(score=row.score or 0, words=row.words, may_call=row.may_call)
        made = open_for_survey(
            db, row.hotel_id, row.stay_id, given, language=row.language or "en", by=by,
            category=asked.category, severity=asked.severity,
        )  # fmt: skip
    else:
        made = _open_for_review(db, row, asked, by)
    row.complaint_id = made.id
    _touch(db, row, by, ["complaint_id"], kind)
    return made


def _open_for_review(
    db: Session, row: GuestReview, asked: FeedbackCase, by: Actor
) -> ComplaintMade:
    words = "\n".join(filter(None, (row.title, row.words))) or None
    opening = ComplaintOpen(
        source=CaseSource.LETTER,
        category=asked.category or fitting_category(db, words),
        severity=asked.severity or rules.severity_of(row.score_tenths // 10),
        headline=f"{row.site[:_HEADLINE_WORDS]}: {row.score}/{row.scale}",
        words=words[:2000] if words else None,
        visitor_name=row.author,
    )
    return complaints.open_complaint(db, row.hotel_id, opening, by=by)


def _its_own(db: Session, complaint_id: UUID) -> ComplaintMade:
    case = db.get_one(Complaint, complaint_id)
    return ComplaintMade(id=case.id, number=case.number, reference=cases.reference(case.number))


def _held(db: Session, kind: FeedbackKind, row_id: UUID, by: Actor) -> Any:
    """The row under a lock, once it is known to be within reach: two who open a case wait."""
    one(db, kind, row_id, by=by)
    table = Survey if kind is FeedbackKind.SURVEY else GuestReview
    found = db.exec(
        select(table).where(col(table.id) == row_id).with_for_update(),  # type: ignore[call-overload]
        execution_options={"populate_existing": True},
    ).scalar_one_or_none()
    if found is None:
        raise no_such(kind)
    return found


def _touch(db: Session, row: Any, by: Actor, fields: list[str], kind: FeedbackKind) -> None:
    if row.read_at is None:
        row.read_at, row.read_by = clock.now(), by.staff_id
    row.version += 1
    db.add(row)
    db.flush()
    subject = "survey" if kind is FeedbackKind.SURVEY else "guest_review"
    audit.note(db, Deed.CHANGED, by=by, subject=subject, subject_id=row.id, fields=fields)
