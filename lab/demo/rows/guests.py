"""Rows of the guests' files.

Names and contact points are read by the very functions that a registration uses, so that the
look-up finds demo guests exactly as it finds real ones.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from crm.guests import terms as words
from crm.guests.keys import plate_key
from crm.guests.naming import NameParts, parts_of
from crm.guests.rows import birthday_values, name_values, read_contact, repeated_names
from crm.privacy.terms import ConsentState
from lab.demo.people import Person
from lab.demo.rows.register import Register, Row, start_of


def guest_row(person: Person, last_seen: date | None, register: Register) -> Row:
    gender = {True: words.Gender.FEMALE, False: words.Gender.MALE}
    return {
        "id": person.key,
        "ref": person.reference,
        "state": words.GuestState.ACTIVE,
        **repeated_names(names_of(person)),
        "title": words.Title(person.title) if person.title else None,
        "gender": gender[person.female] if person.female is not None else None,
        **birthday_values(person.born),
        "nationality": person.country,
        "languages": list(person.languages),
        "occupation": person.occupation or None,
        "position": person.position or None,
        "company_id": register.company(person.company),
        "identity": words.GuestIdentity(person.identity),
        **_level_values("vip", person.vip, register),
        **_level_values("caution", person.caution, register),
        "is_incognito": person.incognito,
        "in_private": person.in_private,
        "last_seen_on": last_seen,
        "checked_at": start_of(person.checked_on) if person.checked_on else None,
        "created_at": start_of(person.made_on),
        "created_by": register.staff["desk"],
        "created_at_hotel": register.hotels["LVH"],
        "updated_at": start_of(person.made_on),
        "version": 1,
    }


def _level_values(what: str, level: Any, register: Register) -> Row:
    if level is None:
        return dict.fromkeys((what, f"{what}_why", f"{what}_by", f"{what}_until"))
    return {
        what: level.code,
        f"{what}_why": level.why,
        f"{what}_by": register.staff[level.by],
        f"{what}_until": level.until,
    }


def names_of(person: Person) -> list[NameParts]:
    """The names with their parts as a registration would have read them."""
    native = {"CN": "zh-Hans", "HK": "zh-Hant", "MO": "zh-Hant", "TW": "zh-Hant", "SG": "zh-Hans",
              "JP": "ja", "KR": "ko"}  # fmt: skip
    return [
        parts_of(
            name.full,
            words.NameKind(name.kind),
            family=name.family or None,
            given=name.given or None,
            language=native.get(person.country) if name.kind == "native" else None,
            country=person.country,
        )
        for name in person.names
    ]


def name_rows(people: Iterable[Person]) -> Iterator[Row]:
    for person in people:
        for no, name in enumerate(names_of(person), 1):
            yield name_values(person.key, no, name)


def contact_rows(people: Iterable[Person]) -> Iterator[Row]:
    for person in people:
        seen: set[str] = set()
        for no, contact in enumerate(person.contacts, 1):
            kind = words.ContactKind(contact.kind)
            read = read_contact(kind, contact.value)
            yield {
                "guest_id": person.key,
                "no": no,
                "kind": kind,
                "use": words.ContactUse(contact.use),
                "raw": contact.value,
                "is_primary": contact.kind not in seen,
                "is_shared": contact.shared,
                **read,
                # In the demo's world its numbers are in use; in ours no plan has given them.
                "is_valid": True,
            }
            seen.add(contact.kind)


def address_rows(people: Iterable[Person]) -> Iterator[Row]:
    for person in people:
        if person.address:
            yield {
                "guest_id": person.key,
                "no": 1,
                "use": words.AddressUse.HOME,
                "street": person.address.line,
                "city": person.address.city,
                "postal_code": person.address.postcode or None,
                "country": person.address.country,
                "is_primary": True,
            }


def vehicle_rows(people: Iterable[Person]) -> Iterator[Row]:
    for person in people:
        if person.plate:
            yield {
                "guest_id": person.key,
                "no": 1,
                "plate": person.plate,
                "plate_key": plate_key(person.plate)[:20],
                "remark": None,
            }


def relation_rows(people: Iterable[Person]) -> Iterator[Row]:
    for person in people:
        for no, relation in enumerate(person.relations, 1):
            yield {
                "guest_id": person.key,
                "no": no,
                "kind": words.RelationKind(relation.kind),
                "other_id": relation.to,
                "other_name": relation.name or None,
                "other_phone": relation.phone or None,
                "other_born_on": relation.born_on,
                "remark": relation.note or None,
            }


def consent_rows(people: Iterable[Person], register: Register) -> Iterator[Row]:
    for person in people:
        for no, consent in enumerate(sorted(person.consents, key=lambda c: c.at), 1):
            source, _, said = consent.proof.partition("|")
            yield {
                "guest_id": person.key,
                "no": no,
                "channel": consent.channel,
                "purpose": consent.purpose,
                "state": ConsentState.GIVEN if consent.granted else ConsentState.WITHDRAWN,
                "words": said,
                "source": source,
                "at": consent.at,
                "by_id": register.staff["desk"],
                "hotel_id": register.hotels["LVH"],
            }
