"""Gives, asks, approves, refuses: every step within somebody's authority, and in the audit.

The case is held first and then the colleague whose limits are counted, so that two taps at
once take turns and no sum is counted without the other.
"""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints import queries as cases
from crm.complaints import service as complaints
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseStatus
from crm.hotels import queries as hotels
from crm.kit import clock, failpoints
from crm.kit import events as news
from crm.kit.db import insert_once
from crm.kit.errors import (
    ChangedMeanwhile,
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    RuleBroken,
    mark,
)
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.loyalty import ledger as points
from crm.loyalty.tables import Membership
from crm.loyalty.terms import MembershipState, PointKind
from crm.recovery import authority, queries, rules
from crm.recovery.events import RecoveryAsked, RecoveryDecided, RecoveryGiven
from crm.recovery.schemas import OfferSheet, RecoveryAsk, RecoveryDecide, RecoveryMade
from crm.recovery.tables import Compensation
from crm.recovery.terms import OfferKind, RecoveryState
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Role


class DecidedAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(
            mark("Somebody else has decided this meanwhile. Look at what was decided."),
            "recovery_decided",
        )


class _Cost(NamedTuple):
    cost_minor: int
    value_minor: int


def offer(db: Session, complaint_id: UUID, asked: RecoveryAsk, *, by: Actor) -> RecoveryMade:
    """Give something within one's own limits at once, or ask for an approval above them.

    The same id again is the same line. `RuleBroken` for a closed case, for an offer that is
    not meant for it, and for points to who is no member; `Invalid` without a reason for what
    needs an approval.
    """
    by.need(queries.OFFER)
    case = _held_case(db, complaint_id, by)
    twin = db.get(Compensation, asked.id) if asked.id is not None else None
    if twin is not None:
        return _known(twin, complaint_id, asked, by)
    _need_open(case)
    hotel = hotels.hotel(db, case.hotel_id)
    chosen = _chosen(db, case, asked, hotel.currency)
    cost = _cost(chosen, asked)
    if chosen.points:
        _membership(db, case)
    said = _verdict(db, case, cost.cost_minor, by=by)
    if not said.within and asked.words is None:
        raise Invalid(
            "This is above your limit. Say why, so that it can be approved.",
            "recovery_why",
            pointer="/words",
        )
    now, line_id = clock.now(), asked.id or new_id()
    is_new = insert_once(
        db,
        Compensation,
        "id",
        id=line_id,
        hotel_id=case.hotel_id,
        complaint_id=complaint_id,
        offer_code=chosen.code,
        kind=chosen.kind,
        name_en=chosen.name_en,
        name_zh=chosen.name_zh,
        cost_minor=cost.cost_minor,
        value_minor=cost.value_minor,
        points=chosen.points,
        currency=hotel.currency,
        severity=case.severity,
        state=RecoveryState.APPROVED if said.within else RecoveryState.WAITING,
        needs_role=said.needs,
        words=asked.words,
        asked_at=now,
        asked_by=by.staff_id,
        authority_id=by.staff_id if said.within else None,
        authority_on=hotel.business_on if said.within else None,
        version=1,
    )
    if not is_new:
        raise _other_line()
    line = _line(db, line_id)
    _note(db, line, case, Deed.CREATED, ["state"], by=by)
    if said.within:
        _hand_over(db, line, case, by=by)
    else:
        failpoints.reach("recovery.asked")
        news.record(
            db,
            RecoveryAsked(
                hotel_id=case.hotel_id, by_id=by.id, compensation_id=line.id,
                complaint_id=complaint_id, needs_role=(said.needs or Role.GENERAL_MANAGER).value,
            ),
        )  # fmt: skip
    db.flush()
    return _made(line)


def decide(
    db: Session, line_id: UUID, answer: RecoveryDecide, *, version: int | None, by: Actor
) -> int:
    """Approve or refuse what somebody else asked for; returns the new version.

    An approval counts against the approver's own limits. `DecidedAlready` for the second of
    two, `RuleBroken` for one's own, `NotAllowed` above one's authority.
    """
    by.need(queries.APPROVE)
    line, case = _held(db, line_id, by)
    if line.state is not RecoveryState.WAITING:
        raise DecidedAlready
    _check_version(line, version)
    if line.asked_by is not None and line.asked_by == by.staff_id:
        raise RuleBroken(
            "You asked for this yourself. Somebody else has to decide.", "recovery_own"
        )
    if answer.approve:
        _need_open(case)
        if not _verdict(db, case, line.cost_minor, by=by).within:
            raise NotAllowed(
                "This is above your own limit. Somebody with more authority has to decide.",
                "recovery_above",
            )
        line.authority_id = by.staff_id
        line.authority_on = hotels.hotel(db, case.hotel_id).business_on
    elif answer.words is None:
        raise Invalid(
            "Say why not, so that the colleague can tell the guest.",
            "recovery_refusal",
            pointer="/words",
        )
    line.decided_at, line.decided_by = clock.now(), by.staff_id
    line.decided_words = answer.words
    _turn(
        db, line, case, RecoveryState.APPROVED if answer.approve else RecoveryState.REFUSED, by=by
    )
    return line.version


def give(db: Session, line_id: UUID, *, version: int | None, by: Actor) -> int:
    """Hand over what was approved; returns the new version."""
    by.need(queries.OFFER)
    line, case = _held(db, line_id, by)
    if line.state is not RecoveryState.APPROVED:
        raise RuleBroken(
            "Only what is approved and not yet given can be given.", "recovery_not_approved"
        )
    _check_version(line, version)
    _need_open(case)
    line.version += 1
    _hand_over(db, line, case, by=by)
    _note(db, line, case, Deed.CHANGED, ["state"], by=by)
    db.flush()
    return line.version


def withdraw(db: Session, line_id: UUID, *, version: int | None, by: Actor) -> int:
    """Take back what was asked for and not given; who asked, or the top of the ladder."""
    by.need(queries.OFFER)
    line, case = _held(db, line_id, by)
    if line.state not in (RecoveryState.WAITING, RecoveryState.APPROVED):
        raise RuleBroken(
            "This is decided or given already. It stays in the ledger.", "recovery_settled"
        )
    _check_version(line, version)
    if line.asked_by != by.staff_id and authority.role_of(by) is not rules.LADDER[-1]:
        raise NotAllowed("Only who asked for it can withdraw it.", "recovery_asker")
    _turn(db, line, case, RecoveryState.WITHDRAWN, by=by)
    return line.version


def _held_case(db: Session, complaint_id: UUID, by: Actor) -> Any:
    db.flush()
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Complaint.id, Complaint.hotel_id, Complaint.guest_id, Complaint.category,
                    Complaint.severity, Complaint.status,
                )
            )
            .where(col(Complaint.id) == complaint_id, cases.within_reach(by))
            .with_for_update()
        )
        .first()
    )  # fmt: skip
    if row is None or not queries.sees_amounts(by):
        raise cases.no_such_case()
    return row


def _held(db: Session, line_id: UUID, by: Actor) -> tuple[Compensation, Any]:
    found = db.connection().scalar(
        select(col(Compensation.complaint_id)).where(col(Compensation.id) == line_id)
    )
    if found is None:
        raise queries.no_such_line()
    try:
        case = _held_case(db, found, by)
    except NotFound:
        raise queries.no_such_line() from None
    return _line(db, line_id), case


def _line(db: Session, line_id: UUID) -> Compensation:
    """As it stands now that the case is held."""
    return db.get_one(Compensation, line_id, populate_existing=True)


def _need_open(case: Any) -> None:
    if case.status is CaseStatus.CLOSED:
        raise complaints.CaseClosed


def _chosen(db: Session, case: Any, asked: RecoveryAsk, currency: str) -> OfferSheet:
    offers = authority.offers_of(db, case.hotel_id, currency)
    chosen = next((one for one in offers if one.code == asked.offer and one.is_on), None)
    if chosen is None:
        raise Invalid("There is no such offer here. Choose another.", "offer", pointer="/offer")
    if not rules.fits(
        chosen.categories, chosen.least_severity, category=case.category, severity=case.severity
    ):
        raise RuleBroken("This offer is not meant for such a case. Choose another.", "offer_unfit")
    return chosen


def _cost(chosen: OfferSheet, asked: RecoveryAsk) -> _Cost:
    """What it costs: a waived line as much as is waived, everything else as in the catalogue."""
    if chosen.kind is not OfferKind.WAIVED_LINE:
        if asked.amount_minor is not None:
            raise Invalid(
                "Only a waived line takes an amount. Leave it out.",
                "amount_unasked",
                pointer="/amount_minor",
            )
        return _Cost(chosen.cost_minor, chosen.value_minor)
    if asked.amount_minor is None:
        raise Invalid(
            "Write how much of the bill is waived.", "amount_needed", pointer="/amount_minor"
        )
    return _Cost(asked.amount_minor, asked.amount_minor)


def _verdict(db: Session, case: Any, cost: int, *, by: Actor) -> rules.Decision:
    """Against the limits of who stands there, whose row is held so that a day counts whole."""
    role = authority.role_of(by)
    db.connection().execute(
        select(*cols(Staff.id)).where(col(Staff.id) == by.staff_id).with_for_update(key_share=True)
    )
    hotel = hotels.hotel(db, case.hotel_id)
    return rules.decide(
        cost,
        authority.on_case(db, case.id),
        authority.today(db, case.hotel_id, by.staff_id, hotel.business_on),
        role,
        authority.limits_of(db, case.hotel_id, case.severity, hotel.currency),
    )


def _membership(db: Session, case: Any) -> UUID:
    found = db.connection().scalar(
        select(col(Membership.id)).where(
            col(Membership.guest_id) == case.guest_id,
            col(Membership.state) == MembershipState.ACTIVE,
        )
    )
    if found is None:
        raise RuleBroken(
            "This guest is no member and cannot be given points. Choose another offer.",
            "recovery_member",
        )
    return UUID(str(found))


def _hand_over(db: Session, line: Compensation, case: Any, *, by: Actor) -> None:
    """It reaches the guest: the step on the case, and the points in the loyalty ledger."""
    line.state = RecoveryState.GIVEN
    line.given_at, line.given_by = clock.now(), by.staff_id
    db.add(line)
    db.flush()
    failpoints.reach("recovery.given")
    name = line.name_zh if by.language.startswith("zh") else line.name_en
    complaints.note_given(
        db, case.id, words=name, cost_minor=line.cost_minor, currency=line.currency, by=by
    )
    if line.points:
        points.earn(
            db,
            _membership(db, case),
            line.points,
            source=points.Source("recovery", str(line.id)),
            by=by,
            kind=PointKind.COMPENSATION,
        )
    news.record(
        db,
        RecoveryGiven(
            guest_id=case.guest_id, hotel_id=case.hotel_id, by_id=by.id, compensation_id=line.id,
            complaint_id=case.id, offer_kind=line.kind.value,
        ),
    )  # fmt: skip


def _turn(db: Session, line: Compensation, case: Any, state: RecoveryState, *, by: Actor) -> None:
    line.state = state
    line.version += 1
    db.add(line)
    db.flush()
    _note(db, line, case, Deed.CHANGED, ["state"], by=by)
    news.record(
        db,
        RecoveryDecided(
            hotel_id=case.hotel_id, by_id=by.id, compensation_id=line.id, complaint_id=case.id,
            state=state.value,
        ),
    )  # fmt: skip


def _check_version(line: Compensation, version: int | None) -> None:
    if version is not None and line.version != version:
        raise ChangedMeanwhile(
            "Somebody changed this meanwhile. Look at it again.", "changed_meanwhile"
        )


def _other_line() -> Conflict:
    return Conflict("This id stands for another line of the ledger.", "recovery_id")


def _known(twin: Compensation, complaint_id: UUID, asked: RecoveryAsk, by: Actor) -> RecoveryMade:
    same = (
        twin.complaint_id == complaint_id
        and twin.offer_code == asked.offer
        and twin.asked_by == by.staff_id
        and asked.amount_minor in (None, twin.cost_minor)
    )
    if not same:
        raise _other_line()
    return _made(twin)


def _made(line: Compensation) -> RecoveryMade:
    return RecoveryMade(
        id=line.id, state=line.state, needs_role=line.needs_role, version=line.version
    )


def _note(
    db: Session, line: Compensation, case: Any, deed: Deed, fields: list[str], *, by: Actor
) -> None:
    audit.note(
        db, deed, by=by, subject="compensation", subject_id=line.id, guest_id=case.guest_id,
        fields=fields,
    )  # fmt: skip
