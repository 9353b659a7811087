"""Fills the rooms: two years of history, today as the mocks show it, and the weeks ahead."""

import random
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from lab.demo import seasons
from lab.demo.folios import Appetite, folio
from lab.demo.house import ZONE, House, Room
from lab.demo.keys import Keyring
from lab.demo.people import Person
from lab.demo.stays import DemoStay

HISTORY_DAYS = 730
AHEAD_DAYS = 330
HOTEL_ZONE = ZoneInfo(ZONE)
ETAS = (12, 13, 14, 14, 15, 15, 15, 16, 16, 17, 18, 18, 19, 20, 21, 22, 23)


def at_hotel(day: date, hour: int, minute: int = 0) -> datetime:
    """The UTC instant of a wall-clock time in Hangzhou."""
    return datetime.combine(day, time(hour, minute), HOTEL_ZONE).astimezone(UTC)


@dataclass(frozen=True)
class Habit:
    """Why and how somebody comes: set once per guest, so that a history reads like a person."""

    purpose: str
    channel: str
    way: str
    market: str
    rate_code: str
    kind: str
    discount_percent: int
    breakfast: bool
    factor: float
    payment: str
    identity: str = "individual"
    company: str = ""


class RoomBook:
    """Which room is taken on which night, one bit a night; refuses to book a night twice."""

    def __init__(self, house: House, first_day: date) -> None:
        self.house = house
        self.first_day = first_day
        self._taken = dict.fromkeys((room.no for room in house.rooms), 0)
        self._of_kind: dict[str, list[Room]] = {}
        for room in house.rooms:
            self._of_kind.setdefault(room.kind, []).append(room)

    def _mask(self, arrival: date, departure: date) -> int:
        nights = max(1, (departure - arrival).days)
        return ((1 << nights) - 1) << (arrival - self.first_day).days

    def is_free(self, no: str, arrival: date, departure: date) -> bool:
        return not self._taken[no] & self._mask(arrival, departure)

    def take(self, no: str, arrival: date, departure: date) -> None:
        if not self.is_free(no, arrival, departure):
            raise ValueError(f"room {no} is taken twice from {arrival} to {departure}")
        self._taken[no] |= self._mask(arrival, departure)

    def find(
        self, rng: random.Random, kind: str, arrival: date, departure: date, *, strict: bool = False
    ) -> Room | None:
        """A free room of the kind, else one of any other but the best, else None."""
        kinds = [kind] if strict else [kind, *sorted(k for k in self._of_kind if k != kind)]
        for candidate in kinds:
            if candidate != kind and candidate in {"PRS", "STE", "ACK"}:
                continue
            rooms = self._of_kind.get(candidate, [])
            start = rng.randrange(len(rooms)) if rooms else 0
            for room in (*rooms[start:], *rooms[:start]):
                if self.is_free(room.no, arrival, departure):
                    return room
        return None

    def taken_on(self, day: date) -> int:
        bit = 1 << (day - self.first_day).days
        return sum(1 for mask in self._taken.values() if mask & bit)


class Bookings:
    """Makes stays in one house; every stay takes its room in the book before it exists."""

    def __init__(
        self, rng: random.Random, today: date, house: House, keyring: Keyring, first_number: int
    ) -> None:
        self.rng, self.today, self.house, self.keyring = rng, today, house, keyring
        self.start = today - timedelta(days=HISTORY_DAYS)
        self.book = RoomBook(house, self.start)
        self._number = first_number
        self._types = {kind.code: kind for kind in house.types}
        days = HISTORY_DAYS + AHEAD_DAYS
        self._pull = {
            "business": seasons.running(seasons.business, self.start, days),
            "leisure": seasons.running(seasons.leisure, self.start, days),
        }

    def a_day(self, purpose: str, first: date, last: date) -> date:
        """A day of arrival between two days (both included), likelier when the season pulls."""
        sums = self._pull["business" if purpose in {"business", "meeting"} else "leisure"]
        low = (first - self.start).days
        before = sums[low - 1] if low else 0.0
        span = sums[(last - self.start).days] - before
        at = bisect_right(sums, before + self.rng.random() * span)
        return self.start + timedelta(days=min(max(at, low), (last - self.start).days))

    def nights(self, purpose: str) -> int:
        weights = (38, 34, 17, 7, 4) if purpose == "business" else (34, 38, 16, 8, 4)
        return self.rng.choices((1, 2, 3, 4, 5), weights)[0]

    def stay(
        self,
        person: Person | None,
        habit: Habit,
        arrival: date,
        nights: int,
        *,
        room: str = "",
        status: str = "",
        eta: time | None = None,
        adults: int = 0,
        **facts: object,
    ) -> DemoStay | None:
        """A stay with its folio so far, or None when the house is full."""
        departure = arrival + timedelta(days=nights)
        kind = habit.kind
        if not room:
            found = self.book.find(self.rng, kind, arrival, departure)
            if found is None:
                return None
            room = found.no
        self.book.take(room, arrival, departure)
        used = self.house.room(room).kind
        status = status or self._status(arrival, departure)
        adults = adults or (1 if habit.purpose == "business" else self.rng.choice((1, 2, 2)))
        rate = self._types[kind].rate
        until = min(departure, self.today) if status != "booked" else arrival
        appetite = Appetite(habit.factor, habit.discount_percent, habit.breakfast)
        stay = DemoStay(
            key=self.keyring.key(arrival - timedelta(days=1)),
            confirmation=self._next_number(),
            hotel=self.house.code,
            guest=person.key if person else None,
            status=status,
            arrival=arrival,
            departure=departure,
            booked_on=arrival - timedelta(days=self._lead(habit)),
            room=room,
            kind_booked=kind,
            kind_used=used,
            rate_code=habit.rate_code,
            rate=rate * (100 - habit.discount_percent) // 100,
            channel=habit.channel,
            way=habit.way,
            market=habit.market,
            purpose=habit.purpose,
            payment=habit.payment,
            identity=habit.identity,
            company=habit.company,
            adults=adults,
            eta=eta,
            checked_in_at=self._in_at(arrival) if status in {"in_house", "checked_out"} else None,
            checked_out_at=self._out_at(departure) if status == "checked_out" else None,
            score=self._score() if status == "checked_out" else None,
            lines=tuple(folio(self.rng, arrival, until, rate, adults, appetite)),
        )
        return DemoStay(**{**stay.__dict__, **facts}) if facts else stay

    def unkept(self, person: Person, habit: Habit, arrival: date, status: str) -> DemoStay:
        """A cancellation or a no-show: it has no room and no folio."""
        departure = arrival + timedelta(days=self.nights(habit.purpose))
        lead = self._lead(habit)
        cancelled = arrival - timedelta(days=self.rng.randrange(0, lead + 1))
        return DemoStay(
            key=self.keyring.key(arrival - timedelta(days=lead)),
            confirmation=self._next_number(),
            hotel=self.house.code,
            guest=person.key,
            status=status,
            arrival=arrival,
            departure=departure,
            booked_on=arrival - timedelta(days=lead),
            room="",
            kind_booked=habit.kind,
            kind_used="",
            rate_code=habit.rate_code,
            rate=self._types[habit.kind].rate * (100 - habit.discount_percent) // 100,
            channel=habit.channel,
            way=habit.way,
            market=habit.market,
            purpose=habit.purpose,
            payment=habit.payment,
            identity=habit.identity,
            company=habit.company,
            cancelled_at=at_hotel(cancelled, 10, 20) if status == "cancelled" else None,
        )

    def an_eta(self) -> time:
        return time(self.rng.choice(ETAS), self.rng.choice((0, 10, 15, 20, 30, 40, 45)))

    def _next_number(self) -> str:
        self._number += self.rng.randrange(1, 9)
        return f"{self.house.code[-1]}{self._number}"

    def _status(self, arrival: date, departure: date) -> str:
        if departure < self.today:
            return "checked_out"
        return "in_house" if arrival < self.today else "booked"

    def _lead(self, habit: Habit) -> int:
        if habit.channel == "walk_in":
            return 0
        first, last = (0, 12) if habit.purpose == "business" else (2, 60)
        return self.rng.randrange(first, last)

    def _in_at(self, day: date) -> datetime:
        return at_hotel(day, self.rng.choice((14, 15, 16, 17, 18, 19, 21)), self.rng.randrange(60))

    def _out_at(self, day: date) -> datetime:
        return at_hotel(day, self.rng.choice((7, 8, 9, 10, 11, 11)), self.rng.randrange(60))

    def _score(self) -> int | None:
        """About two in five answer the question at check-out."""
        if self.rng.random() > 0.4:
            return None
        return self.rng.choices((10, 9, 8, 7, 6, 5, 3), (30, 32, 18, 9, 6, 3, 2))[0]


class HouseFull(Exception):
    """The generator could not place what the mocks show; its counts need another look."""


def granted(stay: DemoStay | None) -> DemoStay:
    """A stay that must exist, or `HouseFull`."""
    if stay is None:
        raise HouseFull("no room was free for a stay that the mocks show")
    return stay


def overlaps(stays: Iterable[DemoStay]) -> list[tuple[str, str]]:
    """Pairs of confirmations that hold one room on one night; empty when all is well."""
    rooms: dict[tuple[str, str], list[DemoStay]] = {}
    for stay in stays:
        if stay.occupies:
            rooms.setdefault((stay.hotel, stay.room), []).append(stay)
    found = []
    for held in rooms.values():
        held.sort(key=lambda stay: stay.arrival)
        found += [
            (a.confirmation, b.confirmation) for a, b in pairwise(held) if b.arrival < a.departure
        ]
    return found
