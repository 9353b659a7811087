"""Puts the rows of a backup into an empty database, and everything that hangs on rows after them.

Indexes, triggers and (on PostgreSQL) foreign keys are taken down first and put up again as
they were: it is several times as fast, triggers must not act a second time, and putting a
foreign key up checks every row.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from crm.safekeeping.canonical import BATCH, Table, quoted, virtual_tables


@contextmanager
def bare(connection: Connection, tables: list[Table]) -> Iterator[None]:
    """Without indexes, triggers and foreign keys inside the block; all as before after it."""
    take_down, put_up = (
        _sqlite_extras(connection)
        if connection.dialect.name == "sqlite"
        else _postgres_extras(connection, tables)
    )
    # By the driver, which reads no percent sign as the place of a value.
    driver: Any = connection.connection.driver_connection
    for statement in take_down:
        driver.execute(statement)
    yield
    for statement in put_up:
        driver.execute(statement)


def empty(connection: Connection, tables: list[Table]) -> None:
    """Remove what migrations put into their own tables: the backup has it."""
    for table in reversed(tables):
        connection.exec_driver_sql(f"DELETE FROM {quoted(table.name)}")  # noqa: S608


def load(
    connection: Connection, table: Table, columns: list[str], lines: Iterable[bytes]
) -> Iterator[int]:
    """Insert the lines of a table; yields how many rows after each batch."""
    kinds = {column.name: column.kind for column in table.columns}
    names = ", ".join(quoted(name) for name in columns)
    if connection.dialect.name == "sqlite":
        yield from _load_sqlite(connection, table, names, [kinds[name] for name in columns], lines)
    else:
        yield from _load_postgres(
            connection, table, names, [kinds[name] for name in columns], lines
        )


def _load_sqlite(
    connection: Connection, table: Table, names: str, kinds: list[str], lines: Iterable[bytes]
) -> Iterator[int]:
    marks = ", ".join("?" * len(kinds))
    insert = f"INSERT INTO {quoted(table.name)} ({names}) VALUES ({marks})"  # noqa: S608
    raw: Any = connection.connection.driver_connection
    changes: dict[str, Callable[[str], Any]] = {"bytes": bytes.fromhex, "json": _as_written}
    convert = _converter({no: changes[kind] for no, kind in enumerate(kinds) if kind in changes})
    for rows in _batches(lines):
        raw.executemany(insert, map(convert, rows))
        yield len(rows)


def _load_postgres(
    connection: Connection, table: Table, names: str, kinds: list[str], lines: Iterable[bytes]
) -> Iterator[int]:
    raw: Any = connection.connection.driver_connection
    changes: dict[str, Callable[[str], Any]] = {
        "bytes": "\\x{}".format,
        "instant": "{}+00".format,
    }
    convert = _converter({no: changes[kind] for no, kind in enumerate(kinds) if kind in changes})
    with (
        raw.cursor() as cursor,
        cursor.copy(f"COPY {quoted(table.name)} ({names}) FROM STDIN") as copy,
    ):
        for rows in _batches(lines):
            for row in map(convert, rows):
                copy.write_row(row)
            yield len(rows)


def _batches(lines: Iterable[bytes]) -> Iterator[list[list[Any]]]:
    decode = json.JSONDecoder().decode
    rows: list[list[Any]] = []
    for line in lines:
        rows.append(decode(line.decode()))
        if len(rows) == BATCH:
            yield rows
            rows = []
    if rows:
        yield rows


def _converter(changes: dict[int, Callable[[str], Any]]) -> Callable[[list[Any]], list[Any]]:
    if not changes:
        return lambda row: row

    def convert(row: list[Any]) -> list[Any]:
        for no, change in changes.items():
            if row[no] is not None:
                row[no] = change(row[no])
        return row

    return convert


def _as_written(document: str) -> str:
    """JSON as SQLAlchemy writes it on SQLite: the audit's digests know no other spelling."""
    return document if document in ("{}", "[]") else json.dumps(json.loads(document))


# ---------------------------------------------------------------- what hangs on rows
def _sqlite_extras(connection: Connection) -> tuple[list[str], list[str]]:
    rows = connection.exec_driver_sql(
        "SELECT type, name, sql FROM sqlite_master"
        " WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type, name"
    ).all()
    take_down = [f"DROP {kind.upper()} {quoted(name)}" for kind, name, _ in rows]
    rebuild = [
        f"INSERT INTO {quoted(name)}({quoted(name)}) VALUES ('rebuild')"  # noqa: S608
        for name in virtual_tables(connection)
    ]
    return take_down, [*rebuild, *(sql for _, _, sql in rows)]


def _postgres_extras(connection: Connection, tables: list[Table]) -> tuple[list[str], list[str]]:
    keys = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
        " ORDER BY conname"
    ).all()
    indexes = connection.exec_driver_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)"
        " ORDER BY indexname"
    ).all()
    take_down = [
        *(f"ALTER TABLE {table} DROP CONSTRAINT {quoted(name)}" for table, name, _ in keys),
        *(f"DROP INDEX {quoted(name)}" for name, _ in indexes),
        *(f"ALTER TABLE {quoted(table.name)} DISABLE TRIGGER USER" for table in tables),
    ]
    put_up = [
        *(f"ALTER TABLE {quoted(table.name)} ENABLE TRIGGER USER" for table in tables),
        *(definition for _, definition in indexes),
        *(
            f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} {definition}"
            for table, name, definition in keys
        ),
        *_sequences(connection, tables),
    ]
    return take_down, put_up


def _sequences(connection: Connection, tables: list[Table]) -> Iterator[str]:
    """Numbers given by the database go on after the largest one restored."""
    names = [table.name for table in tables]
    for table, column, sequence in connection.exec_driver_sql(
        "SELECT table_name, column_name,"
        " pg_get_serial_sequence(quote_ident(table_name), column_name)"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND (column_default LIKE 'nextval(%%' OR is_identity = 'YES')"
    ).all():
        if table in names and sequence:
            yield (
                f"SELECT setval('{sequence}', (SELECT coalesce(max({quoted(column)}), 0) + 1"  # noqa: S608
                f" FROM {quoted(table)}), false)"
            )
