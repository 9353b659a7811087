"""Masked forms by kind of contact, and which field of the policy a contact belongs to."""

from collections.abc import Callable

from crm.guests.emails import masked_email
from crm.guests.phones import masked_phone
from crm.guests.terms import ContactKind, NameKind
from crm.staff.terms import Sight

ALIAS = NameKind.ALIAS
PHONE = ContactKind.PHONE


def contact_field(kind: ContactKind) -> str:
    """``guest.phone`` for phones, ``guest.email`` for addresses and messaging ids."""
    return "guest.phone" if kind is ContactKind.PHONE else "guest.email"


def masked_contact(kind: ContactKind, raw: str, norm: str | None) -> str:
    if kind is ContactKind.PHONE:
        return masked_phone(norm or raw)
    if kind is ContactKind.EMAIL:
        return masked_email(norm or raw)
    return f"{raw[:1]}•••" if len(raw) > 3 else "•••"


def masked_plate(plate: str) -> str:
    """The last two characters of a number plate."""
    return f"•••{plate[-2:]}" if len(plate) > 4 else "•••"


def by_sight(sight: Sight, value: str | None, mask: Callable[[str], str]) -> str | None:
    """The value, its mask, or nothing."""
    if value is None or sight is Sight.NONE:
        return None
    return value if sight is Sight.CLEAR else mask(value)
