"""What the stays brought about: wishes, cases, cards, levels, consents and notes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from lab.demo import belonging, cases, trust, unusual_cases, wishes
from lab.demo.belonging import Card
from lab.demo.bookings import at_hotel
from lab.demo.cases import Case
from lab.demo.cast import Role
from lab.demo.crowd import solar_birthday
from lab.demo.house import House, StaffMember
from lab.demo.inbox import Desk
from lab.demo.keys import Keyring
from lab.demo.noticed import Noticing, Sighting
from lab.demo.partners import Partner
from lab.demo.people import Person, Relation
from lab.demo.stays import DemoStay
from lab.demo.tasks import Find, Task, Tasks
from lab.demo.today import AURORA, CREW
from lab.demo.trust import Jotting
from lab.demo.wishes import Wish

CLOSED_CASES = 190
CHEN_CASE_NUMBER = 1042
CHEN_POINTS = 6_840
VIPS, CAUTIONS = 70, 24


@dataclass
class World:
    """Everything the demo holds, ready to be loaded."""

    today: date
    now: datetime
    hotels: tuple[House, ...]
    staff: tuple[StaffMember, ...]
    partners: list[Partner]
    people: list[Person]
    stays: list[DemoStay]
    roles: list[Role]
    same_person: list[tuple[UUID, UUID]]
    wishes: list[Wish] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    cards: list[Card] = field(default_factory=list)
    notes: list[Jotting] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    finds: list[Find] = field(default_factory=list)


class Dresser:
    """Goes over a bare world once; the order of the steps is the order of the draws."""

    def __init__(self, world: World, rng: random.Random, keyring: Keyring) -> None:
        self.world, self.rng, self.keyring, self.today = world, rng, keyring, world.today
        self.by_guest: dict[UUID, list[DemoStay]] = {}
        for stay in sorted(world.stays, key=lambda stay: stay.arrival):
            if stay.guest:
                self.by_guest.setdefault(stay.guest, []).append(stay)
        self.cast = {role.person.key for role in world.roles}
        self.due = self._regulars_due()

    def dressed(self) -> World:
        world = self.world
        people = [self._shaped(person) for person in world.people]
        people = self._ranked(self._seasoned(people))
        world.people = self._referred(people)
        world.wishes = list(self._wishes())
        world.cases = self._cases()
        world.cards = list(self._cards())
        world.notes = list(self._notes())
        self._notice()
        tasks = Tasks(self.rng, self.keyring, world.now, world.stays)
        world.tasks, world.finds = list(tasks.traces()), list(tasks.finds())
        return world

    def _notice(self) -> None:
        """Observations behind the wishes, then what waits for the guest-file centre."""
        world = self.world
        noticing = Noticing(self.rng, self.keyring, world.now, self.by_guest)
        # Whoever the mocks or the counts of the day rest upon has said it again of late.
        lasting = frozenset({*self.cast, *self.due})
        world.sightings = noticing.of(world.wishes, lasting=lasting)
        known: dict[UUID, set[str]] = {}
        for wish in world.wishes:
            known.setdefault(wish.guest, set()).add(wish.code)
        inside = [
            stay
            for stay in world.stays
            if stay.status == "in_house" and stay.hotel == "LVH" and stay.guest
            and stay.guest not in self.cast
        ]  # fmt: skip
        day = Desk(self.rng, self.keyring, noticing, inside, known).day()
        world.wishes += day.wishes
        world.sightings += day.sightings

    def _stays_of(self, guest: UUID) -> list[DemoStay]:
        return self.by_guest.get(guest, [])

    def _past_of(self, guest: UUID) -> list[DemoStay]:
        return [stay for stay in self._stays_of(guest) if stay.is_past]

    def _regulars_due(self) -> list[UUID]:
        """Guests of today's arrivals outside the cast who have been here before."""
        return [
            stay.guest
            for stay in self.world.stays
            if stay.guest
            and stay.status == "booked"
            and stay.arrival == self.today
            and stay.guest not in self.cast
            and not stay.group
            and self._past_of(stay.guest)
        ]

    def _shaped(self, person: Person) -> Person:
        """What the guest's stays say about him: since when, from which company, what kind."""
        stays = self._stays_of(person.key)
        made_on = min([person.made_on, *(stay.booked_on for stay in stays)])
        first = min((stay.arrival for stay in stays), default=made_on)
        consents = tuple(trust.consents(self.rng, person, min(first, self.today)))
        answered = self.rng.random() < 0.85
        last = stays[-1] if stays else None
        company, identity = person.company, person.identity
        if last and person.identity == "individual" and last.identity in {"corporate", "long_stay"}:
            company, identity = last.company, last.identity
        if last and identity == "individual" and last.identity in {"agency", "group"}:
            identity = last.identity
        checked = person.checked_on
        if checked is None and len(stays) > 3 and self.rng.random() < 0.5:
            checked = self.today - timedelta(days=self.rng.randrange(10, 400))
        return replace(
            person, made_on=made_on, company=company, identity=identity, checked_on=checked,
            consents=person.consents or (consents if answered else ()),
        )  # fmt: skip

    def _seasoned(self, people: list[Person]) -> list[Person]:
        """Among today's regulars three VIPs, and four who celebrate during their stay."""
        vips = set(self.due[:3])
        celebrate = {key: self.today + timedelta(days=n % 2) for n, key in enumerate(self.due[2:6])}
        return [
            replace(
                p,
                vip=trust.vip(self.rng, "V3", self.today) if p.key in vips else p.vip,
                born=solar_birthday(celebrate[p.key], False) if p.key in celebrate else p.born,
            )
            for p in people
        ]

    def _ranked(self, people: list[Person]) -> list[Person]:
        """VIPs among those who come often, caution flags anywhere; nobody holds both."""
        often = sorted(
            (p for p in people if p.title and not p.vip and len(self._stays_of(p.key)) > 5),
            key=lambda p: (-len(self._stays_of(p.key)), p.reference),
        )
        often = [p for p in often if p.key not in {*self.due, *self.cast}][:260]
        vips = self.rng.sample(often, min(VIPS, len(often)))
        levels = {p.key: ("V2", "V3", "V4", "V3", "V4")[n % 5] for n, p in enumerate(vips)}
        levels |= {p.key: "V1" for p in vips[:2]}
        plain = [p for p in people if p.vip is None and p.key not in levels]
        cautious = self.rng.sample([p for p in plain if self._past_of(p.key)], CAUTIONS)
        flags = {p.key: n for n, p in enumerate(cautious) if p.key not in {*self.due, *self.cast}}
        return [self._with_level(person, levels, flags) for person in people]

    def _with_level(
        self, person: Person, levels: dict[UUID, str], flags: dict[UUID, int]
    ) -> Person:
        if person.key in levels:
            return replace(person, vip=trust.vip(self.rng, levels[person.key], self.today))
        if person.key in flags:
            return replace(person, caution=trust.caution(self.rng, self.today, flags[person.key]))
        return person

    def _referred(self, people: list[Person]) -> list[Person]:
        """Three guests came through Ms Chen."""
        chen = self.world.roles[0].person
        friends = [p.key for p in people if p.company == chen.company and p.key != chen.key][:3]
        via = Relation("referred_by", chen.key)
        return [
            replace(p, relations=(*p.relations, via)) if p.key in friends else p for p in people
        ]

    def _wishes(self) -> Iterator[Wish]:
        for person in self.world.people:
            if person.key not in self.cast and person.title:
                stays = self._stays_of(person.key)
                yield from wishes.wishes_of(self.rng, person, stays, self.keyring)
        for role in self.world.roles:
            yield from self._role_wishes(role)
        group = [stay.guest for stay in self.world.stays if stay.group == AURORA and stay.guest]
        for guest in group:
            yield self._said(guest, "BD.TWIN")
        crew = next(stay.guest for stay in self.world.stays if stay.group == CREW and stay.guest)
        star = next(person.key for person in self.world.people if person.incognito)
        on_18 = {s.room: s.guest for s in self.world.stays if s.status == "in_house" and s.guest}
        for guest, code, value in (
            (self.due[-1], "AL.SHELL", ""), (self.due[-2], "AL.LACTOSE", ""),
            (group[0], "DT.VEGETARIAN", ""), (group[1], "DT.VEGETARIAN", ""),
            (crew, "LT.BLACKOUT", ""), (crew, "SV.WAKE", "05:10"),
            (on_18["1802"], "SV.CLEANPM", "14:00"), (on_18["1802"], "PL.BUCK", "2"),
            (on_18["1811"], "CM.LANGOTH", "ja"),
            (star, "PR.INCOG", ""), (star, "PR.NOINFO", ""), (star, "PR.NOPHOTO", ""),
        ):  # fmt: skip
            yield self._said(guest, code, value)

    def _said(self, guest: UUID, code: str, value: str = "") -> Wish:
        """A wish that came with the booking."""
        at = at_hotel(self.today - timedelta(days=2), 11)
        return Wish(key=self.keyring.key(at), guest=guest, code=code, status="confirmed",
                    source="written", noted_at=at, by="desk2", department="FO",
                    value=value, confirmed_at=at)  # fmt: skip

    def _role_wishes(self, role: Role) -> Iterator[Wish]:
        past = self._past_of(role.person.key)
        for n, (code, value, status, words) in enumerate(role.wishes):
            # Told over the years, the last on the list at the last stay.
            stay = past[(n + 1) * len(past) // len(role.wishes) - 1] if past else None
            at = at_hotel(stay.arrival if stay else self.today - timedelta(days=2), 20, n)
            seen = {"seen_once": 1, "seen_twice": 2}.get(status)
            department = "HK" if seen else "FO"
            yield Wish(
                key=self.keyring.key(at), guest=role.person.key, code=code, status=status,
                source="sensed" if status == "proposed" else ("seen" if seen else "told"),
                noted_at=at, by="housekeeper" if seen else "desk", department=department,
                value=value, words=words, evidence=seen or 1,
                confirmed_at=at if status == "confirmed" else None,
                stay=stay.key if stay else None,
            )  # fmt: skip

    def _cases(self) -> list[Case]:
        """Twelve open, the rest closed; Ms Chen's has the number that the mock gives it."""
        chens = self._last_stay(self._role("CHEN Jingyi"))
        suns = self._last_stay(self._role("SUN Li"))
        sore = [self._last_stay(key) for key in self.due[3:5]]
        mine = cases.Draft(chens, "closed", at_hotel(chens.arrival, 23, 10), trouble=0)
        drafts = [
            mine,
            cases.Draft(suns, "investigating", self.world.now - timedelta(hours=20), trouble=11),
            *(cases.Draft(s, "closed", at_hotel(s.arrival, 22, 5), trouble=4) for s in sore),
            *self._open_cases(),
            *self._closed_cases({stay.guest for stay in (chens, suns, *sore)}),
        ]
        later = sum(1 for draft in drafts if draft.opened_at > mine.opened_at)
        newest = CHEN_CASE_NUMBER + later
        made = cases.numbered(self.rng, drafts, self.keyring, newest, self.world.now)
        usual = [self._chens(case, chens) if case.guest == chens.guest else case for case in made]
        return [*usual, *self._unusual_cases(newest, {draft.stay.guest for draft in drafts})]

    def _unusual_cases(self, newest: int, spoken_for: set[UUID | None]) -> list[Case]:
        """Praise, a suggestion, a visitor's case and a theft, of guests who left lately."""
        gone = [
            stay
            for stay in self.world.stays
            if stay.is_past and stay.hotel == "LVH" and stay.guest and stay.room
            and stay.guest not in spoken_for and stay.guest not in self.cast
            and stay.departure >= self.today - timedelta(days=3)
        ]  # fmt: skip
        return unusual_cases.made(gone, newest + 1, self.world.now)

    def _open_cases(self) -> Iterator[cases.Draft]:
        """One fewer at *investigating* than the board shows: that one is Ms Sun's."""
        stages = [stage for stage, n in cases.OPEN_AT_STAGE.items() for _ in range(n)]
        stages.remove("investigating")
        inside = [s for s in self.world.stays if s.status == "in_house" and s.hotel == "LVH"]
        for stage, stay in zip(stages, self.rng.sample(inside, len(stages)), strict=True):
            yield cases.open_case(self.rng, stay, stage, self.world.now)

    def _closed_cases(self, spoken_for: set[UUID | None]) -> Iterator[cases.Draft]:
        others = [s for s in self.world.stays if s.guest not in spoken_for and s.hotel == "LVH"]
        return cases.closed_cases(self.rng, others, min(CLOSED_CASES, len(others) // 8))

    def _role(self, latin: str) -> UUID:
        return next(
            role.person.key
            for role in self.world.roles
            if any(name.full == latin for name in role.person.names)
        )

    def _last_stay(self, guest: UUID) -> DemoStay:
        return self._past_of(guest)[-1]

    def _chens(self, case: Case, stay: DemoStay) -> Case:
        closed = at_hotel(stay.arrival + timedelta(days=1), 18, 10)
        return replace(
            case, given="Moved to 1808 at 23:40, breakfast waived", cost=25_600, owner="duty",
            closed_at=closed, satisfaction=7, check="Ask how the room sounds after 30 minutes",
            steps=(*case.steps[:-1], replace(case.steps[-1], at=closed)),
        )  # fmt: skip

    def _cards(self) -> Iterator[Card]:
        """Two in five members; everybody who came more than three times is one."""
        tiers = {role.person.key: role.tier for role in self.world.roles}
        serial = 10_000
        for person in self.world.people:
            past = len(self._past_of(person.key))
            tier = tiers.get(person.key)
            joins = bool(tier) if tier is not None else past > 3 or self.rng.random() < 0.3
            if not joins or not person.title:
                continue
            serial += self.rng.randrange(1, 40)
            stays = self._stays_of(person.key)
            card = belonging.card_for(self.rng, person, stays, self.keyring, serial, self.today)
            yield self._as_drawn(card, tier) if tier else card

    def _as_drawn(self, card: Card, tier: str) -> Card:
        """A card as the mock shows it."""
        if tier == "platinum":
            return self._chens_points(self._at_tier(card, tier, 166))
        return self._at_tier(card, tier, 6)

    def _at_tier(self, card: Card, tier: str, days_ago: int) -> Card:
        """The tier a mock shows, reached so many days ago."""
        day = self.today - timedelta(days=days_ago)
        at = at_hotel(day, 12)
        if card.tier == tier and days_ago < 100:
            return card
        steps = [step for step in card.steps if step.at < at and step.tier != tier]
        before = steps[-1].tier
        until = date(day.year + 1, 12, 31)
        steps.append(belonging.Step(at, before, tier, until, "Stays within twelve months"))
        return replace(card, tier=tier, until=until, steps=tuple(steps))

    def _chens_points(self, card: Card) -> Card:
        """6,840 points: what the stays earned, three referrals, and one redemption."""
        past = self._past_of(card.guest)
        at = at_hotel(past[3].departure, 14)
        entries = [
            belonging.Entry(at_hotel(stay.departure, 13), "earned", stay.spent // 1000, "stay",
                            stay.confirmation, f"{stay.nights} nights, room {stay.room}",
                            date(stay.departure.year + 2, 12, 31))
            for stay in past
        ]  # fmt: skip
        entries += [
            belonging.Entry(at + timedelta(days=n), "referral", 400, "referral", f"chen-{n}",
                            "A friend stayed with us") for n in range(3)
        ]  # fmt: skip
        surplus = sum(entry.points for entry in entries) - CHEN_POINTS
        late = at_hotel(past[-2].departure, 15)
        entries.append(belonging.Entry(late, "redeemed", -surplus, "redemption", "chen-dinner",
                                       "Dinner for two, Lotus Court"))  # fmt: skip
        return replace(card, entries=tuple(sorted(entries, key=lambda entry: entry.at)))

    def _notes(self) -> Iterator[Jotting]:
        for person in self.world.people:
            past = self._past_of(person.key)
            if past and self.rng.random() < min(0.5, 0.04 * len(past)):
                yield from trust.notes(self.rng, person, past[-1].departure, self.keyring)
        at = at_hotel(self.today - timedelta(days=60), 9)
        for role in self.world.roles:
            if role.note:
                yield Jotting(self.keyring.key(at), role.person.key, "service", "FO", role.note,
                              at, "duty")  # fmt: skip
        inside = [s.guest for s in self.world.stays if s.status == "in_house" and s.guest]
        yield from trust.restricted(inside[3::9], self.world.now, self.keyring)
