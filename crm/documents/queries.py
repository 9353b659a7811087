"""Reads the shelf: by guest or company, only the classes that the policy lets this reader see."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlmodel import Session, col

from crm.companies import queries as companies
from crm.documents import catalogue, rules
from crm.documents.schemas import DocumentRow, KindRow
from crm.documents.tables import Document, DocumentKind
from crm.documents.terms import DocumentClass, FileKind
from crm.guests import queries as guests
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.kit.rows import cols, fields_of, mapping_of, named
from crm.staff.actor import Actor
from crm.staff.tables import Staff
from crm.staff.terms import Channel, Sight

_COLUMNS = [
    *cols(
        Document.id,
        Document.guest_id,
        Document.company_id,
        DocumentKind.document_class,
        Document.kind_code,
        DocumentKind.label_en,
        DocumentKind.label_zh,
        Document.title,
        Document.file_kind,
        Document.size_bytes,
        Document.shelved_at,
        Document.delete_after,
    ),
    named(Staff.name, "shelved_by_name"),
]


class OnShelf(NamedTuple):
    """What is needed to hand a file out."""

    row: DocumentRow
    sha256: str


def classes_seen(by: Actor, channel: Channel = Channel.JSON) -> list[DocumentClass]:
    """The classes whose documents this reader may open."""
    return [
        each
        for each in DocumentClass
        if by.may("documents.read") and by.sight(rules.policy_field(each), channel) is Sight.CLEAR
    ]


def may_shelve(by: Actor, document_class: DocumentClass) -> bool:
    """Whether this actor may put up and take down documents of a class."""
    return by.may("documents.shelve") and by.has_right(rules.policy_field(document_class), "E")


def kinds_for(db: Session, *, by: Actor) -> list[KindRow]:
    """The kinds this actor may put on the shelf, in the order of the catalogue.

    Identity documents are among them only where the hotel keeps such at all.
    """
    own = {
        row.code: row for row in db.connection().execute(select(*fields_of(DocumentKind, KindRow)))
    }
    keeps = keeps_identity(db, by)
    rows = [own.get(code, kind) for code, kind in catalogue.shipped().items()]
    rows += [row for code, row in own.items() if code not in catalogue.shipped()]
    found = [KindRow.model_validate(row) for row in rows]
    return [
        kind
        for kind in found
        if may_shelve(by, kind.document_class)
        and (keeps or kind.document_class is not DocumentClass.IDENTITY)
    ]


def keeps_identity(db: Session, by: Actor) -> bool:
    """Whether the actor's hotel has switched on keeping identity documents."""
    return bool(
        db.connection().scalar(
            select(col(Hotel.keeps_identity_documents)).where(col(Hotel.id) == by.hotel_id)
        )
    )


def of_guest(db: Session, guest_id: UUID, *, by: Actor) -> list[DocumentRow]:
    """The documents of a guest within reach, newest first."""
    guests.need_visible(db, guest_id, by=by)
    return _rows(db, by, col(Document.guest_id) == guest_id)


def of_company(db: Session, company_id: UUID, *, by: Actor) -> list[DocumentRow]:
    """The documents of a company, newest first."""
    companies.company_version(db, company_id)
    return _rows(db, by, col(Document.company_id) == company_id)


def on_shelf(db: Session, document_id: UUID, *, by: Actor) -> OnShelf:
    """One document to be handed out; `NotFound` also when it is not for this reader."""
    query = select(*[*_COLUMNS, col(Document.sha256)]).where(col(Document.id) == document_id)
    row = db.connection().execute(_joined(query, by)).first()
    if row is None:
        raise no_such_document()
    if row.guest_id is not None:
        guests.need_visible(db, row.guest_id, by=by)
    return OnShelf(_document(row, by), row.sha256)


def overdue(db: Session, today: date, *, limit: int) -> list[Any]:
    """Rows (id, guest_id, hotel_id, kind_code, sha256) whose last day is over."""
    rows = db.connection().execute(
        select(
            *cols(
                Document.id,
                Document.guest_id,
                Document.hotel_id,
                Document.kind_code,
                Document.sha256,
            )
        )
        .where(col(Document.delete_after) < today)
        .order_by(col(Document.delete_after), col(Document.id))
        .limit(limit)
    )
    return list(rows)


def is_shelved(db: Session, sha256: str) -> bool:
    """Whether any document still points at this content."""
    found = db.connection().execute(
        select(col(Document.id)).where(col(Document.sha256) == sha256).limit(1)
    )
    return found.first() is not None


def no_such_document() -> NotFound:
    return NotFound("There is no such document within your reach.", "document")


def today_of(db: Session, by: Actor) -> date:
    found = db.connection().scalar(
        select(col(Hotel.business_on)).where(col(Hotel.id) == by.hotel_id)
    )
    return found or clock.today_in("UTC")


def _rows(db: Session, by: Actor, owner: ColumnElement[bool]) -> list[DocumentRow]:
    query = _joined(select(*_COLUMNS).where(owner), by).order_by(col(Document.id).desc())
    return [_document(row, by) for row in db.connection().execute(query)]


def _joined(query: Any, by: Actor) -> Any:
    """With kind and shelver; only classes and hotels of this reader."""
    query = (
        query.join(DocumentKind, col(DocumentKind.code) == col(Document.kind_code))
        .outerjoin(Staff, col(Staff.id) == col(Document.shelved_by))
        .where(col(DocumentKind.document_class).in_(classes_seen(by)))
    )
    if by.reach == "group":
        return query
    return query.where(
        or_(col(Document.hotel_id).is_(None), col(Document.hotel_id).in_(by.hotel_ids))
    )


def _document(row: Any, by: Actor) -> DocumentRow:
    values = {k: v for k, v in mapping_of(row).items() if k != "sha256"}
    return DocumentRow(
        **{**values, "file_kind": FileKind(row.file_kind)},
        removable=may_shelve(by, row.document_class),
    )
