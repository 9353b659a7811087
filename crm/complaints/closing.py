"""Closes a case with the guest's word, its cause and prevention; reopens it; checks at arrival."""

from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.terms import Deed
from crm.complaints import rules
from crm.complaints.clocks import set_clocks
from crm.complaints.events import ComplaintClosed, ComplaintReopened
from crm.complaints.schemas import (
    CaseReopen,
    CaseVersion,
    ComplaintClose,
    PreventionIn,
)
from crm.complaints.tables import ArrivalCheck, Complaint, Prevention
from crm.complaints.terms import CaseStatus, ReopenWhy, StepKind
from crm.complaints.writing import (
    end_pause,
    held,
    need_colleague,
    need_words,
    noted,
    sign,
    stand,
    told,
)
from crm.hotels import queries as hotels
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import Conflict, Invalid, RuleBroken, mark
from crm.staff.actor import Actor
from crm.stays.queries import no_such_stay
from crm.stays.tables import Stay

_WHY = {
    ReopenWhy.NOT_SOLVED: "Not solved.",
    ReopenWhy.CAME_BACK: "It came back.",
    ReopenWhy.GUEST_WROTE_AGAIN: "The guest wrote again.",
    ReopenWhy.CLOSED_BY_MISTAKE: "Closed by mistake.",
}


class ComplaintAlreadyClosed(Conflict):
    def __init__(self) -> None:
        super().__init__(mark("This case is closed already."), "complaint_closed")


def close_complaint(
    db: Session,
    complaint_id: UUID,
    closing: ComplaintClose,
    *,
    by: Actor,
    version: int | None = None,
) -> CaseVersion:
    """Close a case; it is never deleted.

    A complaint needs the guest's word (or three tries to reach them), a cause and a prevention;
    praise and suggestions close simply. What is to be asked at the next stay becomes a check.
    `ComplaintAlreadyClosed`, `Invalid` with the pointer of what is missing.
    """
    case = held(db, complaint_id, by=by, version=version)
    if case.status is CaseStatus.CLOSED:
        raise ComplaintAlreadyClosed
    cause = closing.cause or case.cause
    _need_enough(case, closing, cause)
    need_words(db, case.category, cause)
    end_pause(db, case)
    stand(case, CaseStatus.CLOSED)
    case.closed_at = clock.now()
    case.cause = cause
    case.cause_detail = closing.cause_detail or case.cause_detail
    case.satisfaction = closing.satisfaction
    case.next_stay_check = closing.next_stay_check
    if closing.prevention is not None:
        _prevent(db, case, closing.prevention, by)
    if closing.next_stay_check is not None and case.guest_id is not None:
        _ask_at_arrival(db, case, case.guest_id, closing.next_stay_check)
    sign(db, case, StepKind.MOVED, closing.words, by=by)
    noted(db, case, Deed.CHANGED, "status", by=by)
    news.record(
        db,
        ComplaintClosed(
            guest_id=case.guest_id,
            hotel_id=case.hotel_id,
            by_id=by.id,
            complaint_id=case.id,
            number=case.number,
            case_kind=case.kind,
            satisfaction=case.satisfaction,
        ),
    )
    return CaseVersion(id=case.id, status=case.status, version=case.version)


def _need_enough(case: Complaint, closing: ComplaintClose, cause: str | None) -> None:
    if not rules.asks_for_more(case.kind):
        return
    if closing.satisfaction is None and not rules.may_close_unheard(case.reach_tries):
        raise Invalid(
            "Ask the guest first: 0 to 10. Without an answer, note three tries to reach them.",
            "case_feedback",
            pointer="/satisfaction",
        )
    if cause is None:
        raise Invalid("Say what the cause was.", "case_cause_needed", pointer="/cause")
    if closing.prevention is None:
        raise Invalid(
            "Say what prevents it from now on, who sees to it, and when it is looked at.",
            "case_prevention",
            pointer="/prevention",
        )


def _prevent(db: Session, case: Complaint, asked: PreventionIn, by: Actor) -> None:
    need_colleague(db, asked.owner_id, case.hotel_id, pointer="/prevention/owner_id")
    today = clock.today_in(hotels.hotel(db, case.hotel_id).time_zone)
    if asked.check_back_on <= today:
        raise Invalid(
            "Look back on a day after today.",
            "case_check_back",
            pointer="/prevention/check_back_on",
        )
    db.add(
        Prevention(
            hotel_id=case.hotel_id,
            complaint_id=case.id,
            category=case.category,
            cause=case.cause,
            words=asked.words,
            owner_id=asked.owner_id,
            check_back_on=asked.check_back_on,
            made_at=clock.now(),
            made_by=by.staff_id,
        )
    )


def _ask_at_arrival(db: Session, case: Complaint, guest_id: UUID, words: str) -> None:
    check = db.get(ArrivalCheck, case.id)
    if check is None:
        check = ArrivalCheck(
            complaint_id=case.id,
            guest_id=guest_id,
            hotel_id=case.hotel_id,
            words=words,
            made_at=clock.now(),
        )
    check.words, check.stay_id, check.done_at, check.done_by = words, None, None, None
    db.add(check)


def reopen(
    db: Session, complaint_id: UUID, asked: CaseReopen, *, by: Actor, version: int | None = None
) -> CaseVersion:
    """Take a closed case up again, with the reason, within thirty days; its clocks start anew."""
    case = held(db, complaint_id, by=by, version=version)
    if case.status is not CaseStatus.CLOSED or case.closed_at is None:
        raise Conflict("This case is open.", "case_open")
    if not rules.may_reopen(case.closed_at, clock.now()):
        raise RuleBroken(
            "This case was closed more than 30 days ago. Open a new one and name this in it.",
            "case_reopen_late",
        )
    stand(case, CaseStatus.REOPENED)
    case.closed_at = None
    case.reach_tries = 0
    case.reopened += 1
    sign(db, case, StepKind.REOPENED, f"{_WHY[asked.why]} {asked.words}", by=by)
    # The clocks look for that step: they begin anew with it.
    set_clocks(db, case, now=clock.now())
    db.flush()
    noted(db, case, Deed.UNDONE, "status", by=by)
    news.record(
        db,
        ComplaintReopened(
            guest_id=case.guest_id,
            hotel_id=case.hotel_id,
            by_id=by.id,
            complaint_id=case.id,
            number=case.number,
        ),
    )
    return CaseVersion(id=case.id, status=case.status, version=case.version)


def check_done(db: Session, complaint_id: UUID, stay_id: UUID, *, by: Actor) -> None:
    """Mark an arrival check done at a stay of its guest; a second time changes nothing."""
    case = held(db, complaint_id, by=by, permission="complaints.check")
    check = db.get(ArrivalCheck, case.id)
    if check is None or case.status is not CaseStatus.CLOSED:
        raise RuleBroken("This case asks for no check at arrival.", "case_no_check")
    stay = db.connection().execute(
        select(col(Stay.id)).where(
            col(Stay.id) == stay_id,
            col(Stay.guest_id) == check.guest_id,
            col(Stay.hotel_id) == case.hotel_id,
        )
    ).first()  # fmt: skip
    if stay is None:
        raise no_such_stay()
    if check.done_at is not None:
        return
    check.stay_id, check.done_at, check.done_by = stay_id, clock.now(), by.staff_id
    db.add(check)
    sign(db, case, StepKind.NOTED, f"Checked at arrival: {check.words}", by=by)
    noted(db, case, Deed.CHANGED, "check", by=by)
    told(db, case, by=by)
