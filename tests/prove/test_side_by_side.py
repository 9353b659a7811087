"""Many at once on one database: workers, clocks, editors, and clients that ask twice.

Real processes, so that nothing is shared but the database.
"""

import http.client
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from crm.kit import jobs
from crm.kit.db import Database
from crm.kit.tables import ExternalRef, JobRow
from tests import factories
from tests.conftest import SECRET
from tests.prove.faults import handlers
from tests.prove.faults.crew import BEGINS, TICK_EVERY
from tests.prove.faults.deeds import Cast, Deed
from tests.prove.faults.nursery import Child, Nursery, Order
from web.worker import CLOCKED

JOBS, EDITS = "jobs claimed by many workers", "edits side by side"
BACKENDS = 2
SKEWS_S = (-120.0, 0.0, 0.0, 120.0)
EDITORS = 8
FILES = 4
TWINS = 12
PATIENCE_S = 240.0


def start(nursery: Nursery, database: Database, folder: Path, **how: Any) -> Child:
    url = database.url.render_as_string(hide_password=False)
    return nursery.child(Order(url, str(folder), SECRET, **how))


def lines_of(folder: Path, what: str) -> list[str]:
    return [line for file in folder.glob(f"{what}-*") for line in file.read_text().splitlines()]


# ---------------------------------------------------------------- workers
def _put_marks(database: Database, number: int) -> None:
    with database.writing() as db:
        for no in range(number):
            jobs.enqueue(db, handlers.MARK, {"no": no})


def _claims(nursery: Nursery, database: Database, folder: Path, **how: Any) -> Counter[str]:
    """Let a crew of four do all jobs; how often each was claimed, and trouble as it was told."""
    crew = [start(nursery, database, folder, role="claims", skew_s=skew, **how) for skew in SKEWS_S]
    assert [worker.ended(PATIENCE_S) for worker in crew] == [0] * len(SKEWS_S)
    return Counter(lines_of(folder, "claims"))


def test_no_job_is_claimed_twice_by_four_workers_whose_clocks_differ(
    backend: str,
    nursery: Nursery,
    database: Database,
    tmp_path: Path,
    tally: Any,
    budget: Callable[..., int],
) -> None:
    number = budget(JOBS, share=BACKENDS)
    _put_marks(database, number)
    with_clocks_off = timedelta(seconds=max(SKEWS_S) - min(SKEWS_S)) < jobs.LEASE
    assert with_clocks_off, "a lease must outlast the difference of two clocks"
    claims = _claims(nursery, database, tmp_path / "crew")
    twice = {line: times for line, times in claims.items() if times > 1}
    trouble = [line for line in claims if line.startswith("trouble")]
    with database.reading() as db:
        connection = db.connection()
        marks = connection.scalar(
            select(func.count()).select_from(ExternalRef).where(col(ExternalRef.kind) == "mark")
        )
        done = connection.scalar(
            select(func.count()).select_from(JobRow).where(col(JobRow.done_at).is_not(None))
        )
    wrong = len(twice) + len(trouble) + abs(number - int(marks or 0)) + abs(number - int(done or 0))
    tally(JOBS, len(claims) - len(trouble), wrong=wrong)
    assert (twice, trouble, marks, done) == ({}, [], number, number)


@pytest.mark.postgres
def test_a_claim_without_a_lock_is_found(
    nursery: Nursery, new_database: Callable[[str], Database], tmp_path: Path, tally: Any
) -> None:
    database = new_database("postgres")
    _put_marks(database, 200)
    claims = _claims(nursery, database, tmp_path / "crew", flaw="unlocked")
    assert max(claims.values()) > 1
    tally.flaw_found(JOBS, "a claim without a lock")


def test_two_clocks_put_each_job_once_for_each_of_its_periods(
    nursery: Nursery, database: Database, tmp_path: Path
) -> None:
    """Four minutes apart and both at once, over a day and a half of half-hours."""
    turns, folder = 72, tmp_path / "crew"
    skews = (-120.0, 120.0)
    clocks = [start(nursery, database, folder, role="ticks", turns=turns, skew_s=s) for s in skews]
    assert [each.ended(PATIENCE_S) for each in clocks] == [0, 0]
    ticks = lines_of(folder, "ticks")
    assert [line for line in ticks if line.startswith("trouble")] == []
    assert len(ticks) == 2 * turns
    with database.reading() as db:
        put = Counter(db.connection().execute(select(col(JobRow.name))).scalars())
    for name, every in CLOCKED.items():
        length = every.total_seconds()
        instants = (
            BEGINS + turn * TICK_EVERY + timedelta(seconds=skew)
            for turn in range(turns)
            for skew in skews
        )
        periods = {int(at.timestamp() // length) for at in instants}
        assert put[name] == len(periods), name


# ---------------------------------------------------------------- editors
class Editor:
    """Adds one to a number in a file, again and again, as a desk does it: look, then write."""

    def __init__(self, port: int, session: str, chance: random.Random) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {"Cookie": f"keshi_session={session}", "X-CSRF-Token": factories.CSRF}
        self._chance = chance
        self.met: Counter[int] = Counter()

    def edit(self, guests: Sequence[UUID], times: int) -> Counter[UUID]:
        """How many edits of each file were answered 200."""
        kept: Counter[UUID] = Counter()
        while sum(kept.values()) < times:
            guest = self._chance.choice(guests)
            path = f"/api/v1/guests/{guest}"
            _, sheet, version = self._ask("GET", path)
            number = int(json.loads(sheet)["position"] or 0) + 1
            status, _, _ = self._ask("PATCH", path, {"position": str(number)}, version)
            self.met[status] += 1
            kept[guest] += status == 200
        self._connection.close()
        return kept

    def _ask(
        self, method: str, path: str, body: Any = None, version: str = ""
    ) -> tuple[int, bytes, str]:
        headers = dict(self._headers)
        if body is not None:
            headers |= {"Content-Type": "application/json", "If-Match": version}
        self._connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("ETag", "")


def _edit_together(
    child: Child, cast: Cast, times: int
) -> tuple[Counter[UUID], Counter[int], list[UUID]]:
    guests = cast.guest_ids[:FILES]
    editors = [Editor(child.port, cast.session, random.Random(no)) for no in range(EDITORS)]
    with ThreadPoolExecutor(EDITORS) as pool:
        kept = sum(pool.map(lambda each: each.edit(guests, times), editors), Counter[UUID]())
    return kept, sum((each.met for each in editors), Counter[int]()), guests


def _lost(database: Database, kept: Counter[UUID], guests: Sequence[UUID]) -> int:
    from crm.guests.tables import Guest

    with database.reading() as db:
        rows = db.connection().execute(
            select(col(Guest.id), col(Guest.position)).where(col(Guest.id).in_(guests))
        )
        return sum(kept[row.id] - int(row.position or 0) for row in rows)


def test_no_edit_of_eight_editors_is_lost(
    backend: str,
    nursery: Nursery,
    database: Database,
    tmp_path: Path,
    tally: Any,
    budget: Callable[..., int],
) -> None:
    times = budget(EDITS, share=BACKENDS * EDITORS)
    cast = Cast.of(database)
    child = start(nursery, database, tmp_path / "files", works=False)
    kept, met, guests = _edit_together(child, cast, times)
    child.kill()
    child.ended(PATIENCE_S)
    lost = _lost(database, kept, guests)
    tally(EDITS, sum(kept.values()), wrong=abs(lost), note=f"{met[412]} conflicts on {backend}")
    assert lost == 0
    assert set(met) <= {200, 412}, met
    assert met[412], "the editors never met"


def test_a_last_writer_who_wins_is_found(
    nursery: Nursery, database: Database, tmp_path: Path, tally: Any
) -> None:
    cast = Cast.of(database)
    flaw = "last_writer_wins"
    child = start(nursery, database, tmp_path / "files", works=False, flaw=flaw)
    kept, met, guests = _edit_together(child, cast, 8)
    child.kill()
    child.ended(PATIENCE_S)
    assert set(met) <= {200, 412}, met
    assert _lost(database, kept, guests) > 0
    tally.flaw_found(EDITS, flaw)


# ---------------------------------------------------------------- asked twice
def test_twins_under_one_key_have_one_effect_and_one_answer(
    nursery: Nursery, database: Database, tmp_path: Path
) -> None:
    cast = Cast.of(database)
    child = start(nursery, database, tmp_path / "files", works=False)
    twins = [Deed("register", token="ttwins") for _ in range(TWINS)]
    with ThreadPoolExecutor(TWINS) as pool:
        list(pool.map(lambda twin: twin.attempt(child.port, cast, 60), twins))
    child.kill()
    child.ended(PATIENCE_S)
    assert [twin.unfit for twin in twins if twin.unfit] == []
    assert len({twin.answer for twin in twins}) == 1
    assert twins[0].answer is not None
    assert twins[0].answer[0] == 201


def test_an_answer_lost_between_commit_and_client_is_given_again(
    nursery: Nursery, database: Database, tmp_path: Path
) -> None:
    from crm.kit.tables import RememberedAnswer

    cast = Cast.of(database)
    doomed = start(nursery, database, tmp_path / "files", works=False, place="commit.after")
    deed = Deed("register")
    deed.attempt(doomed.port, cast)
    assert doomed.ended(PATIENCE_S)
    assert not deed.answered
    with database.reading() as db:
        kept = db.connection().execute(select(col(RememberedAnswer.body))).scalar_one()
    child = start(nursery, database, tmp_path / "files", works=False)
    deed.attempt(child.port, cast)
    deed.attempt(child.port, cast)
    child.kill()
    child.ended(PATIENCE_S)
    assert deed.unfit is None
    assert deed.answer == (201, bytes(kept))
