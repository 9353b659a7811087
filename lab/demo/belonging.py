"""Loyalty: who is a member, at which tier, and the ledger that the stays make of it."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lab.demo.bookings import at_hotel
from lab.demo.keys import Keyring
from lab.demo.people import Person
from lab.demo.stays import DemoStay

TIERS = ("member", "silver", "gold", "platinum", "diamond")
# Stays within twelve months that reach each tier, in the order of TIERS.
STAYS_FOR = (0, 3, 6, 12, 30)
BONUS_PERCENT = (0, 10, 25, 50, 75)
YUAN_A_POINT = 10


@dataclass(frozen=True)
class Entry:
    """One line of the points ledger; ``source`` and ``source_id`` name it uniquely."""

    at: datetime
    kind: str
    points: int
    source: str
    source_id: str
    words: str
    expires_on: date | None = None


@dataclass(frozen=True)
class Step:
    """A change of tier."""

    at: datetime
    before: str | None
    tier: str
    until: date
    why: str


@dataclass(frozen=True)
class Card:
    """A membership with its whole history."""

    key: UUID
    guest: UUID
    number: str
    joined_on: date
    tier: str
    until: date
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    referred_by: UUID | None = None

    @property
    def points(self) -> int:
        return sum(entry.points for entry in self.entries)


def member_number(serial: int) -> str:
    """Ten digits: ``8`` and a serial, then the Luhn check digit."""
    body = f"8{serial:08d}"
    total = 0
    for place, char in enumerate(reversed(body)):
        digit = int(char) * (2 if place % 2 == 0 else 1)
        total += digit - 9 if digit > 9 else digit
    return body + str(-total % 10)


def card_for(
    rng: random.Random,
    person: Person,
    stays: Sequence[DemoStay],
    keyring: Keyring,
    serial: int,
    today: date,
    referred_by: UUID | None = None,
) -> Card:
    """The membership of somebody who joined at the first stay of ``stays``."""
    past = sorted((s for s in stays if s.is_past), key=lambda s: s.departure)
    joined = past[0].arrival if past else today - timedelta(days=rng.randrange(1, 30))
    steps = tuple(_climb(past, joined))
    entries = tuple(_ledger(rng, past, steps))
    return Card(
        keyring.key(joined), person.key, member_number(serial), joined, steps[-1].tier,
        steps[-1].until, steps, entries, referred_by,
    )  # fmt: skip


def _climb(past: Sequence[DemoStay], joined: date) -> Iterator[Step]:
    """Up as soon as twelve months hold enough stays, down by one at the end of a period."""
    tier = "member"
    until = _year_end(joined)
    yield Step(at_hotel(joined, 15), None, tier, until, "Joined at check-in")
    for n, stay in enumerate(past):
        since = stay.departure - timedelta(days=365)
        recent = sum(1 for other in past[: n + 1] if other.departure > since)
        earned = TIERS[max(i for i, need in enumerate(STAYS_FOR) if recent >= need)]
        if TIERS.index(earned) > TIERS.index(tier):
            until = _year_end(stay.departure)
            why = f"{recent} stays within twelve months"
            yield Step(at_hotel(stay.departure, 12), tier, earned, until, why)
            tier = earned
        elif stay.departure > until:
            lower = TIERS[max(TIERS.index(earned), TIERS.index(tier) - 1)]
            until = _year_end(stay.departure)
            if lower != tier:
                why = f"{recent} stays within twelve months"
                yield Step(at_hotel(stay.departure, 12), tier, lower, until, why)
            tier = lower


def _year_end(day: date) -> date:
    """A tier holds for the rest of its year and the next one."""
    return date(day.year + 1, 12, 31)


def _ledger(rng: random.Random, past: Sequence[DemoStay], steps: Sequence[Step]) -> Iterator[Entry]:
    balance = 0
    for stay in past:
        at = at_hotel(stay.departure, 13)
        # Before a change of tier on the same day: the stay earns at the tier it began with.
        tier = next((s.tier for s in reversed(steps) if s.at < at_hotel(stay.departure, 12)),
                    "member")  # fmt: skip
        base = stay.spent // 100 // YUAN_A_POINT
        bonus = base * BONUS_PERCENT[TIERS.index(tier)] // 100
        expires = date(stay.departure.year + 2, 12, 31)
        words = f"{stay.nights} nights, room {stay.room}"
        if base:
            yield Entry(at, "earned", base, "stay", stay.confirmation, words, expires)
        if bonus:
            yield Entry(at, "bonus", bonus, "stay", stay.confirmation, f"{tier} bonus", expires)
        balance += base + bonus
        if balance > 2_500 and rng.random() < 0.15:
            spent = rng.choice((800, 1_000, 1_500, 2_000))
            yield Entry(at + timedelta(minutes=20), "redeemed", -spent, "redemption",
                        stay.confirmation, rng.choice(REWARDS))  # fmt: skip
            balance -= spent


REWARDS = ("Dinner voucher", "Airport car", "Upgrade to lake view", "Spa voucher")
