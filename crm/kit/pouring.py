"""Many finished rows into one table, on the shortest way that each database has.

SQLAlchemy's own executemany prepares a dictionary a row: a third of an import's processor time,
and on PostgreSQL a round of the server's executor a row. Here columns are prepared as columns,
with the types' own processors, then handed to the driver's ``executemany`` (SQLite) or COPY
(PostgreSQL). Constraints, triggers and the transaction are those of any other INSERT, and so are
the errors: `sqlalchemy.exc.IntegrityError` and its kin.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from crm.kit.dbtypes import Key, StrEnumText

Prepare = Callable[[Any], Any]


def pour(db: Session, table: type[SQLModel] | Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all have the same keys; columns left out get their defaults."""
    if not rows:
        return
    target = table if isinstance(table, Table) else table.__table__  # type: ignore[attr-defined]
    names = tuple(rows[0])
    _Pouring(db.connection(), target, names).write(rows)


class _Pouring:
    """The columns of one call, in the order of their names in the first row."""

    def __init__(self, connection: Connection, table: Table, names: tuple[str, ...]) -> None:
        self._connection = connection
        self._names = names
        self._defaults = [
            (column, column.default) for column in table.columns
            if column.name not in names and column.default is not None
        ]  # fmt: skip
        columns = [table.columns[name] for name in names]
        self._columns = [*columns, *(column for column, _ in self._defaults)]
        quote = connection.dialect.identifier_preparer
        self._into = (
            f"{quote.format_table(table)} "
            f"({', '.join(quote.quote(column.name) for column in self._columns)})"
        )

    def write(self, rows: Sequence[Mapping[str, Any]]) -> None:
        cells = [[row[name] for row in rows] for name in self._names]
        cells += [_defaults(default, len(rows)) for _, default in self._defaults]
        dialect = self._connection.dialect
        ready = [
            _prepared(values, _preparation(column.type, dialect))
            for column, values in zip(self._columns, cells, strict=True)
        ]
        if dialect.name == "sqlite":
            self._insert(list(zip(*ready, strict=True)))
        else:
            self._copy(zip(*ready, strict=True))

    def _insert(self, rows: list[tuple[Any, ...]]) -> None:
        places = ", ".join("?" * len(self._columns))
        # Names of tables and columns only, quoted; every value is a parameter.
        statement = f"INSERT INTO {self._into} VALUES ({places})"  # noqa: S608
        self._connection.exec_driver_sql(statement, rows)

    def _copy(self, rows: Iterable[tuple[Any, ...]]) -> None:
        import psycopg  # only where there is a PostgreSQL: the driver takes its megabytes

        statement = f"COPY {self._into} FROM STDIN"
        raw: Any = self._connection.connection.driver_connection
        try:
            with raw.cursor() as cursor, cursor.copy(statement.encode()) as out:
                for row in rows:
                    out.write_row(row)
        except psycopg.Error as error:
            # No rows go into the message: they are guests' data.
            raise DBAPIError.instance(
                statement, None, error, psycopg.Error, dialect=self._connection.dialect
            ) from error


def _defaults(default: Any, count: int) -> list[Any]:
    if default.is_callable:
        return [default.arg(None) for _ in range(count)]
    return [default.arg] * count


def _prepared(values: list[Any], prepare: Prepare | None) -> list[Any]:
    if prepare is None:
        return values
    return [None if value is None else prepare(value) for value in values]


def _preparation(kind: Any, dialect: Dialect) -> Prepare | None:
    """What a type does to a value on its way in; the two most frequent ones by a shorter way."""
    if isinstance(kind, Key):
        return _sixteen_bytes if dialect.name == "sqlite" else None
    if isinstance(kind, StrEnumText):
        return _by_value(kind)
    return _processor(kind, dialect)


def _sixteen_bytes(value: UUID) -> bytes:
    return value.bytes


def _by_value(kind: StrEnumText) -> Prepare:
    known: dict[Any, str] = {member: member.value for member in kind.enum}

    def prepare(value: Any) -> str:
        # A member and its plain value are equal and hash alike, so both are found.
        return known.get(value) or str(kind.enum(value).value)

    return prepare


@lru_cache(maxsize=256)
def _processor(kind: Any, dialect: Dialect) -> Prepare | None:
    found: Prepare | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found


def let_planner_know(db: Session, tables: Sequence[str]) -> None:
    """Tell PostgreSQL how large these tables have become while rows are still being poured in.

    A plan that the driver prepared while a table was empty reads all of it, and goes on doing so:
    without this, asking for known ids took five times as long as all the rest of an import of
    119,390 rows (measured). SQLite takes an index where there is one.
    """
    connection = db.connection()
    if connection.dialect.name != "sqlite" and tables:
        quote = connection.dialect.identifier_preparer.quote
        connection.exec_driver_sql(f"ANALYZE {', '.join(map(quote, tables))}")
