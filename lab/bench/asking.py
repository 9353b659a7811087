"""What desks look for: a sample of the seeded guests, and each kind of key they can be met by."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.guests.keys import search_keys
from crm.guests.naming import NameParts
from crm.guests.tables import ContactPoint, Guest
from crm.guests.terms import ContactKind
from crm.hotels.tables import Hotel
from crm.kit.db import Database, chunks
from crm.kit.rows import cols
from crm.loyalty.tables import Membership
from crm.stays.tables import GuestFigure, Stay
from crm.stays.terms import StayStatus
from lab.bench.house.files import reference
from lab.bench.house.plan import Size

SAMPLE = 4_000
IN_CHUNKS = 400


@dataclass(slots=True)
class Known:
    """One guest of the sample, by what a desk may have at hand."""

    id: UUID
    ref: str
    native: str
    latin: str
    phone: str = ""
    email: str = ""
    member: str = ""
    code: str = ""


@dataclass(slots=True)
class Sample:
    """Guests known to one hotel: any, dense ones, and those in the house or due."""

    hotel_id: UUID
    guests: list[Known] = field(default_factory=list)
    dense: list[UUID] = field(default_factory=list)
    today: list[UUID] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)

    @property
    def chinese(self) -> list[Known]:
        return [guest for guest in self.guests if guest.native]

    @property
    def foreign(self) -> list[Known]:
        return [guest for guest in self.guests if not guest.native]


def sample_of(database: Database, size: Size, *, hotel: int = 1, seed: int = 7) -> Sample:
    """The same guests for the same seed; several hundred of a large house."""
    rng = random.Random(seed)
    with database.reading() as db:
        code = select(*cols(Hotel.id)).where(col(Hotel.code) == f"B{hotel}")
        found = Sample(db.connection().execute(code).scalar_one())
        numbers = rng.sample(range(size.guests), min(SAMPLE, size.guests))
        known: dict[UUID, Known] = {}
        for part in chunks([reference(number) for number in numbers], IN_CHUNKS):
            for row in _files(db, part):
                if row.created_at_hotel == found.hotel_id:
                    known[row.id] = Known(
                        row.id, row.ref, row.name_native or "", row.name_latin or ""
                    )
        _tell_more(db, known)
        found.guests = list(known.values())
        found.dense = _dense(db, found.hotel_id, size)
        _present(db, found)
    return found


def _files(db: Session, refs: Sequence[str]) -> Iterable[Any]:
    return db.connection().execute(
        select(
            *cols(Guest.id, Guest.ref, Guest.name_native, Guest.name_latin, Guest.created_at_hotel)
        )
        .where(col(Guest.ref).in_(refs))
        .order_by(col(Guest.id))
    )


def _tell_more(db: Session, known: dict[UUID, Known]) -> None:
    connection = db.connection()
    for part in chunks(list(known), IN_CHUNKS):
        contacts = select(*cols(ContactPoint.guest_id, ContactPoint.kind, ContactPoint.norm))
        for row in connection.execute(contacts.where(col(ContactPoint.guest_id).in_(part))):
            if row.kind is ContactKind.PHONE:
                known[row.guest_id].phone = row.norm
            else:
                known[row.guest_id].email = row.norm
        members = select(*cols(Membership.guest_id, Membership.number))
        for row in connection.execute(members.where(col(Membership.guest_id).in_(part))):
            known[row.guest_id].member = row.number
        stays = select(*cols(Stay.guest_id, Stay.confirmation_no))
        for row in connection.execute(stays.where(col(Stay.guest_id).in_(part))):
            known[row.guest_id].code = row.confirmation_no


def _dense(db: Session, hotel_id: UUID, size: Size) -> list[UUID]:
    """Guests of this hotel with the most stays among its first files: the regulars."""
    refs = [reference(number) for number in range(min(4_000, size.guests))]
    found: list[tuple[int, UUID]] = []
    for part in chunks(refs, IN_CHUNKS):
        rows = db.connection().execute(
            select(*cols(Guest.id, GuestFigure.stays))
            .join(GuestFigure, col(GuestFigure.guest_id) == col(Guest.id))
            .where(col(Guest.ref).in_(part), col(GuestFigure.hotel_id) == hotel_id)
        )
        found += [(row.stays, row.id) for row in rows]
    return [guest_id for _, guest_id in sorted(found, reverse=True)[:200]]


def _present(db: Session, found: Sample) -> None:
    rows = db.connection().execute(
        select(*cols(Stay.guest_id, Stay.room_no, Stay.status))
        .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
        .where(
            col(Stay.hotel_id) == found.hotel_id,
            (col(Stay.status) == StayStatus.IN_HOUSE)
            | (
                (col(Stay.status) == StayStatus.BOOKED)
                & (col(Stay.arrival_on) == col(Hotel.business_on))
            ),
        )
        .order_by(col(Stay.id))
    )
    for row in rows:
        found.today.append(row.guest_id)
        if row.status is StayStatus.IN_HOUSE:
            found.rooms.append(row.room_no)


# ---------------------------------------------------------------- kinds of keys
@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of key: ``most_ms`` is the server's p99 by the issue, None where it names none.
    ``floor`` says how the bare application looks for it."""

    name: str
    most_ms: float | None
    floor: str
    ask: Callable[[random.Random], str]
    weight: int = 1
    """How often desks type it, of all look-ups."""


EXACT_MS, TYPO_MS = 10.0, 60.0


def kinds_of(sample: Sample) -> list[Kind]:
    """Every kind there is anybody for."""
    chinese, foreign = sample.chinese, sample.foreign
    emails = [guest.email for guest in sample.guests if guest.email]
    members = [guest.member for guest in sample.guests if guest.member]
    codes = [guest.code for guest in sample.guests if guest.code]

    def some(guests: Sequence[Known]) -> Callable[[random.Random], Known]:
        return lambda rng: rng.choice(guests)

    anyone, one, other = some(sample.guests), some(chinese), some(foreign)
    return [
        Kind("phone, whole", EXACT_MS, "phone", lambda r: anyone(r).phone, 12),
        Kind("phone, last four", EXACT_MS, "last4", lambda r: anyone(r).phone[-4:], 14),
        Kind(
            "e-mail, start",
            EXACT_MS,
            "email",
            lambda r: start_of(r.choice(emails)),
            3,
        ),
        Kind("room in house", EXACT_MS, "room", lambda r: r.choice(sample.rooms), 14),
        Kind("confirmation number", EXACT_MS, "code", lambda r: r.choice(codes), 8),
        Kind("membership number", EXACT_MS, "member", lambda r: r.choice(members), 4),
        Kind("guest reference", EXACT_MS, "ref", lambda r: anyone(r).ref, 1),
        Kind("Chinese, whole name", EXACT_MS, "words", lambda r: one(r).native, 10),
        Kind("Chinese, two characters", EXACT_MS, "words", lambda r: two_of(one(r), r), 6),
        Kind("Chinese, one character", None, "words", lambda r: one(r).native[0], 1),
        Kind("pinyin, whole", EXACT_MS, "words", lambda r: pinyin(one(r)), 8),
        Kind("pinyin, initials", EXACT_MS, "words", lambda r: initials(one(r)), 4),
        Kind("surname in pinyin", EXACT_MS, "words", lambda r: one(r).latin.split()[0], 3),
        Kind("Latin, whole name", EXACT_MS, "words", lambda r: other(r).latin, 4),
        Kind("Latin, start of a word", EXACT_MS, "words", lambda r: last(other(r))[:5], 3),
        Kind("Latin, given and start", EXACT_MS, "words", lambda r: two_words(other(r), r), 3),
        Kind("three letters", None, "words", lambda r: last(other(r))[:3], 1),
        Kind("inside a word", None, "", lambda r: pinyin(one(r))[2:8], 1),
        Kind("one typo", TYPO_MS, "", lambda r: slip(pinyin(one(r)), r), 2),
        Kind("nobody", None, "", lambda r: f"qx{last(other(r)).lower()}zq", 1),
    ]


def start_of(email: str) -> str:
    """Up to the sign that tells it from a name."""
    return email.partition("example")[0]


def pinyin(guest: Known) -> str:
    return "".join(char for char in guest.latin.lower() if char.isascii() and char.isalpha())


def initials(guest: Known) -> str:
    return search_keys([NameParts(guest.native)]).pinyin_initials.split("|")[0]


def last(guest: Known) -> str:
    return guest.latin.split()[-1]


def surname_of(guest: Known) -> str:
    """Of a Chinese guest, in pinyin."""
    return guest.latin.split()[0].lower()


def two_of(guest: Known, rng: random.Random) -> str:
    """The given name, or family name and what follows: two characters side by side."""
    at = rng.randrange(max(1, len(guest.native) - 1))
    return guest.native[at : at + 2]


def two_words(guest: Known, rng: random.Random) -> str:
    words = guest.latin.split()
    return f"{words[0]} {words[-1][: rng.randrange(3, 6)]}"


def slip(word: str, rng: random.Random) -> str:
    """One letter lost, added or wrong, after the first."""
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + "x" + word[at + 1 :]]
    )


def weights(kinds: Iterable[Kind]) -> list[int]:
    return [kind.weight for kind in kinds]
