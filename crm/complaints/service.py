"""Opens and closes cases; the workflow between the two is a later floor of this slice."""

from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints.events import ComplaintClosed, ComplaintOpened
from crm.complaints.queries import no_such_case, reference, within_reach
from crm.complaints.schemas import ComplaintClose, ComplaintMade, ComplaintOpen
from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import CaseStatus
from crm.guests.queries import need_visible
from crm.hotels import queries as hotels
from crm.hotels.tables import Hotel
from crm.kit import clock, failpoints
from crm.kit import events as news
from crm.kit.errors import Conflict
from crm.kit.ids import new_id
from crm.staff.actor import Actor

FIRST_NUMBER = 1001


class ComplaintAlreadyClosed(Conflict):
    def __init__(self) -> None:
        super().__init__("This case is closed already.", "complaint_closed")


def open_complaint(
    db: Session, hotel_id: UUID, opening: ComplaintOpen, *, by: Actor
) -> ComplaintMade:
    """Take a case down under the hotel's next number, with its first step."""
    if opening.guest_id is not None:
        need_visible(db, opening.guest_id, by=by)
    hotel = hotels.hotel(db, hotel_id)
    case = Complaint(
        id=new_id(),
        hotel_id=hotel_id,
        number=_next_number(db, hotel_id),
        kind=opening.kind,
        source=opening.source,
        guest_id=opening.guest_id,
        stay_id=opening.stay_id,
        room_no=opening.room_no,
        category=opening.category,
        severity=opening.severity,
        headline=opening.headline,
        words=opening.words,
        department=opening.department,
        is_sensitive=opening.is_sensitive,
        status=CaseStatus.RECEIVED,
        opened_at=clock.now(),
        opened_by=by.staff_id,
        due_at=opening.due_at,
        currency=hotel.currency,
    )
    db.add(case)
    db.flush()
    failpoints.reach("complaint.opened")
    _step(db, case, "Taken down.", by=by)
    _note(db, case, Deed.CREATED, by=by)
    news.record(
        db,
        ComplaintOpened(
            guest_id=case.guest_id,
            hotel_id=hotel_id,
            by_id=by.id,
            complaint_id=case.id,
            number=case.number,
            severity=case.severity,
            room_no=case.room_no,
        ),
    )
    return ComplaintMade(id=case.id, number=case.number, reference=reference(case.number))


def close_complaint(db: Session, complaint_id: UUID, closing: ComplaintClose, *, by: Actor) -> None:
    """Close a case with what was found and given; it is never deleted."""
    case = _locked(db, complaint_id, by)
    if case.status is CaseStatus.CLOSED:
        raise ComplaintAlreadyClosed
    case.status = CaseStatus.CLOSED
    case.closed_at = clock.now()
    case.cause = closing.cause
    case.satisfaction = closing.satisfaction
    case.given = closing.given
    case.cost_minor = closing.cost_minor
    case.currency = closing.currency or case.currency
    case.next_stay_check = closing.next_stay_check
    case.version += 1
    db.add(case)
    _step(db, case, closing.words, by=by)
    _note(db, case, Deed.CHANGED, by=by)
    news.record(
        db,
        ComplaintClosed(
            guest_id=case.guest_id,
            hotel_id=case.hotel_id,
            by_id=by.id,
            complaint_id=case.id,
            number=case.number,
        ),
    )


def _next_number(db: Session, hotel_id: UUID) -> int:
    """One more than the hotel's highest; the hotel's row is held, so that two wait in turn."""
    connection = db.connection()
    connection.execute(
        select(col(Hotel.id)).where(col(Hotel.id) == hotel_id).with_for_update(key_share=True)
    )
    highest = connection.scalar(
        select(func.max(col(Complaint.number))).where(col(Complaint.hotel_id) == hotel_id)
    )
    return FIRST_NUMBER if highest is None else int(highest) + 1


def _locked(db: Session, complaint_id: UUID, by: Actor) -> Complaint:
    case = db.exec(
        select(Complaint)  # type: ignore[call-overload]
        .where(col(Complaint.id) == complaint_id, within_reach(by))
        .with_for_update()
    ).scalar_one_or_none()
    if case is None:
        raise no_such_case()
    found: Complaint = case
    return found


def _step(db: Session, case: Complaint, words: str, *, by: Actor) -> None:
    last = db.connection().scalar(
        select(func.max(col(ComplaintStep.no))).where(col(ComplaintStep.complaint_id) == case.id)
    )
    db.add(
        ComplaintStep(
            complaint_id=case.id,
            no=1 + int(last or 0),
            at=clock.now(),
            by_id=by.staff_id,
            status_after=case.status,
            words=words,
        )
    )
    db.flush()


def _note(db: Session, case: Complaint, deed: Deed, *, by: Actor) -> None:
    audit.note(
        db,
        deed,
        by=by,
        subject="complaint",
        subject_id=case.id,
        guest_id=case.guest_id,
        fields=["status"],
    )
