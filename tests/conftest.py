"""Fixtures of the whole suite: two databases, a rolled-back session, the app and its client.

Isolation as measured: a savepoint that is rolled back costs 1 to 4 ms a test, a copied
SQLite file 5 to 8 ms, a PostgreSQL database that is cleaned 15 to 30 ms. So ``db`` is the
first, and only tests that need several sessions ask for ``database``, which is the others.
"""

import asyncio
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event
from sqlmodel import Session

from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.settings import Settings, put_in_force
from crm.staff.terms import Role
from tests import capabilities, factories, postgres, transport
from tests.lending import Lending
from web.app import create_app, furnish
from web.patience import PatientProtocol

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest_plugins = ["tests.proving", "tests.contracts.houses"]

CAPABILITIES = ("postgres", "browser")
_numbers = count(1)
_built: list[FastAPI] = []

hypothesis_settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
hypothesis_settings.load_profile("house")


# ---------------------------------------------------------------- what the machine lacks
@cache
def _house() -> Settings:
    return Settings(_env_file=None, secret_key=SECRET, backup_hour=-1)


def pytest_configure(config: pytest.Config) -> None:
    put_in_force(_house())
    required = capabilities.required()
    if unknown := required - set(CAPABILITIES):
        raise pytest.UsageError(f"KESHI_REQUIRE names what nobody knows: {sorted(unknown)}")
    lacks = [f"{name}: {lack}" for name in sorted(required) if (lack := capabilities.missing(name))]
    if lacks:
        raise pytest.UsageError("KESHI_REQUIRE asks for what is not here. " + "; ".join(lacks))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        for name in CAPABILITIES:
            if item.get_closest_marker(name) and (lack := capabilities.missing(name)):
                item.add_marker(pytest.mark.skip(reason=f"needs {name}: {lack}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for name in CAPABILITIES:
        number = sum(f"needs {name}:" in str(report.longrepr) for report in skipped)
        if number:
            terminalreporter.section("not run on this machine")
            terminalreporter.line(f"{number} tests need {name}: {capabilities.missing(name)}")


@pytest.fixture(autouse=True)
def _settings_of_the_tests() -> None:
    """What another test put in force is forgotten."""
    put_in_force(_house())


# ---------------------------------------------------------------- databases
@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A throw-away server for this test process."""
    server = postgres.Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of a migrated database that others are copied from."""
    made = Database(postgres_server.create("keshi_template"))
    migrating.upgrade(made)
    made.dispose()
    return "keshi_template"


@pytest.fixture(scope="session")
def postgres_lending(postgres_server: postgres.Server, postgres_template: str) -> Lending:
    """Fresh databases for one test after another."""
    return Lending(postgres_server, postgres_template)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that others are copied from."""
    path = tmp_path_factory.mktemp("template") / "keshi.db"
    made = Database(f"sqlite:///{path}")
    migrating.upgrade(made)
    with made.engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        connection.rollback()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    made.dispose()
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database: every test that touches one runs on both."""
    return str(request.param)


@pytest.fixture
def new_database(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Callable[[str], Database]]:
    """Makes fresh migrated databases: ``new_database("sqlite")``."""
    made: list[Database] = []

    def make(backend: str) -> Database:
        if backend == "sqlite":
            path = tmp_path / f"keshi-{next(_numbers)}.db"
            shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
            url = f"sqlite:///{path}"
        else:
            lending: Lending = request.getfixturevalue("postgres_lending")
            url = lending.lend()
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.dispose()
        if not database.is_sqlite:
            request.getfixturevalue("postgres_lending").give_back(database.url.database)


@pytest.fixture
def database(backend: str, new_database: Callable[[str], Database]) -> Database:
    """A fresh database of one's own, for tests that need several sessions or real commits."""
    return new_database(backend)


@pytest.fixture(scope="session")
def _shared_sqlite(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("shared") / "keshi.db"
    shutil.copyfile(sqlite_template, path)
    made = Database(f"sqlite:///{path}", pool_size=2)
    yield made
    made.dispose()


@pytest.fixture(scope="session")
def _shared_postgres(
    postgres_server: postgres.Server, postgres_template: str
) -> Iterator[Database]:
    made = Database(postgres_server.create("keshi_shared", template=postgres_template), pool_size=2)
    yield made
    made.dispose()


@pytest.fixture
def db(request: pytest.FixtureRequest, backend: str) -> Iterator[Session]:
    """A writing session whose work, commits included, is undone after the test.

    It lives on a database shared by many tests, or on the test's own ``database`` where the
    test asks for both.
    """
    own = "database" in request.fixturenames
    where: Database = request.getfixturevalue("database" if own else f"_shared_{backend}")
    with where.engine.connect() as connection:
        outer = connection.begin()
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            yield session
        outer.rollback()


# ---------------------------------------------------------------- watching
class Statements(list[str]):
    """The SQL statements of a block, savepoints and pragmas left out."""


@contextmanager
def counted(session: Session) -> Iterator[Statements]:
    """Collect the statements that ``session`` sends."""
    seen = Statements()
    connection = session.connection()

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        if not statement.lstrip().upper().startswith(("SAVEPOINT", "RELEASE", "PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(connection, "before_cursor_execute", note)


@pytest.fixture
def queries(db: Session) -> Callable[[int], AbstractContextManager[Statements]]:
    """A budget: ``with queries(7): …`` fails when the block needs more statements."""

    @contextmanager
    def budget(most: int) -> Iterator[Statements]:
        db.flush()
        with counted(db) as seen:
            yield seen
        if len(seen) > most:
            listed = "\n".join(f"{no}. {text}" for no, text in enumerate(seen, 1))
            pytest.fail(f"{len(seen)} statements, {most} allowed:\n{listed}")

    return budget


@pytest.fixture
def frozen() -> Callable[..., AbstractContextManager[None]]:
    """The clock that can be stopped: ``with frozen(datetime(2026, 2, 1, 6, tzinfo=UTC)): …``."""
    return clock.frozen


# ---------------------------------------------------------------- the doors
SECRET = "a-secret-key-that-only-tests-know-0123456789"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a house that is no demo; files go to the test's own folder."""
    return Settings(
        _env_file=None,
        database_url="sqlite:///unused.db",
        secret_key=SECRET,
        data_dir=tmp_path / "files",
        base_url="http://testserver",
        rate_limits=False,
    )


def app_on(settings: Settings, database: Database) -> FastAPI:
    """The whole web application on ``database``, for who has one open at a time.

    Its routes are the same for every test, so it is built once a process and furnished anew.
    """
    if not _built:
        _built.append(create_app(settings, database=database))
    furnish(_built[0], settings, database)
    return _built[0]


@pytest.fixture
def app(settings: Settings, database: Database) -> FastAPI:
    """The whole web application on the test's own ``database``."""
    return app_on(settings, database)


class Client(TestClient):
    """A browser or a machine at the door: ``client.as_("front_desk").get("/today")``.

    ``hotel_id`` is a hotel made on first use; people and keys belong to it unless told
    otherwise. The token against forged requests is sent by itself.
    """

    def __init__(self, app: FastAPI, database: Database) -> None:
        super().__init__(app, follow_redirects=False)
        transport.shorten(self)
        self.database = database
        self._hotel_id: UUID | None = None
        self.staff_id: UUID | None = None

    @property
    def hotel_id(self) -> UUID:
        if self._hotel_id is None:
            with self.database.writing() as db:
                self._hotel_id = factories.a_hotel(db, "HZ1")
        return self._hotel_id

    def as_(self, role: Role | str, hotel_id: UUID | None = None, **staff: Any) -> "Client":
        """Signed in as a new colleague with this role."""
        hotel_id = hotel_id or self.hotel_id
        with self.database.writing() as db:
            staff_id = factories.a_staff(db, role, hotel_id, **staff)
            token = factories.a_session(db, staff_id, hotel_id)
        self.with_session(token)
        self.staff_id = staff_id
        return self

    def with_session(self, token: str) -> "Client":
        """Signed in by a session that is there already."""
        self.as_nobody()
        self.cookies.set("keshi_session", token)
        self.headers["X-CSRF-Token"] = factories.CSRF
        return self

    def with_key(self, *scopes: str, hotel_id: UUID | None = None) -> "Client":
        """A machine with a new API key."""
        self.as_nobody()
        with self.database.writing() as db:
            secret = factories.a_key(db, *scopes, hotel_id=hotel_id or self.hotel_id)
        self.headers["Authorization"] = f"Bearer {secret}"
        return self

    def as_nobody(self) -> "Client":
        """Not signed in."""
        self.cookies.clear()
        self.staff_id = None
        for name in ("X-CSRF-Token", "Authorization"):
            self.headers.pop(name, None)
        return self


@pytest.fixture
def client(app: FastAPI, database: Database) -> Iterator[Client]:
    """At the door of ``app``, not signed in yet."""
    with Client(app, database) as at_the_door:
        yield at_the_door


class Serving:
    """A real server on a free port, for browsers and for requests side by side."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            app, log_level="warning", timeout_graceful_shutdown=2, http=PatientProtocol
        )
        config.timeout_keep_alive = 60  # a tab may rest longer than the usual five seconds
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.02)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=15)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


@pytest.fixture
def serving(app: FastAPI) -> Iterator[Serving]:
    """``app`` behind a real port: ``serving.url``."""
    with Serving(app) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> "Iterator[Browser]":
    """One Chromium for this test process; ask for ``page`` in tests marked ``browser``."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # how long a busy machine may take, not how fast we are
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=capabilities.find_chromium(), args=["--no-sandbox"]
        )
        yield running
        running.close()


@pytest.fixture
def page(browser: "Browser") -> "Iterator[Page]":
    """A fresh tab of 1366 × 640, the desk's screen; a script error fails the test."""
    context = browser.new_context(viewport={"width": 1366, "height": 640}, locale="en-GB")
    tab = context.new_page()
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors, errors
