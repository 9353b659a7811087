"""Whether an incoming person is somebody on file: pure, careful, and never by one sign alone.

Sure are an id of the other system, or an e-mail or phone together with the name. A shared
phone, an agency's forwarding address or a document number (placeholders are shared by dozens)
never matches; whatever is neither sure nor plainly new goes to a person.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from crm.guests.birthdays import Birthday
from crm.guests.fitting import Fit, names_fit
from crm.guests.naming import NameParts

SHARED_FROM = 3
"""A contact that this many guests have says nothing about any of them."""

CANDIDATES_MAX = 6


class Verdict(StrEnum):
    MATCHED = "matched"
    NEW = "new"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Contact:
    """A comparable phone or address; ``usable`` only if valid, not an agency's, not shared."""

    norm: str
    usable: bool
    relay: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """What an incoming row says of a person."""

    names: tuple[NameParts, ...]
    contacts: tuple[Contact, ...] = ()
    birthday: Birthday | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A guest on file who may be the one. ``holders`` counts who has each of the contacts."""

    id: UUID
    names: tuple[NameParts, ...]
    contacts: tuple[Contact, ...] = ()
    birthday: Birthday | None = None
    holders: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict, with the guest if sure, else the candidates and why it is unclear."""

    verdict: Verdict
    guest_id: UUID | None = None
    candidates: tuple[UUID, ...] = ()
    reason: str | None = None


NEW = Match(Verdict.NEW)


def decide(person: Person, known: Sequence[Known]) -> Match:
    """Match a person without an id against the guests that share a contact or a name."""
    if not known:
        return NEW
    same_contact = [(guest, shared_contacts(person, guest)) for guest in known]
    sure = [g for g, c in same_contact if c and names_fit(person.names, g.names) is Fit.SAME]
    if len(sure) > 1:
        return _unclear(sure, "several_guests")
    if sure:
        if _birthdays_differ(person.birthday, sure[0].birthday):
            return _unclear(sure, "birthday_differs")
        return Match(Verdict.MATCHED, guest_id=sure[0].id)
    if other := [g for g, c in same_contact if c]:
        return _unclear(other, "name_differs")
    return _by_weak_signs(person, known)


def shared_contacts(person: Person, guest: Known) -> list[str]:
    """Contacts that both have and that may be evidence."""
    theirs = {c.norm: c for c in guest.contacts}
    return [
        c.norm
        for c in person.contacts
        if c.usable
        and c.norm in theirs
        and theirs[c.norm].usable
        and guest.holders.get(c.norm, 1) < SHARED_FROM
    ]


def _by_weak_signs(person: Person, known: Sequence[Known]) -> Match:
    """A shared contact with the same name, or the name alone: a person must look."""
    namesakes = [g for g in known if names_fit(person.names, g.names) is Fit.SAME]
    for reason in ("shared_contact", "relay_contact"):
        if found := [g for g in namesakes if _has_weak(person, g, reason)]:
            return _unclear(found, reason)
    if any(c.usable for c in person.contacts):
        return NEW
    if namesakes:
        return _unclear(namesakes, "same_name_only")
    return NEW


def _has_weak(person: Person, guest: Known, reason: str) -> bool:
    theirs = {c.norm: c for c in guest.contacts}
    for contact in person.contacts:
        if contact.norm not in theirs:
            continue
        relay = contact.relay or theirs[contact.norm].relay
        if relay == (reason == "relay_contact"):
            return True
    return False


def _unclear(guests: Iterable[Known], reason: str) -> Match:
    ids = tuple(g.id for g in guests)[:CANDIDATES_MAX]
    return Match(Verdict.UNCLEAR, candidates=ids, reason=reason)


def _birthdays_differ(one: Birthday | None, other: Birthday | None) -> bool:
    """Both known, of the same calendar, and not the same day (an unknown year is no difference)."""
    if one is None or other is None or one.calendar is not other.calendar:
        return False
    if (one.month, one.day) != (other.month, other.day):
        return True
    return one.year is not None and other.year is not None and one.year != other.year
