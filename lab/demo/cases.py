"""Complaints at every stage, the steps that were taken, and what the guest was given."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from lab.demo.bookings import at_hotel
from lab.demo.keys import Keyring
from lab.demo.stays import DemoStay

STAGES = ("received", "investigating", "recovering", "told_guest", "closed")
OPEN_HOURS = 2
"""What an open case has taken for each stage so far."""
OPEN_AT_STAGE = {"received": 4, "investigating": 3, "recovering": 3, "told_guest": 2}


@dataclass(frozen=True)
class Step:
    at: datetime
    by: str
    status: str
    words: str


@dataclass(frozen=True)
class Case:
    """A complaint with its signed steps; money in minor units."""

    key: UUID
    number: int
    guest: UUID | None
    stay: UUID | None
    room: str
    category: str
    cause: str
    severity: str
    headline: str
    words: str
    department: str
    status: str
    source: str
    owner: str
    opened_at: datetime
    opened_by: str
    due_at: datetime
    closed_at: datetime | None
    satisfaction: int | None
    given: str
    cost: int
    check: str
    steps: tuple[Step, ...]
    kind: str = "complaint"
    place: str = ""
    visitor_name: str = ""
    visitor_contact: str = ""
    is_sensitive: bool = False

    def at_stage(self, *stages: str) -> datetime | None:
        """When it first came to one of these stages."""
        return next((step.at for step in self.steps if step.status in stages), None)


# category, cause, severity, department, headline, the guest's words, what was given, cost
TROUBLES: tuple[tuple[str, str, str, str, str, str, str, int], ...] = (
    ("noise", "air_conditioner", "moderate", "ENG", "Air conditioner noise at night",
     "It hums every ten minutes, I did not sleep.", "Room move, breakfast waived", 25_600),
    ("noise", "neighbours", "moderate", "SEC", "Party next door until 2 a.m.",
     "I called twice before anyone came.", "Late check-out, apology letter", 0),
    ("noise", "works", "minor", "ENG", "Drilling in the corridor at 9",
     "Nobody told us there would be works.", "Spa voucher", 30_000),
    ("cleanliness", "bathroom", "moderate", "HK", "Hair in the bathtub",
     "The tub was not cleaned before we came.", "Room cleaned again, fruit basket", 8_800),
    ("cleanliness", "linen", "minor", "HK", "Stain on the bed linen",
     "The sheet had a stain on arrival.", "Linen changed, apology", 0),
    ("cleanliness", "smell", "serious", "HK", "Smoke smell in a non-smoking room",
     "My daughter coughs, we asked for no smoke.", "Upgrade to lake view", 33_000),
    ("service", "waiting", "minor", "FO", "Twenty minutes in the check-in queue",
     "Only one counter was open.", "Welcome drink", 4_800),
    ("service", "attitude", "moderate", "FB", "Waiter argued about the bill",
     "I was spoken to like a cheat.", "Dinner discount 20 %, visit by the manager", 18_600),
    ("service", "forgotten", "moderate", "HK", "Cot not in the room",
     "We asked for it three times.", "Cot brought, toy for the child", 6_000),
    ("service", "wake_up", "serious", "FO", "Wake-up call did not come",
     "I missed the 7 o'clock train.", "Train ticket paid, 1,000 points", 55_000),
    ("billing", "wrong_amount", "minor", "ACC", "Minibar charged twice",
     "I only took one water.", "Corrected", 0),
    ("billing", "fapiao", "minor", "ACC", "Fapiao with the wrong title",
     "Accounting sent it back.", "Reissued and sent by courier", 2_400),
    ("food", "quality", "moderate", "KIT", "Cold food from room service",
     "The soup was cold after forty minutes.", "Dish replaced, not charged", 9_800),
    ("food", "allergy", "critical", "KIT", "Nuts in a dessert ordered nut-free",
     "I told them twice about the allergy.", "Doctor called, stay not charged", 268_000),
    ("facilities", "lift", "minor", "ENG", "Lift out of order at breakfast time",
     "We walked down from the 19th floor.", "Apology", 0),
    ("facilities", "wifi", "minor", "IT", "Slow Wi-Fi during a video call",
     "The call dropped three times.", "Wired router lent", 0),
    ("safety", "door", "serious", "SEC", "Room door did not lock",
     "Anyone could have walked in.", "Lock changed, suite for the night", 120_000),
)  # fmt: skip
OWNERS = ("duty", "gm")
LOGGERS = ("desk", "desk2", "housekeeper", "restaurant")


def open_case(rng: random.Random, stay: DemoStay, status: str, now: datetime) -> "Draft":
    """A case of this day, the further along the older."""
    age = timedelta(hours=OPEN_HOURS * STAGES.index(status), minutes=rng.randrange(4, 50))
    return Draft(stay, status, now - age)


def closed_cases(rng: random.Random, stays: Sequence[DemoStay], count: int) -> Iterator["Draft"]:
    """Cases of past stays, spread over the history."""
    past = [stay for stay in stays if stay.is_past and stay.guest is not None]
    for stay in rng.sample(past, min(count, len(past))):
        opened = at_hotel(stay.arrival, rng.randrange(17, 24), rng.randrange(60))
        yield Draft(stay, "closed", opened)


@dataclass(frozen=True)
class Draft:
    """A case before it has its number; ``trouble`` picks the story, else chance does."""

    stay: DemoStay
    status: str
    opened_at: datetime
    trouble: int | None = None


def numbered(
    rng: random.Random,
    drafts: Sequence[Draft],
    keyring: Keyring,
    last_number: int,
    now: datetime,
) -> list[Case]:
    """Numbers by day of opening, so that the newest case has ``last_number``; no step lies
    after ``now``."""
    ordered = sorted(drafts, key=lambda draft: (draft.opened_at, str(draft.stay.key)))
    first = last_number - len(ordered) + 1
    return [_case(rng, draft, first + n, keyring, now) for n, draft in enumerate(ordered)]


def _case(rng: random.Random, draft: Draft, number: int, keyring: Keyring, now: datetime) -> Case:
    trouble = TROUBLES[draft.trouble if draft.trouble is not None else _any_trouble(rng)]
    category, cause, severity, department, headline, words, given, cost = trouble
    owner = "gm" if severity == "critical" else "duty"
    logger = rng.choice(LOGGERS)
    steps = tuple(
        replace(step, at=min(step.at, now)) for step in _steps(rng, draft, owner, logger, given)
    )
    closed = draft.status == "closed"
    return Case(
        key=keyring.key(draft.opened_at),
        number=number,
        guest=draft.stay.guest,
        stay=draft.stay.key,
        room=draft.stay.room,
        category=category,
        cause=cause,
        severity=severity,
        headline=headline,
        words=words,
        department=department,
        status=draft.status,
        source="in_house",
        owner="" if draft.status == "received" else owner,
        opened_at=draft.opened_at,
        opened_by=logger,
        due_at=draft.opened_at + timedelta(hours=4 if severity in {"serious", "critical"} else 24),
        closed_at=steps[-1].at if closed else None,
        satisfaction=rng.choices((9, 8, 7, 5, 3), (25, 35, 22, 12, 6))[0] if closed else None,
        given=given if STAGES.index(draft.status) >= 2 else "",
        cost=cost if STAGES.index(draft.status) >= 2 else 0,
        check=f"Ask about: {headline.lower()}" if closed else "",
        steps=steps,
    )


def _any_trouble(rng: random.Random) -> int:
    """Small matters are the many, critical ones the few."""
    weight = {"minor": 8, "moderate": 5, "serious": 2, "critical": 0.3}
    return rng.choices(range(len(TROUBLES)), [weight[row[2]] for row in TROUBLES])[0]


def _steps(rng: random.Random, draft: Draft, owner: str, logger: str, given: str) -> Iterator[Step]:
    words = {
        "received": "Taken down in the guest's words.",
        "investigating": "Spoke to the department, looked at the room.",
        "recovering": f"Offered: {given}.",
        "told_guest": "Told the guest what we found and what we do.",
        "closed": "Guest is content; cause noted, department will check again.",
    }
    at, longest = draft.opened_at, 360 if draft.status == "closed" else 60 * OPEN_HOURS
    for stage in STAGES[: STAGES.index(draft.status) + 1]:
        yield Step(at, logger if stage == "received" else owner, stage, words[stage])
        at += timedelta(minutes=rng.randrange(4, longest))
