"""Looks back at what was done so that something does not happen again: did it help?"""

from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlalchemy import or_, select, true
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.complaints.events import PreventionChecked
from crm.complaints.queries import within_reach
from crm.complaints.tables import Complaint, Prevention
from crm.complaints.terms import PREVENTION_MAX
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import ChangedMeanwhile, NotFound
from crm.kit.rows import one_of
from crm.kit.schema import In, Line
from crm.staff.actor import Actor


class PreventionCheck(In):
    """Whether it helped, and what was seen."""

    helped: bool
    words: Annotated[Line, Field(max_length=PREVENTION_MAX)]


def check_prevention(
    db: Session, prevention_id: UUID, checked: PreventionCheck, *, by: Actor, version: int | None
) -> None:
    """Write down whether a prevention helped. Looked at again, the newer word counts.

    `ChangedMeanwhile` when ``version`` is no longer the newest; None means any.
    """
    by.need("complaints.causes")
    found = _locked(db, prevention_id, by)
    if version not in (None, found.version):
        raise ChangedMeanwhile(
            "Somebody else changed this prevention meanwhile. Load it again.", "changed_meanwhile"
        )
    found.helped, found.checked_words = checked.helped, checked.words
    found.checked_at, found.checked_by = clock.now(), by.staff_id
    found.version += 1
    db.add(found)
    db.flush()
    audit.note(
        db,
        Deed.CHANGED,
        by=by,
        subject="prevention",
        subject_id=found.id,
        fields=["helped", "checked_words"],
    )
    news.record(
        db,
        PreventionChecked(
            hotel_id=found.hotel_id,
            by_id=by.id,
            prevention_id=found.id,
            helped=checked.helped,
        ),
    )


def _locked(db: Session, prevention_id: UUID, by: Actor) -> Prevention:
    here = true() if by.is_system else one_of(col(Prevention.hotel_id), by.hotel_ids)
    case_within = (
        select(col(Complaint.id))
        .where(col(Complaint.id) == col(Prevention.complaint_id), within_reach(by))
        .exists()
    )
    found = db.exec(
        select(Prevention)  # type: ignore[call-overload]
        .where(
            col(Prevention.id) == prevention_id,
            here,
            or_(col(Prevention.complaint_id).is_(None), case_within),
        )
        .with_for_update()
    ).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such prevention within your reach.", "prevention")
    row: Prevention = found
    return row
