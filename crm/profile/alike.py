"""Files that may already be of the person who is being entered, shown while typing."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.asking import QueryPlan
from crm.guests.birthdays import Birthday
from crm.guests.duplicates import Contact, Likeness, Person, Sign, likeness
from crm.guests.emails import read_email
from crm.guests.indexing import names_of
from crm.guests.naming import parts_of
from crm.guests.phones import DEFAULT_REGION, read_phone
from crm.guests.queries import may_see_true_name, visible_to
from crm.guests.rows import birthday_of
from crm.guests.tables import ContactPoint, Guest
from crm.guests.terms import ContactKind, GuestState
from crm.hotels.tables import Hotel
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.profile.found import GuestHit, MatchedBy
from crm.profile.search import Place, guests_named
from crm.profile.telling import hits_of
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight

CANDIDATES = 100
_BY_CONTACT = {Sign.SAME_PHONE, Sign.SHARED_PHONE, Sign.SAME_EMAIL, Sign.RELAY_EMAIL}


class Alike(Out):
    """A file that may be of the same person, and the signs; ``likely`` asks for a decision."""

    guest: GuestHit
    likely: bool
    score: int
    signs: list[Sign]


def possible_duplicates(
    db: Session,
    *,
    by: Actor,
    names: Sequence[str] = (),
    phone: str | None = None,
    email: str | None = None,
    birthday: Birthday | None = None,
    limit: int = 5,
) -> list[Alike]:
    """Files within reach, the likeliest first. Signs that several people share are not enough.

    An incognito guest is not given away by the real name to those who may not read it; nor is
    anything found by what the asker does not see at all, masked neither.
    """
    by.need("guests.look_up")
    typed = _typed(db, by, names, phone, email, birthday)
    candidates = _candidates(db, typed, by)
    judged = {
        guest_id: found
        for guest_id, known in _known(db, candidates, by).items()
        if (found := likeness(typed, known)) is not None
    }
    best = sorted(judged, key=lambda guest_id: (-judged[guest_id].score, guest_id.bytes))[:limit]
    places = [Place(guest_id, by=_matched(judged[guest_id])) for guest_id in best]
    hits = hits_of(db, places, QueryPlan(text=""), by=by)
    return [_alike(hit, judged[hit.id]) for hit in hits]


def _typed(
    db: Session,
    by: Actor,
    names: Sequence[str],
    phone: str | None,
    email: str | None,
    birthday: Birthday | None,
) -> Person:
    def asks_by(field: str) -> bool:
        return by.sight(field, Channel.SEARCH) is not Sight.NONE

    contacts = []
    if not asks_by("guest.phone"):
        phone = None
    if not asks_by("guest.email"):
        email = None
    if birthday is not None and not asks_by("guest.birthday"):
        birthday = None
    if birthday is not None and not asks_by("guest.birth_year"):
        birthday = replace(birthday, year=None)
    if phone and (reading := read_phone(phone, _country(db, by))).e164 and reading.valid:
        contacts.append(Contact(reading.e164, is_email=False))
    if email and (address := read_email(email)).key:
        contacts.append(Contact(address.key, is_email=True, is_relay=address.relay))
    parts = tuple(parts_of(name.strip()) for name in names if name.strip())
    return Person(parts, tuple(contacts), birthday)


def _country(db: Session, by: Actor) -> str:
    found = db.connection().execute(
        select(*cols(Hotel.country)).where(col(Hotel.id) == by.hotel_id)
    )
    return str(found.scalar_one_or_none() or DEFAULT_REGION)


def _candidates(db: Session, typed: Person, by: Actor) -> set[UUID]:
    found: set[UUID] = set()
    if typed.contacts:
        rows = db.connection().execute(
            select(*cols(ContactPoint.guest_id))
            .where(col(ContactPoint.norm).in_([contact.norm for contact in typed.contacts]))
            .limit(CANDIDATES)
        )
        found |= set(rows.scalars())
    for name in typed.names:
        found |= set(guests_named(db, name, CANDIDATES, by=by))
    return found


def _known(db: Session, guest_ids: set[UUID], by: Actor) -> dict[UUID, Person]:
    """What the candidates within reach are compared by."""
    if not guest_ids:
        return {}
    guests = (
        db.connection()
        .execute(
            select(
                *cols(
                    Guest.id,
                    Guest.is_incognito,
                    Guest.birth_calendar,
                    Guest.birth_year,
                    Guest.birth_month,
                    Guest.birth_day,
                    Guest.birth_leap,
                )
            ).where(
                col(Guest.id).in_(guest_ids), visible_to(by), col(Guest.state) != GuestState.MERGED
            )
        )
        .all()
    )
    ids = [guest.id for guest in guests]
    names, contacts = names_of(db, ids), _contacts(db, ids)
    true_names = may_see_true_name(by)
    return {
        guest.id: Person(
            tuple(names.get(guest.id, ())) if true_names or not guest.is_incognito else (),
            tuple(contacts.get(guest.id, ())),
            birthday_of(guest),
        )
        for guest in guests
    }


def _contacts(db: Session, guest_ids: Sequence[UUID]) -> dict[UUID, list[Contact]]:
    found: dict[UUID, list[Contact]] = defaultdict(list)
    rows = db.connection().execute(
        select(
            *cols(
                ContactPoint.guest_id,
                ContactPoint.norm,
                ContactPoint.kind,
                ContactPoint.is_shared,
                ContactPoint.is_relay,
            )
        ).where(
            col(ContactPoint.guest_id).in_(guest_ids),
            col(ContactPoint.kind).in_([ContactKind.PHONE, ContactKind.EMAIL]),
            col(ContactPoint.norm).is_not(None),
            col(ContactPoint.is_valid),
        )
    )
    for row in rows:
        found[row.guest_id].append(
            Contact(row.norm, row.kind is ContactKind.EMAIL, row.is_shared, row.is_relay)
        )
    return found


def _matched(found: Likeness) -> set[MatchedBy]:
    kinds = set()
    if {Sign.SAME_PHONE, Sign.SHARED_PHONE} & set(found.signs):
        kinds.add(MatchedBy.PHONE)
    if {Sign.SAME_EMAIL, Sign.RELAY_EMAIL} & set(found.signs):
        kinds.add(MatchedBy.EMAIL)
    if set(found.signs) - _BY_CONTACT:
        kinds.add(MatchedBy.NAME)
    return kinds


def _alike(hit: GuestHit, found: Likeness) -> Alike:
    return Alike(guest=hit, likely=found.is_likely, score=found.score, signs=list(found.signs))


def birthday_typed(born_on: date | None) -> Birthday | None:
    """A solar birthday from a date."""
    return None if born_on is None else Birthday(born_on.month, born_on.day, born_on.year)
