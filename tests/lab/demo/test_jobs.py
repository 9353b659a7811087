"""The simulator's key and the hour as the worker does it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from crm.intake.tables import IntakeMessage
from crm.kit import jobs
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.settings import Settings
from crm.notes.tables import Trace
from crm.notes.terms import TraceState
from crm.preferences.tables import Observation
from crm.staff import keys
from crm.staff.tables import ApiKey
from crm.stays import figures
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from lab.demo import jobs as demo_jobs
from lab.demo import pms_book
from lab.demo.doors import doors
from lab.demo.dressing import World
from lab.demo.jobs import HOUR, KEY_NAME, connect
from lab.demo.pages import router
from tests.conftest import Serving
from web.app import create_app
from web.worker import import_jobs


@pytest.fixture
def house(_filled_sqlite: Database, tmp_path: Path) -> Iterator[Database]:
    _filled_sqlite.dispose()
    shutil.copyfile(str(_filled_sqlite.url.database), tmp_path / "demo.db")
    database = Database(f"sqlite:///{tmp_path / 'demo.db'}", pool_size=16)
    yield database
    database.dispose()


@pytest.fixture
def settings(house: Database, tmp_path: Path) -> Settings:
    url = house.url.render_as_string(hide_password=False)
    return Settings(_env_file=None, demo=True, database_url=url, data_dir=tmp_path)


@pytest.fixture(autouse=True)
def _nobody_connected() -> Iterator[None]:
    demo_jobs._connected.clear()
    yield
    demo_jobs._connected.clear()


class TestConnect:
    def test_gives_a_key_that_may_only_send(self, house: Database, settings: Settings) -> None:
        pms = connect(settings)
        assert pms is not None
        with house.reading() as db:
            used = keys.identify(db, pms.key)
        assert used is not None
        actor = used.actor
        assert actor.holders == {"pms:ingest"}
        assert actor.permissions == {"intake.send"}
        assert len(actor.hotel_ids) == 1

    def test_the_key_of_an_earlier_start_opens_nothing(
        self, house: Database, settings: Settings
    ) -> None:
        first, second = connect(settings), connect(settings)
        assert first is not None
        assert second is not None
        with house.reading() as db:
            assert keys.identify(db, first.key) is None
            assert keys.identify(db, second.key) is not None
            named = select(func.count()).select_from(ApiKey).where(col(ApiKey.name) == KEY_NAME)
            assert db.connection().scalar(named) == 2

    def test_an_empty_house_has_no_pms_but_its_doors(self, database: Database) -> None:
        url = database.url.render_as_string(hide_password=False)
        empty = Settings(_env_file=None, demo=True, database_url=url)
        assert connect(empty) is None
        assert doors(empty, "http://127.0.0.1:1") == [router]

    def test_a_database_that_was_never_migrated_is_said(self, tmp_path: Path) -> None:
        bare = Settings(_env_file=None, demo=True, database_url=f"sqlite:///{tmp_path}/bare.db")
        with pytest.raises(RuleBroken):
            connect(bare)


class TestHour:
    def test_without_a_pms_it_is_refused(self, house: Database) -> None:
        with house.writing() as db, pytest.raises(RuleBroken):
            demo_jobs.let_an_hour_pass(db, {})

    def test_three_hours_change_the_house_and_its_figures_stay_right(
        self, house: Database, settings: Settings, world: World
    ) -> None:
        import_jobs()
        pms_book.write(settings, pms_book.book_of(world))
        app = create_app(settings, database=house, more_routers=[router])
        with Serving(app) as serving:
            doors(settings, serving.url)
            for hour in range(3):
                with house.writing() as db:
                    jobs.enqueue(db, HOUR, {"run": hour})
                jobs.work_off(house)
        book = pms_book.read(settings)
        assert book.hours == 3
        with house.writing() as db:
            states = dict(
                db.connection()
                .execute(
                    select(col(IntakeMessage.state), func.count()).group_by(IntakeMessage.state)
                )
                .all()
            )
            assert set(states) == {"applied"}, states
            inside = (
                select(func.count())
                .select_from(Stay)
                .where(col(Stay.status) == StayStatus.IN_HOUSE)
            )
            assert db.connection().scalar(inside) == len(book.of_state("in_house"))
            assert figures.differences(db) == []
            noted = select(func.count()).select_from(Observation)
            assert (db.connection().scalar(noted) or 0) >= len(world.sightings) + 3
            closed = select(func.count()).where(col(Trace.state) == TraceState.DONE)
            assert db.connection().scalar(closed) == 6 + 3 * 2

    def test_an_hour_told_twice_is_one_hour(
        self, house: Database, settings: Settings, world: World
    ) -> None:
        pms_book.write(settings, pms_book.book_of(world))
        before = pms_book.path(settings).read_text()
        with Serving(create_app(settings, database=house, more_routers=[router])) as serving:
            doors(settings, serving.url)
            with house.writing() as db:
                demo_jobs.let_an_hour_pass(db, {})
            with house.reading() as db:
                once = db.connection().scalar(select(func.count()).select_from(IntakeMessage))
                noted = db.connection().scalar(select(func.count()).select_from(Observation))
            # The worker died before the book was written: it begins the same hour anew.
            pms_book.path(settings).write_text(before)
            with house.writing() as db:
                demo_jobs.let_an_hour_pass(db, {})
            with house.reading() as db:
                twice = db.connection().scalar(select(func.count()).select_from(IntakeMessage))
                again = db.connection().scalar(select(func.count()).select_from(Observation))
        assert (once, noted) == (twice, again)
        assert once
