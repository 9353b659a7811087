"""What waits for the guest-file centre today, and what it said to the noters these days."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    RejectReason,
    ReviewPolicy,
)
from lab.demo.keys import Keyring
from lab.demo.noticed import Noticing, Sighting, policy_of
from lab.demo.stays import DemoStay
from lab.demo.wishes import CLASHES, Wish

FRESH, AMBER, RED = 36, 16, 8
"""So many wait for less than a day, for more than one, for more than two: sixty in all."""

WORDS: tuple[tuple[str, str], ...] = (
    ("HK", "Zwei Kissen benutzt / used two pillows and took one more from the cupboard"),
    ("HK", "茶喝完了，咖啡没动，三天都是"),
    ("HK", "guest moved the desk to the window"),
    ("FB", "asked twice if there is soy milk"),
    ("FB", "不吃香菜，服务员忘了"),
    ("FO", "said next visit with wife, their anniversary in spring"),
    ("HK", "空调开到 25 度，说昨晚太冷"),
    ("FO", "wants the room far from the lift next time"),
    ("HK", "own pillow from home on the bed"),
    ("FB", "child needs a high chair, likes noodles without soup"),
    ("HK", "闻到香薰要求拿走"),
    ("FO", "arrives always after ten, hungry"),
    ("FO", "difficult and rude at check-in, wanted an upgrade"),
    ("HK", "has diabetes, insulin in the minibar, please leave it cold"),
    ("FB", "是穆斯林，问有没有清真餐"),
    ("HK", "高血压，药在床头柜上"),
)
"""Free words; the last four hold what the box warns of."""

CODED: tuple[tuple[str, str, str, str], ...] = (
    ("FB", "FV.NOCORIANDER", "", "told"), ("FB", "FV.MILD", "", "seen"),
    ("FB", "FV.SEATWINDOW", "", "seen"), ("FB", "DT.VEGETARIAN", "", "told"),
    ("FB", "AL.NUT", "", "told"), ("FB", "FV.NOICE", "", "seen"), ("FB", "AL.EGG", "", "told"),
    ("FB", "FV.SPICY", "", "seen"), ("FB", "DT.NOBEEF", "", "told"), ("HK", "AL.DUST", "", "told"),
)  # fmt: skip
"""They count at once and are looked at within a day."""

HELD: tuple[tuple[str, str, str, str], ...] = (
    ("HK", "HT.FRIDGE", "", "told"), ("HK", "RC.QIBLA", "", "told"), ("FO", "HT.CPAP", "", "told"),
    ("FO", "PR.NOINFO", "", "told"), ("HK", "CH.COT", "", "told"), ("FO", "AC.WALK", "", "seen"),
)  # fmt: skip
"""Nobody else sees them before the centre has looked."""

TAKEN: tuple[tuple[str, str, str, str], ...] = (
    ("HK", "PL.EXTRA", "2", "two pillows, took one more from the cupboard"),
    ("HK", "AM.TEA", "Longjing", "茶喝完了，咖啡没动"),
    ("FB", "FV.NOCORIANDER", "", "不吃香菜，服务员忘了"),
    ("HK", "CL.WARM", "25", "空调开到 25 度，说昨晚太冷"),
    ("FO", "RM.AWAYLIFT", "", "wants the room far from the lift next time"),
)
"""Free words of the last days with the code that the centre gave them."""

REPLIES = ("谢谢，已记下", "Thank you, filed.", "Good catch, the kitchen knows now.", "")
REFUSED: tuple[tuple[RejectReason, str, str], ...] = (
    (RejectReason.JUDGEMENTAL, "complains about everything", "Say what happened, not how he is."),
    (RejectReason.HEARSAY, "colleague says he snores", "Only what you saw or heard yourself."),
    (RejectReason.NOT_USEFUL, "took the lift at nine", "What would we do next time?"),
    (RejectReason.DUPLICATE, "likes the high floor", "已经有了，谢谢"),
    (RejectReason.WRONG_GUEST, "asked for a cot", "The family is in 1206."),
)
BY = {
    "FO": ("desk", "desk2"), "HK": ("housekeeper", "housekeeper2"), "FB": ("restaurant",),
}  # fmt: skip


@dataclass(frozen=True)
class Inbox:
    """The centre's day: claims that came by it, and the notes."""

    wishes: list[Wish]
    sightings: list[Sighting]


def guest_of(stay: DemoStay) -> UUID:
    """Whoever sleeps there; the desk deals with stays in house only, which have a guest."""
    if stay.guest is None:
        raise ValueError("nobody sleeps there")
    return stay.guest


class Desk:
    """Deals notes to the guests in house."""

    def __init__(
        self, rng: random.Random, keyring: Keyring, noticing: Noticing,
        inside: Sequence[DemoStay], known: Mapping[UUID, set[str]],
    ) -> None:  # fmt: skip
        self.rng, self.keyring, self.noticing, self.now = rng, keyring, noticing, noticing.now
        self.inside = rng.sample(list(inside), len(inside))
        self.known = {guest_of(stay): set(known.get(guest_of(stay), ())) for stay in inside}

    def day(self) -> Inbox:
        made = [*self._waiting(), *self._accepted(), *self._refused(), *self._contradicting()]
        return Inbox([wish for wish, _ in made if wish], [seen for _, seen in made])

    def _waiting(self) -> Iterator[tuple[Wish | None, Sighting]]:
        ages = [self._age(n) for n in range(FRESH + AMBER + RED)]
        for n, age in enumerate(self.rng.sample(ages, len(ages))):
            at = self.now - age
            if n % 5 in (0, 2, 4):
                department, words = WORDS[n * 3 // 5 % len(WORDS)]
                yield None, self._note(self._any(n), at, department, words=words)
            elif n % 5 == 1:
                yield self._coded(CODED[n // 5 % len(CODED)], at, n)
            else:
                yield self._coded(HELD[n // 5 % len(HELD)], at, n)

    def _age(self, n: int) -> timedelta:
        if n < FRESH:
            return timedelta(minutes=self.rng.randrange(4, 23 * 60))
        if n < FRESH + AMBER:
            return timedelta(minutes=self.rng.randrange(24 * 60 + 20, 47 * 60))
        return timedelta(minutes=self.rng.randrange(48 * 60 + 20, 71 * 60))

    def _any(self, n: int) -> DemoStay:
        return self.inside[n % len(self.inside)]

    def _without(self, code: str, n: int) -> DemoStay:
        """A guest of whom this is not known yet."""
        turns = (self._any(n + step) for step in range(len(self.inside)))
        stay = next(stay for stay in turns if code not in self.known[guest_of(stay)])
        self.known[guest_of(stay)].add(code)
        return stay

    def _coded(
        self, told: tuple[str, str, str, str], at: datetime, n: int
    ) -> tuple[Wish | None, Sighting]:
        department, code, value, source = told
        stay = self._without(code, n)
        policy = policy_of(code)
        note = self._note(stay, at, department, code=code, value=value, source=source)
        note = replace(note, policy=policy)
        if policy is ReviewPolicy.BEFORE_ANYONE:
            return None, note
        wish = self._wish(note)
        return wish, replace(note, wish=wish.key)

    def _note(
        self, stay: DemoStay, at: datetime, department: str, *,
        words: str = "", code: str = "", value: str = "", source: str = "seen",
    ) -> Sighting:  # fmt: skip
        return Sighting(
            key=self.keyring.key(at), guest=guest_of(stay), hotel=stay.hotel, at=at,
            by=self.rng.choice(BY[department]), department=department, code=code, value=value,
            words=words, source=PreferenceSource(source), stay=stay.key, room=stay.room,
            state=ObservationState.WAITING, policy=ReviewPolicy.BEFORE_ANYONE,
        )  # fmt: skip

    def _wish(self, note: Sighting) -> Wish:
        return Wish(
            key=self.keyring.key(note.at), guest=note.guest, code=note.code, status="seen_once",
            source=note.source, noted_at=note.at, by=note.by, department=note.department,
            value=note.value, words=note.words, stay=note.stay,
        )  # fmt: skip

    def _reviewed(self, note: Sighting, state: ObservationState, reply: str) -> Sighting:
        looked = note.at + timedelta(minutes=self.rng.randrange(30, 1300))
        looked = min(looked, self.now - timedelta(minutes=self.rng.randrange(3, 90)))
        read = None if self.rng.random() < 0.5 else min(looked + timedelta(hours=8), self.now)
        return replace(note, state=state, reviewed_at=looked, reply=reply, heard_at=read)

    def _days_ago(self) -> datetime:
        return self.now - timedelta(minutes=self.rng.randrange(26 * 60, 8 * 24 * 60))

    def _accepted(self) -> Iterator[tuple[Wish | None, Sighting]]:
        for n in range(20):
            department, code, value, words = TAKEN[n % len(TAKEN)]
            stay = self._without(code, n * 7)
            note = self._note(stay, self._days_ago(), department, words=words)
            done = self._reviewed(note, ObservationState.ACCEPTED, REPLIES[n % len(REPLIES)])
            done = replace(done, code=code, value=value)
            if n % 2:
                done = replace(done, used_at=self.now - timedelta(minutes=5 + 9 * n))
            wish = self._wish(done)
            yield wish, replace(done, wish=wish.key)

    def _refused(self) -> Iterator[tuple[Wish | None, Sighting]]:
        for n in range(12):
            reason, words, reply = REFUSED[n % len(REFUSED)]
            department = ("HK", "FO", "FB")[n % 3]
            note = self._note(self._any(n * 11), self._days_ago(), department, words=words)
            done = self._reviewed(note, ObservationState.REJECTED, reply)
            yield None, replace(done, reason=reason)

    def _contradicting(self) -> Iterator[tuple[Wish | None, Sighting]]:
        """Somebody saw the other of two things that cannot both be true; both are shown."""
        for stay in self.inside:
            for pair in CLASHES:
                mine = pair & self.known[guest_of(stay)]
                if len(mine) != 1 or self.rng.random() < 0.6:
                    continue
                (other,) = pair - mine
                if policy_of(other) is not ReviewPolicy.STRAIGHT_IN:
                    continue
                at = self.now - timedelta(minutes=self.rng.randrange(60, 900))
                note = self._note(stay, at, "HK", code=other)
                self.known[note.guest].add(other)
                taken = replace(note, state=ObservationState.TAKEN, policy=ReviewPolicy.STRAIGHT_IN)
                wish = self._wish(taken)
                yield wish, replace(taken, wish=wish.key)
