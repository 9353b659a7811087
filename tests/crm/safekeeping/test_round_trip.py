"""A backup holds every row and every kind of column, from either database into either."""

import errno
import signal
import subprocess
import sys
import textwrap
import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import col

from crm.audit import jobs as audit_jobs
from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit import holding, jobs, migrating
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.settings import in_force, put_in_force
from crm.kit.tables import EventRow, JobRow
from crm.safekeeping import archive, backing_up, canonical, drilling, queries, service
from crm.safekeeping.terms import Trigger
from crm.staff.tables import StaffSession
from tests import seeding
from tests.crm.safekeeping import saving


@pytest.fixture(autouse=True)
def _house(tmp_path):
    before = in_force()
    put_in_force(before.model_copy(update={"data_dir": tmp_path / "files"}))
    yield
    put_in_force(before)


@pytest.fixture
def house(database, tmp_path):
    saving.furnish(database, tmp_path / "files")
    return database


@pytest.fixture
def small(new_database, tmp_path):
    """The same in a file, for what is not a matter of the kind of database."""
    database = new_database("sqlite")
    saving.furnish(database, tmp_path / "files")
    return database


@pytest.fixture
def empty_url(request, tmp_path):
    """The address of a database with nothing in it: ``empty_url("postgres")``."""
    made = []

    def make(backend):
        if backend == "sqlite":
            return f"sqlite:///{tmp_path / 'came.db'}"
        server = request.getfixturevalue("postgres_server")
        made.append((server, f"keshi_came_{len(made)}"))
        return server.create(made[-1][1])

    yield make
    for server, name in made:
        server.drop(name)


def refused(code, call, *arguments, **options):
    with pytest.raises(RuleBroken) as refusal:
        call(*arguments, **options)
    assert refusal.value.code == code
    return refusal.value.message


class TestThereAndBack:
    @pytest.mark.postgres
    @pytest.mark.parametrize("into", ["sqlite", "postgres"])
    def test_every_table_of_either_database_comes_back_in_either(
        self, database, tmp_path, empty_url, into
    ):
        with database.engine.begin() as connection:
            seeding.fill(connection, seeding.reflect(connection))
        made = saving.backed_up(database, tmp_path)
        assert made.manifest.tables == saving.facts_of(database)
        assert {"guest", "audit", "event", "house"} <= made.manifest.tables.keys()
        assert min(facts.rows for facts in made.manifest.tables.values()) == 3
        url = empty_url(into)
        # The seeds know no digests: their audit is none that anybody sealed.
        saving.brought_back(made.path, url, tmp_path, accept_audit=True)
        other = Database(url)
        changed = {"job", "house", "staff_session", "audit"}
        came = saving.facts_of(other)
        assert {n: f for n, f in came.items() if n not in changed} == {
            n: f for n, f in made.manifest.tables.items() if n not in changed
        }
        with other.writing() as db:  # numbers given by the database go on
            db.connection().execute(
                sa.text(
                    "INSERT INTO guest_search (guest_id, name_key, pinyin, pinyin_initials, doc) "
                    "SELECT id, 'n', 'p', 'p', 'd' FROM guest WHERE id NOT IN "
                    "(SELECT guest_id FROM guest_search) LIMIT 1"
                )
            )
        migrating.check(other)
        other.dispose()

    def test_the_search_finds_what_came_back(self, house, tmp_path, empty_url, backend):
        from crm.guests import indexing

        with house.writing() as db:
            indexing.rebuild_keys(db)
        made = saving.backed_up(house, tmp_path)
        url = empty_url(backend)
        saving.brought_back(made.path, url, tmp_path)
        other = Database(url)
        if other.is_sqlite:
            with other.reading() as db:
                hits = (
                    db.connection()
                    .exec_driver_sql(
                        "SELECT count(*) FROM guest_words WHERE guest_words MATCH 'jiayi*'"
                    )
                    .scalar()
                )
                names = (
                    db.connection()
                    .exec_driver_sql(
                        "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')"
                        " AND sql IS NOT NULL ORDER BY 1"
                    )
                    .scalars()
                    .all()
                )
            assert hits == 20
            with house.reading() as db:
                assert (
                    names
                    == db.connection()
                    .exec_driver_sql(
                        "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'index')"
                        " AND sql IS NOT NULL ORDER BY 1"
                    )
                    .scalars()
                    .all()
                )
        else:
            query = (
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname='public' ORDER BY 1"
            )
            with other.reading() as db, house.reading() as source:
                assert (
                    db.connection().exec_driver_sql(query).all()
                    == source.connection().exec_driver_sql(query).all()
                )
        other.dispose()

    def test_files_of_the_shelf_come_back_and_what_lies_there_stays(self, small, tmp_path):
        made = saving.backed_up(small, tmp_path)
        assert list(made.manifest.files) == ["documents/ab/cdef"]
        url = f"sqlite:///{tmp_path / 'came.db'}"
        kept = tmp_path / "came" / "documents" / "zz"
        kept.mkdir(parents=True)
        (kept / "own").write_text("stays")
        saving.brought_back(made.path, url, tmp_path)
        assert (tmp_path / "came" / "documents" / "ab" / "cdef").read_bytes() == (
            tmp_path / "files" / "documents" / "ab" / "cdef"
        ).read_bytes()
        assert (kept / "own").read_text() == "stays"

    def test_nothing_of_a_guest_is_readable_in_a_sealed_backup(self, small, tmp_path):
        sealed = saving.backed_up(small, tmp_path).path.read_bytes()
        signed = saving.backed_up(small, tmp_path / "open", sealed=False).path.read_bytes()
        assert b"tables/guest.jsonl" in signed
        assert b"tables/guest.jsonl" not in sealed
        assert saving.SECRET.encode() not in sealed + signed

    def test_a_table_that_somebody_else_made_is_left_out_and_named(self, small, tmp_path):
        with small.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE zz_ours (id INTEGER PRIMARY KEY)")
        url = f"sqlite:///{tmp_path / 'came.db'}"
        made = saving.backed_up(small, tmp_path)
        assert saving.brought_back(made.path, url, tmp_path).left_out == ["zz_ours"]
        with small.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE job ADD COLUMN zz_tried INTEGER")
        made = saving.backed_up(small, tmp_path)
        assert "job" in refused("backup_shape", saving.brought_back, made.path, url, tmp_path)

    def test_an_older_backup_is_brought_to_the_newest_schema(self, tmp_path):
        old = Database(f"sqlite:///{tmp_path / 'old.db'}")
        migrating.upgrade(old, "0001")
        with old.engine.begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO job (id, name, key, payload, run_at, attempts)"
                " VALUES (x'01', 'test.send', 'k', '{}', '2026-01-01 00:00:00.000000', 0)"
            )
        made = saving.backed_up(old, tmp_path)
        assert made.manifest.revision == "0001"
        url = f"sqlite:///{tmp_path / 'came.db'}"
        assert saving.brought_back(made.path, url, tmp_path).settled.jobs_held == 1
        came = Database(url)
        assert migrating.revision_of(came) == migrating.head()
        came.dispose()
        old.dispose()


class TestAfterARestore:
    def test_jobs_are_held_sessions_end_and_the_audit_says_so(
        self, house, tmp_path, empty_url, backend
    ):
        sent = []

        @jobs.job("test.send", outward=True)
        def send(_, payload):
            sent.append(payload)

        made = saving.backed_up(house, tmp_path)
        url = empty_url(backend)
        done = saving.brought_back(made.path, url, tmp_path)
        assert (done.settled.jobs_held, done.settled.sessions_ended) == (1, 1)
        assert done.settled.keys_open == 1
        came = Database(url)
        with came.writing() as db:
            jobs.enqueue(db, "test.send", {"new": 1})
        assert jobs.work_off(came) == 0
        assert sent == []
        with came.reading() as db:
            connection = db.connection()
            assert holding.state(db).jobs == 2
            assert holding.state(db).why == holding.RESTORED
            assert not connection.execute(
                sa.select(col(StaffSession.staff_id)).where(col(StaffSession.ended_at).is_(None))
            ).all()
            assert connection.scalar(
                sa.select(sa.func.count()).where(col(AuditRow.deed) == Deed.RESTORED)
            )
        with came.writing() as db:
            assert holding.recognise(db, tmp_path / "came").why == holding.RESTORED
            from crm.staff.actor import system

            assert service.release_held_jobs(db, by=system("test")) == 2
            refused("nothing_held", service.release_held_jobs, db, by=system("test"))
        assert jobs.work_off(came) == 2
        assert len(sent) == 2
        came.dispose()

    def test_a_database_beside_another_data_folder_is_held(self, small, tmp_path):
        with small.writing() as db:
            assert holding.recognise(db, tmp_path / "own") is None
            assert holding.recognise(db, tmp_path / "own") is None
            held = holding.recognise(db, tmp_path / "elsewhere")
        assert (held.why, held.jobs) == (holding.ELSEWHERE, 1)

    def test_the_former_file_stays_and_the_seals_outside_are_taken_back(self, small, tmp_path):
        made = saving.backed_up(small, tmp_path)
        with small.writing() as db:
            jobs.enqueue(db, "test.later")
        small.dispose()
        done = saving.brought_back(
            made.path, saving.url_of(small), tmp_path, data_dir=tmp_path / "files"
        )
        assert ".before-restore-" in done.before.name
        before = Database(f"sqlite:///{done.before}")
        with before.reading() as db:
            names = db.connection().execute(sa.select(col(JobRow.name))).scalars().all()
        assert "test.later" in names
        before.dispose()
        told = list((tmp_path / "files" / "audit").glob("*.jsonl"))
        assert "restored_to" in told[0].read_text()


class TestRefusals:
    def test_a_running_house_is_not_replaced(self, house, tmp_path, backend):
        made = saving.backed_up(house, tmp_path)
        with house.reading() as db:
            db.connection().exec_driver_sql("SELECT 1 FROM hotel")
        code = "restore_in_use" if backend == "sqlite" else "restore_not_empty"
        before = saving.facts_of(house)
        refused(code, saving.brought_back, made.path, saving.url_of(house), tmp_path)
        assert saving.facts_of(house) == before

    def test_another_process_that_only_waits_is_noticed(self, tmp_path, new_database):
        database = new_database("sqlite")
        saving.furnish(database, tmp_path / "files")
        made = saving.backed_up(database, tmp_path)
        database.dispose()
        code = textwrap.dedent(
            f"""
            import sys, time
            from crm.kit.db import Database
            d = Database({saving.url_of(database)!r})
            with d.reading() as db:
                db.connection().exec_driver_sql("SELECT 1 FROM hotel").all()
            print("open", flush=True)
            time.sleep(60)
            """
        )
        root = Path(__file__).parents[3]
        with subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=root
        ) as other:
            assert other.stdout.readline() == b"open\n"
            url = saving.url_of(database)
            refused("restore_in_use", saving.brought_back, made.path, url, tmp_path)
            other.kill()
        assert saving.brought_back(made.path, url, tmp_path).before

    def test_a_damaged_database_can_be_replaced(self, tmp_path, new_database):
        database = new_database("sqlite")
        made = saving.backed_up(database, tmp_path)
        database.dispose()
        path = Path(database.url.database)
        path.write_bytes(b"no database at all" * 1000)
        assert saving.brought_back(made.path, saving.url_of(database), tmp_path).before
        with Database(saving.url_of(database)).reading() as db:
            assert db.connection().exec_driver_sql("SELECT count(*) FROM house").scalar() == 1

    def test_an_audit_that_was_changed_is_no_backup_to_come_back_to(self, small, tmp_path):
        put_in_force(saving.settings_of(tmp_path, small))
        with small.writing() as db:
            jobs.enqueue(db, audit_jobs.SEAL)
        jobs.work_off(small)
        from migrations import append_only

        with small.engine.begin() as connection:
            append_only.drop(connection)
            connection.exec_driver_sql("UPDATE audit SET subject = 'other'")
        made = saving.backed_up(small, tmp_path)
        url = f"sqlite:///{tmp_path / 'came.db'}"
        said = refused("backup_audit", saving.brought_back, made.path, url, tmp_path)
        assert "--accept-audit" in said
        assert not (tmp_path / "came.db").exists()
        saving.brought_back(made.path, url, tmp_path, accept_audit=True)


class TestNothingHalf:
    def test_a_full_disk_leaves_nothing(self, small, tmp_path, monkeypatch):
        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(archive.SealedWriter, "finish", full)
        assert "disk is full" in refused("backup_disk_full", saving.backed_up, small, tmp_path)
        assert not list((tmp_path / "backups").iterdir())

    def test_a_killed_backup_leaves_no_name_and_the_next_one_clears_up(self, tmp_path, small):
        code = textwrap.dedent(
            f"""
            import os, signal
            from pathlib import Path
            from crm.kit.db import Database
            from crm.safekeeping import backing_up
            def told(what, done, of):
                if done == 20:
                    os.kill(os.getpid(), signal.SIGKILL)
            d = Database({saving.url_of(small)!r})
            backing_up.back_up(d, Path({str(tmp_path / "backups")!r}), version="0",
                data_dir=Path("none"), secret={saving.SECRET!r}, progress=told)
            """
        )
        root = Path(__file__).parents[3]
        killed = subprocess.run([sys.executable, "-c", code], cwd=root, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert len(list((tmp_path / "backups").glob(".*.part"))) == 1
        assert backing_up.backups_in(tmp_path / "backups") == []
        saving.backed_up(small, tmp_path)
        assert not list((tmp_path / "backups").glob(".*"))
        assert len(backing_up.backups_in(tmp_path / "backups")) == 1


class TestTheNight:
    def test_a_backup_is_made_drilled_and_written_down(self, house, tmp_path):
        settings = saving.settings_of(tmp_path, house)
        service.back_up_and_drill(house, settings, trigger=Trigger.CLOCK)
        with house.reading() as db:
            run = queries.last_finished(db, verified=True)
        assert run.verified
        assert run.error_code is None
        assert (run.rows, run.files) == (run.rows, 1)
        assert run.rows > 100
        assert (tmp_path / "files" / "backups" / run.file_name).stat().st_size == run.size_bytes
        assert not list((tmp_path / "files" / "scratch").glob("*"))

    def test_a_drill_that_fails_is_written_down_and_is_news(self, house, tmp_path, monkeypatch):
        def broken(*_):
            raise RuleBroken("no", "restore_differs")

        from crm.safekeeping import restoring

        monkeypatch.setattr(restoring, "expect_equal", broken)
        settings = saving.settings_of(tmp_path, house)
        with pytest.raises(RuleBroken):
            service.back_up_and_drill(house, settings, trigger=Trigger.CLOCK)
        with house.reading() as db:
            run = queries.last_runs(db)[0]
            assert (run.verified, run.error_code) == (False, "restore_differs")
            assert queries.last_finished(db, verified=True) is None
            kinds = db.connection().execute(sa.select(col(EventRow.kind))).scalars().all()
        assert "backup.failed" in kinds

    @pytest.mark.parametrize(("hour", "due"), [(-1, False), (0, True), (23, False)])
    def test_the_clock_puts_it_once_a_day_at_its_hour(self, small, tmp_path, frozen, hour, due):
        from datetime import UTC, datetime

        from crm.safekeeping import jobs as safekeeping_jobs

        put_in_force(saving.settings_of(tmp_path, small, backup_hour=hour))
        with frozen(datetime(2026, 11, 24, 1, tzinfo=UTC)), small.writing() as db:  # 9 o'clock
            assert safekeeping_jobs.put_when_due(db) is due
            assert safekeeping_jobs.put_when_due(db) is False

    @pytest.mark.postgres
    def test_on_postgres_it_is_a_database_that_goes_again_or_a_file_without_the_right(
        self, new_database, tmp_path
    ):
        database = new_database("postgres")
        made = saving.backed_up(database, tmp_path)
        where = {"scratch": tmp_path / "s", "secret": saving.SECRET}
        assert drilling.drill(database, made.path, **where).into == "postgresql"
        with database.engine.begin() as connection:
            connection.exec_driver_sql("CREATE ROLE plain LOGIN")
        plain = Database(saving.url_of(database).replace("keshi@", "plain@"))
        assert drilling.drill(plain, made.path, **where).into == "sqlite"
        plain.dispose()
        assert not list((tmp_path / "s").iterdir())
        with database.engine.begin() as connection:
            connection.exec_driver_sql("DROP ROLE plain")
        with database.reading() as db:
            left = db.connection().exec_driver_sql(
                "SELECT count(*) FROM pg_database WHERE starts_with(datname, 'keshi_drill_')"
            )
            assert left.scalar() == 0


def test_a_long_job_keeps_its_claim(database, monkeypatch):
    monkeypatch.setattr(jobs, "LEASE", timedelta(seconds=1))
    seen = []

    @jobs.long_job("test.long")
    def long(_, __):
        time.sleep(1.6)
        seen.append(jobs.claim(database, "second"))

    with database.writing() as db:
        jobs.enqueue(db, "test.long")
    assert jobs.run(database, jobs.claim(database, "first"))
    assert seen == [None]


def test_a_snapshot_stays_the_state_it_was(database):
    with database.snapshot() as connection:
        table = next(t for t in canonical.tables_of(connection) if t.name == "job")
        before = canonical.facts_of(connection, table)
        with database.writing() as db:
            jobs.enqueue(db, "test.meanwhile")
        assert canonical.facts_of(connection, table) == before
    assert saving.facts_of(database)["job"].rows == before.rows + 1
