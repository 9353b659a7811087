"""Takes an answer by its link, once; a low score opens a case in the same transaction, once."""

from contextlib import suppress
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints import service as complaints
from crm.complaints.queries import words_of
from crm.complaints.schemas import ComplaintMade, ComplaintOpen
from crm.complaints.terms import CaseSource, Severity
from crm.feedback import rules
from crm.feedback.events import SurveyAnswered
from crm.feedback.queries import LinkUsed, setting, survey_of_link
from crm.feedback.schemas import SurveyAnswer
from crm.feedback.tables import Survey
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import CrmError
from crm.staff.actor import Actor, system
from crm.stays.tables import Stay


def answer(db: Session, token: str, given: SurveyAnswer, *, language: str) -> None:
    """Keep what a guest answered in ``language``.

    `LinkForged`, `LinkExpired` or `LinkUsed`, also for the second of two who answer at once.
    """
    link = survey_of_link(db, token)
    by = system("survey")
    now, zone = clock.now(), hotels.hotel(db, link.hotel_id).time_zone
    first = db.connection().execute(
        update(Survey)
        .where(col(Survey.id) == link.id, col(Survey.answered_at).is_(None))
        .values(
            answered_at=now, answered_on=clock.today_in(zone), language=language,
            score=given.score, words=given.words, may_call=given.may_call,
            version=Survey.version + 1,
        )
    )  # fmt: skip
    if first.rowcount == 0:
        raise LinkUsed
    stay = db.get_one(Stay, link.stay_id)
    audit.note(
        db, Deed.CHANGED, by=by, subject="survey", subject_id=link.id, guest_id=stay.guest_id,
        fields=["score", "words", "may_call"],
    )  # fmt: skip
    case = None
    if given.score <= setting(db, link.hotel_id).low_at_most:
        case = open_for_survey(db, link.hotel_id, link.stay_id, given, language=language, by=by)
        db.connection().execute(
            update(Survey).where(col(Survey.id) == link.id).values(complaint_id=case.id)
        )
    news.record(
        db,
        SurveyAnswered(
            guest_id=stay.guest_id,
            hotel_id=link.hotel_id,
            survey_id=link.id,
            stay_id=link.stay_id,
            score=given.score,
            complaint_id=case.id if case else None,
        ),
    )


def open_for_survey(
    db: Session,
    hotel_id: UUID,
    stay_id: UUID,
    given: SurveyAnswer,
    *,
    language: str,
    by: Actor,
    category: str | None = None,
    severity: Severity | None = None,
) -> ComplaintMade:
    """The case of a low score. It names guest and stay where it can, and is opened without them
    where a rule forbids it (a file that was merged away meanwhile): no answer is lost for that."""
    opening = ComplaintOpen(
        source=CaseSource.SURVEY,
        stay_id=stay_id,
        category=category or fitting_category(db, given.words),
        severity=severity or rules.severity_of(given.score),
        headline=_headline(given, language),
        words=given.words,
    )
    with suppress(CrmError), db.begin_nested():
        return complaints.open_complaint(db, hotel_id, opening, by=by)
    without = opening.model_copy(update={"stay_id": None})
    return complaints.open_complaint(db, hotel_id, without, by=by)


def fitting_category(db: Session, words: str | None) -> str:
    """The category that the words speak of, where it is in use; else the first that is."""
    known = words_of(db)
    wanted = rules.category_of(words)
    for code in (wanted, rules.ANY_CATEGORY):
        if not known or (code in known and known[code].is_on):
            return code
    return next((code for code, word in known.items() if word.is_on), rules.ANY_CATEGORY)


def _headline(given: SurveyAnswer, language: str) -> str:
    """Who may know of the case only reads the score here; the words are the case's."""
    if language.startswith("zh"):
        call = "，请求回电" if given.may_call else ""
        return f"离店问卷：{given.score} 分（满分 10）{call}"
    call = ", asks to be called back" if given.may_call else ""
    return f"Survey after the stay: {given.score} of 10{call}"
