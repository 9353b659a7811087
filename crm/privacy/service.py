"""Shows one hidden value to one person for a stated purpose, and writes that down."""

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests import queries
from crm.guests.masks import contact_field
from crm.guests.parts import document_bond, special_bond
from crm.guests.tables import (
    Address,
    ContactPoint,
    Guest,
    GuestName,
    IdentityDocument,
    SpecialDatum,
)
from crm.guests.terms import SpecialKind
from crm.kit.errors import Invalid, NotAllowed, NotFound
from crm.kit.rows import cols
from crm.kit.vault import Vault
from crm.privacy.rules import Carried, carried
from crm.privacy.schemas import Reveal, Revealed
from crm.privacy.terms import RevealField
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight


def reveal(db: Session, guest_id: UUID, asked: Reveal, *, by: Actor, vault: Vault) -> Revealed:
    """One value in clear, with exactly one audit row in the same transaction.

    `NotAllowed` where the policy gives no reveal, `NotFound` outside reach or without such an
    entry. The audit names the field and the purpose, never the value.
    """
    by.need("guests.special" if asked.field is RevealField.SPECIAL else "guests.reveal")
    queries.need_visible(db, guest_id, by=by)
    need_plain_purpose(asked.purpose, names=_names(db, guest_id))
    field, value = _value(db, guest_id, asked, vault)
    if by.sight(field, Channel.JSON) is not Sight.CLEAR and not by.has_right(field, "R"):
        raise NotAllowed(
            "Your role may not see this, with any purpose. Ask a manager.", "reveal", field=field
        )
    audit.note(
        db,
        Deed.REVEALED,
        by=by,
        subject="guest",
        subject_id=guest_id,
        guest_id=guest_id,
        fields=[f"{field}:{asked.no or asked.kind or 1}"],
        purpose=asked.purpose,
    )
    return Revealed(field=asked.field, no=asked.no, kind=asked.kind, value=value)


def need_plain_purpose(
    purpose: str, *, names: Iterable[str] = (), pointer: str = "/purpose"
) -> None:
    """`Invalid` when the words carry what the audit must not keep: see `rules.carried`."""
    match carried(purpose, names):
        case Carried.MAIL | Carried.NUMBER:
            raise Invalid(
                "Leave out phone numbers, e-mail addresses, ID and card numbers: a reason in words "
                "is enough.",
                "purpose_carries_data",
                pointer=pointer,
            )
        case Carried.NAME:
            raise Invalid(
                "Leave out the guest's name: the entry already says whose file it is.",
                "purpose_carries_data",
                pointer=pointer,
            )


def _names(db: Session, guest_id: UUID) -> list[str]:
    rows = db.connection().execute(
        select(*cols(GuestName.full)).where(col(GuestName.guest_id) == guest_id)
    )
    return [name for (name,) in rows if name]


def _value(db: Session, guest_id: UUID, asked: Reveal, vault: Vault) -> tuple[str, str]:
    """The policy's name of the field, and the value in clear."""
    match asked.field:
        case RevealField.CONTACT:
            return _contact(db, guest_id, _number(asked))
        case RevealField.ADDRESS:
            return "guest.address", _address(db, guest_id, _number(asked))
        case RevealField.BIRTH_YEAR:
            return "guest.birth_year", _birth_year(db, guest_id)
        case RevealField.IDENTITY_DOCUMENT:
            return "guest.identity_document", _document(db, guest_id, _number(asked), vault)
        case RevealField.SPECIAL:
            return "guest.special", _special(db, guest_id, asked.kind, vault)
        case _:
            assert_never(asked.field)


def _number(asked: Reveal) -> int:
    if asked.no is None:
        raise Invalid("Say which entry of the file.", "reveal_no", pointer="/no")
    return asked.no


def _nothing() -> NotFound:
    return NotFound("This file has no such entry.", "guest_part")


def _contact(db: Session, guest_id: UUID, no: int) -> tuple[str, str]:
    row = (
        db.connection()
        .execute(
            select(*cols(ContactPoint.kind, ContactPoint.raw)).where(
                col(ContactPoint.guest_id) == guest_id, col(ContactPoint.no) == no
            )
        )
        .first()
    )
    if row is None:
        raise _nothing()
    return contact_field(row.kind), row.raw


def _address(db: Session, guest_id: UUID, no: int) -> str:
    row = (
        db.connection()
        .execute(
            select(
                *cols(
                    Address.street,
                    Address.postal_code,
                    Address.city,
                    Address.region,
                    Address.country,
                )
            ).where(col(Address.guest_id) == guest_id, col(Address.no) == no)
        )
        .first()
    )
    if row is None:
        raise _nothing()
    return ", ".join(part for part in row if part)


def _birth_year(db: Session, guest_id: UUID) -> str:
    year = (
        db.connection()
        .execute(select(*cols(Guest.birth_year)).where(col(Guest.id) == guest_id))
        .scalar_one_or_none()
    )
    if year is None:
        raise _nothing()
    return str(year)


def _document(db: Session, guest_id: UUID, no: int, vault: Vault) -> str:
    sealed = (
        db.connection()
        .execute(
            select(*cols(IdentityDocument.number_sealed)).where(
                col(IdentityDocument.guest_id) == guest_id, col(IdentityDocument.no) == no
            )
        )
        .scalar_one_or_none()
    )
    if sealed is None:
        raise _nothing()
    return vault.open(sealed, bound_to=document_bond(guest_id, no))


def _special(db: Session, guest_id: UUID, kind: SpecialKind | None, vault: Vault) -> str:
    if kind is None:
        raise Invalid("Say which special fact.", "reveal_kind", pointer="/kind")
    sealed = (
        db.connection()
        .execute(
            select(*cols(SpecialDatum.value_sealed)).where(
                col(SpecialDatum.guest_id) == guest_id, col(SpecialDatum.kind) == kind
            )
        )
        .scalar_one_or_none()
    )
    if sealed is None:
        raise _nothing()
    return vault.open(sealed, bound_to=special_bond(guest_id, kind))
