"""Rows in one form that both databases write alike: what is backed up, hashed and loaded.

A row is a line of JSON, its columns ordered by name, the rows by primary key. Keys and bytes
are hexadecimal, instants UTC with microseconds, JSON documents sorted by key. The databases
do the conversion, so that reading stays near the speed of the driver. Tables and columns are
asked of the database, not of this code, so that an older schema can be saved as well.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from crm.safekeeping.schemas import TableFacts

BATCH = 2000
NOT_SAVED = {"alembic_version"}
_SHADOW_TAILS = ("", "_data", "_idx", "_content", "_docsize", "_config")


@dataclass(frozen=True)
class Column:
    name: str
    kind: str


@dataclass(frozen=True)
class Table:
    """A table as it stands in a database; ``columns`` by name, ``key`` the primary key's."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]


def tables_of(connection: Connection) -> list[Table]:
    """The tables that hold facts, parents before children; no search shadows."""
    inspector = sa.inspect(connection)
    shadows = {virtual + tail for virtual in virtual_tables(connection) for tail in _SHADOW_TAILS}
    found: dict[str, Table] = {}
    for name in inspector.get_table_names():
        if name in NOT_SAVED or name in shadows:
            continue
        columns = [
            Column(column["name"], _kind(column["type"]))
            for column in inspector.get_columns(name)
            if not column.get("computed")
        ]
        key = inspector.get_pk_constraint(name)["constrained_columns"]
        found[name] = Table(name, tuple(sorted(columns, key=lambda c: c.name)), tuple(key))
    parents = {
        name: {
            key["referred_table"]
            for key in inspector.get_foreign_keys(name)
            if key["referred_table"] != name
        }
        for name in found
    }
    return [found[name] for name in _parents_first(parents)]


def lines_of(connection: Connection, table: Table) -> Iterator[tuple[int, bytes]]:
    """The table as (number of rows, their lines), a batch at a time."""
    sqlite = connection.dialect.name == "sqlite"
    query = _query(table, sqlite=sqlite)
    docs = [no for no, column in enumerate(table.columns) if column.kind == "json"]
    raw: Any = connection.connection.driver_connection
    cursor = raw.cursor() if sqlite else raw.cursor(name="keshi_backup")
    try:
        cursor.execute(query)
        while rows := cursor.fetchmany(BATCH):
            yield len(rows), _lines(rows, docs)
    finally:
        cursor.close()


def facts_of(connection: Connection, table: Table) -> TableFacts:
    """How many rows a table has, and their SHA-256."""
    digest, total = hashlib.sha256(), 0
    for rows, lines in lines_of(connection, table):
        digest.update(lines)
        total += rows
    return TableFacts(columns=table.names, rows=total, sha256=digest.hexdigest())


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_encode_sorted = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def _lines(rows: list[Any], docs: list[int]) -> bytes:
    if docs:
        rows = [_with_sorted(row, docs) for row in rows]
    return ("\n".join(map(_encode, rows)) + "\n").encode()


def _with_sorted(row: Any, docs: list[int]) -> list[Any]:
    changed = list(row)
    for no in docs:
        text = changed[no]
        if text is not None and text not in ("{}", "[]"):
            changed[no] = _encode_sorted(json.loads(text, parse_float=_number))
    return changed


def _number(text: str) -> float | int:
    """JSON numbers as both databases agree on them: PostgreSQL writes 1e16 as an integer."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _query(table: Table, *, sqlite: bool) -> str:
    form: Callable[[str, str], str] = _sqlite_form if sqlite else _postgres_form
    kinds = {column.name: column.kind for column in table.columns}
    columns = ", ".join(form(quoted(column.name), column.kind) for column in table.columns)
    order = ", ".join(
        quoted(name) + (' COLLATE "C"' if kinds[name] == "text" and not sqlite else "")
        for name in table.key
    )
    return f"SELECT {columns} FROM {quoted(table.name)} ORDER BY {order}"  # noqa: S608 - quoted names


def _sqlite_form(name: str, kind: str) -> str:
    if kind != "bytes":
        return name
    return f"CASE WHEN {name} IS NULL THEN NULL ELSE lower(hex({name})) END"


_POSTGRES_FORMS = {
    "bytes": "encode({0}, 'hex')",
    "key": "replace({0}::text, '-', '')",
    "json": "{0}::text",
    "instant": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
    "date": "to_char({0}, 'YYYY-MM-DD')",
    "time": "to_char({0}, 'HH24:MI:SS.US')",
    "bool": "{0}::int",
}


def _postgres_form(name: str, kind: str) -> str:
    return _POSTGRES_FORMS.get(kind, "{0}").format(name)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_KINDS: list[tuple[type[Any], str]] = [
    (sa.Uuid, "key"),
    (sa.JSON, "json"),
    (sa.LargeBinary, "bytes"),
    (sa.Boolean, "bool"),
    (sa.Integer, "int"),
    (sa.Float, "float"),
    (sa.DateTime, "instant"),
    (sa.Date, "date"),
    (sa.Time, "time"),
    (sa.String, "text"),
]
_BINARY = {"BLOB", "BINARY", "BYTEA"}


def _kind(column_type: sa.types.TypeEngine[Any]) -> str:
    if type(column_type).__name__ in _BINARY:
        return "bytes"
    for known, kind in _KINDS:
        if isinstance(column_type, known):
            return kind
    raise TypeError(f"a backup does not know how to write {column_type!r}")


def virtual_tables(connection: Connection) -> tuple[str, ...]:
    """The full-text tables of SQLite: they and their shadows are made anew from the facts."""
    if connection.dialect.name != "sqlite":
        return ()
    found = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type='table' AND sql LIKE 'CREATE VIRTUAL%'"
    )
    return tuple(name for (name,) in found)


def _parents_first(parents: dict[str, set[str]]) -> list[str]:
    """Names so that what is pointed at comes before who points; circles end up by name."""
    order: list[str] = []
    left = dict(sorted(parents.items()))
    while left:
        ready = [name for name, above in left.items() if not above & left.keys()]
        for name in ready or list(left):
            order.append(name)
            del left[name]
    return order
