"""kill -9 at every named place and at any moment: what was acknowledged is there, once, whole.

Real processes serve real HTTP and work off jobs; clients write under Idempotency-Keys and try
again until they are answered. After every kill the accounts are closed on what the dead process
left, and the next process goes on with the same database.
"""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from crm.kit import failpoints
from crm.kit.db import Database
from tests.conftest import SECRET
from tests.prove.faults import handlers
from tests.prove.faults.accounts import Accounts
from tests.prove.faults.deeds import Cast, Deed, enqueue
from tests.prove.faults.nursery import Child, Nursery, Order

SHARES = 2
POSITIONS = 3
HANDS = 3
DIES_WITHIN_S = 30.0
BEFORE_S = (0.02, 0.4)
"""When a kill at no place comes, after the child was born."""

ALWAYS = ("register", "contact", "message", handlers.POINTS)
NEEDS: dict[str, str] = {
    "job.long_done": handlers.LONG,
    "job.failed": handlers.REFUSED,
    "sign_in.opened": "sign_in",
    "document.stored": "document",
    "message.stored": "message",
    "message.applied": "message",
    "figures.dropped": "message",
    "points.posted": handlers.POINTS,
    "preference.noted": "note",
    "preference.reviewed": "note_reviewed",
    "complaint.opened": handlers.COMPLAINT,
    "recovery.asked": handlers.RECOVERY_ASKED,
    "recovery.given": handlers.RECOVERY_GIVEN,
    "room_nights.dropped": handlers.NIGHTS,
    "import.applied": "import",
    "import.kept": "import",
    "undo.applied": "import_undone",
}
"""The kind of deed that leads to a place, where not nearly every deed does."""

ONCE = {"lease.taken", "tick.put"}
"""Reached when a worker begins, not by what clients do."""

ANYWHERE = ("consent", "document", "note", handlers.COMPLAINT, handlers.LONG)


class Siege:
    """One database, one child after another, and all that was ever asked of them."""

    def __init__(self, nursery: Nursery, database: Database, data_dir: Path) -> None:
        self._nursery, self._database, self._data_dir = nursery, database, data_dir
        self.cast = Cast.of(database)
        self.accounts = Accounts(database, data_dir, self.cast)
        self.deeds: list[Deed] = []

    def child(self, **how: Any) -> Child:
        url = self._database.url.render_as_string(hide_password=False)
        return self._nursery.child(Order(url, str(self._data_dir), SECRET, **how))

    def ask(self, child: Child, *kinds: str) -> None:
        """Put new deeds on the pile, and try everything on it that is not answered."""
        fresh = [Deed(kind) for kind in kinds]
        self.deeds += fresh
        for deed in fresh:
            if "." in deed.kind:
                enqueue(self._database, self.cast, deed)
        self.repeat(child)

    def repeat(self, child: Child) -> None:
        waiting = [deed for deed in self.deeds if not deed.answered]
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(lambda deed: deed.attempt(child.port, self.cast), waiting))

    def kill_at(self, place: str, skip: int) -> list[str]:
        """Let a child die at a place; what the accounts find afterwards."""
        child = self.child(place=place, skip=skip)
        kind = NEEDS.get(place, "register")
        self.ask(child, *ALWAYS, *[kind] * POSITIONS)
        died_of = child.ended(DIES_WITHIN_S)
        if died_of is None:
            child.kill()
            child.ended(DIES_WITHIN_S)
            found = self.accounts.problems(self.deeds)
            return [f"{place} was never reached ({skip} times before)", *found]
        return [f"{place}: {found}" for found in self.accounts.problems(self.deeds)]

    def kill_at_random(self, chance: random.Random) -> list[str]:
        child = self.child()
        with ThreadPoolExecutor(1) as killer:
            killer.submit(lambda: (time.sleep(chance.uniform(*BEFORE_S)), child.kill()))
            self.ask(child, *ALWAYS, *chance.sample(ANYWHERE, 2))
        child.ended(DIES_WITHIN_S)
        return [f"at random: {found}" for found in self.accounts.problems(self.deeds)]

    def finish(self) -> list[str]:
        """A last child that nobody kills answers all and does what is due."""
        child = self.child()
        until = time.monotonic() + 30
        while True:
            self.repeat(child)
            problems = self.accounts.problems(self.deeds, drained=True)
            done = not problems and all(deed.answered for deed in self.deeds)
            if done or time.monotonic() > until:
                break
            time.sleep(0.1)
        child.kill()
        child.ended(DIES_WITHIN_S)
        problems += [f"{d.kind} was never answered" for d in self.deeds if not d.answered]
        return problems


def places_of(share: int) -> list[tuple[str, int]]:
    """Every name at three visits; the shares together have them all."""
    all_of_them = [
        (place, 0 if place in ONCE else skip)
        for place in failpoints.PLACES
        for skip in range(POSITIONS)
    ]
    return all_of_them[share::SHARES]


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_anywhere_nothing_acknowledged_is_lost_or_doubled(
    backend: str,
    share: int,
    nursery: Nursery,
    database: Database,
    tmp_path: Path,
    tally: Any,
    budget: Callable[..., int],
) -> None:
    promise = f"kills, {backend}"
    siege = Siege(nursery, database, tmp_path / "files")
    chance = random.Random(share)
    plan: list[tuple[str, int] | None] = list(places_of(share))
    plan += [None] * max(0, budget(promise, share=SHARES) - len(plan))
    chance.shuffle(plan)
    wrong: list[str] = []
    began = time.monotonic()
    for step in plan:
        wrong += siege.kill_at(*step) if step else siege.kill_at_random(chance)
        if wrong:
            break
    each = (time.monotonic() - began) / len(plan)
    wrong += siege.finish() if not wrong else []
    tally(promise, len(plan), wrong=len(wrong), note=f"{1 / each:.1f} kills/s")
    assert not wrong, wrong[:20]


def test_every_place_is_in_the_plan_of_the_proof() -> None:
    planned = {place for share in range(SHARES) for place, _ in places_of(share)}
    assert planned == set(failpoints.PLACES)
    assert set(NEEDS) | ONCE <= planned


def test_an_answer_before_the_commit_is_found(
    backend: str, nursery: Nursery, database: Database, tmp_path: Path, tally: Any
) -> None:
    """The planted flaw: a house that answers first and commits a moment later."""
    siege = Siege(nursery, database, tmp_path / "files")
    flaw = "answers_before_the_commit"
    child = siege.child(place="commit.before", flaw=flaw, works=False)
    siege.ask(child, "register", "register")
    assert child.ended(DIES_WITHIN_S) is not None
    lost = [found for found in siege.accounts.problems(siege.deeds) if "is lost" in found]
    assert lost, "the accounts missed what was lost"
    tally.flaw_found(f"kills, {backend}", flaw)
