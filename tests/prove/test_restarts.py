"""PostgreSQL dies under load and comes back: nothing acknowledged is lost, nothing is doubled.

A server of its own, whose commits are sure once they are answered. Writers go on all the time
and try again what was not answered; the house behind them is never restarted.
"""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import cycle
from pathlib import Path
from typing import Any, Self

import pytest

from crm.kit import jobs, migrating
from crm.kit.db import Database
from tests import postgres
from tests.conftest import SECRET
from tests.prove.faults import handlers
from tests.prove.faults.accounts import Accounts
from tests.prove.faults.deeds import Cast, Deed, enqueue
from tests.prove.faults.nursery import Child, Nursery, Order

pytestmark = pytest.mark.postgres

PROMISE = "restarts of PostgreSQL under load"
WRITERS = 3
KINDS = ("register", "contact", "message", "consent")
UNDER_LOAD_S = 0.4
BETWEEN_S = 0.03
BACK_WITHIN_S = 5.0
PATIENCE_S = 120.0
NAME = "keshi_restarted"


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    own = postgres.Server(sure=True)
    made = Database(own.create(NAME))
    migrating.upgrade(made)
    made.dispose()
    yield own
    own.stop()


class Load:
    """Writers who never stop asking, and when the last of their deeds was answered."""

    def __init__(self, child: Child, cast: Cast) -> None:
        self._child, self._cast = child, cast
        self._over = threading.Event()
        self.deeds: list[Deed] = []
        self.answered_at = 0.0
        self._threads = [threading.Thread(target=self._write, args=(n,)) for n in range(WRITERS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(timeout=PATIENCE_S)

    def _write(self, number: int) -> None:
        for kind in cycle(KINDS[number:] + KINDS[:number]):
            deed = Deed(kind)
            self.deeds.append(deed)
            while not deed.answered and not deed.unfit:
                deed.attempt(self._child.port, self._cast, 60)
                if not deed.answered:
                    time.sleep(0.05)
            self.answered_at = time.monotonic()
            time.sleep(BETWEEN_S)
            if self._over.is_set():
                return

    def back_after(self, since: float) -> float:
        """Seconds until a deed that ended after ``since`` was answered."""
        while self.answered_at < since and time.monotonic() < since + PATIENCE_S:
            time.sleep(0.01)
        return max(0.0, self.answered_at - since) if self.answered_at >= since else PATIENCE_S


class Screen(threading.Thread):
    """A live screen: how often it was told that something changed."""

    def __init__(self, port: int, session: str) -> None:
        super().__init__(daemon=True)
        self._port, self._session = port, session
        self.told = 0

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE_S)
        connection.request("GET", "/live", headers={"Cookie": f"keshi_session={self._session}"})
        gone = suppress(OSError, http.client.HTTPException)
        with closing(connection), connection.getresponse() as answer, gone:
            for line in answer:
                self.told += line.startswith(b"event: changed")


def test_a_restart_under_load_loses_and_doubles_nothing(
    server: postgres.Server,
    nursery: Nursery,
    tmp_path: Path,
    tally: Any,
    budget: Callable[..., int],
) -> None:
    database = Database(server.url(NAME))
    cast = Cast.of(database)
    child = nursery.child(Order(server.url(NAME), str(tmp_path / "files"), SECRET))
    screen = Screen(child.port, cast.session)
    screen.start()
    wrong: list[str] = []
    slowest = 0.0
    trials = budget(PROMISE)
    with Load(child, cast) as load:
        for turn in range(trials):
            time.sleep(UNDER_LOAD_S)
            told = screen.told
            server.restart() if turn % 2 == 0 else server.kill_a_backend(NAME)
            took = load.back_after(time.monotonic())
            slowest = max(slowest, took)
            if took > BACK_WITHIN_S:
                wrong.append(f"{took:.1f} s until the first answer")
            if not _soon(lambda told=told: screen.told > told):  # type: ignore[misc]
                wrong.append("the live screen heard nothing more")
    job = Deed(handlers.POINTS)
    deeds = [*load.deeds, job]
    database.dispose()
    enqueue(database, cast, job)
    accounts = Accounts(database, tmp_path / "files", cast)
    _soon(lambda: not _open_jobs(database))
    wrong += accounts.problems(deeds, drained=True)
    wrong += [f"{number} × {what}" for what, number in Counter(cast.refusals).items()]
    child.kill()
    child.ended(PATIENCE_S)
    screen.join(PATIENCE_S)
    database.dispose()
    note = f"{len(load.deeds)} deeds, back after {slowest:.1f} s at most"
    tally(PROMISE, trials, wrong=len(wrong), note=note)
    assert not wrong, wrong[:10]


def _open_jobs(database: Database) -> int:
    """Jobs that a restart interrupted wait ten seconds before their next turn."""
    with database.reading() as db:
        state = jobs.queue(db)
        return state.waiting + state.due + state.claimed


def _soon(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + PATIENCE_S
    while not true():
        if time.monotonic() > until:
            return False
        time.sleep(0.2)
    return True


def test_an_effect_doubled_by_a_retry_is_found(
    nursery: Nursery, new_database: Callable[[str], Database], tmp_path: Path, tally: Any
) -> None:
    """The planted flaw: a house that keeps no keys; its answer is lost and it is asked again."""
    database, flaw = new_database("postgres"), "forgets_keys"
    cast = Cast.of(database)
    url = database.url.render_as_string(hide_password=False)
    order = Order(url, str(tmp_path / "files"), SECRET, works=False, flaw=flaw)
    doomed = nursery.child(Order(**{**vars(order), "place": "commit.after"}))
    deed = Deed("register")
    deed.attempt(doomed.port, cast)
    assert doomed.ended(PATIENCE_S)
    child = nursery.child(order)
    deed.attempt(child.port, cast)
    child.kill()
    child.ended(PATIENCE_S)
    found = Accounts(database, tmp_path / "files", cast).problems([deed])
    assert any("was done 2 times" in each for each in found), found
    tally.flaw_found(PROMISE, flaw)
