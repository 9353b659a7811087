"""The only place that opens, begins and commits: one transaction a request, job or command.

Traps answered here, each measured: the SQLite driver's legacy transactions lost 415 of 600
updates, a deferred BEGIN gave 407 "database is locked", BEGIN IMMEDIATE neither; WAL with
synchronous NORMAL loses acknowledged commits in a power cut, FULL does not.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool
from sqlmodel import Session, SQLModel

from crm.kit import failpoints
from crm.kit.settings import DB_POOL

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

T = TypeVar("T")
BUSY_TIMEOUT_MS = 5000
_MODE = "keshi_mode"


SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_TIMEOUT_MS}",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "cache_size=-4096",
)
"""What every connection to SQLite is told first; the power-cut proof runs these very words.

The cache is each connection's own, and the system keeps the file's pages anyway: 4 MiB hold the
upper levels of the indexes. Of a million guests a card took 3.5 ms of CPU with 4 MiB, 4.0 with 1
and 3.4 with 16, and every connection that was ever busy keeps its cache.
"""


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: the wheel's where there is one, else Python's own.

    The system library before 3.51.3 has the WAL-reset race between several processes.
    """
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    return pysqlite3  # type: ignore[no-any-return]


SAFE_SQLITE = (3, 51, 3)
"""The first SQLite whose write-ahead log several processes may reset at once."""


def sqlite_serves_many() -> bool:
    """Whether several processes may share one SQLite file with the library at hand."""
    found: tuple[int, ...] = sqlite_module().sqlite_version_info
    return found >= SAFE_SQLITE


class Database:
    """One database with a reading and a writing way in.

    On SQLite they share one pool of connections. On PostgreSQL readers have their own, told once
    that they only read: without BEGIN, SET TRANSACTION and ROLLBACK around it a statement takes a
    third of the time. Each of their statements sees its own moment, as it would at PostgreSQL's
    usual level of isolation in a transaction too.
    """

    def __init__(self, url: str, *, pool_size: int = DB_POOL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = (
            _sqlite_engine(url, pool_size) if self.is_sqlite else _pg_writing_engine(url, pool_size)
        )
        readers = self.engine if self.is_sqlite else _pg_reading_engine(url, pool_size)
        self._readers = readers
        self._reading = readers.execution_options(**{_MODE: "read"})
        self._writing = self.engine.execution_options(**{_MODE: "write"})

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that cannot write, by database rule; rolled back at the end."""
        with Session(self._reading, autoflush=False) as db:
            yield db

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session whose work is committed as one when the block ends well, else undone."""
        with Session(self._writing, expire_on_commit=False) as db, transaction(db):
            yield db

    @contextmanager
    def for_migrations(self) -> Iterator[Connection]:
        """One writing transaction; on SQLite foreign keys are off in it and checked at its end."""
        if not self.is_sqlite:
            with self._writing.connect() as connection, connection.begin():
                yield connection
            return
        with self._writing.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            try:
                with connection.begin():
                    yield connection
                    if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                        raise RuntimeError(f"migration leaves orphans in {broken[0][0]}")
            finally:
                raw.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One state of the whole database, however long it is read and whoever writes meanwhile.

        A reading transaction is that on SQLite (write-ahead log) and, at repeatable read, on
        PostgreSQL; no writer waits for it.
        """
        how = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._reading.execution_options(**how).connect() as connection, connection.begin():
            connection.exec_driver_sql("SELECT 1 FROM alembic_version")
            yield connection

    def dispose(self) -> None:
        self.engine.dispose()
        self._readers.dispose()


@contextmanager
def reading_beside(db: Session) -> Iterator[Session]:
    """A reading session on the database of ``db``, for a long look before its first write.

    Only for jobs: a request has one session (two could wait for each other).
    """
    bind = db.get_bind()
    if isinstance(bind, Connection):  # a test's session lives on one connection
        yield db
        return
    with Session(bind.execution_options(**{_MODE: "read"}), autoflush=False) as reading:
        yield reading


@contextmanager
def text_as_it_lies(db: Session) -> Iterator[None]:
    """Text that is no UTF-8 comes from SQLite as bytes instead of failing; PostgreSQL has none."""
    raw: Any = db.connection().connection.driver_connection
    if not hasattr(raw, "text_factory"):
        yield
        return
    before = raw.text_factory
    raw.text_factory = _text_or_bytes
    try:
        yield
    finally:
        raw.text_factory = before


def _text_or_bytes(content: bytes) -> str | bytes:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content


@contextmanager
def transaction(db: Session) -> Iterator[None]:
    """Commit what the block did, or nothing of it. The only committer of the house.

    `CommitUnsure` when the connection broke while the commit was on its way.
    """
    try:
        yield
        db.flush()
        failpoints.reach("commit.before")
        _commit(db)
    except BaseException:
        db.rollback()
        raise
    failpoints.reach("commit.after")


def _commit(db: Session) -> None:
    try:
        db.commit()
    except DBAPIError as error:
        if trouble_of(error) is Trouble.AWAY:
            raise CommitUnsure from error
        raise


class CommitUnsure(Exception):
    """The database went away during a commit: the work may be there or not.

    Of 52 commits that met a restart of PostgreSQL and answered an error, 31 had been done
    (measured). Only whoever asks again under the same Idempotency-Key finds out without harm.
    """


class Trouble(StrEnum):
    """What kind of trouble a database has, the same words for both."""

    FULL = "full"
    CALLED_OFF = "called_off"
    """The database undid the transaction for another's sake; the same again will go well."""
    BUSY = "busy"
    AWAY = "away"


_TROUBLES = {
    "40001": Trouble.CALLED_OFF,  # serialization_failure
    "40P01": Trouble.CALLED_OFF,  # deadlock_detected
    "53100": Trouble.FULL,  # disk_full
    "53300": Trouble.BUSY,  # too_many_connections
    "55P03": Trouble.BUSY,  # lock_not_available
    "57014": Trouble.BUSY,  # query_canceled: a time limit
    sqlite3.SQLITE_BUSY: Trouble.BUSY,
    sqlite3.SQLITE_LOCKED: Trouble.BUSY,
    sqlite3.SQLITE_FULL: Trouble.FULL,
}


def trouble_of(error: BaseException) -> Trouble | None:
    """The database's own trouble behind an error; None when the error is of our making."""
    if isinstance(error, NoConnectionFree):
        return Trouble.BUSY
    if not isinstance(error, DBAPIError):
        return None
    cause: BaseException | None = error
    while cause is not None:
        # SQLite undoes savepoints itself when its disk is full: the first error is the one to tell
        if known := _TROUBLES.get(_number_of(cause)):
            return known
        cause = cause.__context__
    lost = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return Trouble.AWAY if lost else None


def _number_of(error: BaseException) -> str | int:
    """The SQL state of PostgreSQL, or the error number of SQLite without its finer kind."""
    own = getattr(error, "orig", None)
    return getattr(own, "sqlstate", None) or getattr(own, "sqlite_errorcode", 0) & 0xFF


def insert_once(db: Session, table: type[SQLModel], *key: str, **values: Any) -> bool:
    """Insert a row unless there is one with the same unique ``key``; False when there is.

    On PostgreSQL it waits for a twin that is being written elsewhere, and sees its row then.
    """
    connection = db.connection()
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    adding = dialect.insert(table).values(**values).on_conflict_do_nothing(index_elements=key)
    there = connection.execute(adding.returning(getattr(table, key[0])))  # rowcount says -1
    return there.first() is not None


def _sqlite_engine(url: str, pool_size: int) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(
        url,
        module=sqlite_module(),
        connect_args={"check_same_thread": False, "timeout": BUSY_TIMEOUT_MS / 1000},
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in SQLITE_PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get(_MODE) == "read"
    connection.exec_driver_sql(f"PRAGMA query_only={int(reading)}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _pg_engine(url: str, pool_size: int, **more: Any) -> Engine:
    """Connections used last are used next, so that a quiet house keeps few."""
    return create_engine(
        url, pool_size=pool_size, max_overflow=0, pool_pre_ping=True, pool_use_lifo=True, **more
    )


def _pg_writing_engine(url: str, pool_size: int) -> Engine:
    engine = _pg_engine(url, pool_size)
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _pg_reading_engine(url: str, pool_size: int) -> Engine:
    return _pg_engine(
        url,
        pool_size,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        connect_args={"options": _options(url) + "-c default_transaction_read_only=on"},
    )


def _options(url: str) -> str:
    """What the address itself asks of the server, since ours would take its place."""
    given = make_url(url).query.get("options", "")
    return f"{given if isinstance(given, str) else ' '.join(given)} ".lstrip()


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get(_MODE) == "read":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def next_number(db: Session, column: Column[int], place: ColumnElement[int]) -> ColumnElement[int]:
    """A number that no row of ``column`` has: the ``place``-th after the last.

    On PostgreSQL the next of those that new rows draw, whatever the place: a number made here could
    be drawn by somebody else before it is seen. SQLite's writers are alone.
    """
    if db.connection().dialect.name == "postgresql":
        return func.nextval(func.pg_get_serial_sequence(column.table.name, column.name))
    return select(func.coalesce(func.max(column), 0)).scalar_subquery() + place


def refresh_statistics(db: Session) -> None:
    """Let the planner know how selective each index is; after bulk writes and every night.

    Without statistics SQLite takes every index for equally selective. A sample is enough:
    the limit keeps it below a second for millions of rows.
    """
    connection = db.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
    connection.exec_driver_sql("ANALYZE")


def chunks(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Cut a list, since both databases limit the parameters of one statement."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
