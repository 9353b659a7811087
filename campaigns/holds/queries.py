"""Reads holds: may the house write to this guest, and which case says that it may not."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlmodel import Session, col

from campaigns.holds import rules
from campaigns.holds.rules import Held
from campaigns.holds.schemas import HoldLine, OutreachHoldOut
from campaigns.holds.tables import OutreachHold
from crm.complaints.queries import complaint, reference, within_reach
from crm.complaints.tables import Complaint
from crm.guests.one_person import files_of
from crm.guests.queries import need_visible
from crm.kit import clock
from crm.kit.rows import cols
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight


def is_held(db: Session, guest_id: UUID) -> bool:
    """Whether nobody may write to a guest now; for those who send, who learn no more than that.

    Cases of every file of the same person count, delicate ones too.
    """
    found = db.connection().execute(
        select(*cols(OutreachHold.complaint_id))
        .join(Complaint, col(Complaint.id) == col(OutreachHold.complaint_id))
        .where(col(Complaint.guest_id).in_(files_of(db, guest_id)), in_force(clock.now()))
        .limit(1)
    )
    return found.first() is not None


def in_force(now: datetime) -> ColumnElement[bool]:
    """The condition under which a hold keeps outreach back; the same as `rules.in_force`."""
    until = col(OutreachHold.until_at)
    return and_(col(OutreachHold.released_at).is_(None), or_(until.is_(None), until > now))


def holds_of(db: Session, guest_id: UUID, *, by: Actor) -> OutreachHoldOut:
    """The holds of a guest from the cases that the reader may know of, newest first.

    `NotFound` for a guest out of reach. What a case out of reach holds is told nowhere here.
    """
    by.need("outreach.holds")
    need_visible(db, guest_id, by=by)
    lines: list[HoldLine] = []
    if by.sight("outreach.hold", Channel.JSON) is Sight.CLEAR:
        lines = _lines(
            db,
            _holds(by)
            .where(col(Complaint.guest_id).in_(files_of(db, guest_id)))
            .order_by(col(Complaint.id).desc()),
        )
    now = [line for line in lines if line.is_in_force]
    ends = [line.until_at for line in now if line.until_at is not None]
    return OutreachHoldOut(
        guest_id=guest_id,
        is_held=bool(now),
        since_at=min((line.since_at for line in now), default=None),
        until_at=max(ends) if ends and len(ends) == len(now) else None,
        holds=lines,
    )


def hold_of_case(db: Session, complaint_id: UUID, *, by: Actor) -> HoldLine | None:
    """The hold that a case asks for; None when it asks for none. `NotFound` out of reach."""
    by.need("outreach.holds")
    complaint(db, complaint_id, by=by)
    if by.sight("outreach.hold", Channel.PAGE) is not Sight.CLEAR:
        return None
    lines = _lines(db, _holds(by).where(col(Complaint.id) == complaint_id))
    return lines[0] if lines else None


def _holds(by: Actor) -> Select[Any]:
    return (
        select(
            *cols(
                OutreachHold.complaint_id,
                OutreachHold.since_at,
                OutreachHold.until_at,
                OutreachHold.released_at,
                Complaint.number,
            )
        )
        .join(Complaint, col(Complaint.id) == col(OutreachHold.complaint_id))
        .where(within_reach(by))
    )


def _lines(db: Session, query: Select[Any]) -> list[HoldLine]:
    now = clock.now()
    return [
        HoldLine(
            complaint_id=row.complaint_id,
            reference=reference(row.number),
            since_at=row.since_at,
            until_at=row.until_at,
            released_at=row.released_at or _ended(row.until_at, now),
            is_in_force=rules.in_force(Held(row.since_at, row.until_at, row.released_at), now),
        )
        for row in db.connection().execute(query)
    ]


def _ended(until_at: datetime | None, now: datetime) -> datetime | None:
    """The end of a hold that ran out and is not written down as released yet."""
    return until_at if until_at is not None and until_at <= now else None
