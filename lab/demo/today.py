"""Today as the mocks show it: 38 arrivals, 142 in house, 41 of them leaving."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, time, timedelta

from lab.demo.bookings import Bookings, Habit, HouseFull, granted
from lab.demo.cast import PastStay, Role
from lab.demo.history import Diary, Visitor
from lab.demo.people import Person
from lab.demo.stays import DemoStay, Line

ARRIVALS, IN_HOUSE, DEPARTURES = 38, 142, 41
GROUP_ROOMS, GROUP_PEOPLE = 9, 18
CREW_ROOMS, CREW_NIGHTS = 6, 60
LONG_STAYS = 7
AURORA = "Aurora Tours"
CREW = "Crew MU"
NOT_READY = frozenset({"1207", "903"})
LEAVING, STAYING = "leaving", "staying"
# Rooms of the housekeeping mock, floor 18: who is in them today.
FLOOR_18 = (("1802", 3, 2), ("1810", 2, 3), ("1811", 2, 0))


def group_habit() -> Habit:
    return Habit("leisure", "group", "email", "group", "GROUP-AT", "DTW", 22, True, 0.4,
                 "agency", "group", "AT")  # fmt: skip


def crew_habit() -> Habit:
    return Habit("crew", "corporate", "interface", "crew", "CREW-MU", "STW", 45, True, 0.2,
                 "city_ledger", "group", "CR")  # fmt: skip


class Today:
    """Plans the day; takes its rooms before the history does, so that the mock's are free."""

    def __init__(self, bookings: Bookings, diary: Diary, today: date) -> None:
        self.bookings, self.diary, self.today = bookings, diary, today
        self.rng: random.Random = bookings.rng

    def roles(self, roles: Sequence[Role]) -> Iterator[DemoStay]:
        """Every role's booking for today and what the mock shows of the past."""
        for role in roles:
            yield self._arrival(role)
        for role in roles:
            for past in role.past:
                yield self._exact(role, past)
            yield from self._earlier(role)

    def _arrival(self, role: Role) -> DemoStay:
        self.diary.take(role.person.key, self.today, role.nights)
        eta = time(*role.eta) if role.eta else None
        if not role.room:
            stay = self.bookings.unkept(role.person, role.habit, self.today, "booked")
            departure = self.today + timedelta(days=role.nights)
            return replace(stay, departure=departure, eta=eta, adults=role.adults)
        if role.room not in NOT_READY:
            # Nobody slept there last night, so the room is ready as the mock says.
            yesterday = self.today - timedelta(days=1)
            self.bookings.book.take(role.room, yesterday, self.today)
        return granted(self.bookings.stay(
            role.person, role.habit, self.today, role.nights, room=role.room, eta=eta,
            adults=role.adults, children=role.children, arriving_from=role.arriving_from,
            wishes=role.words,
        ))  # fmt: skip

    def _exact(self, role: Role, past: PastStay) -> DemoStay:
        """A past stay whose folio adds up to what the mock says."""
        arrival = self.today - timedelta(days=past.left_days_ago + past.nights)
        self.diary.take(role.person.key, arrival, past.nights)
        stay = granted(self.bookings.stay(
            role.person, role.habit, arrival, past.nights, room=past.room, adults=1,
        ))  # fmt: skip
        return replace(stay, score=past.score, lines=tuple(exact_lines(stay, past.yuan * 100)))

    @staticmethod
    def _check(reached: bool, shortfall: str) -> None:
        if not reached:
            raise HouseFull(shortfall)

    def _earlier(self, role: Role) -> Iterator[DemoStay]:
        """So many stays before today, spread over the two years, no two at once."""
        made = 0
        gap = 700 // max(1, role.past_stays)
        for n in range(role.past_stays):
            for shift in range(gap):
                arrival = self.today - timedelta(days=5 + n * gap + shift + 2)
                nights = 1 + (n % 2)
                if arrival < self.bookings.start or not self.diary.is_free(
                    role.person.key, arrival, nights
                ):
                    continue
                stay = self.bookings.stay(
                    role.person, role.habit, arrival, nights, room=self._own(role, arrival, nights)
                )
                if stay is not None:
                    self.diary.take(role.person.key, arrival, nights)
                    made += 1
                    yield stay
                    break
        self._check(made == role.past_stays, f"{role.person.shown}: {made} of {role.past_stays}")

    def _own(self, role: Role, arrival: date, nights: int) -> str:
        """The room that the guest has today, where it was free then too."""
        departure = arrival + timedelta(days=nights)
        free = role.room and self.bookings.book.is_free(role.room, arrival, departure)
        return role.room if free else ""

    def group(self, people: Sequence[Person]) -> Iterator[DemoStay]:
        """Aurora Tours: nine twin rooms on the twelfth floor, eighteen people, at 16:00."""
        rooms = [room.no for room in self.bookings.house.rooms if room.floor == 12]
        free = [no for no in rooms if self.bookings.book.is_free(
            no, self.today, self.today + timedelta(days=2))]  # fmt: skip
        for n, person in enumerate(people[:GROUP_ROOMS]):
            self.diary.take(person.key, self.today, 2)
            stay = granted(self.bookings.stay(
                person, group_habit(), self.today, 2, room=free[n], eta=time(16, 0), adults=2,
                group=AURORA, wishes="Twin, all on one floor.",
            ))  # fmt: skip
            mate = people[GROUP_ROOMS + n] if len(people) >= GROUP_PEOPLE else None
            if mate:
                self.diary.take(mate.key, self.today, 2)
            yield replace(stay, companions=(mate.key,) if mate else ())

    def crew(self, crew: Person) -> Iterator[DemoStay]:
        """Crew MU: six rooms on the fifth floor tonight, as on every other night before; the
        names come with the crew list, so all are booked for the crew's one file."""
        for number in range(1, CREW_ROOMS + 1):
            yield granted(self.bookings.stay(
                crew, crew_habit(), self.today, 1, room=f"5{number:02d}", eta=time(23, 30),
                adults=1, group=CREW, wishes="Blackout, wake-up call 05:10.",
            ))  # fmt: skip
        for ago in range(2, CREW_NIGHTS, 2):
            arrival = self.today - timedelta(days=ago)
            self.diary.take(crew.key, arrival, 1)
            yield granted(self.bookings.stay(
                crew, crew_habit(), arrival, 1, room="501", adults=1, group=CREW
            ))  # fmt: skip

    def floor_18(self, visitors: Sequence[Visitor]) -> Iterator[DemoStay]:
        """The three occupied rooms of the housekeeping mock."""
        for (room, since, left), visitor in zip(FLOOR_18, visitors, strict=False):
            yield from self._in_house(visitor, since, left, room)

    def long_stays(self, visitors: Sequence[Visitor]) -> Iterator[DemoStay]:
        for visitor in visitors:
            habit = replace(visitor.habit, market="long_stay", identity="long_stay", kind="EXK")
            since = self.rng.randrange(35, 200)
            left = self.rng.randrange(30, 180)
            yield from self._in_house(replace(visitor, habit=habit), since, left, "")

    def in_house(self, visitors: Sequence[Visitor], count: int, kind: str) -> Iterator[DemoStay]:
        """So many guests who leave today, or later."""
        made = 0
        for visitor in visitors:
            if made == count:
                return
            since = self.rng.choice((1, 1, 2, 2, 3, 4))
            left = 0 if kind == LEAVING else self.rng.choice((1, 1, 2, 2, 3, 5))
            for stay in self._in_house(visitor, since, left, ""):
                made += 1
                yield stay
        self._check(made == count, f"only {made} of {count} {kind}")

    def in_house_for(self, visitor: Visitor, since: int, left: int) -> Iterator[DemoStay]:
        """One guest who came so many days ago and stays so many more."""
        return self._in_house(visitor, since, left, "")

    def _in_house(self, visitor: Visitor, since: int, left: int, room: str) -> Iterator[DemoStay]:
        arrival = self.today - timedelta(days=since)
        nights = since + left
        if not self.diary.is_free(visitor.person.key, arrival, nights):
            return
        stay = self.bookings.stay(
            visitor.person, visitor.habit, arrival, nights, room=room, status="in_house"
        )
        if stay is not None:
            self.diary.take(visitor.person.key, arrival, nights)
            yield stay

    def arrivals(self, visitors: Sequence[Visitor], count: int) -> Iterator[DemoStay]:
        """The guests of today whom the mock does not name; one in five has no room yet."""
        made = 0
        for visitor in visitors:
            if made == count:
                return
            nights = self.bookings.nights(visitor.habit.purpose)
            # Nobody who leaves this morning comes back this afternoon.
            last_night = self.today - timedelta(days=1)
            if not self.diary.is_free(visitor.person.key, last_night, nights + 1):
                continue
            eta = self.bookings.an_eta()
            stay = self.bookings.stay(visitor.person, visitor.habit, self.today, nights, eta=eta)
            if stay is not None:
                self.diary.take(visitor.person.key, self.today, nights)
                made += 1
                yield stay if self.rng.random() < 0.8 else replace(stay, room="", kind_used="")
        self._check(made == count, f"only {made} of {count} arrivals")

    def ahead(self, visitors: Sequence[Visitor], days: int, a_day: int) -> Iterator[DemoStay]:
        """Bookings of the coming weeks, thinner the further away."""
        for n, visitor in enumerate(visitors):
            day = self.today + timedelta(days=1 + int((n / max(1, len(visitors))) ** 1.6 * days))
            nights = self.bookings.nights(visitor.habit.purpose)
            if n >= days * a_day or not self.diary.is_free(visitor.person.key, day, nights):
                continue
            stay = self.bookings.stay(visitor.person, visitor.habit, day, nights)
            if stay is not None:
                self.diary.take(visitor.person.key, day, nights)
                yield replace(stay, room="", kind_used="")


def exact_lines(stay: DemoStay, total: int) -> Iterator[Line]:
    """The rooms at one even rate, dinner for what is left: together exactly ``total``."""
    rate = total * 9 // 10 // stay.nights // 1000 * 1000
    for n in range(stay.nights):
        day = stay.arrival + timedelta(days=n)
        yield Line(day, "room", "Rooms", rate, 0, round(rate * 6 / 106))
    rest = total - rate * stay.nights
    if rest:
        yield Line(stay.departure - timedelta(days=1), "restaurant", "Lotus Court 荷轩", rest, 0,
                   round(rest * 6 / 106), "dinner", 1)  # fmt: skip
