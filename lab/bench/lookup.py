"""Look-up: every kind of key against a seeded house, in the calls that the doors make."""

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlmodel import Session

from crm.guests.indexing import key_values
from crm.guests.keys import search_keys
from crm.guests.naming import NameParts
from crm.guests.rows import name_values, read_contact, repeated_names
from crm.guests.tables import ContactPoint, Guest, GuestName, GuestSearch
from crm.guests.terms import ContactKind, ContactUse, GuestIdentity, GuestState, NameKind
from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.ids import new_id, new_reference
from crm.loyalty.tables import Membership
from crm.loyalty.terms import MembershipState, Tier
from crm.profile.search import search_guests
from crm.staff.actor import Actor, staff_of
from crm.staff.terms import Role
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from lab.bench.figures import Figure, timed
from lab.demo.chinese_names import a_name

CALLS = 200
BATCH = 5_000
IN_HOUSE, DUE = 240, 90
_GIVEN = "Anna Bert Camille Daniel Emma Felix Grace Hugo Irene Jonas Karen Louis Maria Nils"
GIVEN = _GIVEN.split()
_FAMILY = (
    "Smith Dubois Garcia Mueller Rossi Novak Jensen Kowalski Andersson Ferreira Papadopoulos "
    "Okonkwo Haddad Petrov Yilmaz Nguyen Tanaka Williams Fischer Laurent Moreau Bianchi Costa"
)
FAMILY = _FAMILY.split()


@dataclass(slots=True)
class Seeded:
    """What was planted, to be asked for again; ``facts`` is a sample of guests."""

    by: Actor
    facts: list[dict[str, str]] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)


def measure(guests: int, url: str | None) -> list[Figure]:
    """Seed ``guests`` into an empty database and time each kind of key."""
    folder = Path(tempfile.mkdtemp(prefix="keshi-bench-"))
    database = Database(url or f"sqlite:///{folder / 'bench.db'}")
    try:
        migrating.upgrade(database)
        planted = seed(database, guests)
        return list(figures(database, planted))
    finally:
        database.dispose()
        shutil.rmtree(folder, ignore_errors=True)


# ---------------------------------------------------------------- seeding
def seed(database: Database, guests: int) -> Seeded:
    """Guests with two names, a phone, mostly an e-mail, a stay; a house full of them today."""
    rng = random.Random(guests)
    today = clock.today_in("Asia/Shanghai")
    with database.writing() as db:
        opening = HotelOpen(
            code="BENCH",
            name="Bench",
            name_zh="测量",
            time_zone="Asia/Shanghai",
            currency="CNY",
            country="CN",
        )
        hotel_id = open_hotel(db, opening)
    planted = Seeded(
        staff_of([Role.DUTY_MANAGER], staff_id=new_id(), name="Bench", hotel_id=hotel_id)
    )
    share = 4_000 / guests
    for start in range(0, guests, BATCH):
        with database.writing() as db:
            numbers = range(start, min(start + BATCH, guests))
            _plant(db, rng, numbers, hotel_id, today, planted, share)
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as plain:
            plain.execute(text("VACUUM ANALYZE"))
    return planted


def _plant(
    db: Session,
    rng: random.Random,
    numbers: range,
    hotel_id: UUID,
    today: date,
    planted: Seeded,
    share: float,
) -> None:
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (Guest, GuestName, ContactPoint, GuestSearch, Stay, Membership)
    }
    for number in numbers:
        fact = _one(rng, number, hotel_id, today, rows)
        if rng.random() < share:
            planted.facts.append(fact)
        if number < IN_HOUSE:
            planted.rooms.append(fact["room"])
    for table, values in rows.items():
        if values:
            db.connection().execute(insert(table), values)


def _one(
    rng: random.Random, number: int, hotel_id: UUID, today: date, rows: dict[Any, Any]
) -> dict[str, str]:
    """Append the rows of one guest; returns what to look for."""
    guest_id, now = new_id(), clock.now()
    names = _names(rng)
    arrival = today - timedelta(days=rng.randrange(1, 1_500))
    status, room = StayStatus.CHECKED_OUT, None
    if number < IN_HOUSE + DUE:
        status = StayStatus.IN_HOUSE if number < IN_HOUSE else StayStatus.BOOKED
        arrival = today - timedelta(days=1) if number < IN_HOUSE else today
        room = f"{3 + number // 20}{number % 20 + 1:02}" if number < IN_HOUSE else None
    phone = f"+861{rng.randrange(30, 100)}{rng.randrange(10**8):08}"
    email = f"{names[-1].full.replace(' ', '.').lower()}{number}@example.com"
    ref, code = new_reference("G"), f"BK{number:08}"
    rows[Guest].append(
        {
            "id": guest_id,
            "ref": f"{ref[:2]}{number:06X}"[:12],
            "state": GuestState.ACTIVE,
            **repeated_names(names),
            "birth_leap": False,
            "languages": [],
            "identity": GuestIdentity.INDIVIDUAL,
            "is_incognito": False,
            "in_private": False,
            "last_seen_on": arrival,
            "created_at": now,
            "created_at_hotel": hotel_id,
            "updated_at": now,
            "version": 1,
        }
    )
    rows[GuestName] += [name_values(guest_id, no, name) for no, name in enumerate(names, 1)]
    kinds = [(ContactKind.PHONE, phone)] + [(ContactKind.EMAIL, email)] * (number % 5 > 1)
    for no, (kind, raw) in enumerate(kinds, 1):
        rows[ContactPoint].append(
            {
                "guest_id": guest_id,
                "no": no,
                "kind": kind,
                "use": ContactUse.PRIVATE,
                "raw": raw,
                "is_primary": True,
                "is_shared": False,
                **(_PLAIN | {"norm": phone, "last4": phone[-4:]} if no == 1 else
                   read_contact(kind, raw)),
            }
        )  # fmt: skip
    rows[GuestSearch].append(key_values(guest_id, search_keys(names)))
    rows[Stay].append(
        {
            "id": new_id(),
            "hotel_id": hotel_id,
            "guest_id": guest_id,
            "status": status,
            "confirmation_no": code,
            "arrival_on": arrival,
            "departure_on": arrival + timedelta(days=2),
            "nights": 2,
            "currency": "CNY",
            "room_no": room,
            "adults": 1,
            "children": 0,
            "identity": GuestIdentity.INDIVIDUAL,
            "created_at": now,
            "updated_at": now,
            "version": 1,
        }
    )
    if number % 4 == 0:
        rows[Membership].append(
            {
                "id": new_id(),
                "guest_id": guest_id,
                "number": f"8{number:09}",
                "state": MembershipState.ACTIVE,
                "joined_on": arrival,
                "tier": Tier.MEMBER,
                "points": 0,
                "version": 1,
            }
        )
    return {
        "native": names[0].full,
        "latin": names[-1].full,
        "phone": phone,
        "email": email if len(kinds) > 1 else "",
        "code": code,
        "member": f"8{number:09}" if number % 4 == 0 else "",
        "room": room or "",
    }


_PLAIN = {"is_valid": True, "is_relay": False}


def _names(rng: random.Random) -> list[NameParts]:
    if rng.random() < 0.25:
        given, family = rng.choice(GIVEN), rng.choice(FAMILY) + rng.choice(("", "sen", "er", "ov"))
        return [NameParts(f"{given} {family}", NameKind.LATIN, family, given)]
    spelt = a_name(rng, rng.random() < 0.5)
    native = NameParts(spelt.family + spelt.given, NameKind.NATIVE, spelt.family, spelt.given)
    full = f"{spelt.latin_family.upper()} {spelt.latin_given}"
    return [native, NameParts(full, NameKind.LATIN, spelt.latin_family, spelt.latin_given)]


# ---------------------------------------------------------------- measuring
def figures(database: Database, planted: Seeded) -> Iterator[Figure]:
    rng = random.Random(7)
    chinese = [
        fact for fact in planted.facts if len(fact["native"]) > 2 and fact["native"][0] > "z"
    ]
    members = [fact["member"] for fact in planted.facts if fact["member"]]
    emails = [fact["email"] for fact in planted.facts if fact["email"]]
    kinds: list[tuple[str, str, Callable[[], str]]] = [
        ("phone, whole", "50", lambda: rng.choice(planted.facts)["phone"]),
        ("phone, last four", "50", lambda: rng.choice(planted.facts)["phone"][-4:]),
        ("e-mail, start", "50", lambda: rng.choice(emails)[:12]),
        ("room in house", "50", lambda: rng.choice(planted.rooms)),
        ("confirmation number", "50", lambda: rng.choice(planted.facts)["code"]),
        ("membership number", "50", lambda: rng.choice(members)),
        ("Chinese, whole name", "50", lambda: rng.choice(chinese)["native"]),
        ("Chinese, two characters", "50", lambda: rng.choice(chinese)["native"][1:3]),
        ("Chinese, one character", "50", lambda: rng.choice(chinese)["native"][0]),
        ("pinyin, whole", "50", lambda: _pinyin(rng.choice(chinese))),
        ("pinyin, initials", "50", lambda: _initials(rng.choice(chinese))),
        ("surname in pinyin", "50", lambda: rng.choice(chinese)["latin"].split()[0]),
        ("Latin, two words", "50", lambda: _two_words(rng.choice(planted.facts), rng)),
        ("three letters", "50", lambda: rng.choice(planted.facts)["latin"].split()[-1][:3]),
        ("inside a word", "50", lambda: _pinyin(rng.choice(chinese))[2:7]),
        ("one typo", "100", lambda: _slip(_pinyin(rng.choice(chinese)), rng)),
        ("nobody", "100", lambda: f"qx{rng.choice(FAMILY).lower()}zzq"),
    ]
    for name, goal, ask in kinds:
        asked = [ask() for _ in range(CALLS)]
        hits = [_found(database, planted.by, q) for q in asked[:20]]
        note = f"{sum(map(bool, hits))} of {len(hits)} found somebody"
        calls = ((lambda q=q: _found(database, planted.by, q)) for q in asked)
        yield timed(name, calls, goal=f"p99 {goal}", note=note)


def _found(database: Database, by: Actor, q: str) -> int:
    with database.reading() as db:
        return len(search_guests(db, q, by=by, limit=20).items)


def _pinyin(fact: dict[str, str]) -> str:
    return "".join(char for char in fact["latin"].lower() if char.isascii() and char.isalpha())


def _initials(fact: dict[str, str]) -> str:
    return search_keys([NameParts(fact["native"])]).pinyin_initials.split("|")[0]


def _two_words(fact: dict[str, str], rng: random.Random) -> str:
    words = fact["latin"].split()
    return f"{words[-1]} {words[0][: rng.randrange(3, 6)]}"


def _slip(word: str, rng: random.Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        [word[:at] + word[at + 1 :], word[:at] + "x" + word[at:], word[:at] + "x" + word[at + 1 :]]
    )
