"""Fill any schema with rows, knowing only what the database says about itself."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

import sqlalchemy as sa

EPOCH = date(2026, 1, 1)
NOT_OURS = ("guest_words", "guest_trigrams", "alembic_version", "sqlite_")


def reflect(connection: sa.Connection) -> sa.MetaData:
    """The tables as they stand in the database, the look-up's shadow tables left out."""
    metadata = sa.MetaData()
    names = [n for n in sa.inspect(connection).get_table_names() if not n.startswith(NOT_OURS)]
    metadata.reflect(connection, only=names)
    return metadata


def fill(connection: sa.Connection, metadata: sa.MetaData, rows: int = 3) -> None:
    """Put ``rows`` rows into every empty table, each pointing at the parents' rows."""
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first():
            continue
        for no in range(1, rows + 1):
            connection.execute(
                sa.insert(table).values({c.name: _value(c, no) for c in table.columns})
            )


def _value(column: sa.Column[Any], no: int) -> Any:
    for key in column.foreign_keys:
        itself = key.column.table is column.table
        return None if itself else _value(key.column, no)
    kind = column.type
    if isinstance(kind, sa.Uuid):
        return UUID(bytes=_key(no))
    if isinstance(kind, sa.LargeBinary) or type(kind).__name__ in {"BINARY", "BLOB", "BYTEA"}:
        return _key(no)
    if isinstance(kind, sa.JSON):
        return {"row": no}
    if isinstance(kind, sa.Boolean):
        return no % 2 == 0
    if isinstance(kind, sa.Integer):
        return no
    if isinstance(kind, sa.DateTime):
        return datetime(2026, 1, no, tzinfo=UTC if kind.timezone else None)
    if isinstance(kind, sa.Date):
        return EPOCH.replace(day=no)
    if isinstance(kind, sa.Time):
        return time(no)
    if isinstance(kind, sa.String):
        text = f"{column.name} {no}"
        return f"{text[: kind.length - 2]}{no}" if kind.length and kind.length < 24 else text
    raise TypeError(f"{column} has a type that the seeds do not know: {kind!r}")


def _key(no: int) -> bytes:
    """The same key in every table, so that foreign keys fit by themselves."""
    return no.to_bytes(16, "big")
