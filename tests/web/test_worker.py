"""The worker does what is due, the tick puts each period's work once, whoever ticks."""

import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from crm.kit import clock, jobs, leases
from crm.kit.tables import JobRow
from web.worker import CLOCKED, Worker, import_jobs, put_due


def names_of(database):
    with database.reading() as db:
        return sorted(db.connection().scalars(select(col(JobRow.name))))


class TestTick:
    def test_puts_every_clocked_job_once_a_period(self, database):
        for name in ("first", "second"):
            with database.writing() as db:
                put_due(db)
            Worker(database, name=name).tick()
        assert names_of(database) == sorted(CLOCKED)

    def test_the_next_period_is_another_job(self, database):
        with database.writing() as db:
            put_due(db)
        later = clock.now() + max(CLOCKED.values())
        with clock.frozen(later), database.writing() as db:
            put_due(db)
        assert len(names_of(database)) == 2 * len(CLOCKED)

    def test_only_the_holder_of_the_lease_ticks(self, database):
        with database.writing() as db:
            assert leases.take(db, "tick", "somebody else", seconds=60)
        Worker(database, name="me").tick()
        assert names_of(database) == []

    def test_a_dead_holder_loses_the_lease(self, database):
        with database.writing() as db:
            leases.take(db, "tick", "somebody else", seconds=60)
        with clock.frozen(clock.now() + timedelta(seconds=61)):
            Worker(database, name="me").tick()
        assert names_of(database) == sorted(CLOCKED)


class TestLoop:
    def test_does_what_is_due_and_stops_when_told(self, database):
        done = threading.Event()

        @jobs.job("test.worker_loop")
        def handler(db, payload):
            assert payload == {"room": "1808"}
            done.set()

        with database.writing() as db:
            jobs.enqueue(db, "test.worker_loop", {"room": "1808"})
        worker = Worker(database)
        worker.start()
        assert done.wait(15)
        started = time.monotonic()
        worker.stop()
        assert time.monotonic() - started < 10
        with database.reading() as db:
            query = select(col(JobRow.done_at)).where(col(JobRow.name) == "test.worker_loop")
            assert db.connection().scalar(query) is not None

    def test_goes_on_after_a_database_that_did_not_answer(self, database, monkeypatch):
        calls = []

        def failing(*_):
            calls.append(1)
            if len(calls) == 1:
                raise RuntimeError("no answer")

        monkeypatch.setattr(jobs, "claim", failing)
        worker = Worker(database)
        worker.start()
        until = time.monotonic() + 15
        while len(calls) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        worker.stop()
        assert len(calls) >= 2

    def test_goes_on_when_a_job_and_even_the_note_of_its_failure_were_lost(
        self, database, monkeypatch
    ):
        calls = []

        def failing(*_):
            calls.append(1)
            raise RuntimeError("the database went away")

        monkeypatch.setattr(jobs, "claim", lambda *_: "a job")
        monkeypatch.setattr(jobs, "run", failing)
        monkeypatch.setattr("web.worker.AFTER_TROUBLE_S", 0.01)
        worker = Worker(database)
        worker.start()
        until = time.monotonic() + 15
        while len(calls) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        worker.stop()
        assert len(calls) >= 3


def test_every_clocked_job_has_a_handler():
    import_jobs()
    assert set(CLOCKED) <= set(jobs.registered_names())


@pytest.mark.parametrize("name", sorted(CLOCKED))
def test_every_clocked_job_runs_on_an_empty_house(database, name):
    import_jobs()
    with database.writing() as db:
        jobs.enqueue(db, name)
    assert jobs.work_off(database) == 1
