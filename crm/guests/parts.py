"""The parts of a guest's file that come in any number: names, ways to reach, papers, people.

Each change counts as a change of the file: it bumps the version and leaves audit and news.
"""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlmodel import Session, SQLModel, col

from crm.audit.terms import Deed
from crm.guests import queries
from crm.guests.indexing import names_of
from crm.guests.masks import contact_field
from crm.guests.rows import (
    Values,
    address_values,
    contact_values,
    name_of,
    name_values,
    relation_values,
    repeated_names,
    vehicle_values,
)
from crm.guests.schemas import (
    AddressIn,
    ContactIn,
    IdentityDocumentIn,
    NameIn,
    RelationIn,
    SpecialIn,
    VehicleIn,
)
from crm.guests.service import alias_missing, changed, country_of, need_edit
from crm.guests.tables import (
    Address,
    ContactPoint,
    Guest,
    GuestName,
    IdentityDocument,
    Relation,
    SpecialDatum,
    Vehicle,
)
from crm.guests.terms import SpecialKind
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.errors import Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.rows import cols
from crm.kit.vault import Vault
from crm.staff.actor import Actor, system

PARTS_MAX = 50
IDENTITY_KEPT_DAYS = 30


# ---------------------------------------------------------------- names
def add_name(
    db: Session, guest_id: UUID, name: NameIn, *, by: Actor, version: int | None = None
) -> int:
    """File one more name; returns its number."""
    by.need("guests.amend")
    need_edit(by, "guest.name")
    country = _nationality(db, guest_id, by)
    no = _next_no(db, GuestName, guest_id)
    _insert(db, GuestName, name_values(guest_id, no, name_of(name, country)))
    _names_changed(db, guest_id, by, version)
    return no


def change_name(
    db: Session, guest_id: UUID, no: int, name: NameIn, *, by: Actor, version: int | None = None
) -> None:
    """Replace a name, for example with the pinyin corrected."""
    by.need("guests.amend")
    need_edit(by, "guest.name")
    country = _nationality(db, guest_id, by)
    _replace(db, GuestName, guest_id, no, name_values(guest_id, no, name_of(name, country)))
    _names_changed(db, guest_id, by, version)


def remove_name(
    db: Session, guest_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    """Take a name away; the last one stays, and so does the alias of an incognito guest."""
    by.need("guests.amend")
    need_edit(by, "guest.name")
    queries.need_visible(db, guest_id, by=by)
    _delete(db, GuestName, guest_id, no)
    _names_changed(db, guest_id, by, version)


def _names_changed(db: Session, guest_id: UUID, by: Actor, version: int | None) -> None:
    names = names_of(db, [guest_id]).get(guest_id, [])
    if not names:
        raise RuleBroken("A guest keeps at least one name.", "last_name")
    repeated = repeated_names(names)
    if repeated["alias"] is None and _is_incognito(db, guest_id):
        raise alias_missing()
    changed(db, guest_id, ["guest.name"], by=by, values=repeated, version=version, keys=True)


def _is_incognito(db: Session, guest_id: UUID) -> bool:
    found = db.connection().execute(
        select(*cols(Guest.is_incognito)).where(col(Guest.id) == guest_id)
    )
    return bool(found.scalar_one_or_none())


def _nationality(db: Session, guest_id: UUID, by: Actor) -> str | None:
    queries.need_visible(db, guest_id, by=by)
    found = db.connection().execute(
        select(*cols(Guest.nationality)).where(col(Guest.id) == guest_id)
    )
    nationality: str | None = found.scalar_one()
    return nationality


# ---------------------------------------------------------------- ways to reach
def add_contact(
    db: Session, guest_id: UUID, contact: ContactIn, *, by: Actor, version: int | None = None
) -> int:
    """File a phone, an e-mail or a messaging id; the desk may add, not change. Its number."""
    if not by.may("guests.add_contact"):
        by.need("guests.amend")
    queries.need_visible(db, guest_id, by=by)
    no = _next_no(db, ContactPoint, guest_id)
    values = contact_values(guest_id, no, contact, country_of(db, by.hotel_id))
    first_of_kind = not _has_contact(db, guest_id, contact)
    values["is_primary"] = contact.is_primary or first_of_kind
    _insert(db, ContactPoint, values)
    _one_primary(db, guest_id, values)
    changed(db, guest_id, [contact_field(contact.kind)], by=by, version=version)
    return no


def change_contact(
    db: Session,
    guest_id: UUID,
    no: int,
    contact: ContactIn,
    *,
    by: Actor,
    version: int | None = None,
) -> None:
    by.need("guests.amend")
    need_edit(by, contact_field(contact.kind))
    queries.need_visible(db, guest_id, by=by)
    values = contact_values(guest_id, no, contact, country_of(db, by.hotel_id))
    _replace(db, ContactPoint, guest_id, no, values)
    _one_primary(db, guest_id, values)
    changed(db, guest_id, [contact_field(contact.kind)], by=by, version=version)


def remove_contact(
    db: Session, guest_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    by.need("guests.amend")
    queries.need_visible(db, guest_id, by=by)
    kind = db.connection().execute(
        select(*cols(ContactPoint.kind)).where(
            col(ContactPoint.guest_id) == guest_id, col(ContactPoint.no) == no
        )
    )
    field = contact_field(kind.scalar_one_or_none() or _no_such_part())
    need_edit(by, field)
    _delete(db, ContactPoint, guest_id, no)
    changed(db, guest_id, [field], by=by, version=version)


def _has_contact(db: Session, guest_id: UUID, contact: ContactIn) -> bool:
    found = db.connection().execute(
        select(*cols(ContactPoint.no)).where(
            col(ContactPoint.guest_id) == guest_id, col(ContactPoint.kind) == contact.kind
        )
    )
    return found.first() is not None


def _one_primary(db: Session, guest_id: UUID, values: Values) -> None:
    """A new primary contact takes the place of the old one of its kind."""
    if not values["is_primary"]:
        return
    db.connection().execute(
        update(ContactPoint)
        .where(
            col(ContactPoint.guest_id) == guest_id,
            col(ContactPoint.kind) == values["kind"],
            col(ContactPoint.no) != values["no"],
        )
        .values(is_primary=False)
    )


def add_address(
    db: Session, guest_id: UUID, address: AddressIn, *, by: Actor, version: int | None = None
) -> int:
    return _add(db, Address, guest_id, address, address_values, "guest.address", by, version)


def change_address(
    db: Session,
    guest_id: UUID,
    no: int,
    address: AddressIn,
    *,
    by: Actor,
    version: int | None = None,
) -> None:
    values = address_values(guest_id, no, address)
    _change(db, Address, guest_id, no, values, "guest.address", by, version)


def remove_address(
    db: Session, guest_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    _remove(db, Address, guest_id, no, "guest.address", by, version)


# ---------------------------------------------------------------- vehicles, people
def add_vehicle(
    db: Session, guest_id: UUID, vehicle: VehicleIn, *, by: Actor, version: int | None = None
) -> int:
    return _add(db, Vehicle, guest_id, vehicle, vehicle_values, "guest.vehicle", by, version)


def remove_vehicle(
    db: Session, guest_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    _remove(db, Vehicle, guest_id, no, "guest.vehicle", by, version)


def add_relation(
    db: Session, guest_id: UUID, relation: RelationIn, *, by: Actor, version: int | None = None
) -> int:
    """Say who belongs to this guest; a file named must be within reach and another one."""
    if relation.other_id == guest_id:
        raise Invalid("A guest is not related to the same file.", "relation_self")
    if relation.other_id is not None:
        queries.need_visible(db, relation.other_id, by=by)
    return _add(db, Relation, guest_id, relation, relation_values, "guest.relations", by, version)


def remove_relation(
    db: Session, guest_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    _remove(db, Relation, guest_id, no, "guest.relations", by, version)


# ---------------------------------------------------------------- papers, special data
def add_identity_document(
    db: Session,
    guest_id: UUID,
    document: IdentityDocumentIn,
    *,
    vault: Vault,
    by: Actor,
    version: int | None = None,
) -> int:
    """Seal an identity document; `RuleBroken` unless the hotel switched keeping them on.

    It is deleted 30 days later: the police register is the hotel system's duty, not ours.
    """
    by.need("guests.amend")
    need_edit(by, "guest.identity_document")
    queries.need_visible(db, guest_id, by=by)
    if not _keeps_documents(db, by.hotel_id):
        raise RuleBroken(
            "This hotel does not keep identity documents. IT can switch it on for the hotel.",
            "identity_documents_off",
        )
    no = _next_no(db, IdentityDocument, guest_id)
    _insert(
        db,
        IdentityDocument,
        {
            "guest_id": guest_id,
            "no": no,
            "kind": document.kind,
            "number_sealed": vault.seal(document.number, bound_to=document_bond(guest_id, no)),
            "number_index": vault.blind_index(document.number),
            "country": document.country,
            "expires_on": document.expires_on,
            "delete_after": clock.now().date() + timedelta(days=IDENTITY_KEPT_DAYS),
        },
    )
    changed(db, guest_id, ["guest.identity_document"], by=by, version=version)
    return no


def remove_identity_document(
    db: Session, guest_id: UUID, no: int, *, by: Actor, version: int | None = None
) -> None:
    _remove(db, IdentityDocument, guest_id, no, "guest.identity_document", by, version)


def document_bond(guest_id: UUID, no: int) -> bytes:
    """What a sealed number is bound to, so that it cannot be moved to another row."""
    return guest_id.bytes + no.to_bytes(4, "big")


def special_bond(guest_id: UUID, kind: SpecialKind) -> bytes:
    return guest_id.bytes + kind.value.encode()


def _keeps_documents(db: Session, hotel_id: UUID | None) -> bool:
    if hotel_id is None:
        return False
    found = db.connection().execute(
        select(*cols(Hotel.keeps_identity_documents)).where(col(Hotel.id) == hotel_id)
    )
    return bool(found.scalar_one_or_none())


def note_special(
    db: Session,
    guest_id: UUID,
    kind: SpecialKind,
    given: SpecialIn,
    *,
    vault: Vault,
    by: Actor,
    version: int | None = None,
) -> None:
    """Seal ethnicity or native place under the consent it was given with, replacing the old."""
    by.need("guests.special")
    need_edit(by, "guest.special")
    queries.need_visible(db, guest_id, by=by)
    if by.staff_id is None:
        raise NotAllowed("A consent is taken by a person.", "consent_by_person")
    if given.consent_on > clock.now().date():
        raise Invalid("A consent cannot lie in the future.", "consent_future")
    connection = db.connection()
    connection.execute(
        delete(SpecialDatum).where(
            col(SpecialDatum.guest_id) == guest_id, col(SpecialDatum.kind) == kind
        )
    )
    _insert(
        db,
        SpecialDatum,
        {
            "guest_id": guest_id,
            "kind": kind,
            "value_sealed": vault.seal(given.value, bound_to=special_bond(guest_id, kind)),
            "consent_words": given.consent_words,
            "consent_on": given.consent_on,
            "consent_by": by.staff_id,
        },
    )
    changed(db, guest_id, ["guest.special"], by=by, version=version)


def forget_special(
    db: Session, guest_id: UUID, kind: SpecialKind, *, by: Actor, version: int | None = None
) -> None:
    """The consent was withdrawn: the fact goes."""
    by.need("guests.special")
    queries.need_visible(db, guest_id, by=by)
    done = db.connection().execute(
        delete(SpecialDatum).where(
            col(SpecialDatum.guest_id) == guest_id, col(SpecialDatum.kind) == kind
        )
    )
    if done.rowcount == 0:
        _no_such_part()
    changed(db, guest_id, ["guest.special"], by=by, version=version, deed=Deed.REMOVED)


# ---------------------------------------------------------------- the common ways
def _add(
    db: Session,
    table: type[SQLModel],
    guest_id: UUID,
    given: Any,
    make: Any,
    field: str,
    by: Actor,
    version: int | None,
) -> int:
    by.need("guests.amend")
    need_edit(by, field)
    queries.need_visible(db, guest_id, by=by)
    no = _next_no(db, table, guest_id)
    _insert(db, table, make(guest_id, no, given))
    changed(db, guest_id, [field], by=by, version=version)
    return no


def _change(
    db: Session,
    table: type[SQLModel],
    guest_id: UUID,
    no: int,
    values: Values,
    field: str,
    by: Actor,
    version: int | None,
) -> None:
    by.need("guests.amend")
    need_edit(by, field)
    queries.need_visible(db, guest_id, by=by)
    _replace(db, table, guest_id, no, values)
    changed(db, guest_id, [field], by=by, version=version)


def _remove(
    db: Session,
    table: type[SQLModel],
    guest_id: UUID,
    no: int,
    field: str,
    by: Actor,
    version: int | None,
) -> None:
    by.need("guests.amend")
    need_edit(by, field)
    queries.need_visible(db, guest_id, by=by)
    _delete(db, table, guest_id, no)
    changed(db, guest_id, [field], by=by, version=version, deed=Deed.REMOVED)


def _next_no(db: Session, table: Any, guest_id: UUID) -> int:
    """One more than the highest number; numbers of removed parts may come again."""
    queries.hold(db, guest_id)
    last, count = (
        db.connection()
        .execute(select(func.max(table.no), func.count()).where(table.guest_id == guest_id))
        .one()
    )
    if count >= PARTS_MAX:
        raise RuleBroken("A file holds fifty of these at most.", "parts_full")
    return int(last or 0) + 1


def _insert(db: Session, table: type[SQLModel], values: Values) -> None:
    db.flush()
    db.connection().execute(insert(table), [values])


def _replace(db: Session, table: Any, guest_id: UUID, no: int, values: Values) -> None:
    done = db.connection().execute(
        update(table)
        .where(table.guest_id == guest_id, table.no == no)
        .values({k: v for k, v in values.items() if k not in ("guest_id", "no")})
    )
    if done.rowcount == 0:
        _no_such_part()


def _delete(db: Session, table: Any, guest_id: UUID, no: int) -> None:
    done = db.connection().execute(delete(table).where(table.guest_id == guest_id, table.no == no))
    if done.rowcount == 0:
        _no_such_part()


def _no_such_part() -> Any:
    raise NotFound("This file has no such entry.", "guest_part")


def remove_overdue_papers(db: Session, today: date, limit: int = 400) -> int:
    """Delete identity documents whose time is over; returns how many."""
    rows = (
        db.connection()
        .execute(
            select(*cols(IdentityDocument.guest_id, IdentityDocument.no))
            .where(col(IdentityDocument.delete_after) < today)
            .limit(limit)
        )
        .all()
    )
    for row in rows:
        _delete(db, IdentityDocument, row.guest_id, row.no)
        fields = ["guest.identity_document"]
        changed(db, row.guest_id, fields, by=system(), deed=Deed.REMOVED)
    return len(rows)
