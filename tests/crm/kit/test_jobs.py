"""Jobs: claimed once by whoever comes first, done whole or not at all, left on by a kill."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.kit import clock, external_refs, jobs
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.ids import new_id
from crm.kit.tables import ExternalRef, JobRow

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@jobs.job("test.mark")
def mark(db: Session, payload: dict[str, Any]) -> None:
    external_refs.link(db, "test", "mark", str(payload["no"]), new_id())


@jobs.job("test.mark_then_fail")
def mark_then_fail(db: Session, payload: dict[str, Any]) -> None:
    mark(db, payload)
    raise ZeroDivisionError("a guest's name")


@jobs.job("test.refuse")
def refuse(_: Session, __: dict[str, Any]) -> None:
    raise RuleBroken("The guest is under legal hold.", "legal_hold")


def put(database: Database, name: str, no: int = 1, **more: Any) -> bool:
    with database.writing() as db:
        return jobs.enqueue(db, name, {"no": no}, **more)


def marks(database: Database) -> int:
    with database.reading() as db:
        query = select(func.count()).select_from(ExternalRef).where(col(ExternalRef.kind) == "mark")
        return int(db.connection().scalar(query) or 0)


def row(database: Database) -> Any:
    with database.reading() as db:
        return db.connection().execute(select(JobRow.__table__)).one()


def _fail_after(*_: object) -> None:
    raise ZeroDivisionError


class TestEnqueue:
    def test_the_same_key_is_one_job(self, database: Database) -> None:
        assert put(database, "test.mark", key="plan:2026-11-24")
        assert not put(database, "test.mark", key="plan:2026-11-24")
        assert jobs.work_off(database) == 1
        assert not put(database, "test.mark", key="plan:2026-11-24"), "also after it was done"

    def test_without_a_key_every_call_is_a_job(self, database: Database) -> None:
        assert put(database, "test.mark", 1)
        assert put(database, "test.mark", 2)
        assert jobs.work_off(database) == 2

    def test_goes_down_with_its_transaction(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError), database.writing() as db:
            _fail_after(jobs.enqueue(db, "test.mark", {"no": 1}))
        assert jobs.claim(database, "a") is None


class TestClaim:
    def test_waits_for_its_time(self, database: Database) -> None:
        with clock.frozen(NOON):
            put(database, "test.mark", run_at=NOON + timedelta(minutes=1))
            assert jobs.claim(database, "a") is None
        with clock.frozen(NOON + timedelta(minutes=1)):
            assert jobs.claim(database, "a") is not None

    def test_takes_what_has_waited_longest(self, database: Database) -> None:
        for minutes in (3, 1, 2):
            put(database, "test.mark", minutes, run_at=NOON - timedelta(minutes=minutes))
        with clock.frozen(NOON):
            taken = [jobs.claim(database, "a") for _ in range(3)]
        assert [claimed.payload["no"] for claimed in taken if claimed] == [3, 2, 1]

    def test_belongs_to_one_worker_until_the_lease_is_over(self, database: Database) -> None:
        with clock.frozen(NOON):
            put(database, "test.mark")
            first = jobs.claim(database, "a")
            assert jobs.claim(database, "b") is None
        with clock.frozen(NOON + jobs.LEASE + timedelta(seconds=1)):
            second = jobs.claim(database, "b")
        assert first is not None
        assert second is not None
        assert (second.id, second.attempts) == (first.id, first.attempts + 1)

    def test_four_workers_on_one_database_never_take_one_twice(self, database: Database) -> None:
        """Each with its own connections, as four processes have."""
        number = 80
        with database.writing() as db:
            for no in range(number):
                jobs.enqueue(db, "test.mark", {"no": no})
        taken: Counter[UUID] = Counter()
        url = database.url.render_as_string(hide_password=False)

        def work(name: str) -> None:
            own = Database(url, pool_size=1)
            try:
                while (claimed := jobs.claim(own, name)) is not None:
                    taken[claimed.id] += 1
                    jobs.run(own, claimed)
            finally:
                own.dispose()

        workers = [threading.Thread(target=work, args=(f"w{no}",)) for no in range(4)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(timeout=120)
        assert len(taken) == number
        assert set(taken.values()) == {1}
        assert marks(database) == number


class TestRun:
    def test_effect_and_done_mark_are_one(self, database: Database) -> None:
        put(database, "test.mark")
        assert jobs.work_off(database) == 1
        found = row(database)
        assert found.done_at is not None
        assert (found.claimed_by, found.last_error) == (None, None)
        assert marks(database) == 1

    def test_a_failure_leaves_no_effect_and_tries_again_later(self, database: Database) -> None:
        with clock.frozen(NOON):
            put(database, "test.mark_then_fail")
            assert jobs.work_off(database) == 0
            found = row(database)
        assert marks(database) == 0
        assert found.done_at is None
        assert found.buried_at is None
        assert found.run_at == NOON + jobs.FIRST_RETRY

    def test_the_pause_grows_until_it_is_buried(self, database: Database) -> None:
        at, pauses = NOON, []
        with clock.frozen(at):
            put(database, "test.mark_then_fail")
        for _ in range(jobs.MAX_ATTEMPTS):
            with clock.frozen(at):
                jobs.work_off(database)
                found = row(database)
                pauses.append((found.run_at - at).total_seconds())
                at = found.run_at
        assert found.buried_at is not None
        assert pauses[:-1] == [10 * 2**turn for turn in range(jobs.MAX_ATTEMPTS - 1)]
        with clock.frozen(at + timedelta(days=9)):
            assert jobs.claim(database, "a") is None

    def test_what_is_kept_of_an_error_names_no_guest(self, database: Database) -> None:
        put(database, "test.mark_then_fail")
        jobs.work_off(database)
        kept = row(database).last_error
        assert "ZeroDivisionError in mark_then_fail" in kept
        assert "name" not in kept

    def test_what_a_person_must_look_at_is_buried_at_once(self, database: Database) -> None:
        put(database, "test.refuse")
        assert jobs.work_off(database) == 0
        found = row(database)
        assert found.buried_at is not None
        assert found.last_error == "legal_hold: The guest is under legal hold."

    def test_a_job_nobody_knows_is_buried(self, database: Database) -> None:
        put(database, "test.unknown")
        assert jobs.work_off(database) == 0
        assert row(database).buried_at is not None

    def test_one_failure_does_not_hold_the_others(self, database: Database) -> None:
        put(database, "test.refuse")
        put(database, "test.mark")
        assert jobs.work_off(database) == 1
        assert marks(database) == 1

    def test_works_off_no_more_than_asked(self, database: Database) -> None:
        for no in range(3):
            put(database, "test.mark", no)
        assert jobs.work_off(database, limit=2) == 2
        assert marks(database) == 2


DYING = """
import sys, time
from crm.kit import external_refs, jobs
from crm.kit.db import Database
from crm.kit.ids import new_id

@jobs.job("test.mark")
def mark(db, payload):
    external_refs.link(db, "test", "mark", "1", new_id())
    db.flush()
    print("in the middle", flush=True)
    time.sleep(60)

database = Database(sys.argv[1])
jobs.run(database, jobs.claim(database, "the one who dies"))
"""


@pytest.fixture
def dying(database: Database) -> Iterator[subprocess.Popen[str]]:
    """A worker that stands in the middle of the only job."""
    put(database, "test.mark")
    url = database.url.render_as_string(hide_password=False)
    database.dispose()
    root = str(Path(__file__).parents[3])
    process = subprocess.Popen(
        [sys.executable, "-c", DYING, url],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "in the middle"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_killed_worker_leaves_its_job_whole_to_the_next(
    database: Database, dying: subprocess.Popen[str]
) -> None:
    dying.send_signal(signal.SIGKILL)
    dying.wait()
    assert marks(database) == 0
    assert jobs.claim(database, "next") is None, "the lease still runs"
    with clock.frozen(clock.now() + jobs.LEASE + timedelta(seconds=1)):
        assert jobs.work_off(database) == 1
    assert marks(database) == 1
    found = row(database)
    assert found.attempts == 2
    assert found.done_at is not None


def test_a_worker_that_comes_back_after_its_lease_doubles_nothing(database: Database) -> None:
    """The first claim is older than the second: what is done for it is undone with it."""
    with clock.frozen(NOON):
        put(database, "test.mark")
        late = jobs.claim(database, "a")
    with clock.frozen(NOON + jobs.LEASE + timedelta(seconds=1)):
        newest = jobs.claim(database, "b")
        assert late is not None
        assert newest is not None
        assert not jobs.run(database, late)
        assert marks(database) == 0
        assert row(database).attempts == 2
        assert row(database).run_at <= NOON, "nor is it put off as if it had failed"
        assert jobs.run(database, newest)
    assert marks(database) == 1
