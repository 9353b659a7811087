"""What closed cases ask of a guest's next stay, for the desk that receives the guest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.complaints.queries import reference, within_reach
from crm.complaints.tables import ArrivalCheck, Complaint
from crm.guests.queries import need_visible
from crm.kit.rows import cols, named
from crm.kit.schema import Out
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight


class CheckLine(Out):
    """One check; ``done_at`` is None while it is still to be seen to."""

    complaint_id: UUID
    reference: str
    words: str
    done_at: datetime | None
    done_by_name: str | None


def checks_of(db: Session, guest_id: UUID, *, by: Actor) -> list[CheckLine]:
    """The checks of one guest, those still to do first; empty for who may not know of cases."""
    by.need("complaints.flag")
    need_visible(db, guest_id, by=by)
    if by.sight("complaint.flag", Channel.PAGE) is not Sight.CLEAR:
        return []
    rows = db.connection().execute(
        select(
            *cols(ArrivalCheck.complaint_id, ArrivalCheck.words, ArrivalCheck.done_at),
            *cols(Complaint.number),
            named(Staff.name, "done_by_name"),
        )
        .join(Complaint, col(Complaint.id) == col(ArrivalCheck.complaint_id))
        .outerjoin(Staff, col(Staff.id) == col(ArrivalCheck.done_by))
        .where(col(ArrivalCheck.guest_id) == guest_id, within_reach(by))
        .order_by(col(ArrivalCheck.done_at).is_not(None), col(ArrivalCheck.made_at).desc())
    )
    return [
        CheckLine(
            complaint_id=row.complaint_id,
            reference=reference(row.number),
            words=row.words,
            done_at=row.done_at,
            done_by_name=row.done_by_name,
        )
        for row in rows
    ]
