"""Pictures of rows before and after, so that what was written in bulk can be taken back.

It knows tables by name only and no word of the trade: a row becomes a JSON document with its
types marked, two pictures give a list of changes, and a change can be put back unless somebody
else has changed the same thing since.
"""

from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import MetaData, Table, and_, delete, func, insert, select, update
from sqlmodel import Session

from crm.kit.db import chunks
from crm.kit.metadata import all_tables
from crm.kit.rows import mapping_of

Doc = dict[str, Any]
RowKey = tuple[Any, ...]

_BATCH = 400
_TYPE, _VALUE = "$", "v"
HOUSEKEEPING = frozenset({"version", "updated_at"})
"""Columns that move with every change and are nobody's own decision."""


@dataclass(frozen=True, slots=True)
class Change:
    """One row that was written. ``before`` is None for a new row, ``after`` for a removed one."""

    table: str
    key: Doc
    before: Doc | None
    after: Doc | None


@cache
def _house() -> MetaData:
    """All tables of all slices: a child table that nobody has imported yet is a child too."""
    return all_tables()


def table_named(name: str) -> Table:
    """The table of the house with this name; KeyError if there is none."""
    return _house().tables[name]


# ---------------------------------------------------------------- as JSON
def packed(value: Any) -> Any:
    """A column's value as JSON, with its type where JSON has none."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, UUID):
        return {_TYPE: "uuid", _VALUE: value.hex}
    if isinstance(value, datetime):
        return {_TYPE: "instant", _VALUE: value.isoformat()}
    if isinstance(value, date):
        return {_TYPE: "date", _VALUE: value.isoformat()}
    if isinstance(value, time):
        return {_TYPE: "time", _VALUE: value.isoformat()}
    if isinstance(value, bytes):
        return {_TYPE: "bytes", _VALUE: b64encode(value).decode()}
    return value


_UNPACK = {
    "uuid": lambda v: UUID(hex=v),
    "instant": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "bytes": b64decode,
}


def unpacked(value: Any) -> Any:
    """The inverse of `packed`."""
    if isinstance(value, dict) and value.keys() == {_TYPE, _VALUE}:
        return _UNPACK[value[_TYPE]](value[_VALUE])
    return value


def packed_row(row: Mapping[str, Any]) -> Doc:
    return {name: packed(value) for name, value in row.items()}


def unpacked_row(doc: Doc) -> dict[str, Any]:
    return {name: unpacked(value) for name, value in doc.items()}


# ---------------------------------------------------------------- pictures
Picture = dict[tuple[str, RowKey], Doc]


def picture(db: Session, owned: Mapping[str, str], owners: Collection[UUID]) -> Picture:
    """All rows of some tables that belong to these owners; ``owned`` is table → owner column."""
    found: Picture = {}
    for name, column in owned.items():
        table = table_named(name)
        for part in chunks(sorted(owners), _BATCH):
            for row in db.connection().execute(select(table).where(table.c[column].in_(part))):
                values = dict(mapping_of(row))
                key = tuple(values[c.name] for c in table.primary_key.columns)
                found[(name, key)] = packed_row(values)
    return found


def changes_between(before: Picture, after: Picture) -> Iterator[Change]:
    """What happened between two pictures, table by table in the order they were taken."""
    for place, doc in after.items():
        if place not in before:
            yield Change(place[0], _key_doc(place), None, doc)
        elif before[place] != doc:
            yield Change(place[0], _key_doc(place), before[place], doc)
    for place, doc in before.items():
        if place not in after:
            yield Change(place[0], _key_doc(place), doc, None)


def _key_doc(place: tuple[str, RowKey]) -> Doc:
    columns = table_named(place[0]).primary_key.columns
    return {c.name: packed(value) for c, value in zip(columns, place[1], strict=True)}


# ---------------------------------------------------------------- taking back
def current(db: Session, table_name: str, key: Doc) -> Doc | None:
    """The row as it is now, or None."""
    table = table_named(table_name)
    row = db.connection().execute(select(table).where(_is(table, key))).first()
    return None if row is None else packed_row(dict(mapping_of(row)))


def remove(db: Session, table_name: str, key: Doc) -> None:
    table = table_named(table_name)
    db.connection().execute(delete(table).where(_is(table, key)))


def put(db: Session, table_name: str, doc: Doc) -> None:
    """Insert a row as its picture has it."""
    db.connection().execute(insert(table_named(table_name)), [unpacked_row(doc)])


def take_back(
    db: Session,
    change: Change,
    *,
    running: Collection[str] = (),
    quiet: Collection[str] = HOUSEKEEPING,
) -> bool:
    """Undo one change as far as nobody touched the same since; False if something was kept.

    ``running`` are ``table.column`` places that hold sums: there the difference goes back,
    whatever was added since; a ``quiet`` column that somebody moved since is no reason to say so.
    """
    now = current(db, change.table, change.key)
    if change.before is None:
        if now is None:
            return True
        if now != change.after:
            return False
        remove(db, change.table, change.key)
        return True
    if change.after is None:
        if now is None:
            put(db, change.table, change.before)
        return now is None or now == change.before
    if now is None:
        return False
    return _put_back_columns(db, change, now, running, quiet)


def _put_back_columns(
    db: Session, change: Change, now: Doc, running: Collection[str], quiet: Collection[str]
) -> bool:
    """Three ways: what we changed and nobody else since goes back, the rest stays."""
    before, after = change.before or {}, change.after or {}
    ours = [name for name in before if before[name] != after.get(name)]
    back = {name: before[name] for name in ours if now.get(name) == after.get(name)}
    for name in ours:
        if f"{change.table}.{name}" in running:
            back[name] = now[name] - (after[name] - before[name])
    if back:
        table = table_named(change.table)
        db.connection().execute(
            update(table).where(_is(table, change.key)).values(unpacked_row(back))
        )
    return not set(ours) - back.keys() - set(quiet)


def _is(table: Table, key: Doc) -> Any:
    return and_(*(table.c[name] == unpacked(value) for name, value in key.items()))


# ---------------------------------------------------------------- children
def children_of(table_name: str, more: Iterable[tuple[str, str]] = ()) -> list[tuple[str, str]]:
    """(table, column) of every foreign key that points at this table, and those of ``more``."""
    found = [
        (table.name, key.parent.name)
        for table in _house().sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == table_name and table.name != table_name
    ]
    found += [
        (table_name, key.parent.name)
        for key in table_named(table_name).foreign_keys
        if key.column.table.name == table_name
    ]
    return sorted({*found, *more})


def count_children(
    db: Session, children: Sequence[tuple[str, str]], owners: Sequence[UUID]
) -> dict[UUID, dict[str, int]]:
    """How many rows hang on each owner: owner → ``table.column`` → count, zeros left out."""
    counts: dict[UUID, dict[str, int]] = {owner: {} for owner in owners}
    for table_name, column in children:
        table = table_named(table_name)
        for part in chunks(list(owners), _BATCH):
            rows = db.connection().execute(
                select(table.c[column], func.count())
                .where(table.c[column].in_(part))
                .group_by(table.c[column])
            )
            for owner, count in rows:
                counts[owner][f"{table_name}.{column}"] = count
    return counts


def remove_children(db: Session, places: Iterable[str], owners: Sequence[UUID]) -> None:
    """Delete what hangs on the owners in these ``table.column`` places."""
    for place in places:
        table_name, _, column = place.partition(".")
        table = table_named(table_name)
        for part in chunks(list(owners), _BATCH):
            db.connection().execute(delete(table).where(table.c[column].in_(part)))
