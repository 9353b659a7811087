"""Each check of the doctor sees the fault that is planted for it, and none where none is."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, update

from crm.audit import jobs as audit_jobs
from crm.kit import clock, holding, jobs
from crm.kit.db import Database
from crm.kit.settings import in_force, put_in_force
from crm.kit.tables import HouseRow, JobRow, LeaseRow
from crm.safekeeping import checks_of_database as of_database
from crm.safekeeping import checks_of_settings as of_settings
from crm.safekeeping import checks_of_work as of_work
from crm.safekeeping import examining
from crm.safekeeping.examining import examine
from crm.safekeeping.house import House
from crm.safekeeping.tables import BackupRun
from crm.safekeeping.terms import Level, Trigger
from migrations import append_only
from tests import factories
from tests.crm.safekeeping import saving
from web.condition_words import CONDITION, said

FINE, NOTICE, SERIOUS = Level.FINE, Level.NOTICE, Level.SERIOUS


@pytest.fixture
def look(database, tmp_path):
    """What one check finds: ``look(of_work.worker)`` gives its code and level."""
    before = in_force()

    def at(check, **more):
        settings = saving.settings_of(tmp_path, database, **more)
        put_in_force(settings)
        with database.reading() as db:
            found = check(House(database, settings, db))
        words = said(found)
        assert words.what
        assert bool(words.mend) is (found.level is not FINE)
        assert "%" not in words.what + words.mend
        return found.code, found.level

    yield at
    put_in_force(before)


@pytest.fixture
def change(database):
    def run(*statements):
        with database.writing() as db:
            for statement in statements:
                db.connection().execute(statement)

    return run


class TestSettings:
    @pytest.fixture
    def database(self, new_database):
        """One kind is enough: these look at no rows."""
        return new_database("sqlite")

    @pytest.mark.parametrize(
        ("more", "check", "code", "level"),
        [
            ({}, of_settings.secret, "secret", FINE),
            ({"secret_key": "short"}, of_settings.secret, "secret_weak", SERIOUS),
            ({"secret_key": "", "demo": True}, of_settings.secret, "secret_demo", NOTICE),
            ({"base_url": "https://k.example"}, of_settings.address, "address", FINE),
            ({"base_url": "http://k.example"}, of_settings.address, "address_plain", SERIOUS),
            ({}, of_settings.address, "address_local", NOTICE),
            ({}, of_settings.demo, "demo", FINE),
            ({"demo": True}, of_settings.demo, "demo_on", NOTICE),
            ({}, of_settings.log_level, "log_level", FINE),
            ({"log_level": "debug"}, of_settings.log_level, "log_debug", NOTICE),
            ({"smtp_url": "smtp://m"}, of_settings.mail, "mail", FINE),
            ({}, of_settings.mail, "mail_captured", NOTICE),
            ({}, of_settings.backups_sealed, "backups_sealed", FINE),
            ({"backup_encrypted": False}, of_settings.backups_sealed, "backups_readable", NOTICE),
            ({}, of_settings.backups_elsewhere, "backups_same_disk", NOTICE),
            ({"backup_dir": "/proc"}, of_settings.backups_elsewhere, "backups_elsewhere", FINE),
        ],
    )
    def test_are_seen(self, look, more, check, code, level):
        assert look(check, **more) == (code, level)

    def test_a_full_disk(self, look, monkeypatch):
        monkeypatch.setattr(of_settings, "_free", lambda _: 10**12)
        assert look(of_settings.disk) == ("disk", FINE)
        monkeypatch.setattr(of_settings, "_free", lambda _: 800 * 1024**2)
        assert look(of_settings.disk) == ("disk_low", NOTICE)
        monkeypatch.setattr(of_settings, "_free", lambda _: 100)
        assert look(of_settings.disk) == ("disk_low", SERIOUS)

    def test_folders_that_others_may_read(self, look, tmp_path, monkeypatch):
        monkeypatch.setattr(of_settings, "_reachable", lambda _: True)
        data = tmp_path / "files"
        data.mkdir(mode=0o700)
        for path in tmp_path.glob("*.db"):
            path.chmod(0o600)
        assert look(of_settings.folders_closed) == ("folders", FINE)
        data.chmod(0o755)
        assert look(of_settings.folders_closed) == ("folder_open", SERIOUS)

    def test_a_closed_folder_above_is_enough(self, tmp_path):
        (tmp_path / "a" / "b").mkdir(parents=True)
        (tmp_path / "a").chmod(0o700)
        assert not of_settings._reachable(tmp_path / "a" / "b")
        assert of_settings._reachable(Path("/tmp"))

    def test_a_time_zone_that_nobody_knows(self, look, database):
        with database.writing() as db:
            factories.a_hotel(db, "HZ1")
        assert look(of_settings.time_zones) == ("zones", FINE)
        with database.writing() as db:
            factories.a_hotel(db, "HZ2", time_zone="Mars/Olympus")
        assert look(of_settings.time_zones) == ("zone_unknown", SERIOUS)


class TestDatabase:
    def test_what_a_power_cut_would_lose(self, look, database):
        if not database.is_sqlite:  # the tests' server is fast and forgetful
            assert look(of_database.durability) == ("durability_postgres", SERIOUS)
            return
        assert look(of_database.durability) == ("durability", FINE)
        careless = Database(saving.url_of(database))
        event.listen(
            careless.engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=NORMAL")
        )
        with careless.reading() as db:
            found = of_database.durability(House(careless, in_force(), db))
        assert (found.code, found.level) == ("durability_sqlite", SERIOUS)
        careless.dispose()

    def test_an_old_library(self, look, database, monkeypatch):
        monkeypatch.setattr(of_database, "sqlite_serves_many", lambda: False)
        expected = ("library_old", NOTICE) if database.is_sqlite else ("library", FINE)
        assert look(of_database.library) == expected

    def test_a_log_that_grew(self, look, database, monkeypatch):
        assert look(of_database.write_ahead_log) == ("log_size", FINE)
        monkeypatch.setattr(of_database, "WAL_MAX", -1)
        expected = ("log_large", NOTICE) if database.is_sqlite else ("log_size", FINE)
        assert look(of_database.write_ahead_log) == expected

    def test_a_superuser(self, look, database):
        expected = ("role", FINE) if database.is_sqlite else ("role_super", NOTICE)
        assert look(of_database.role) == expected

    def test_a_missing_extension(self, look, database):
        assert look(of_database.trigrams) == ("trigrams", FINE)
        if not database.is_sqlite:
            with database.engine.begin() as connection:
                connection.exec_driver_sql("DROP EXTENSION pg_trgm CASCADE")
            assert look(of_database.trigrams) == ("trigrams_missing", NOTICE)
            assert look(of_database.shape) == ("shape", FINE)

    @pytest.mark.parametrize(
        "hand",
        [
            "DROP INDEX ix_job_open",
            "ALTER TABLE job ADD COLUMN tried INTEGER",
            "CREATE TABLE ours (id INTEGER)",
            "trigger",
        ],
    )
    def test_a_hand_that_changed_the_shape(self, look, database, hand):
        assert look(of_database.shape) == ("shape", FINE)
        with database.engine.begin() as connection:
            if hand == "trigger":
                append_only.drop(connection)
            else:
                connection.exec_driver_sql(hand)
        assert look(of_database.shape) == ("shape_differs", SERIOUS)

    def test_statistics_that_are_old(self, look, database, monkeypatch):
        monkeypatch.setattr(of_database, "FEW", 3)
        with database.writing() as db:
            for _ in range(8):
                factories.a_guest(db)
        assert look(of_database.statistics) == ("statistics_stale", NOTICE)
        with database.writing() as db:
            db.connection().exec_driver_sql("ANALYZE")
        assert look(of_database.statistics) == ("statistics", FINE)

    def test_search_keys_that_are_missing(self, look, database):
        assert look(of_database.derived) == ("derived", FINE)
        with database.writing() as db:
            factories.a_guest(db)
        assert look(of_database.derived) == ("derived_differ", SERIOUS)

    @pytest.mark.parametrize(
        ("revision", "code"), [("0001", "revision_older"), ("9999", "revision_newer")]
    )
    def test_a_database_of_another_keshi(self, look, database, revision, code):
        assert look(of_database.revision) == ("revision", FINE)
        with database.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")
        assert look(of_database.revision) == (code, SERIOUS)

    def test_clocks_that_differ(self, look, database, tmp_path, frozen):
        (tmp_path / "files").mkdir()
        assert look(of_database.clock_of_files) == ("clock", FINE)
        assert look(of_database.clock_of_database) == ("clock", FINE)
        for seconds, level in ((10, NOTICE), (600, SERIOUS)):
            with frozen(clock.now() + timedelta(seconds=seconds)):
                assert look(of_database.clock_of_files) == ("clock_files", level)
                expected = ("clock", FINE) if database.is_sqlite else ("clock_database", level)
                assert look(of_database.clock_of_database) == expected


class TestWork:
    def test_jobs_that_were_given_up(self, look, database, change):
        with database.writing() as db:
            jobs.enqueue(db, "test.x")
        assert look(of_work.jobs_given_up) == ("jobs", FINE)
        change(update(JobRow).values(buried_at=clock.now()))
        assert look(of_work.jobs_given_up) == ("jobs_given_up", SERIOUS)

    def test_jobs_that_are_late(self, look, database, change):
        with database.writing() as db:
            jobs.enqueue(db, "test.x")
        assert look(of_work.jobs_late) == ("jobs_in_time", FINE)
        change(update(JobRow).values(run_at=clock.now() - timedelta(minutes=10)))
        assert look(of_work.jobs_late) == ("jobs_late", SERIOUS)
        change(update(JobRow).values(held_at=clock.now()))
        assert look(of_work.jobs_late) == ("jobs_in_time", FINE)

    def test_a_worker_that_is_away(self, look, change):
        assert look(of_work.worker) == ("worker_never", NOTICE)
        change(insert(LeaseRow).values(name="tick", holder="w", until=clock.now()))
        assert look(of_work.worker) == ("worker", FINE)
        change(update(LeaseRow).values(until=clock.now() - timedelta(minutes=10)))
        assert look(of_work.worker) == ("worker_away", SERIOUS)

    @pytest.mark.parametrize(
        ("why", "code"),
        [(holding.RESTORED, "jobs_held"), (holding.ELSEWHERE, "jobs_held_elsewhere")],
    )
    def test_held_jobs(self, look, database, why, code):
        assert look(of_work.jobs_held) == ("jobs_free", FINE)
        with database.writing() as db:
            holding.hold(db, why)
        assert look(of_work.jobs_held) == (code, SERIOUS)

    def test_backups_that_are_missing_old_or_unproven(self, look, database, change, tmp_path):
        def run(hours, **more):
            at = clock.now() - timedelta(hours=hours)
            facts = {"started_at": at, "finished_at": at, "file_name": "f", "verified": True}
            facts |= {"trigger": Trigger.CLOCK} | more
            with database.writing() as db:
                factories.put(db, BackupRun(**facts))

        assert look(of_work.backup_recent) == ("backup_none_yet", NOTICE)
        assert look(of_work.backup_recent, demo=True) == ("backup_demo", FINE)
        assert look(of_work.backup_proven) == ("backup_untried", FINE)
        with database.writing() as db:
            holding.recognise(db, tmp_path / "own")
        change(update(HouseRow).values(began_at=clock.now() - timedelta(days=3)))
        assert look(of_work.backup_recent) == ("backup_none", SERIOUS)
        run(400)
        assert look(of_work.backup_recent) == ("backup_old", SERIOUS)
        assert look(of_work.backup_proven) == ("backup_unproven", SERIOUS)
        run(50, finished_at=None)
        assert look(of_work.backup_proven) == ("backup_broken_off", SERIOUS)
        run(2, verified=False)
        assert look(of_work.backup_recent) == ("backup_recent", FINE)
        assert look(of_work.backup_proven) == ("backup_unproven", SERIOUS)
        run(1)
        assert look(of_work.backup_proven) == ("backup_proven", FINE)
        run(0, verified=False, error_code="backup_disk_full")
        assert look(of_work.backup_proven) == ("backup_failed", SERIOUS)

    def test_accounts_nobody_uses_or_everybody_tries(self, look, database):
        with database.writing() as db:
            factories.a_staff(db, "it", login="sun.bo")
        assert look(of_work.accounts_dormant) == ("accounts", FINE)
        assert look(of_work.accounts_default) == ("accounts_own", FINE)
        with database.writing() as db:
            factories.a_staff(db, "it", login="admin", created_at=clock.now() - timedelta(days=50))
        assert look(of_work.accounts_dormant) == ("accounts_dormant", NOTICE)
        assert look(of_work.accounts_default) == ("accounts_default", SERIOUS)
        assert look(of_work.accounts_default, demo=True) == ("accounts_own", FINE)

    def test_an_audit_that_was_changed(self, look, database, frozen):
        assert look(of_work.audit_true) == ("audit", FINE)  # and puts the settings in force
        with database.writing() as db:
            hotel = factories.a_hotel(db, "HZ1")
            factories.a_key(db, "pms:ingest", hotel_id=hotel)  # leaves a row
        with frozen(clock.now() + timedelta(hours=2)):
            assert look(of_work.audit_true) == ("audit_unsealed", NOTICE)
        with database.writing() as db:
            jobs.enqueue(db, audit_jobs.SEAL)
        jobs.work_off(database)
        assert look(of_work.audit_true) == ("audit", FINE)
        with database.engine.begin() as connection:
            append_only.drop(connection)
            connection.exec_driver_sql("UPDATE audit SET subject = 'other'")
        assert look(of_work.audit_true) == ("audit_differs", SERIOUS)


class TestAll:
    def test_of_a_house_are_made_and_a_broken_check_spoils_no_other(
        self, database, tmp_path, monkeypatch
    ):
        def broken(house):
            house.db.connection().exec_driver_sql("SELECT no_such_column FROM hotel")

        monkeypatch.setattr(examining, "WITH_TABLES", (broken, *examining.WITH_TABLES))
        settings = saving.settings_of(tmp_path, database)
        with database.reading() as db:
            found = examine(database, settings, db)
        assert len(found) == len(examining.WITHOUT_TABLES) + len(examining.WITH_TABLES)
        assert [each.code for each in found].count("check_failed") == 1

    def test_a_database_of_another_keshi_is_asked_for_no_table(self, tmp_path):
        empty = Database(f"sqlite:///{tmp_path / 'empty.db'}")
        with empty.reading() as db:
            found = examine(empty, saving.settings_of(tmp_path, empty), db)
        assert found[-1].code == "revision_older"
        empty.dispose()

    def test_every_finding_has_words_and_every_word_is_used(self):
        folder = Path(examining.__file__).parent
        code = "".join(path.read_text() for path in folder.glob("*.py"))
        spoken = set(re.findall(r'"([a-z]+(?:_[a-z]+)*)"', code))
        assert set(CONDITION) <= spoken
        found = set(re.findall(r'(?:fine|notice|serious|say)\(\s*"(\w+)"', code))
        assert found - {"derived_not_looked"} <= set(CONDITION)
