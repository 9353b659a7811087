"""Who stays when: a pure plan of the whole house in a few arrays, the same for the same seed.

Stays stand in the order of their arrival and guests in the order of their first stay, as they
would have come in over five years. Whatever else a row holds follows from its number, so that
any part can be written, or written again, without the parts before it.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

YEARS_DAYS = 1826
"""Days of history before today."""
AHEAD_DAYS = 14
HOTELS = 8
GIVEN_TIME_MS = 86_400_000
REGULARS = 1.3
"""The exponent by which earlier guests come back more often than later ones."""

PAST, IN_HOUSE, DUE, AHEAD = range(4)


@dataclass(frozen=True)
class Size:
    """How much of everything; the proportions of the issue, by the number of guests."""

    guests: int
    seed: int = 1
    more_cases: int = 0
    """Complaints of ten years on top of those that any house has."""

    @property
    def name(self) -> str:
        """What tells this house from one of another size."""
        return f"{self.guests}-{self.seed}" + (f"-{self.more_cases}" if self.more_cases else "")

    @property
    def stays(self) -> int:
        return 5 * self.guests

    @property
    def lines(self) -> int:
        return 10 * self.guests

    @property
    def preferences(self) -> int:
        return 3 * self.guests

    @property
    def members(self) -> int:
        """Each has four entries of points."""
        return self.guests * 3 // 10

    @property
    def cases(self) -> int:
        return self.guests * 6 // 100

    @property
    def companies(self) -> int:
        return max(5, self.guests // 500)

    @property
    def in_house(self) -> int:
        """Of each hotel, now: 240, fewer where there are few guests."""
        return min(240, self.guests // (5 * HOTELS))

    @property
    def due(self) -> int:
        """Of each hotel, today."""
        return min(300, self.guests // (4 * HOTELS))

    @property
    def ahead(self) -> int:
        """Of each hotel, on all coming days together."""
        return min(1_500, self.guests // (4 * HOTELS))


class Plan:
    """The arrays: of each stay its guest and the day it begins, of each guest the first and the
    last day. Days count from the first day of the history; today is `YEARS_DAYS`."""

    def __init__(self, size: Size, today: date) -> None:
        self.size, self.today = size, today
        self.first_day = today - timedelta(days=YEARS_DAYS)
        # Stays by standing, each standing in the order of hotels.
        self.due_from = size.stays - HOTELS * (size.due + size.ahead)
        self.in_house_from = self.due_from - HOTELS * size.in_house
        self.ahead_from = self.due_from + HOTELS * size.due
        self.stay_guest, self.stay_day = array("I"), array("H")
        self.guest_from = array("H", bytes(2 * size.guests))
        self._past()
        self._present()
        self.last_seen = array("h", [-1]) * size.guests
        self._see()

    def _past(self) -> None:
        """Spread over the years; exactly as many first stays as there are guests."""
        guests, many = self.size.guests, self.in_house_from
        rng = random.Random(f"{self.size.seed}:past")
        draw, known = rng.random, 0
        for no in range(many):
            day = no * YEARS_DAYS // many
            if known * many <= no * guests and known < guests:
                guest, known = known, known + 1
                self.guest_from[guest] = day
            else:
                guest = int(known * draw() ** REGULARS)
            self.stay_guest.append(guest)
            self.stay_day.append(day)

    def _present(self) -> None:
        """In house, due and coming: regulars again, each at most once among them."""
        rng = random.Random(f"{self.size.seed}:present")
        taken: set[int] = set()
        for no in range(self.in_house_from, self.size.stays):
            guest = int(self.size.guests * rng.random() ** 2)
            while guest in taken:
                guest = (guest + 1) % self.size.guests
            taken.add(guest)
            self.stay_guest.append(guest)
            standing = self.standing(no)
            if standing == IN_HOUSE:
                self.stay_day.append(YEARS_DAYS - 1 - no % 3)
            else:
                self.stay_day.append(YEARS_DAYS + (1 + no % AHEAD_DAYS) * (standing == AHEAD))

    def _see(self) -> None:
        """The last day of each guest in one of the hotels, by the rule of the stays."""
        last = self.last_seen
        for no in range(self.due_from):
            status = self.status(no)
            if status in ("checked_out", "in_house"):
                guest, day = self.stay_guest[no], self.leaves(no)
                day = YEARS_DAYS if status == "in_house" else day
                last[guest] = max(last[guest], day)

    def standing(self, stay: int) -> int:
        if stay < self.in_house_from:
            return PAST
        if stay < self.due_from:
            return IN_HOUSE
        return DUE if stay < self.ahead_from else AHEAD

    def status(self, stay: int) -> str:
        """Of a hundred past stays 88 were stayed, 8 cancelled, 4 not shown up for."""
        standing = self.standing(stay)
        if standing != PAST:
            return "in_house" if standing == IN_HOUSE else "booked"
        chance = mix(stay, 1) % 100
        return "checked_out" if chance < 88 else "cancelled" if chance < 96 else "no_show"

    def leaves(self, stay: int) -> int:
        """The day of departure; those in house leave today or later, past ones until today."""
        begins, nights = self.stay_day[stay], 1 + mix(stay, 2) % 4
        if self.standing(stay) == PAST:
            return min(begins + nights, YEARS_DAYS)
        if self.standing(stay) == IN_HOUSE:
            return max(begins + nights, YEARS_DAYS)
        return begins + nights

    def hotel(self, stay: int) -> int:
        """The guest's own hotel, or one in six times another."""
        if self.standing(stay) == PAST:
            chance = mix(stay, 3)
            return chance % HOTELS if chance % 6 == 0 else self.home(self.stay_guest[stay])
        start, each = {
            IN_HOUSE: (self.in_house_from, self.size.in_house),
            DUE: (self.due_from, self.size.due),
            AHEAD: (self.ahead_from, self.size.ahead),
        }[self.standing(stay)]
        return (stay - start) // each

    def home(self, guest: int) -> int:
        """The hotel that made the guest's file."""
        return mix(guest, 4) % HOTELS

    def room(self, stay: int) -> int:
        """The number of the room, from 0; nobody in house shares one."""
        if self.standing(stay) == IN_HOUSE:
            return (stay - self.in_house_from) % self.size.in_house
        return mix(stay, 5) % max(1, self.size.in_house)

    def lines_of(self, stays: range) -> dict[int, int]:
        """How many folio lines each of these stays has: the range's share, dealt out evenly."""
        total, many = self.size.lines, self.size.stays
        share = total * stays.stop // many - total * stays.start // many
        stayed = [no for no in stays if self.status(no) in ("checked_out", "in_house")]
        if not stayed:
            return {}
        each, more = divmod(share, len(stayed))
        return {no: each + (place < more) for place, no in enumerate(stayed)}

    @cached_property
    def days(self) -> list[str]:
        """Each day of the plan as ISO text."""
        many = YEARS_DAYS + AHEAD_DAYS + 40
        return [(self.first_day + timedelta(days=day)).isoformat() for day in range(many)]

    @cached_property
    def midnight_ms(self) -> int:
        """The first day in milliseconds since 1970."""
        return (self.first_day - date(1970, 1, 1)).days * GIVEN_TIME_MS

    @cached_property
    def search_numbers(self) -> array[int]:
        """Of each guest the number in the search table: those seen last have the last ones."""
        numbers = array("I", bytes(4 * self.size.guests))
        order = sorted(range(self.size.guests), key=self.last_seen.__getitem__)
        for place, guest in enumerate(order, 1):
            numbers[guest] = place
        return numbers

    @cached_property
    def guest_keys(self) -> list[bytes]:
        return [self.key("guest", no, self.guest_from[no]) for no in range(self.size.guests)]

    def key(self, kind: str, no: int, day: int) -> bytes:
        """A UUIDv7 of that day; the kind and the number make it unique."""
        at = self.midnight_ms + day * GIVEN_TIME_MS + mix(no, 6) % GIVEN_TIME_MS
        tail = _KINDS[kind] << 40 | no
        return (at << 80 | 7 << 76 | (mix(no, 7) & 0xFFF) << 64 | 2 << 62 | tail).to_bytes(16)


_KINDS = {
    "guest": 1, "stay": 2, "preference": 3, "membership": 4, "complaint": 5, "more_cases": 6,
}  # fmt: skip
_M1, _M2, _MASK = 0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53, 2**64 - 1


def mix(no: int, about: int) -> int:
    """A number that looks like chance and follows from another (the finish of MurmurHash3)."""
    value = (no * 64 + about) * _M1 & _MASK
    value = (value ^ value >> 33) * _M2 & _MASK
    return value ^ value >> 33


def parts(total: int, size: int) -> Iterable[range]:
    """The numbers below ``total`` in ranges of at most ``size``."""
    return (range(start, min(start + size, total)) for start in range(0, total, size))
