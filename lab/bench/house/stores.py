"""How rows get into the two databases fast: many at once, indexes after, checked at the end.

Rows are tuples of plain values: keys as 16 bytes, days and instants as ISO text in UTC, JSON as
text. Each part and the mark that it is done are one transaction, so that a seeding that was
stopped goes on where it was.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import text

from crm.kit.db import Database, refresh_statistics
from migrations import search_objects

Row = Sequence[Any]
MARKS = "bench_seed"
"""The seeding's own table: its only trace in a house that is otherwise as the product makes it."""

HEAVY = (
    "guest", "guest_name", "contact_point", "guest_search", "stay", "folio_line", "preference",
    "membership", "point_entry", "tier_change", "complaint", "complaint_step", "consent",
    "guest_figure", "guest_spend", "guest_outlet",
)  # fmt: skip


class Store(ABC):
    """What both have: marks of what is done, and statements taken away and put back."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._pooled = database.engine.raw_connection()
        self.raw: Any = self._pooled.driver_connection
        self._begin()
        self._do(f"CREATE TABLE IF NOT EXISTS {MARKS} (step VARCHAR(80) PRIMARY KEY, value TEXT)")
        self._commit()

    def close(self) -> None:
        self._pooled.close()

    def value(self, step: str) -> str | None:
        self._begin()
        found = self._do(f"SELECT value FROM {MARKS} WHERE step = {self._text(step)}").fetchone()
        self._commit()
        return None if found is None else str(found[0])

    def position(self, step: str) -> int:
        return int(self.value(step) or 0)

    def mark(self, step: str, value: object) -> None:
        with self.part(step, value):
            pass

    @contextmanager
    def part(self, step: str, value: object) -> Iterator[None]:
        """A transaction that ends with the mark that ``step`` has come to ``value``."""
        self._begin()
        try:
            yield
            self._do(f"DELETE FROM {MARKS} WHERE step = {self._text(step)}")
            marked = f"{self._text(step)}, {self._text(str(value))}"
            self._do(f"INSERT INTO {MARKS} (step, value) VALUES ({marked})")
            self._commit()
        except BaseException:
            self._do("ROLLBACK")
            raise

    def once(self, step: str, do: Callable[[], None]) -> None:
        """Do it unless it is done."""
        if self.value(step) is None:
            do()
            self.mark(step, "done")

    @abstractmethod
    def _strip(self) -> list[str]: ...

    def strip(self) -> None:
        """Take away what makes every row dear; `dress` puts it back."""
        if self.value("dress") is None:
            self._begin()
            statements = self._strip()
            self._commit()
            self.mark("dress", json.dumps(statements))

    def dress(self, told: Callable[[str], None]) -> None:
        """Indexes and foreign keys again, one after another."""
        for statement in json.loads(self.value("dress") or "[]"):
            step = f"dressed {hash_of(statement)}"
            if self.value(step) is None:
                told(statement[:90])
                with self.part(step, "done"):
                    self._do(statement)

    def run(self, statement: str) -> None:
        """One statement in its own transaction."""
        self._begin()
        self._do(statement)
        self._commit()

    def _text(self, value: str) -> str:
        return "'" + value.replace("'", "''") + "'"

    def _do(self, statement: str) -> Any:
        return self.raw.execute(statement)

    @abstractmethod
    def _begin(self) -> None: ...

    def _commit(self) -> None:
        self._do("COMMIT")

    @abstractmethod
    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None: ...

    @abstractmethod
    def search(self) -> None: ...


def hash_of(statement: str) -> str:
    """A short name of a statement, the same in every process."""
    value = 0
    for char in statement:
        value = (value * 131 + ord(char)) % 2**61
    return f"{value:x}"


class SqliteStore(Store):
    """Many rows a statement; the full-text tables are built once at the end."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        for pragma in ("synchronous=OFF", "cache_size=-1000000", "temp_store=FILE",
                       "foreign_keys=OFF", "secure_delete=OFF"):  # fmt: skip
            self._do(f"PRAGMA {pragma}")

    def close(self) -> None:
        """The connection is not given back: its pragmas are for this work alone."""
        self._do("PRAGMA wal_checkpoint(TRUNCATE)")
        self._pooled.invalidate()

    def _begin(self) -> None:
        self._do("BEGIN IMMEDIATE")

    def _strip(self) -> list[str]:
        names = ", ".join(f"'{name}'" for name in HEAVY)
        found = self._do(
            f"SELECT type, name, sql FROM sqlite_master WHERE tbl_name IN ({names}) "
            "AND sql IS NOT NULL AND type IN ('index', 'trigger') ORDER BY type, name"
        ).fetchall()
        for kind, name, _ in found:
            self._do(f"DROP {kind} {name}")
        return [sql for _, _, sql in found]

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        places = ", ".join("?" * len(columns))
        names = ", ".join(f'"{name}"' for name in columns)
        self.raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)

    def search(self) -> None:
        for table in search_objects.FTS_TABLES:
            self.run(f"INSERT INTO {table}({table}) VALUES('rebuild')")


class PostgresStore(Store):
    """COPY; primary keys stay, foreign keys and other indexes come back at the end."""

    _FOREIGN = (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s) ORDER BY 1, 2"
    )
    _INDEXES = (
        "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() "
        "AND tablename = ANY(%s) AND indexname NOT IN (SELECT conname FROM pg_constraint) "
        "ORDER BY 1, 2"
    )

    def _begin(self) -> None:
        """psycopg begins by itself."""

    def _strip(self) -> list[str]:
        foreign = self.raw.execute(self._FOREIGN, (list(HEAVY),)).fetchall()
        indexes = self.raw.execute(self._INDEXES, (list(HEAVY),)).fetchall()
        for table, name, _ in foreign:
            self._do(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        for _, name, _ in indexes:
            self._do(f'DROP INDEX "{name}"')
        return [sql for _, _, sql in indexes] + [
            f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {sql}' for table, name, sql in foreign
        ]

    def dress(self, told: Callable[[str], None]) -> None:
        self.run("SET maintenance_work_mem = '1GB'")
        super().dress(told)

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        with self.raw.cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as to:
            for row in rows:
                to.write_row([v.hex() if type(v) is bytes else v for v in row])

    def search(self) -> None:
        """Its indexes are indexes like others; the numbers of rows were given, not drawn.

        Each night moves the rows of guests seen lately to the end of the table; here all at once.
        """
        self.run("CLUSTER guest_search USING pk_guest_search")
        self.run(
            "SELECT setval(pg_get_serial_sequence('guest_search', 'id'), "
            "(SELECT max(id) FROM guest_search))"
        )


def store_of(database: Database) -> Store:
    return SqliteStore(database) if database.is_sqlite else PostgresStore(database)


def gather_statistics(database: Database) -> None:
    """What a night's rest does: the planner's statistics, and on PostgreSQL the visibility map."""
    if database.is_sqlite:
        with database.writing() as db:
            refresh_statistics(db)
        return
    plain = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with plain as connection:
        connection.execute(text("VACUUM ANALYZE"))
