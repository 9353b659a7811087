"""Reads the letters of a case, and gathers the facts that a draft is made of."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.complaints import queries as cases
from crm.complaints.attached import need_case
from crm.complaints.schemas import ComplaintSheet
from crm.complaints.terms import CaseStatus
from crm.guests.queries import guest_sheet
from crm.hotels import queries as hotels
from crm.kit.errors import NotFound
from crm.kit.rows import cols, fields_of, mapping_of, named
from crm.notes.terms import TraceState
from crm.recovery import drafting
from crm.recovery.drafting import LetterFacts, Prevented
from crm.recovery.letter_schemas import LetterDraft, LetterSheet
from crm.recovery.queries import sees_amounts
from crm.recovery.tables import Compensation, ComplaintLetter
from crm.recovery.terms import LetterLanguage, OfferKind, RecoveryState
from crm.staff.actor import Actor
from crm.staff.tables import Staff

READ, WRITE = "complaints.read", "complaints.handle"
_LOOKED_INTO = (CaseStatus.INVESTIGATING, CaseStatus.RECOVERING, CaseStatus.TOLD_GUEST)
_maker, _changer, _sender = aliased(Staff), aliased(Staff), aliased(Staff)


def no_such_letter() -> NotFound:
    return NotFound("There is no such letter on this case.", "letter")


def letters_of(db: Session, complaint_id: UUID, *, by: Actor) -> list[LetterSheet]:
    """The letters of a case, the oldest first; `NotFound` for a case out of reach."""
    by.need(READ)
    need_case(db, complaint_id, by=by)
    rows = db.connection().execute(_letters(complaint_id).order_by(col(ComplaintLetter.no)))
    return [LetterSheet.model_validate(mapping_of(row)) for row in rows]


def letter(db: Session, complaint_id: UUID, no: int, *, by: Actor) -> LetterSheet:
    """One letter of a case; `NotFound` when it is not there or its case is out of reach."""
    by.need(READ)
    need_case(db, complaint_id, by=by)
    row = db.connection().execute(_letters(complaint_id).where(col(ComplaintLetter.no) == no))
    found = row.first()
    if found is None:
        raise no_such_letter()
    return LetterSheet.model_validate(mapping_of(found))


def draft_of(
    db: Session, complaint_id: UUID, *, by: Actor, language: LetterLanguage | None = None
) -> LetterDraft:
    """A letter drafted from what the case tells now, in the guest's language unless told."""
    by.need(WRITE)
    case = cases.complaint(db, complaint_id, by=by)
    names, spoken = _addressed(db, case, by)
    chosen = language or drafting.language_for(spoken, names[LetterLanguage.ZH])
    made = drafting.draft(_facts(db, case, names[chosen], chosen, by), chosen)
    return LetterDraft(language=chosen, subject=made.subject, body=made.body)


def _letters(complaint_id: UUID) -> Select[Any]:
    return (
        select(
            *fields_of(ComplaintLetter, LetterSheet),
            named(_maker.name, "made_by_name"),
            named(_changer.name, "changed_by_name"),
            named(_sender.name, "sent_by_name"),
        )
        .outerjoin(_maker, col(_maker.id) == col(ComplaintLetter.made_by))
        .outerjoin(_changer, col(_changer.id) == col(ComplaintLetter.changed_by))
        .outerjoin(_sender, col(_sender.id) == col(ComplaintLetter.sent_by))
        .where(col(ComplaintLetter.complaint_id) == complaint_id)
    )


def _addressed(
    db: Session, case: ComplaintSheet, by: Actor
) -> tuple[dict[LetterLanguage, str], list[str]]:
    """How either language addresses the guest or visitor, and what the guest speaks."""
    if case.guest_id is None:
        name = case.visitor_name or ""
        return dict.fromkeys(LetterLanguage, name), []
    try:
        guest = guest_sheet(db, case.guest_id, by=by)
    except NotFound:
        return dict.fromkeys(LetterLanguage, ""), []
    names = {LetterLanguage.ZH: guest.address_zh, LetterLanguage.EN: guest.address_en}
    return names, list(guest.languages)


def _facts(
    db: Session, case: ComplaintSheet, address: str, language: LetterLanguage, by: Actor
) -> LetterFacts:
    hotel = hotels.hotel(db, case.hotel_id)
    at = case.opened_at.astimezone(ZoneInfo(hotel.time_zone))
    done = {task.department for task in case.tasks if task.state is TraceState.DONE}
    in_chinese = language is LetterLanguage.ZH
    held = [one for one in case.preventions if one.helped is not False]
    prevention: Prevented = ""
    if held:
        prevention = "helped" if any(one.helped for one in held) else "put"
    involved = any(person.id == by.staff_id for person in case.staff)
    return LetterFacts(
        reference=case.reference,
        kind=case.kind,
        severity=case.severity,
        is_delicate=case.is_sensitive,
        address=address,
        is_visitor=case.guest_id is None and bool(case.visitor_name),
        category=case.category,
        cause=case.cause,
        told_on=at.date(),
        room=case.room_no,
        looked_into=any(step.status_after in _LOOKED_INTO for step in case.steps),
        departments=[
            each.name_zh if in_chinese else each.name
            for each in hotels.departments_of(db, case.hotel_id)
            if each.code in done
        ],
        offers=_given(db, case.id, language, by),
        prevention=prevention,
        check_on=max((one.check_back_on for one in held), default=None),
        next_stay=bool(case.next_stay_check),
        hotel=hotel.called(language.value),
        signer="" if involved or by.staff_id is None else by.name,
    )


def _given(db: Session, case_id: UUID, language: LetterLanguage, by: Actor) -> list[str]:
    """What the guest has had, by name; a letter does not speak of itself."""
    if not sees_amounts(by):
        return []
    rows = db.connection().execute(
        select(*cols(Compensation.kind, Compensation.name_en, Compensation.name_zh))
        .where(
            col(Compensation.complaint_id) == case_id,
            col(Compensation.state) == RecoveryState.GIVEN,
            col(Compensation.kind) != OfferKind.LETTER,
        )
        .order_by(*cols(Compensation.given_at, Compensation.id))
    )
    in_chinese = language is LetterLanguage.ZH
    names = [
        drafting.offer_in_words(row.kind, row.name_zh if in_chinese else row.name_en, language)
        for row in rows
    ]
    return list(dict.fromkeys(names))
