"""Fixtures of the whole suite: two databases, a rolled-back session, the app and its client.

Isolation as measured: a savepoint that is rolled back costs 1 to 4 ms a test, a copied
SQLite file 5 to 8 ms, a PostgreSQL database from a template 50 to 90 ms. So ``db`` is the
first, and only tests that need several sessions ask for ``database``, which is the others.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import event
from sqlmodel import Session

from crm.kit import clock, migrating
from crm.kit.db import Database
from tests import capabilities, postgres

CAPABILITIES = ("postgres", "browser")
_numbers = count(1)

settings.register_profile(
    "house", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("house")


# ---------------------------------------------------------------- what the machine lacks
def pytest_configure(config: pytest.Config) -> None:
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
            server: postgres.Server = request.getfixturevalue("postgres_server")
            template: str = request.getfixturevalue("postgres_template")
            url = server.create(f"keshi_{next(_numbers)}", template=template)
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.dispose()
        if not database.is_sqlite:
            request.getfixturevalue("postgres_server").drop(database.url.database)


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
