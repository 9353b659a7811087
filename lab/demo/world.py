"""The whole demo as plain facts: the same day and seed give the same hotel, to the last line."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from lab.demo import history
from lab.demo.bookings import Bookings, at_hotel
from lab.demo.cast import Cast
from lab.demo.crowd import Crowd
from lab.demo.dressing import Dresser, World
from lab.demo.history import Diary, Visitor
from lab.demo.house import STAFF, garden, lakeview
from lab.demo.keys import Keyring
from lab.demo.partners import Partner, Partners
from lab.demo.people import Person
from lab.demo.stays import DemoStay
from lab.demo.today import (
    ARRIVALS,
    CREW_ROOMS,
    DEPARTURES,
    GROUP_PEOPLE,
    GROUP_ROOMS,
    IN_HOUSE,
    LEAVING,
    LONG_STAYS,
    STAYING,
    Today,
)

SEED = 20261124
GUESTS = 6000
FIRST_TIMERS = 5
OFFICE_ROOMS = ("SKG", "DKG", "DKG", "LKG", "EXK")
PRIVATE_ROOMS = ("STW", "SKG", "DTW", "DKG", "LTW", "LKG", "FAM", "EXK", "STE")


def build(
    today: date, *, guests: int = GUESTS, seed: int = SEED, now: datetime | None = None
) -> World:
    """Build the demo around ``today``; ``guests`` below 400 cannot fill the house.

    It is about midday there, or ``now`` where that is earlier: at night nothing of the
    morning has happened yet.
    """
    if guests < 400:
        raise ValueError("the house needs at least 400 guests to be as full as the mocks show")
    midday = at_hotel(today, 12, 40)
    at = midday if now is None else min(midday, now)
    return Builder(today, guests, random.Random(seed), at).world()


class Builder:
    """One run of the generator; the order of its steps is the order of its random draws."""

    def __init__(self, today: date, guests: int, rng: random.Random, now: datetime) -> None:
        self.today, self.size, self.rng, self.now = today, guests, rng, now
        self.keyring = Keyring(rng)
        self.crowd = Crowd(rng, today, self.keyring)
        self.lake, self.garden = lakeview(), garden()
        self.bookings = Bookings(rng, today, self.lake, self.keyring, 240_000)
        self.diary = Diary(self.bookings.start)

    def world(self) -> World:
        partners = Partners(self.rng, self.today, self.keyring, self.crowd.board).all()
        cast = Cast(self.crowd, self.today)
        husband = cast.husband()
        roles = [cast.chen(husband), *cast.others()]
        named = [role.person for role in roles]
        extra = [husband, cast.namesake(), cast.star(), *cast.triplicate(), cast.crew()]
        fresh = [self._fresh() for _ in range(GROUP_PEOPLE + FIRST_TIMERS)]
        crowd = list(self.crowd.people(self.size - len(named) - len(extra) - len(fresh)))
        plan = Today(self.bookings, self.diary, self.today)
        stays = list(plan.roles(roles))
        # The husband, the star and the crew have stays of their own making.
        visitors = self._visitors([*crowd, extra[1], *extra[3:6]], partners)
        stays += plan.crew(extra[-1])
        stays += self._star(plan, extra[2])
        stays += self._today(plan, visitors, fresh, partners)
        for visitor in visitors:
            yesterday = self.today - timedelta(days=1)
            stays += history.visits(self.bookings, self.diary, visitor, yesterday)
        stays += plan.ahead(self.rng.sample(visitors, min(len(visitors), 620)), 60, 12)
        stays += self._garden(visitors)
        people = [*named, *extra, *fresh, *crowd]
        # The three files of one man lie behind the husband, the namesake and the star.
        first, *twins = (person.key for person in people[len(roles) + 3 : len(roles) + 6])
        bare = World(
            self.today, self.now, (self.lake, self.garden), STAFF, partners,
            people, stays, roles, [(first, twin) for twin in twins],
        )  # fmt: skip
        return Dresser(bare, self.rng, self.keyring).dressed()

    def _visitors(self, people: Sequence[Person], partners: Sequence[Partner]) -> list[Visitor]:
        """Everybody but the children, each with a habit and a frequency."""
        companies = [p for p in partners if p.kind == "corporate"]
        online = [p.code for p in partners if p.kind == "online_agency"]
        found = []
        for person in people:
            if not person.title:
                continue
            a_year = self._frequency()
            if self.rng.random() < (0.75 if a_year > 5 else 0.3):
                company = self.rng.choice(companies)
                percent = company.contract.discount_percent if company.contract else 0
                habit = history.business_habit(self.rng, company.code, percent, OFFICE_ROOMS)
            else:
                habit = history.private_habit(self.rng, PRIVATE_ROOMS, online)
            # Nobody keeps to the average: the same kind of guest comes seldom or often.
            found.append(Visitor(person, habit, a_year * self.rng.uniform(0.3, 1.8)))
        return found

    def _frequency(self) -> float:
        rates = [a_year for _, a_year in history.FREQUENCY]
        return self.rng.choices(rates, [share for share, _ in history.FREQUENCY])[0]

    def _fresh(self) -> Person:
        """Somebody whose file is a few days old: no stay yet."""
        person = self.crowd.person(
            "CN" if self.rng.random() < 0.8 else "KR",
            made_on=self.today - timedelta(days=self.rng.randrange(1, 20)),
        )
        return replace(person, title=person.title or "mr")

    def _today(
        self, plan: Today, visitors: Sequence[Visitor], fresh: Sequence[Person],
        partners: Sequence[Partner],
    ) -> Iterator[DemoStay]:  # fmt: skip
        """Fills the day up to the mocks' counts after the cast has its rooms."""
        known = [v for v in visitors if v.person.made_on < self.today - timedelta(days=15)]
        chosen = self.rng.sample(known, len(known))
        yield from plan.group(fresh[:GROUP_PEOPLE])
        japanese = next(v for v in chosen if v.person.country == "JP")
        yield from plan.floor_18([*[v for v in chosen if v is not japanese][:2], japanese])
        business = [v for v in chosen[3:] if v.habit.purpose == "business"]
        yield from plan.long_stays(business[:LONG_STAYS])
        yield from plan.in_house(chosen[3:], DEPARTURES - 1, LEAVING)
        staying = IN_HOUSE - DEPARTURES - 2 - LONG_STAYS - 1
        yield from plan.in_house(chosen[3:], staying, STAYING)
        rest = ARRIVALS - 10 - GROUP_ROOMS - CREW_ROOMS
        firsts = self._visitors(fresh[GROUP_PEOPLE:], partners)
        yield from plan.arrivals(firsts, FIRST_TIMERS)
        regulars = [v for v in chosen if v.a_year >= 2]
        yield from plan.arrivals(regulars, rest - FIRST_TIMERS)

    def _star(self, plan: Today, star: Person) -> Iterator[DemoStay]:
        """The actress is in house under her alias, in a suite; nobody is told."""
        habit = history.private_habit(self.rng, ("STE",), ("TR",))
        habit = replace(
            habit,
            purpose="leisure",
            channel="direct",
            way="phone",
            identity="individual",
            company="",
        )
        yield from plan.in_house_for(Visitor(star, habit, 0.0), since=2, left=3)

    def _garden(self, visitors: Sequence[Visitor]) -> Iterator[DemoStay]:
        """The small house lives on the group's own guests: about one stay a day."""
        small = Bookings(self.rng, self.today, self.garden, self.keyring, 70_000)
        some = self.rng.sample(visitors, len(visitors) // 9)
        kinds = [kind.code for kind in self.garden.types]
        for visitor in some:
            habit = history.private_habit(self.rng, kinds, ("TR",))
            mover = Visitor(visitor.person, habit, 0.4)
            yield from history.visits(small, self.diary, mover, self.today - timedelta(days=1))
