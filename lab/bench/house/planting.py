"""Guests whose stays show habits, and guests whose stays show none, by the same chances.

Nothing but what sensing reads: hotels with their rooms, guests without names, stays, bills. Who
has a habit keeps to it on all stays but one in twenty; everything else is drawn anew each time.
"""

import random
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert

from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.hotels.tables import Room
from crm.hotels.terms import Cleanliness, RoomService
from crm.kit.db import Database
from crm.preferences import master
from lab.bench.house.plan import parts
from lab.bench.house.stores import Store

STAYS_OF = (1,) * 8 + (2,) * 4 + (4,) * 2 + (8,) * 3 + (17,) * 2 + (18,)
"""How many stays guests have, by number: five each on the average."""
REGULAR = 8
"""From so many stays on a habit may be planted: with fewer nobody could tell."""
DAYS = 1_000
FLOORS, DOORS = range(3, 23), range(1, 13)
FAITHFUL = 0.95
PART = 20_000
ZONE_HOURS = 8
STAY = (
    "id", "hotel_id", "guest_id", "status", "arrival_on", "departure_on", "nights", "currency",
    "room_no", "adults", "children", "identity", "checked_in_at", "checked_out_at", "created_at",
    "updated_at", "version",
)  # fmt: skip
LINE = (
    "stay_id", "no", "hotel_id", "guest_id", "posted_on", "category", "outlet", "text",
    "amount_minor", "discount_minor", "tax_minor", "currency",
)  # fmt: skip
GUEST = (
    "id", "ref", "state", "birth_leap", "languages", "identity", "is_incognito", "in_private",
    "created_at", "updated_at", "version",
)  # fmt: skip
BILL: tuple[tuple[float, str, str, str], ...] = (
    (0.10, "restaurant", "Lotus Court", "Dinner"), (0.05, "restaurant", "Lotus Court", "Noodles"),
    (0.06, "restaurant", "Lotus Court", "West Lake fish"), (0.02, "bar", "Moon Bar", "Espresso"),
    (0.03, "restaurant", "Lotus Court", "Dongpo pork"), (0.05, "bar", "Moon Bar", "Beer"),
    (0.06, "bar", "Tea Lounge", "Longjing tea"), (0.03, "bar", "Tea Lounge", "Tieguanyin"),
    (0.08, "laundry", "Laundry", ""), (0.05, "spa", "Spa", "Massage"),
    (0.05, "minibar", "Minibar", "Coke"), (0.02, "bar", "Moon Bar", "Single malt"),
    (0.03, "other", "Concierge", "Airport transfer"), (0.40, "breakfast", "Brasserie", ""),
)  # fmt: skip
HABITS: tuple[tuple[str, str], ...] = (
    ("FL.HIGH", ""), ("BT.TUB", ""), ("VW.BALCONY", ""), ("RM.CORNER", ""),
    ("AM.TEA", "Longjing 龙井"), ("HB.SPA", ""), ("SV.LAUNDRY", ""), ("FV.DISH", "Dongpo pork"),
    ("TR.LATEARR", ""), ("SV.LATEOUT", ""), ("RM.SAMEROOM", ""),
)  # fmt: skip
_TEXT_OF = {
    "AM.TEA": ("bar", "Tea Lounge", "Longjing tea"),
    "HB.SPA": ("spa", "Spa", "Massage"),
    "SV.LAUNDRY": ("laundry", "Laundry", ""),
    "FV.DISH": ("restaurant", "Lotus Court", "Dongpo pork"),
}


@dataclass(frozen=True)
class Garden:
    """How much is planted: of the regulars one in ``every`` has a habit; 0: nobody."""

    guests: int
    seed: int = 1
    every: int = 10
    hotels: int = 8

    @property
    def stays(self) -> int:
        return sum(STAYS_OF[no % len(STAYS_OF)] for no in range(self.guests))

    def stays_of(self, no: int) -> int:
        return STAYS_OF[no % len(STAYS_OF)]

    def habit_of(self, no: int) -> tuple[str, str] | None:
        """What was planted in a guest."""
        if not self.every or self.stays_of(no) < REGULAR:
            return None
        place, over = divmod(no * 2_654_435_761 % 2**32 >> 8, self.every)
        return None if over else HABITS[place % len(HABITS)]


def key_of(kind: int, no: int) -> bytes:
    """A UUIDv7 whose order is that of the numbers."""
    spread = no * 0x9E3779B97F4A7C15 & (2**62 - 1)
    return ((1_700_000_000_000 + kind * 10**10 + no) << 80 | 7 << 76 | 2 << 62 | spread).to_bytes(
        16, "big"
    )


def room_features(floor: int, door: int) -> list[str]:
    """As in a tower by a lake; what is high is the house's own rule, not a mark."""
    found = ["VW.WATER" if door % 2 == 0 else "VW.CITY", "SM.NON" if floor != 11 else "SM.YES"]
    found.append("BD.KING" if (door + floor) % 3 else "BD.TWIN")
    found.append("RM.NEARLIFT" if door < 5 else "RM.AWAYLIFT")
    found += ["RM.CORNER"] * (door in (1, 12)) + ["BT.TUB"] * (door % 4 == 1)
    found += ["VW.BALCONY"] * (door in (3, 10) and floor > 9) + ["RM.QUIET"] * (door in (7, 8, 9))
    return found + ["BT.SHOWER"] * (door % 3 == 0) + ["TC.DESK"] * (floor > 17)


ROOMS = [(f"{floor}{door:02}", floor, room_features(floor, door)) for floor in FLOORS
         for door in DOORS]  # fmt: skip
HIGH_ABOVE = sorted(floor for _, floor, _ in ROOMS)[2 * len(ROOMS) // 3]
_WITH: dict[str, list[str]] = {
    "FL.HIGH": [no for no, floor, _ in ROOMS if floor > HIGH_ABOVE],
    **{
        code: [no for no, _, features in ROOMS if code in features]
        for code in ("BT.TUB", "VW.BALCONY", "RM.CORNER")
    },
}
_ALL = [no for no, _, _ in ROOMS]


def houses(database: Database, garden: Garden) -> list[bytes]:
    """The hotels with their rooms; their keys."""
    with database.writing() as db:
        master.load(db)
        ids = [
            open_hotel(db, HotelOpen(
                code=f"P{no}", name=f"Planted House {no}", name_zh=f"种植酒店{no}",
                time_zone="Asia/Shanghai", currency="CNY", country="CN",
            ))
            for no in range(1, garden.hotels + 1)
        ]  # fmt: skip
        for hotel_id in ids:
            db.connection().execute(insert(Room), [
                {"hotel_id": hotel_id, "no": no, "floor": str(floor), "room_type": "DLX",
                 "features": features, "cleanliness": Cleanliness.CLEAN,
                 "service": RoomService.NONE}
                for no, floor, features in ROOMS
            ])  # fmt: skip
        return [hotel_id.bytes for hotel_id in ids]


def plant(
    store: Store,
    garden: Garden,
    hotels: list[bytes],
    today: date,
    told: Callable[[str], None] = lambda _: None,
) -> None:
    """Fill in guests, stays and bills, the stays in the order in which they happened."""
    made = today.isoformat() + " 00:00:00.000000"
    for part in parts(garden.guests, PART):
        with store.part("garden guests", part.stop):
            store.fill("guest", GUEST, (
                (key_of(0, no), f"G-{no:07}", "active", False, "[]", "individual", False, False,
                 made, made, 1)
                for no in part
            ))  # fmt: skip
    plan = _plan(garden)
    for part in parts(len(plan), PART):
        rows = _rows(garden, hotels, today, plan, part)
        with store.part("garden stays", part.stop):
            store.fill("stay", STAY, rows["stay"])
            store.fill("folio_line", LINE, rows["line"])
        if part.stop % 500_000 == 0:
            told(f"stays: {part.stop:,} of {len(plan):,}")


def _plan(garden: Garden) -> "array[int]":
    """Of each stay its day and its guest in one number, in the order of the days."""
    rng = random.Random(f"{garden.seed}:days")
    plan = array("q", (
        rng.randrange(DAYS) << 32 | no
        for no in range(garden.guests) for _ in range(garden.stays_of(no))
    ))  # fmt: skip
    return array("q", sorted(plan))


def _rows(
    garden: Garden, hotels: list[bytes], today: date, plan: "array[int]", part: range
) -> dict[str, list[tuple[Any, ...]]]:
    rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    rng = random.Random(f"{garden.seed}:stays:{part.start}")
    for place in part:
        day, no = plan[place] >> 32, plan[place] & 0xFFFFFFFF
        keeps = garden.habit_of(no)
        habit = keeps[0] if keeps and rng.random() < FAITHFUL else None
        hotel = no % len(hotels) if no % 4 or rng.random() < 0.7 else rng.randrange(len(hotels))
        nights = rng.choice((1, 1, 2, 3))
        arrival = today - timedelta(days=DAYS - day + 4)
        leave = arrival + timedelta(days=nights)
        key, guest, house = key_of(1, place), key_of(0, no), hotels[hotel]
        came = rng.choices((10, 15, 18, 22), (4, 60, 30, 6))[0] if habit != "TR.LATEARR" else 22
        went = rng.choices((9, 11, 15), (50, 44, 6))[0] if habit != "SV.LATEOUT" else 15
        if habit == "RM.SAMEROOM":
            room = _ALL[no % len(_ALL)]
            house = hotels[no % len(hotels)]
        else:
            room = rng.choice(_WITH.get(habit or "", _ALL))
        rows["stay"].append((
            key, house, guest, "checked_out", arrival.isoformat(), leave.isoformat(), nights,
            "CNY", room, 1, 0, "individual", _at(arrival, came, rng), _at(leave, went, rng),
            _at(arrival, 12, rng), _at(arrival, 12, rng), 1,
        ))  # fmt: skip
        on = arrival.isoformat()
        for line, (category, outlet, text) in enumerate(_bill(rng, habit), 1):
            rows["line"].append((
                key, line, house, guest, on, category, outlet, text or None, 5000, 0, 300, "CNY",
            ))  # fmt: skip
    return rows


def _bill(rng: random.Random, habit: str | None) -> Iterator[tuple[str, str, str]]:
    kept = _TEXT_OF.get(habit or "")
    if kept:
        yield kept
    for chance, *line in BILL:
        if rng.random() < chance and tuple(line) != kept:
            yield line[0], line[1], line[2]


def _at(day: date, hour: int, rng: random.Random) -> str:
    """An instant of the hotel's clock as UTC."""
    return f"{day.isoformat()} {hour - ZONE_HOURS:02}:{rng.randrange(60):02}:00.000000"
