"""Keeps holds as the cases tell them; nobody sets one by hand."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlmodel import Session, col

from campaigns.holds import queries, rules
from campaigns.holds.events import OutreachHeld, OutreachReleased
from campaigns.holds.rules import CaseFacts
from campaigns.holds.tables import OutreachHold
from campaigns.holds.terms import HELD_AFTER
from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import CaseKind, CaseStatus, StepKind
from crm.kit import clock
from crm.kit import events as news
from crm.kit.rows import cols
from crm.staff.actor import Actor

BATCH = 200


def follow(db: Session, complaint_id: UUID, *, by: Actor) -> None:
    """Bring the hold of a case to what the case says now; a second time changes nothing."""
    case = db.connection().execute(
        select(
            *cols(
                Complaint.id, Complaint.kind, Complaint.guest_id, Complaint.hotel_id,
                Complaint.opened_at, Complaint.closed_at, Complaint.satisfaction,
            )
        )
        .where(col(Complaint.id) == complaint_id)
        .with_for_update(key_share=True)
    ).first()  # fmt: skip
    if case is None:
        return
    asked = rules.hold_of(
        CaseFacts(
            kind=case.kind,
            has_guest=case.guest_id is not None,
            since_at=_reopened_at(db, case.id) or case.opened_at,
            closed_at=case.closed_at,
            satisfaction=case.satisfaction,
        ),
        clock.now(),
    )
    if asked is None:
        return
    hold = db.get(OutreachHold, case.id)
    was_held = hold is not None and hold.released_at is None
    if hold is None:
        hold = OutreachHold(complaint_id=case.id, since_at=asked.since_at)
    hold.since_at, hold.until_at = asked.since_at, asked.until_at
    hold.released_at = asked.released_at
    db.add(hold)
    db.flush()
    if was_held is (asked.released_at is None):
        return
    audit.note(
        db,
        Deed.RELEASED if was_held else Deed.CHANGED,
        by=by,
        subject="complaint",
        subject_id=case.id,
        guest_id=case.guest_id,
        fields=["outreach"],
    )
    about = {"guest_id": case.guest_id, "hotel_id": case.hotel_id, "by_id": by.id}
    if was_held:
        news.record(
            db,
            OutreachReleased(
                **about,
                complaint_id=case.id,
                is_still_held=queries.is_held(db, case.guest_id),
            ),
        )
    else:
        news.record(db, OutreachHeld(**about, complaint_id=case.id))


def _reopened_at(db: Session, complaint_id: UUID) -> datetime | None:
    at: datetime | None = db.connection().execute(
        select(func.max(col(ComplaintStep.at))).where(
            col(ComplaintStep.complaint_id) == complaint_id,
            col(ComplaintStep.kind) == StepKind.REOPENED,
        )
    ).scalar_one()  # fmt: skip
    return at


def release_due(db: Session, *, by: Actor) -> bool:
    """Write down as released what has run out; True when there may be more of it."""
    due = db.connection().scalars(
        select(*cols(OutreachHold.complaint_id))
        .where(
            col(OutreachHold.released_at).is_(None), col(OutreachHold.until_at) <= clock.now()
        )
        .order_by(col(OutreachHold.until_at))
        .limit(BATCH)
    ).all()  # fmt: skip
    for complaint_id in due:
        follow(db, complaint_id, by=by)
    return len(due) == BATCH


def set_right(db: Session, *, by: Actor) -> bool:
    """Follow cases whose hold is not what they say; True when there may be more of them.

    Cases from before there were holds, or that came by a restored backup, send no news.
    """
    closed = col(Complaint.status) == CaseStatus.CLOSED
    missing = col(OutreachHold.complaint_id).is_(None)
    running = and_(~missing, col(OutreachHold.released_at).is_(None))
    wrong = or_(
        and_(~closed, ~running),
        and_(closed, running, col(OutreachHold.until_at).is_(None)),
        and_(closed, missing, col(Complaint.closed_at) > clock.now() - HELD_AFTER),
    )
    found = db.connection().scalars(
        select(*cols(Complaint.id))
        .outerjoin(OutreachHold, col(OutreachHold.complaint_id) == col(Complaint.id))
        .where(
            col(Complaint.kind) == CaseKind.COMPLAINT, col(Complaint.guest_id).is_not(None), wrong
        )
        .order_by(col(Complaint.id))
        .limit(BATCH)
    ).all()  # fmt: skip
    for complaint_id in found:
        follow(db, complaint_id, by=by)
    return len(found) == BATCH
