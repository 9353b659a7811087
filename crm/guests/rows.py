"""From what was written to the columns of the guest's tables; pure, so that one row or a
hundred thousand are made the same way."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.guests.birthdays import Birthday
from crm.guests.emails import read_email
from crm.guests.keys import plate_key
from crm.guests.naming import NameParts, first_of, full_from_parts, parts_of
from crm.guests.phones import DEFAULT_REGION, read_phone
from crm.guests.schemas import AddressIn, ContactIn, NameIn, RelationIn, VehicleIn
from crm.guests.terms import ContactKind, NameKind

Values = dict[str, Any]


def name_of(given: NameIn, country: str | None = None) -> NameParts:
    """A name with all its parts, in the order of its own culture."""
    full = given.full or full_from_parts(given.family, given.given, given.language, country)
    return parts_of(
        full,
        given.kind,
        family=given.family,
        given=given.given,
        language=given.language,
        country=country,
        pinyin=given.pinyin,
    )


def name_values(guest_id: UUID, no: int, name: NameParts) -> Values:
    return {
        "guest_id": guest_id,
        "no": no,
        "kind": name.kind,
        "full": name.full,
        "family": name.family,
        "given": name.given,
        "pinyin": name.pinyin,
        "language": name.language,
    }


def repeated_names(names: Sequence[NameParts]) -> Values:
    """The names that the guest's own row repeats: the first of each kind."""
    native, latin = first_of(names, NameKind.NATIVE), first_of(names, NameKind.LATIN)
    alias = first_of(names, NameKind.ALIAS)
    return {
        "name_native": native.full if native else None,
        "name_latin": latin.full if latin else None,
        "alias": alias.full if alias else None,
    }


def birthday_values(birthday: Birthday | None) -> Values:
    """The five birthday columns; all empty without one."""
    if birthday is None:
        return {
            "birth_calendar": None,
            "birth_year": None,
            "birth_month": None,
            "birth_day": None,
            "birth_leap": False,
        }
    return {
        "birth_calendar": birthday.calendar,
        "birth_year": birthday.year,
        "birth_month": birthday.month,
        "birth_day": birthday.day,
        "birth_leap": birthday.leap,
    }


def birthday_of(row: Any) -> Birthday | None:
    """The birthday of a guest's row (anything with its columns as attributes)."""
    if row.birth_calendar is None or row.birth_month is None or row.birth_day is None:
        return None
    return Birthday(
        row.birth_month, row.birth_day, row.birth_year, row.birth_calendar, row.birth_leap
    )


def contact_values(
    guest_id: UUID, no: int, contact: ContactIn, region: str = DEFAULT_REGION
) -> Values:
    """The raw text beside its comparable form; what cannot be read keeps the raw text alone."""
    return {
        "guest_id": guest_id,
        "no": no,
        "kind": contact.kind,
        "use": contact.use,
        "raw": contact.raw,
        "is_primary": contact.is_primary,
        "is_shared": contact.is_shared,
        **read_contact(contact.kind, contact.raw, region),
    }


def read_contact(kind: ContactKind, raw: str, region: str = DEFAULT_REGION) -> Values:
    """``norm``, ``last4``, ``is_valid`` and ``is_relay`` of a raw phone, e-mail or other id."""
    if kind is ContactKind.PHONE:
        phone = read_phone(raw, region)
        last4 = phone.last4 if phone.last4 and len(phone.last4) == 4 else None
        return {"norm": phone.e164, "last4": last4, "is_valid": phone.valid, "is_relay": False}
    if kind is ContactKind.EMAIL:
        email = read_email(raw)
        return {
            "norm": email.key,
            "last4": None,
            "is_valid": email.valid,
            "is_relay": email.relay,
        }
    return {"norm": raw.strip().lower(), "last4": None, "is_valid": True, "is_relay": False}


def contacts_values(
    guest_id: UUID, contacts: Sequence[ContactIn], region: str = DEFAULT_REGION
) -> list[Values]:
    """All contact points of a new file; the first of a kind is primary unless another is."""
    rows = [contact_values(guest_id, no, each, region) for no, each in enumerate(contacts, 1)]
    for kind in {row["kind"] for row in rows}:
        of_kind = [row for row in rows if row["kind"] is kind]
        chosen = next((row for row in of_kind if row["is_primary"]), of_kind[0])
        for row in of_kind:
            row["is_primary"] = row is chosen
    return rows


def address_values(guest_id: UUID, no: int, address: AddressIn) -> Values:
    return {"guest_id": guest_id, "no": no, **address.model_dump()}


def vehicle_values(guest_id: UUID, no: int, vehicle: VehicleIn) -> Values:
    return {
        "guest_id": guest_id,
        "no": no,
        "plate": vehicle.plate,
        "plate_key": plate_key(vehicle.plate)[:20],
        "remark": vehicle.remark or None,
    }


def relation_values(guest_id: UUID, no: int, relation: RelationIn) -> Values:
    return {"guest_id": guest_id, "no": no, **relation.model_dump()}
