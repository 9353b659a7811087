"""Puts scans and photos on the shelf, takes them down, and lets none stay past its time."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.companies import queries as companies
from crm.documents import catalogue, files, holding, queries, rules
from crm.documents.events import DocumentRemoved, DocumentShelved
from crm.documents.schemas import DocumentMade, DocumentShelve
from crm.documents.store import Shelf
from crm.documents.tables import Document, DocumentKind
from crm.documents.terms import DocumentClass
from crm.guests import queries as guests
from crm.kit import clock, events, failpoints, jobs
from crm.kit.errors import Invalid, NotAllowed, RuleBroken
from crm.kit.ids import new_id
from crm.staff.actor import Actor, system

DROP_FILE = "documents.drop_file"
SWEEP_BATCH = 200


def shelve(
    db: Session,
    shelf: Shelf,
    asked: DocumentShelve,
    content: bytes,
    *,
    by: Actor,
    named: str = "",
    guest_id: UUID | None = None,
    company_id: UUID | None = None,
) -> DocumentMade:
    """Check the file and keep it for a guest or a company, as long as its kind says.

    `Invalid` when the content is not fit, `NotAllowed` when the class is not this actor's,
    `RuleBroken` for identity documents where the hotel keeps none.
    """
    catalogue.load(db)
    kind = db.get(DocumentKind, asked.kind)
    if kind is None:
        raise Invalid("There is no such kind of document.", "document_kind", pointer="/kind")
    _check_may(db, kind, by)
    if guest_id is not None:
        guests.need_visible(db, guest_id, by=by)
    if company_id is not None:
        companies.company_version(db, company_id)
    checked = files.check(content, named=named)
    _lock_shelf(db)
    document = Document(
        id=new_id(),
        guest_id=guest_id,
        company_id=company_id,
        hotel_id=by.hotel_id,
        kind_code=kind.code,
        title=asked.title,
        file_kind=checked.kind,
        sha256=shelf.put(checked.content),
        size_bytes=len(checked.content),
        shelved_at=clock.now(),
        shelved_by=by.staff_id,
        delete_after=rules.delete_after(queries.today_of(db, by), kind.keep_days),
    )
    failpoints.reach("document.stored")
    db.add(document)
    db.flush()
    _note(db, Deed.CREATED, document.id, guest_id, kind.code, by)
    events.record(
        db,
        DocumentShelved(
            document_id=document.id,
            kind_code=kind.code,
            guest_id=guest_id,
            hotel_id=by.hotel_id,
            by_id=by.staff_id,
        ),
    )
    return DocumentMade(
        id=document.id,
        file_kind=checked.kind,
        size_bytes=document.size_bytes,
        delete_after=document.delete_after,
    )


def remove(db: Session, document_id: UUID, *, by: Actor) -> None:
    """Take a document down; its file follows by a job when nothing else points at it."""
    found = queries.on_shelf(db, document_id, by=by)
    if not queries.may_shelve(by, found.row.document_class):
        raise _not_yours()
    _take_down(
        db,
        document_id,
        sha256=found.sha256,
        kind_code=found.row.kind_code,
        guest_id=found.row.guest_id,
        by=by,
        overdue=False,
    )


def remove_overdue(db: Session) -> int:
    """Take down what is past its last day, a batch at a time; returns how many."""
    house = system("retention")
    # The earliest day on earth, so that no hotel loses a document before its own day is over.
    today = clock.today_in("Etc/GMT+12")
    rows = queries.overdue(db, today, limit=SWEEP_BATCH)
    for row in rows:
        _take_down(
            db,
            row.id,
            sha256=row.sha256,
            kind_code=row.kind_code,
            guest_id=row.guest_id,
            by=house,
            overdue=True,
        )
    return len(rows)


def hold_shelf(db: Session) -> None:
    """Keep any file from being dropped until the end of the transaction; for slices above that
    put files on the shelf themselves and have told `holding` so."""
    catalogue.load(db)
    _lock_shelf(db)


def lock_for_dropping(db: Session, sha256: str) -> bool:
    """Whether the file of this hash may go: nothing points at it, and nobody shelves meanwhile."""
    _lock_shelf(db)
    return not queries.is_shelved(db, sha256) and not holding.is_held(db, sha256)


def _take_down(
    db: Session,
    document_id: UUID,
    *,
    sha256: str,
    kind_code: str,
    guest_id: UUID | None,
    by: Actor,
    overdue: bool,
) -> None:
    db.connection().execute(delete(Document).where(col(Document.id) == document_id))
    _note(db, Deed.REMOVED, document_id, guest_id, kind_code, by)
    events.record(
        db,
        DocumentRemoved(
            document_id=document_id,
            kind_code=kind_code,
            overdue=overdue,
            guest_id=guest_id,
            hotel_id=by.hotel_id,
            by_id=by.staff_id,
        ),
    )
    jobs.enqueue(db, DROP_FILE, {"sha256": sha256}, key=f"{DROP_FILE}:{document_id}")


def _note(
    db: Session, deed: Deed, document_id: UUID, guest_id: UUID | None, kind: str, by: Actor
) -> None:
    audit.note(
        db,
        deed,
        by=by,
        subject="document",
        subject_id=document_id,
        guest_id=guest_id,
        fields=[kind],
    )


def _check_may(db: Session, kind: DocumentKind, by: Actor) -> None:
    if not by.is_system and not queries.may_shelve(by, kind.document_class):
        raise _not_yours()
    if kind.document_class is DocumentClass.IDENTITY and not queries.keeps_identity(db, by):
        raise RuleBroken(
            "This hotel keeps no identity documents. A manager can switch that on.",
            "identity_documents_off",
        )


def _not_yours() -> NotAllowed:
    return NotAllowed("Documents of this class are not for your role.", "document_class")


def _lock_shelf(db: Session) -> None:
    """One at a time on PostgreSQL between shelving a content and dropping its file; on SQLite
    a writer is alone anyway."""
    first: Any = (
        select(col(DocumentKind.code)).order_by(col(DocumentKind.code)).limit(1).with_for_update()
    )
    db.connection().execute(first)
