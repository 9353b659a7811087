"""Who noticed what, and when: the observations behind every wish, by the product's own rules.

A wish of the demo is a plan ("seen twice, confirmed"); here it becomes sightings on different
stays, and how the claim stands follows from them, as it would in a real house.
"""

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from uuid import UUID

from crm.preferences import master, rules
from crm.preferences.rules import CodeFacts, Evidence, Rival, Standing
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    PreferenceStatus,
    RejectReason,
    ReviewPolicy,
)
from lab.demo.bookings import HOTEL_ZONE, at_hotel
from lab.demo.keys import Keyring
from lab.demo.stays import DemoStay
from lab.demo.wishes import SPOTTED_BY, Wish

CENTRE = "files"
NEWS_DAYS = 3
"""What became of a note in these days, its noter has not read yet."""


@dataclass(frozen=True)
class Sighting:
    """One observation; ``wish`` is the claim that it bears on, if any."""

    key: UUID
    guest: UUID
    hotel: str
    at: datetime
    by: str
    department: str
    code: str = ""
    value: str = ""
    words: str = ""
    source: PreferenceSource = PreferenceSource.SEEN
    stay: UUID | None = None
    room: str = ""
    wish: UUID | None = None
    state: ObservationState = ObservationState.TAKEN
    policy: ReviewPolicy = ReviewPolicy.STRAIGHT_IN
    reviewed_at: datetime | None = None
    reason: RejectReason | None = None
    reply: str = ""
    used_at: datetime | None = None
    heard_at: datetime | None = None


@dataclass(frozen=True)
class Stand:
    """How a claim stands; ``gone_for`` is the one that took its place."""

    standing: Standing
    first: Sighting
    words: str
    gone_for: UUID | None = None


@cache
def facts() -> Mapping[str, CodeFacts]:
    """The shipped catalogue as the rules need it."""
    return {
        row["code"]: CodeFacts(
            code=row["code"], group=row["group_code"], polarity=row["polarity"],
            sensitivity=row["sensitivity"], review_after_months=row["review_after_months"],
            group_max=row["group_max"], conflicts_with=frozenset(row["conflicts_with"]),
        )
        for row in master.catalogue()
    }  # fmt: skip


def policy_of(code: str) -> ReviewPolicy:
    known = facts()[code]
    return rules.shipped_policy(known.group, known.sensitivity)


class Noticing:
    """Turns planned wishes into sightings; draws by chance which stays they were seen on."""

    def __init__(
        self, rng: random.Random, keyring: Keyring, now: datetime,
        stays_of: Mapping[UUID, Sequence[DemoStay]],
    ) -> None:  # fmt: skip
        self.rng, self.keyring, self.now, self.stays_of = rng, keyring, now, stays_of

    def of(self, wishes: Iterable[Wish], *, lasting: frozenset[UUID]) -> list[Sighting]:
        """The sightings behind these wishes; those of ``lasting`` guests have not run out."""
        found: list[Sighting] = []
        for wish in wishes:
            if wish.status != PreferenceStatus.PROPOSED:
                mine = list(self._behind(wish))
                if wish.guest in lasting and self._has_run_out(wish, mine):
                    mine.append(self._written(wish))
                found += mine
        return found

    def _behind(self, wish: Wish) -> Iterator[Sighting]:
        been = [s for s in self.stays_of.get(wish.guest, ()) if s.status in _SLEPT]
        own = next((stay for stay in been if stay.key == wish.stay), None)
        if own is None:
            yield self._sighting(wish, wish.noted_at, wish.source, None)
            return
        others = [stay for stay in been if stay is not own]
        more = self.rng.sample(others, min(max(0, wish.evidence - 1), len(others)))
        seen_on = sorted([own, *more], key=lambda stay: stay.arrival)
        for stay in seen_on:
            told = stay is seen_on[-1] and wish.status == PreferenceStatus.CONFIRMED
            source = wish.source if wish.source != PreferenceSource.SEEN or not told else "told"
            at = wish.noted_at if stay is own else self._evening(stay)
            yield self._sighting(wish, at, source, stay)

    def _evening(self, stay: DemoStay) -> datetime:
        at = at_hotel(stay.arrival, self.rng.randrange(18, 23), self.rng.randrange(60))
        return min(at, self.now - timedelta(hours=1))

    def _sighting(
        self, wish: Wish, at: datetime, source: str, stay: DemoStay | None
    ) -> Sighting:  # fmt: skip
        by = wish.by if at == wish.noted_at else self._colleague(wish)
        seen = Sighting(
            key=self.keyring.key(at), guest=wish.guest, hotel=stay.hotel if stay else "LVH",
            at=at, by=by, department=wish.department, code=wish.code, value=wish.value,
            words=wish.words, source=PreferenceSource(source), stay=stay.key if stay else None,
            room=stay.room if stay else "", wish=wish.key,
        )  # fmt: skip
        return self.acted_on(self.gone_through(seen), stay)

    def _colleague(self, wish: Wish) -> str:
        return self.rng.choice(SPOTTED_BY.get(wish.department, (wish.by,)))

    def _written(self, wish: Wish) -> Sighting:
        """It came again with the booking."""
        at = self.now - timedelta(days=2, minutes=self.rng.randrange(300))
        again = replace(wish, noted_at=at, by="desk2", department="FO")
        return self._sighting(again, at, PreferenceSource.WRITTEN, None)

    def _has_run_out(self, wish: Wish, mine: Sequence[Sighting]) -> bool:
        return standing(wish.code, mine, self.today).status is PreferenceStatus.EXPIRED

    @property
    def today(self) -> date:
        return self.now.astimezone(HOTEL_ZONE).date()

    def acted_on(self, seen: Sighting, stay: DemoStay | None) -> Sighting:
        """Used at the guest's next stay, if there has been one."""
        after = stay.departure if stay else seen.at.date()
        later = (s for s in self.stays_of.get(seen.guest, ()) if s.arrival >= after)
        used = next((s.checked_in_at for s in later if s.checked_in_at), None)
        if used is None or used <= seen.at or used > self.now:
            return seen
        is_news = (self.now - used).days < NEWS_DAYS
        heard = seen.heard_at if is_news else used + timedelta(hours=9)
        return replace(seen, used_at=used, heard_at=heard)

    def gone_through(self, seen: Sighting, reply: str = "") -> Sighting:
        """Accepted by the centre within hours, where the code's policy asks for a look."""
        policy = policy_of(seen.code)
        heard = seen.at + timedelta(hours=20)
        if policy is ReviewPolicy.STRAIGHT_IN:
            return replace(seen, policy=policy, heard_at=min(heard, self.now))
        looked = min(seen.at + timedelta(minutes=self.rng.randrange(20, 900)), self.now)
        is_news = (self.now - looked).days < NEWS_DAYS
        return replace(
            seen, policy=policy, state=ObservationState.ACCEPTED, reviewed_at=looked,
            reply=reply, heard_at=None if is_news else min(looked + timedelta(hours=9), self.now),
        )  # fmt: skip


_SLEPT = ("checked_out", "in_house")


# ---------------------------------------------------------------- what follows
def standing(code: str, seen: Iterable[Sighting], today: date) -> Standing:
    """How a claim stands by what was seen."""
    return rules.standing_of((_evidence(each) for each in seen), facts()[code], today)


def _evidence(seen: Sighting) -> Evidence:
    return Evidence(
        id=seen.key, source=seen.source, at=seen.at, day=seen.at.astimezone(HOTEL_ZONE).date(),
        stay_id=seen.stay, value=seen.value or None,
        counts=rules.counts(seen.state, seen.policy, seen.code or None),
        was_rejected=seen.state is ObservationState.REJECTED,
    )  # fmt: skip


def stands(
    wishes: Iterable[Wish], sightings: Iterable[Sighting], today: date
) -> dict[UUID, Stand]:  # fmt: skip
    """How every claim with sightings stands, older contradictions given way to newer ones."""
    behind: dict[UUID, list[Sighting]] = {}
    for seen in sightings:
        if seen.wish is not None:
            behind.setdefault(seen.wish, []).append(seen)
    found: dict[UUID, Stand] = {}
    rivals: dict[UUID, list[Rival]] = {}
    for wish in wishes:
        mine = sorted(behind.get(wish.key, ()), key=lambda seen: (seen.at, seen.key))
        if not mine:
            continue
        how = standing(wish.code, mine, today)
        words = next((seen.words for seen in reversed(mine) if seen.words), "")
        found[wish.key] = Stand(how, mine[0], words)
        rival = Rival(id=wish.key, code=facts()[wish.code], standing=how)
        rivals.setdefault(wish.guest, []).append(rival)
    for arena in rivals.values():
        for loser, winner in rules.giving_way(arena).items():
            found[loser] = replace(found[loser], gone_for=winner)
    return found
