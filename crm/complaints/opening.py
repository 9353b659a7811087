"""Takes a case down: who, where and what, under the hotel's next number, exactly once."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.audit.terms import Deed
from crm.complaints.clocks import set_clocks
from crm.complaints.events import ComplaintOpened
from crm.complaints.queries import reference
from crm.complaints.schemas import ComplaintMade, ComplaintOpen
from crm.complaints.tables import Complaint, ComplaintStaff
from crm.complaints.terms import CaseStatus, StepKind
from crm.complaints.writing import (
    need_colleague,
    need_department,
    need_words,
    noted,
    sign,
)
from crm.guests.queries import need_visible
from crm.guests.tables import Guest
from crm.hotels import queries as hotels
from crm.hotels.tables import Hotel
from crm.kit import clock, failpoints
from crm.kit import events as news
from crm.kit.errors import Conflict, Invalid, NotFound, RuleBroken, mark
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.staff.actor import Actor
from crm.stays.queries import no_such_stay
from crm.stays.tables import Stay

FIRST_NUMBER = 1001


class CaseKnown(Conflict):
    """This id is another case's."""


def open_complaint(
    db: Session, hotel_id: UUID, opening: ComplaintOpen, *, by: Actor
) -> ComplaintMade:
    """Take a case down under the hotel's next number, with its first step and its clocks.

    With an id that is there already, and the same content, it is that one; `CaseKnown` for
    another content. `NotFound` for a hotel, guest or stay out of reach, `RuleBroken` for a file
    that was merged into another, `Invalid` for words that are not in the master list.
    """
    by.need("complaints.open")
    hotel = hotels.hotel(db, hotel_id)
    if by.reach != "group" and hotel_id not in by.hotel_ids:
        raise NotFound("There is no such hotel here.", "hotel")
    if opening.id is not None:
        before = db.get(Complaint, opening.id)
        if before is not None:
            return _same_again(before, hotel_id, opening, by)
    facts = _about(db, hotel_id, opening, by)
    is_sensitive, department = need_words(db, opening.category, opening.cause)
    if opening.department is not None:
        need_department(db, hotel_id, opening.department)
    if opening.happened_at is not None and opening.happened_at > clock.now():
        raise Invalid(
            "This has not happened yet. Say when it did.", "case_time", pointer="/happened_at"
        )
    case = Complaint(
        id=opening.id or new_id(),
        hotel_id=hotel_id,
        number=_next_number(db, hotel_id),
        talk_id=opening.talk_id,
        kind=opening.kind,
        source=opening.source,
        **facts,
        place=opening.place,
        item=opening.item,
        happened_at=opening.happened_at,
        visitor_name=opening.visitor_name,
        visitor_contact=opening.visitor_contact,
        category=opening.category,
        cause=opening.cause,
        severity=opening.severity,
        headline=opening.headline,
        words=opening.words,
        department=opening.department or department,
        is_sensitive=opening.is_sensitive or is_sensitive,
        status=CaseStatus.RECEIVED,
        opened_at=clock.now(),
        opened_by=by.staff_id,
        currency=hotel.currency,
    )
    db.add(case)
    db.flush()
    failpoints.reach("complaint.opened")
    put_staff(db, case, opening.staff_ids)
    set_clocks(db, case, now=clock.now())
    sign(db, case, StepKind.TAKEN, "Taken down.", by=by, is_new=True)
    noted(db, case, Deed.CREATED, by=by)
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
    return _made(case)


def _made(case: Complaint) -> ComplaintMade:
    return ComplaintMade(id=case.id, number=case.number, reference=reference(case.number))


def _same_again(
    before: Complaint, hotel_id: UUID, opening: ComplaintOpen, by: Actor
) -> ComplaintMade:
    same = (before.hotel_id, before.opened_by, before.kind)
    if same != (hotel_id, by.staff_id, opening.kind):
        raise CaseKnown(
            mark("This id is another case's. Take a new one."), "case_known", pointer="/id"
        )
    return _made(before)


def _about(db: Session, hotel_id: UUID, opening: ComplaintOpen, by: Actor) -> dict[str, Any]:
    """Guest, stay and room as the stay says them where nothing else was said."""
    guest_id, room_no = opening.guest_id, opening.room_no
    if guest_id is not None:
        need_visible(db, guest_id, by=by)
    if opening.stay_id is not None:
        stay = db.connection().execute(
            select(*cols(Stay.guest_id, Stay.room_no)).where(
                col(Stay.id) == opening.stay_id, col(Stay.hotel_id) == hotel_id
            )
        ).first()  # fmt: skip
        if stay is None:
            raise no_such_stay()
        if guest_id is not None and stay.guest_id not in (None, guest_id):
            raise Invalid("This stay is another guest's.", "case_stay", pointer="/stay_id")
        guest_id, room_no = guest_id or stay.guest_id, room_no or stay.room_no
    if guest_id is not None:
        _need_own_file(db, guest_id)
    return {"guest_id": guest_id, "stay_id": opening.stay_id, "room_no": room_no}


def _need_own_file(db: Session, guest_id: UUID) -> None:
    merged = db.connection().scalar(
        select(col(Guest.merged_into_id)).where(col(Guest.id) == guest_id)
    )
    if merged is not None:
        raise RuleBroken(
            "This guest's file was merged into another. Take the case down for that one.",
            "guest_merged",
        )


def put_staff(db: Session, case: Complaint, staff_ids: list[UUID]) -> None:
    """Name the colleagues who were involved; `Invalid` for one who is not of the hotel."""
    for staff_id in dict.fromkeys(staff_ids):
        if db.get(ComplaintStaff, (case.id, staff_id)) is None:
            need_colleague(db, staff_id, case.hotel_id, pointer="/staff_ids")
            db.add(ComplaintStaff(complaint_id=case.id, staff_id=staff_id))
    db.flush()


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
