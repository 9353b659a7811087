"""What happens in the hotel in one simulated hour, decided on paper from the PMS's own book.

Pure: the same book and seed give the same hour. Sending it to Keshi is the simulator's work.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from lab.demo import chinese_names, world_names
from lab.demo.crowd import fold, latin_name, native_name
from lab.demo.folios import HABITS
from lab.demo.house import lakeview
from lab.demo.pms_book import Book, Booking
from lab.demo.unreachable import BLOCKS, MAIL_DOMAINS

NOON = time(12, 40)
LAST_MINUTE = time(23, 55)
CHECK_INS, CHECK_OUTS, ORDERS, WALK_INS, BOOKINGS = 7, 8, 9, 1, 2
KINDS = ("STW", "SKG", "DTW", "DKG", "LTW", "LKG")


@dataclass(frozen=True)
class Happening:
    """One thing the PMS has to tell: ``kind`` is booked, checked_in, checked_out or ordered."""

    kind: str
    booking: Booking
    guest: dict[str, Any] = field(default_factory=dict)
    line: dict[str, Any] = field(default_factory=dict)


def clock_of(book: Book) -> datetime:
    """The PMS's wall clock: the demo begins at 12:40, and its day never ends."""
    begins = datetime.combine(date.fromisoformat(book.today), NOON)
    last = datetime.combine(begins.date(), LAST_MINUTE)
    return min(begins + timedelta(hours=book.hours), last)


def an_hour(book: Book, rng: random.Random) -> list[Happening]:
    """Let an hour pass in ``book`` and tell what happened, in the order it happened."""
    book.hours += 1
    return [
        *_departures(book, rng),
        *_new_bookings(book, rng),
        *_arrivals(book),
        *_orders(book, rng),
    ]


def _departures(book: Book, rng: random.Random) -> Iterator[Happening]:
    due = [b for b in book.of_state("in_house") if b.departure <= book.today]
    for booking in rng.sample(due, min(CHECK_OUTS, len(due))):
        booking.state = "left"
        yield Happening("checked_out", booking)


def _new_bookings(book: Book, rng: random.Random) -> Iterator[Happening]:
    """First-time guests: one walks in today, the others book for the next days."""
    for n in range(WALK_INS + BOOKINGS):
        walks_in = n < WALK_INS
        guest = a_stranger(rng)
        arrival = date.fromisoformat(book.today) + timedelta(days=0 if walks_in else n)
        booking = Booking(
            confirmation=f"W{book.next_number}",
            profile=f"P{book.next_number}",
            name=guest["shown"],
            arrival=arrival.isoformat(),
            departure=(arrival + timedelta(days=rng.choice((1, 1, 2, 3)))).isoformat(),
            room="",
            state="booked",
            eta=(clock_of(book) + timedelta(minutes=20)).strftime("%H:%M") if walks_in else "",
            adults=rng.choice((1, 2)),
        )
        book.next_number += 1
        book.bookings.append(booking)
        yield Happening("booked", booking, guest=guest)


def _arrivals(book: Book) -> Iterator[Happening]:
    """Who is due by now checks in, the earliest first; a booking without a room gets one."""
    now = clock_of(book).strftime("%H:%M")
    due = [
        b for b in book.of_state("booked") if b.arrival == book.today and (b.eta or "15:00") <= now
    ]
    free = _free_rooms(book)
    for booking in sorted(due, key=lambda b: (b.eta or "15:00", b.confirmation))[:CHECK_INS]:
        if booking.room in free:
            free.remove(booking.room)
        elif free:
            booking.room = free.pop()
        else:
            return
        booking.state = "in_house"
        yield Happening("checked_in", booking)


def _free_rooms(book: Book) -> list[str]:
    """Rooms nobody sleeps in and nobody of today has been promised, best last."""
    held = {b.room for b in book.of_state("in_house")}
    promised = {b.room for b in book.of_state("booked") if b.arrival == book.today}
    rooms = sorted((r.no for r in lakeview().rooms if r.kind in KINDS), key=int)
    loose = [no for no in rooms if no not in held | promised]
    return [*sorted(promised - held - {""}), *loose]


def _orders(book: Book, rng: random.Random) -> Iterator[Happening]:
    inside = book.of_state("in_house")
    for booking in rng.sample(inside, min(ORDERS, len(inside))):
        kind, outlet, meal, _, low, high = rng.choice(HABITS)
        amount = rng.randrange(low // 100, high // 100) * 100
        booking.lines += 1
        line = {
            "no": booking.lines,
            "kind": kind,
            "outlet": outlet,
            "meal": meal,
            "covers": booking.adults if meal else 0,
            "amount": amount,
            "tax": round(amount * 6 / 106),
        }
        yield Happening("ordered", booking, line=line)


def a_stranger(rng: random.Random) -> dict[str, Any]:
    """Somebody nobody here knows, with a phone and an address that reach nobody."""
    country = "CN" if rng.random() < 0.7 else rng.choice(("JP", "KR", "GB", "DE", "US", "AE"))
    female = rng.random() < 0.5
    if country == "CN":
        spelt = chinese_names.a_name(rng, female)
    else:
        spelt = world_names.a_name(rng, country, female)
    latin = latin_name(spelt)
    native = native_name(country, spelt) if spelt.family else None
    stem = ".".join(part for part in (fold(latin.given), fold(latin.family)) if part)
    return {
        "shown": native.full if native else latin.full,
        "native": native,
        "latin": latin,
        "country": country,
        "female": female,
        "language": world_names.LANGUAGE[country],
        "phone": rng.choice(BLOCKS[country]).draw(rng),
        "email": f"{stem}{rng.randrange(100, 1000)}@{rng.choice(MAIL_DOMAINS)}",
    }
