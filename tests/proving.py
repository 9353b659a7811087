"""The promises that are counted: how many trials each needs, and the table of what was found.

A proof is a test in ``tests/prove`` (or one marked ``proof``). It hands its figures to the
fixture ``tally``; they travel with the test reports, so that the sum is right with any number of
processes. With ``--prove`` the run fails when a promise had fewer trials than its target, when
anything went wrong in one, or when no planted flaw of its kind was found.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

ALL = -1
"""A target that the proof counts itself: every cell, every rule, every page."""


@dataclass(frozen=True)
class Promise:
    """``small`` trials in every run, ``long`` ones with ``--budget long``; ALL: all there are."""

    small: int
    long: int = ALL
    flaw: str = ""  # what kind of planted flaw its proof must find; empty: none can be planted

    def target(self, budget: str) -> int:
        return self.small if budget == "small" else self.long


PROMISES: dict[str, Promise] = {
    "permission cells": Promise(ALL, flaw="a route or field open to one who must not have it"),
    "policy rules deleted": Promise(ALL, flaw="a rule whose loss nobody would notice"),
    "leaver's ways in": Promise(ALL, flaw="a session that outlives its account"),
    "reveals against audit rows": Promise(200, 10_000, flaw="a reveal that leaves no row"),
    "corpus requests, sqlite": Promise(ALL, flaw="an input answered 500"),
    "corpus requests, postgres": Promise(ALL, flaw="an input answered 500"),
    "schemathesis cases, sqlite": Promise(5_000, 50_000, flaw="an undocumented answer"),
    "schemathesis cases, postgres": Promise(5_000, 50_000, flaw="an undocumented answer"),
    "importer inputs": Promise(500, 20_000, flaw="a file that breaks the reader"),
    "script payloads shown": Promise(ALL, flaw="a payload that runs"),
    "safe requests that change nothing": Promise(ALL, flaw="a GET that writes"),
    "kills, sqlite": Promise(100, 5_000, flaw="an answer before the commit"),
    "kills, postgres": Promise(100, 5_000, flaw="an answer before the commit"),
    "power cuts": Promise(1_000, 10_000, flaw="synchronous NORMAL"),
    "disk full": Promise(10, 100, flaw="a half change that stays"),
    "restarts of PostgreSQL under load": Promise(4, 200, flaw="an effect doubled by a retry"),
    "jobs claimed by many workers": Promise(2_000, 100_000, flaw="a claim without a lock"),
    "edits side by side": Promise(400, 10_000, flaw="a last writer who wins"),
    "habits found": Promise(800, 20_000, flaw="a way that misses one in twenty"),
    "false proposals": Promise(2_400, 60_000, flaw="frequency without chance"),
    "restore drills": Promise(10, 50, flaw="a backup taken by copying the file"),
    "damaged backups": Promise(40, 1_000, flaw="a restore that does not look"),
    "tamper edits": Promise(200, 1_000, flaw="a chain that skips a column"),
}


@dataclass
class Found:
    trials: int = 0
    counted: int = 0  # what an ALL proof says there is
    wrong: int = 0
    notes: list[str] = field(default_factory=list)
    flaws: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def verdict(self, promise: Promise, budget: str) -> str:
        target = promise.target(budget)
        needed = self.counted if target == ALL else target
        if not self.trials or self.trials < needed:
            return "too few"
        if self.wrong:
            return "BROKEN"
        return "kept" if self.flaws or not promise.flaw else "no planted flaw found"


class Tally:
    """What one test hands over: ``tally("kills, sqlite", 25, wrong=0)``."""

    def __init__(self, node: pytest.Item) -> None:
        self._node = node

    def __call__(
        self, promise: str, trials: int, *, wrong: int = 0, of: int | None = None, note: str = ""
    ) -> None:
        """Add trials; ``of`` is how many there are where the promise is about all of them."""
        self._add(promise, trials=trials, of=trials if of is None else of, wrong=wrong, note=note)

    def flaw_found(self, promise: str, what: str) -> None:
        """Say that the proof's own machinery noticed a flaw planted for it."""
        self._add(promise, flaw=what)

    def _add(self, promise: str, **figures: Any) -> None:
        assert promise in PROMISES, f"tests/proving.py does not know the promise {promise!r}"
        self._node.user_properties.append(("proof", {"promise": promise, **figures}))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--prove", action="store_true", help="fail when a counted promise is not kept")
    parser.addoption("--budget", choices=["small", "long"], default="small", help="how many trials")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "prove" in item.path.parts:
            item.add_marker(pytest.mark.proof)


@pytest.fixture
def tally(request: pytest.FixtureRequest) -> Tally:
    """Where a proof writes its figures."""
    return Tally(request.node)


@pytest.fixture(scope="session")
def budget(request: pytest.FixtureRequest) -> Any:
    """How many trials this run owes a promise: ``budget("kills, sqlite", share=4)``."""

    def owed(promise: str, *, share: int = 1) -> int:
        """``share`` tests do the trials together; each owes its part, rounded up."""
        return -(-PROMISES[promise].target(request.config.getoption("--budget")) // share)

    return owed


class Book:
    """Adds up what the tests of all processes report, and prints it at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.budget: str = config.getoption("--budget")
        self.must: bool = config.getoption("--prove")
        self.found: dict[str, Found] = defaultdict(Found)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call":
            return
        proofs = [value for name, value in report.user_properties if name == "proof"]
        promises = {each["promise"] for each in proofs}
        for promise in promises:
            self.found[promise].seconds += report.duration / len(promises)
        for each in proofs:
            found = self.found[each["promise"]]
            found.trials += each.get("trials", 0)
            found.counted += each.get("of", 0)
            found.wrong += each.get("wrong", 0)
            if note := each.get("note"):
                found.notes.append(note)
            if flaw := each.get("flaw"):
                found.flaws.append(flaw)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.must and session.exitstatus == pytest.ExitCode.OK and any(self.broken()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def broken(self) -> Iterator[str]:
        for name, promise in PROMISES.items():
            if (verdict := self.found[name].verdict(promise, self.budget)) != "kept":
                yield f"{name}: {verdict}"

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.must and not any(found.trials for found in self.found.values()):
            return
        write = terminalreporter.line
        terminalreporter.section(f"promises, {self.budget} budget")
        write(f"{'promise':36}{'trials':>9}{'target':>9}{'wrong':>7}{'flaws found':>13}{'s':>7}")
        for name, promise in PROMISES.items():
            found = self.found[name]
            if not self.must and not found.trials:
                continue
            target = promise.target(self.budget)
            shown = f"all {found.counted}" if target == ALL else str(target)
            write(
                f"{name:36}{found.trials:>9}{shown:>9}{found.wrong:>7}{len(found.flaws):>13}"
                f"{found.seconds:>7.0f}  {found.verdict(promise, self.budget)}"
                + "".join(f"; {note}" for note in dict.fromkeys(found.notes))
            )


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Book(config), "promises")
