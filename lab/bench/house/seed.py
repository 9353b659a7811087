"""Seeds a house step by step; stopped at any point it goes on where it was."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlmodel import col

from crm.companies.rules import company_key
from crm.companies.tables import Company
from crm.complaints import master as case_words
from crm.documents import catalogue
from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.hotels.tables import Hotel, Room, RoomType
from crm.hotels.terms import Cleanliness, RoomService
from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.preferences import master
from crm.staff import passwords
from crm.staff.tables import Staff, StaffGrant
from crm.staff.terms import Role
from crm.stays import figures
from lab.bench.house import cases, files, visits
from lab.bench.house.plan import HOTELS, Plan, Size, parts
from lab.bench.house.stores import Store, gather_statistics, store_of
from lab.demo.chinese_names import SURNAMES

PART = 20_000
ZONE = "Asia/Shanghai"
PASSWORD = "quiet rooms 2026 upstairs"  # noqa: S105 - invented guests, a house of its own
PEOPLE = {
    "desk": Role.FRONT_DESK, "duty": Role.DUTY_MANAGER, "general": Role.GENERAL_MANAGER,
    "centre": Role.FILE_CENTRE, "keeper": Role.HOUSEKEEPING,
}  # fmt: skip
Told = Callable[[str], None]
COLUMNS = files.COLUMNS | visits.COLUMNS
MORE_CASES = "more cases"


class NotOurs(RuleBroken):
    """The database holds another house; a bench never mixes with real guests."""

    def __init__(self) -> None:
        super().__init__(
            "This database holds another house. The bench needs an empty one, or its own.",
            "bench_not_empty",
        )


@dataclass(frozen=True)
class Seeded:
    """What was planted; the days of a kept house stay as they were made."""

    size: Size
    today: date


def file_of(folder: Path, size: Size) -> Path:
    """Where a house of this size, seed and shape of the database is kept."""
    return folder / f"house-{size.name}-{migrating.head()}.db"


def seed(database: Database, size: Size, told: Told = lambda _: None) -> Seeded:
    """Make the house, or what is missing of it; `NotOurs` when another one lives there."""
    migrating.upgrade(database)
    store = store_of(database)
    collected = gc.isenabled()
    gc.disable()  # Millions of small tuples, none of them garbage.
    try:
        return _steps(database, store, size, told)
    finally:
        store.close()
        if collected:
            gc.enable()


def _steps(database: Database, store: Store, size: Size, told: Told) -> Seeded:
    mine = size.name
    if store.value("house") is None:
        with database.reading() as db:
            if db.connection().execute(select(*cols(Hotel.id)).limit(1)).first():
                raise NotOurs
        store.mark("house", mine)
        store.mark("today", clock.today_in(ZONE).isoformat())
    if store.value("house") != mine:
        raise NotOurs
    today = date.fromisoformat(store.value("today") or "")
    if store.value("all") is not None:
        return Seeded(size, today)
    told("planning who stays when")
    plan = Plan(size, today)
    store.once("base", lambda: _base(database, size))
    store.strip()
    _fill(store, plan, *_parents(database), told)
    store.once("figures", lambda: _figures(database, told))
    told("search tables")
    store.once("search", store.search)
    store.dress(told)
    told("statistics")
    gather_statistics(database)
    store.mark("all", "done")
    return Seeded(size, today)


def _fill(store: Store, plan: Plan, hotels: list[bytes], companies: list[Any], told: Told) -> None:
    size = plan.size
    guests, stays = files.Files(plan, hotels, companies), visits.Visits(plan, hotels, companies)
    for step, total, rows in (
        ("guests", size.guests, guests.rows),
        ("stays", size.stays, stays.rows),
        ("wishes", size.preferences, guests.wishes),
        ("members", size.members, guests.members),
        ("cases", size.cases, stays.cases),
        (MORE_CASES, size.more_cases, cases.Cases(plan, hotels).rows),
    ):
        columns = COLUMNS | (cases.COLUMNS if step == MORE_CASES else {})
        done = store.position(step)
        for part in parts(total, PART):
            if part.stop <= done:
                continue
            with store.part(step, part.stop):
                for table, made in rows(part).items():
                    store.fill(table, columns[table], made)
            told(f"{step}: {part.stop:,} of {total:,}")


def _parents(database: Database) -> tuple[list[bytes], list[Any]]:
    """Keys of the hotels in the order of their codes, and the companies."""
    with database.reading() as db:
        connection = db.connection()
        hotels = connection.execute(select(*cols(Hotel.id)).order_by(col(Hotel.code))).scalars()
        companies = connection.execute(
            select(*cols(Company.id, Company.name, Company.name_latin)).order_by(col(Company.id))
        )
        return [key.bytes for key in hotels], [
            _Partner(row.id.bytes, row.name, row.name_latin) for row in companies
        ]


@dataclass(frozen=True, slots=True)
class _Partner:
    id: bytes
    name: str
    name_latin: str | None


def _figures(database: Database, told: Told) -> None:
    """By the stays' own rebuild: the figures are those the product would have kept."""
    told("running figures")
    with database.writing() as db:
        if database.is_sqlite:
            # Sorting ten million lines in memory would take gigabytes.
            db.connection().exec_driver_sql("PRAGMA cache_size=-1000000")
        figures.rebuild(db)


# ---------------------------------------------------------------- the house itself
def _base(database: Database, size: Size) -> None:
    with database.writing() as db:
        connection = db.connection()
        master.load(db)
        case_words.load(db)
        catalogue.load(db)
        hotel_ids = [
            open_hotel(db, HotelOpen(
                code=f"B{no}", name=f"Bench House {no}", name_zh=f"测量酒店{no}", time_zone=ZONE,
                currency=visits.CURRENCY, country="CN",
            ))
            for no in range(1, HOTELS + 1)
        ]  # fmt: skip
        for hotel_id in hotel_ids:
            connection.execute(insert(RoomType), [
                {"hotel_id": hotel_id, "code": code, "name": code.title(), "name_zh": code}
                for code in visits.TYPES
            ])  # fmt: skip
            connection.execute(insert(Room), [
                _room(hotel_id, place) for place in range(max(1, size.in_house))
            ])  # fmt: skip
        connection.execute(insert(Company), [_company(no) for no in range(size.companies)])
        _staff(connection, hotel_ids)


def _room(hotel_id: UUID, place: int) -> dict[str, Any]:
    no = visits.room_no(place)
    return {
        "hotel_id": hotel_id, "no": no, "floor": no[:-2],
        "room_type": visits.TYPES[place % len(visits.TYPES)], "features": list(files.CODES[:7]),
        "cleanliness": Cleanliness.CLEAN, "service": RoomService.NONE,
    }  # fmt: skip


_TRADES = (
    ("医疗", "Medical"),
    ("电子", "Electronics"),
    ("咨询", "Advice"),
    ("贸易", "Trading"),
)


def _company(no: int) -> dict[str, Any]:
    (first, one, _), (second, two, _) = SURNAMES[no % 90], SURNAMES[no // 90 % 90]
    trade, english = _TRADES[no % len(_TRADES)]
    place = f"{no // 8100 + 1}" if no >= 8100 else ""
    name, latin = f"{first}{second}{trade}{place}", f"{one}{two.lower()} {english} {place}".strip()
    return {
        "id": new_id(), "kind": "corporate", "state": "active", "name": name, "name_latin": latin,
        "name_key": company_key(name, latin), "city": "Hangzhou", "country": "CN",
        "created_at": clock.now(), "version": 1,
    }  # fmt: skip


def _staff(connection: Any, hotel_ids: list[UUID]) -> None:
    """For each hotel one colleague of each role; the general manager has a say in all."""
    hashed = passwords.hash_password(PASSWORD, login="desk")
    for no, hotel_id in enumerate(hotel_ids, 1):
        for word, role in PEOPLE.items():
            key = new_id()
            person = {"id": key, "login": f"{word}{no}", "name": f"Bench {word} {no}",
                      "password_hash": hashed, "created_at": clock.now()}  # fmt: skip
            connection.execute(insert(Staff), [person])
            there = hotel_ids if role is Role.GENERAL_MANAGER else [hotel_id]
            connection.execute(insert(StaffGrant), [
                {"staff_id": key, "hotel_id": each, "role": role} for each in there
            ])  # fmt: skip
