"""The planted house, written once per database and test process, copied for whoever changes it."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest
from fastapi import FastAPI

from crm.kit.db import Database
from crm.kit.settings import Settings
from crm.kit.vault import Vault
from lab.demo.pages import router as demo_doors
from tests import postgres
from tests.conftest import SECRET, Client
from tests.contracts.asking import Asking, wake
from tests.contracts.planted import plant, plant_import
from tests.contracts.planted_house import House
from tests.contracts.walking import LOOKING_UP
from web.app import create_app, furnish

_numbers = count(1)
_built: list[FastAPI] = []


@dataclass(frozen=True)
class Planted:
    """The house and how to get a database of one's own that holds it."""

    house: House
    data_dir: Path
    fork: Callable[[], Database]

    def settings(self) -> Settings:
        return Settings(
            _env_file=None,
            database_url="sqlite:///unused.db",
            secret_key=SECRET,
            data_dir=self.data_dir,
            base_url="http://testserver",
            rate_limits=False,  # one asker asks thousands of times a minute
        )

    def app(self, database: Database) -> FastAPI:
        """With the demo's doors, so that they too are walked by every role."""
        return create_app(self.settings(), database=database, more_routers=[demo_doors])

    def shared_app(self, database: Database) -> FastAPI:
        """The same, built once a process and furnished anew, for who opens one house at a time."""
        if not _built:
            _built.append(self.app(database))
        furnish(_built[0], self.settings(), database)
        return _built[0]


@pytest.fixture(scope="session")
def _planted_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    shutil.copyfile(sqlite_template, folder / "planted.db")
    house = _write(Database(f"sqlite:///{folder / 'planted.db'}"), folder)
    made: list[Database] = []

    def fork() -> Database:
        copy = folder / f"copy-{next(_numbers)}.db"
        shutil.copyfile(folder / "planted.db", copy)
        made.append(Database(f"sqlite:///{copy}"))
        wake(made[-1])
        return made[-1]

    yield Planted(house, folder, fork)
    for database in made:
        database.dispose()


@pytest.fixture(scope="session")
def _planted_postgres(
    postgres_server: postgres.Server,
    postgres_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Planted]:
    folder = tmp_path_factory.mktemp("planted")
    url = postgres_server.create("keshi_planted", template=postgres_template)
    house = _write(Database(url), folder)
    made: list[Database] = []

    def fork() -> Database:
        name = f"keshi_planted_{next(_numbers)}"
        made.append(Database(postgres_server.create(name, template="keshi_planted")))
        wake(made[-1])
        return made[-1]

    yield Planted(house, folder, fork)
    for database in made:
        database.dispose()


def _write(database: Database, folder: Path) -> House:
    with database.writing() as db:
        house = plant(db, vault=Vault(SECRET), data_dir=folder)
    plant_import(database, house, folder)
    if database.is_sqlite:
        with database.engine.connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return house


@pytest.fixture
def planted(request: pytest.FixtureRequest, backend: str) -> Planted:
    found: Planted = request.getfixturevalue(f"_planted_{backend}")
    return found


@pytest.fixture(scope="session")
def _door_sqlite(_planted_sqlite: Planted) -> Iterator[Client]:
    yield from _open(_planted_sqlite)


@pytest.fixture(scope="session")
def _door_postgres(_planted_postgres: Planted) -> Iterator[Client]:
    yield from _open(_planted_postgres)


def _open(planted: Planted) -> Iterator[Client]:
    database = planted.fork()
    with Client(planted.app(database), database) as client:
        yield client


@pytest.fixture
def door(request: pytest.FixtureRequest, backend: str) -> Client:
    """A client at the planted house, shared by tests that change nothing that matters."""
    found: Client = request.getfixturevalue(f"_door_{backend}")
    wake(found.database)
    return found.as_nobody()


@pytest.fixture
def house(planted: Planted) -> House:
    return planted.house


@pytest.fixture(scope="session")
def _asking_sqlite(_planted_sqlite: Planted) -> Iterator[Asking]:
    for client in _open(_planted_sqlite):
        yield Asking(client, _planted_sqlite.house)


@pytest.fixture(scope="session")
def _asking_postgres(_planted_postgres: Planted) -> Iterator[Asking]:
    for client in _open(_planted_postgres):
        # sights are decided above the database: filters are asked once, on the other kind
        yield Asking(client, _planted_postgres.house, by=LOOKING_UP)


@pytest.fixture
def asking(request: pytest.FixtureRequest, backend: str) -> Asking:
    """Who only looks, at a house of its own: what it kept stays true."""
    found: Asking = request.getfixturevalue(f"_asking_{backend}")
    return found
