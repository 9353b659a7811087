"""Reads the photos, letters and papers of a case, for those who read the case."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.complaints.queries import no_such_case, within_reach
from crm.complaints.schemas import AttachmentRow
from crm.complaints.tables import Complaint, ComplaintAttachment
from crm.documents.holding import also_held
from crm.kit.errors import NotFound
from crm.kit.rows import cols, fields_of, mapping_of, named
from crm.staff.actor import Actor
from crm.staff.tables import Staff

_adder = aliased(Staff, name="adder")


class AttachedFile(NamedTuple):
    """What is needed to hand a file out."""

    row: AttachmentRow
    sha256: str
    guest_id: UUID | None


def attachments(db: Session, complaint_id: UUID, *, by: Actor) -> list[AttachmentRow]:
    """The files of a case in the order in which they came, those taken out among them."""
    by.need("complaints.read")
    need_case(db, complaint_id, by=by)
    rows = db.connection().execute(_files(complaint_id).order_by(col(ComplaintAttachment.no)))
    return [_row(row) for row in rows]


def attachment(db: Session, complaint_id: UUID, no: int, *, by: Actor) -> AttachedFile:
    """One file of a case; `NotFound` for one that never was, or whose case is out of reach."""
    by.need("complaints.read")
    guest_id = need_case(db, complaint_id, by=by)
    row = (
        db.connection()
        .execute(_files(complaint_id).where(col(ComplaintAttachment.no) == no))
        .first()
    )
    if row is None:
        raise no_such_file()
    return AttachedFile(_row(row), row.sha256, guest_id)


def need_case(db: Session, complaint_id: UUID, *, by: Actor) -> UUID | None:
    """The guest of a case within reach; `NotFound` without one."""
    found = (
        db.connection()
        .execute(
            select(col(Complaint.guest_id)).where(
                col(Complaint.id) == complaint_id, within_reach(by)
            )
        )
        .first()
    )
    if found is None:
        raise no_such_case()
    guest_id: UUID | None = found.guest_id
    return guest_id


def is_attached(db: Session, sha256: str) -> bool:
    """Whether a case still points at this content."""
    found = db.connection().execute(
        select(col(ComplaintAttachment.no))
        .where(
            col(ComplaintAttachment.sha256) == sha256,
            col(ComplaintAttachment.removed_at).is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


also_held(str(ComplaintAttachment.__tablename__), is_attached)


def no_such_file() -> NotFound:
    return NotFound("There is no such file on this case.", "attachment")


def _files(complaint_id: UUID) -> Select[Any]:
    return (
        select(
            *fields_of(ComplaintAttachment, AttachmentRow),
            *cols(ComplaintAttachment.sha256),
            named(_adder.name, "added_by_name"),
        )
        .outerjoin(_adder, col(_adder.id) == col(ComplaintAttachment.added_by))
        .where(col(ComplaintAttachment.complaint_id) == complaint_id)
    )


def _row(row: Any) -> AttachmentRow:
    facts = {k: v for k, v in mapping_of(row).items() if k in AttachmentRow.model_fields}
    return AttachmentRow(**facts)
