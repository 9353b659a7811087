"""Puts a photo or paper on a case and takes it out again; every time a signed step.

The file is looked into and shelved as documents are: what it is goes by its content. The row of
a file that was taken out stays, so that the case tells what once was there; the content leaves
the disk when nothing else points at it.
"""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.terms import Deed
from crm.complaints import attached
from crm.complaints.queries import no_such_case
from crm.complaints.schemas import AttachmentIn, AttachmentMade
from crm.complaints.tables import Complaint, ComplaintAttachment
from crm.complaints.terms import CaseStatus, StepKind
from crm.complaints.writing import CaseClosed, held_open, noted, sign, told
from crm.documents import files
from crm.documents import service as documents
from crm.documents.store import Shelf
from crm.kit import clock, jobs
from crm.kit.errors import ChangedMeanwhile, RuleBroken
from crm.kit.rows import one_of
from crm.staff.actor import Actor

FILES_MAX = 20
"""So many files a case may have at a time."""
TAKER_MINUTES = 60
"""So long whoever took a case down may add to it, without reading it."""
ADDED = "Put a file to the case."
TAKEN_OUT = "Took a file out of the case."


def attach(
    db: Session,
    shelf: Shelf,
    complaint_id: UUID,
    asked: AttachmentIn,
    content: bytes,
    *,
    by: Actor,
    named: str = "",
) -> AttachmentMade:
    """Check the file and keep it with the case; the same content again is the same file.

    By whoever handles cases, or whoever took this one down within the hour. `Invalid` when the
    content is not fit, `CaseClosed` for a closed case, `RuleBroken` for the twenty-first file.
    """
    by.need("complaints.open")
    case = _held_for_adding(db, complaint_id, by)
    checked = files.check(content, named=named)
    documents.hold_shelf(db)
    sha256 = shelf.put(checked.content)
    known = _rows(db, complaint_id)
    before = next((row for row in known if row.sha256 == sha256 and row.removed_at is None), None)
    if before is not None:
        return AttachmentMade.model_validate(before, from_attributes=True)
    if sum(row.removed_at is None for row in known) >= FILES_MAX:
        raise RuleBroken("A case has at most 20 files. Take one out first.", "attachments_full")
    row = ComplaintAttachment(
        complaint_id=complaint_id,
        no=1 + max((row.no for row in known), default=0),
        title=asked.title,
        file_kind=checked.kind,
        sha256=sha256,
        size_bytes=len(checked.content),
        added_at=clock.now(),
        added_by=by.staff_id,
    )
    db.add(row)
    db.flush()
    _written(db, case, ADDED, Deed.CREATED, by)
    return AttachmentMade.model_validate(row, from_attributes=True)


def take_out(
    db: Session, complaint_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    """Take a file out of a case for good; who did stays in the case. Once out it is out.

    ``version`` is the row's, 1 until it is taken out; None means any.
    """
    case = held_open(db, complaint_id, by=by)
    row = db.get(ComplaintAttachment, (complaint_id, no), populate_existing=True)
    if row is None:
        raise attached.no_such_file()
    if row.removed_at is not None:
        if version is not None:
            raise ChangedMeanwhile(
                "Somebody else took this file out meanwhile.", "changed_meanwhile"
            )
        return
    row.removed_at, row.removed_by = clock.now(), by.staff_id
    db.add(row)
    db.flush()
    _written(db, case, TAKEN_OUT, Deed.REMOVED, by)
    jobs.enqueue(
        db,
        documents.DROP_FILE,
        {"sha256": row.sha256},
        key=f"{documents.DROP_FILE}:{complaint_id}:{no}",
    )


def _written(db: Session, case: Complaint, words: str, deed: Deed, by: Actor) -> None:
    sign(db, case, StepKind.ATTACHED, words, by=by)
    noted(db, case, deed, "attachment", by=by)
    told(db, case, by=by)


def _held_for_adding(db: Session, complaint_id: UUID, by: Actor) -> Complaint:
    """The case, held: one that the actor took down lately, else one that they handle."""
    own = None
    if by.staff_id is not None:
        own = db.exec(
            select(Complaint)  # type: ignore[call-overload]
            .where(
                col(Complaint.id) == complaint_id,
                col(Complaint.opened_by) == by.staff_id,
                col(Complaint.opened_at) >= clock.now() - timedelta(minutes=TAKER_MINUTES),
                one_of(col(Complaint.hotel_id), by.hotel_ids),
            )
            .with_for_update()
            .execution_options(populate_existing=True)
        ).scalar_one_or_none()
    if own is None:
        if not by.may("complaints.handle"):
            raise no_such_case()
        return held_open(db, complaint_id, by=by)
    found: Complaint = own
    if found.status is CaseStatus.CLOSED:
        raise CaseClosed
    return found


def _rows(db: Session, complaint_id: UUID) -> list[ComplaintAttachment]:
    found = db.exec(
        select(ComplaintAttachment).where(  # type: ignore[call-overload]
            col(ComplaintAttachment.complaint_id) == complaint_id
        )
    ).scalars()
    return list(found)
