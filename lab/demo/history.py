"""Two years of visits: who comes how often, with which habit, and in which groups."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from lab.demo.bookings import Bookings, Habit
from lab.demo.people import Person
from lab.demo.stays import DemoStay

# share of the guests, visits a year after the first one
FREQUENCY: tuple[tuple[float, float], ...] = ((0.54, 0.0), (0.27, 2.0), (0.14, 8.0), (0.05, 26.0))
CORPORATE_TRIES = 3
UNKEPT = 0.06


def business_habit(rng: random.Random, company: str, percent: int, kinds: Sequence[str]) -> Habit:
    """A traveller of a partner company: its rate, its invoice, breakfast included."""
    return Habit(
        "business", "corporate", rng.choice(("email", "email", "phone", "web")), "corporate",
        f"CORP-{company}", rng.choice(kinds), percent, True, round(rng.uniform(0.4, 1.3), 2),
        rng.choice(("city_ledger", "company_card")), "corporate", company,
    )  # fmt: skip


def private_habit(rng: random.Random, kinds: Sequence[str], online: Sequence[str]) -> Habit:
    """Somebody who pays alone: from the web, the telephone, an online agency, or off the road."""
    channel = rng.choices(("direct", "online_agency", "walk_in", "gds"), (42, 44, 8, 6))[0]
    way = {
        "direct": rng.choice(("web", "app", "phone", "message")),
        "online_agency": "interface",
        "walk_in": "counter",
        "gds": "interface",
    }[channel]
    purpose = rng.choices(("leisure", "family", "business"), (55, 20, 25))[0]
    by_agency = channel == "online_agency"
    return Habit(
        purpose, channel, way, "leisure" if purpose != "business" else "transient",
        rng.choice(("BAR", "BAR", "ADV14", "STAY3")), rng.choice(kinds), rng.choice((0, 0, 5, 10)),
        rng.random() < 0.4, round(rng.uniform(0.5, 1.6), 2),
        rng.choice(("card", "wechat_pay", "alipay", "cash")),
        "agency" if by_agency else "individual", rng.choice(online) if by_agency else "",
    )  # fmt: skip


@dataclass(frozen=True)
class Visitor:
    """A guest with the habit that shapes all visits, and how often there are some."""

    person: Person
    habit: Habit
    a_year: float


class Diary:
    """When each guest is in the house, so that nobody sleeps in two rooms at once."""

    def __init__(self, first_day: date) -> None:
        self._first = first_day
        self._nights: dict[UUID, int] = {}

    def _mask(self, arrival: date, nights: int) -> int:
        return ((1 << nights) - 1) << (arrival - self._first).days

    def is_free(self, guest: UUID, arrival: date, nights: int) -> bool:
        return not self._nights.get(guest, 0) & self._mask(arrival, nights)

    def take(self, guest: UUID, arrival: date, nights: int) -> None:
        self._nights[guest] = self._nights.get(guest, 0) | self._mask(arrival, nights)


def visits(
    bookings: Bookings, diary: Diary, visitor: Visitor, last_day: date
) -> Iterator[DemoStay]:
    """The stays of one guest up to a day, the first soon after the file was made."""
    rng = bookings.rng
    first = visitor.person.made_on
    if first > last_day:
        return
    years = (last_day - first).days / 365
    further = visitor.a_year * years
    count = 1 + int(further) + (rng.random() < further % 1)
    for n in range(count):
        stay = _visit(bookings, diary, visitor, first if n else None, last_day)
        if stay is not None:
            yield stay


def _visit(
    bookings: Bookings, diary: Diary, visitor: Visitor, since: date | None, last_day: date
) -> DemoStay | None:
    rng, habit = bookings.rng, visitor.habit
    soon = min(visitor.person.made_on + timedelta(days=9), last_day)
    for _ in range(CORPORATE_TRIES):
        if since is None:
            arrival = bookings.a_day(habit.purpose, visitor.person.made_on, soon)
        else:
            arrival = bookings.a_day(habit.purpose, since, last_day)
        nights = bookings.nights(habit.purpose)
        # What would still be running today is planned by hand, to keep its counts.
        if arrival + timedelta(days=nights) > last_day:
            continue
        if not diary.is_free(visitor.person.key, arrival, nights):
            continue
        diary.take(visitor.person.key, arrival, nights)
        if since is not None and rng.random() < UNKEPT:
            status = "cancelled" if rng.random() < 0.8 else "no_show"
            return bookings.unkept(visitor.person, habit, arrival, status)
        family = tuple(_along(diary, visitor, arrival, nights)) if habit.purpose == "family" else ()
        return bookings.stay(visitor.person, habit, arrival, nights, companions=family)
    return None


def _along(diary: Diary, visitor: Visitor, arrival: date, nights: int) -> Iterator[UUID]:
    """Spouse and children come along when they are not elsewhere in the house."""
    for relation in visitor.person.relations:
        if relation.to is None or relation.kind not in {"spouse", "child"}:
            continue
        if diary.is_free(relation.to, arrival, nights):
            diary.take(relation.to, arrival, nights)
            yield relation.to
