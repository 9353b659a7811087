"""One small demo hotel, and the databases that hold it, shared by the tests that leave them be."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session

from crm.kit.db import Database
from lab.demo import morning
from lab.demo.dressing import World
from lab.demo.load import derive, load
from lab.demo.world import build
from tests import postgres

SMALL = 700
TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def world() -> World:
    """The demo around the day of the mocks, as small as the house allows."""
    return build(TODAY, guests=SMALL)


@pytest.fixture(scope="session")
def _filled_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, world: World
) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("demo") / "keshi.db"
    shutil.copyfile(sqlite_template, path)
    yield from _fill(Database(f"sqlite:///{path}"), world)


@pytest.fixture(scope="session")
def _filled_postgres(
    postgres_server: postgres.Server, postgres_template: str, world: World
) -> Iterator[Database]:
    url = postgres_server.create("keshi_demo", template=postgres_template)
    yield from _fill(Database(url), world)


def _fill(database: Database, world: World) -> Iterator[Database]:
    with database.writing() as db:
        load(db, world)
        derive(db, world)
    morning.begin(database, world)
    yield database
    database.dispose()


@pytest.fixture
def filled(request: pytest.FixtureRequest, backend: str) -> Database:
    """A database that holds the demo; for reading only."""
    found: Database = request.getfixturevalue(f"_filled_{backend}")
    return found


@pytest.fixture
def filled_db(filled: Database) -> Iterator[Session]:
    """A writing session on the demo, undone after the test."""
    with filled.engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        outer.rollback()
