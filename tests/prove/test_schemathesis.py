"""Whatever the API's own description allows anybody to ask, the API answers as described."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from crm.kit.db import Database
from tests.flawed import brittle
from tests.hostile import houses
from tests.hostile.by_schema import Findings, ask, copied
from tests.proving import Tally


class Part(NamedTuple):
    """Who asks how, and which share of the cases owed."""

    phase: str
    who: str
    share: float


PARTS = {
    "coverage, all roles": Part("coverage", houses.ALL_ROLES, share=0.7),
    "fuzzing, all scopes": Part("fuzzing", houses.ALL_SCOPES, share=0.1),
    "fuzzing, all roles": Part("fuzzing", houses.ALL_ROLES, share=0.1),
    "stateful, all roles": Part("stateful", houses.ALL_ROLES, share=0.1),
}
SEED = 20261124
EXAMPLES = {"coverage": 10, "fuzzing": 4, "stateful": 60}
ROUNDS_MAX = 200


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> Callable[[], int]:
    """The same ones in every short run, so that it is no lottery; others in a long one."""
    fixed = request.config.getoption("--budget") == "small"
    chance = random.Random(SEED if fixed else None)
    return lambda: chance.getrandbits(32)


@pytest.mark.parametrize("named", PARTS)
def test_every_answer_is_as_described(
    backend: str,
    database: Database,
    tmp_path: Path,
    named: str,
    seeds: Callable[[], int],
    budget: Callable[..., int],
    tally: Tally,
) -> None:
    promise = f"schemathesis cases, {backend}"
    part = PARTS[named]
    standing = houses.build(database, tmp_path)
    owed, sent = round(budget(promise) * part.share), 0
    for turn in range(ROUNDS_MAX):
        found = ask(
            standing.app,
            copied(standing.app.openapi()),
            phase=part.phase,
            headers=standing.headers[part.who],
            ids=standing.ids(),
            seed=seeds(),
            examples=EXAMPLES[part.phase],
            only=asked_in(part, turn, standing, backend),
        )
        sent += found.requests
        tally(promise, found.requests, wrong=len(found.wrong))
        assert not found.wrong, f"{found.statuses}\n{found}"
        if sent >= owed:
            break
    assert sent >= owed


def asked_in(part: Part, turn: int, standing: houses.Standing, backend: str) -> set[str] | None:
    """Every second operation in a turn, the others in the next; None for all.

    The two databases begin with different ones, so that together they ask every operation in
    the smallest run, and each of them asks all in a longer one.
    """
    if part.phase == "stateful":
        return None
    described = standing.app.openapi()["paths"]
    labels = sorted(
        f"{method.upper()} {path}" for path, methods in described.items() for method in methods
    )
    if part.who == houses.ALL_SCOPES:
        labels = sorted(standing.open_to_keys().intersection(labels))
    return set(labels[(turn + (backend == "postgres")) % 2 :: 2])


@pytest.fixture(scope="module")
def brittle_findings() -> dict[str, Findings]:
    """What the same asking finds in an app that is flawed on purpose.

    A seed is not the whole of chance: Hypothesis draws from the literals of all modules that
    happen to be loaded as well. A story of three steps is rare, so it is looked for from
    several beginnings.
    """
    return {
        f"{phase} {seed}": ask(
            brittle.create_app(),
            brittle.create_app().openapi(),
            phase=phase,
            headers={},
            ids={"guest_id": ["1"]},
            seed=seed,
            examples=60,
        )
        for phase in EXAMPLES
        for seed in (range(SEED, SEED + 5) if phase == "stateful" else [SEED])
    }


@pytest.mark.parametrize(
    ("check", "operation"),
    [
        ("not_a_server_error", "GET /guests"),
        ("status_code_conformance", "GET /guests/{guest_id}"),
        ("negative_data_rejection", "GET /guests"),
        ("response_schema_conformance", "GET /guests"),
        ("allow_header_conformance", "POST /guests"),
        ("use_after_free", "GET /guests/{guest_id}"),
    ],
)
def test_it_finds_what_is_planted(
    brittle_findings: dict[str, Findings], check: str, operation: str, tally: Tally
) -> None:
    found = {key[:2] for findings in brittle_findings.values() for key in findings.wrong}
    assert (check, operation) in found
    for backend in ("sqlite", "postgres"):
        tally.flaw_found(f"schemathesis cases, {backend}", f"{check} at {operation}")


def test_what_is_counted_is_what_was_sent(brittle_findings: dict[str, Findings]) -> None:
    assert all(found.requests > 30 for found in brittle_findings.values())
    assert any("POST /guests" in found.reached for found in brittle_findings.values())
