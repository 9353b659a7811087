"""The column types on which SQLite and PostgreSQL differ, and enums stored by value."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    Boolean,
    ColumnElement,
    LargeBinary,
    String,
    Uuid,
    literal,
    type_coerce,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

ENUM_LENGTH = 32


class Key(TypeDecorator[UUID]):
    """A UUID: native on PostgreSQL, 16 bytes on SQLite (36-character text doubles the disk)."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(Uuid(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        if value is None or isinstance(value, UUID):
            return value
        return UUID(bytes=bytes(value))


def as_it_lies(attribute: Any) -> ColumnElement[Any]:
    """A column in the driver's own form, for passes over millions of rows.

    A key comes as 16 bytes from SQLite and as a UUID from PostgreSQL (`key_from` tells), a word as
    text, an instant as `clock_from` reads it. A UUID made for every key costs as much as all
    other work on a row (measured).
    """
    return type_coerce(attribute, NullType())


def key_from(raw: bytes | UUID) -> UUID:
    """The key that `as_it_lies` gave."""
    return raw if isinstance(raw, UUID) else UUID(bytes=raw)


def day_from(raw: str | date) -> date:
    """The day that `as_it_lies` gave: text from SQLite."""
    return raw if isinstance(raw, date) else date.fromisoformat(raw)


def clock_from(raw: str | datetime) -> datetime:
    """What the clock in UTC showed at the instant that `as_it_lies` gave, without a zone."""
    if isinstance(raw, datetime):
        return raw.astimezone(UTC).replace(tzinfo=None)
    return datetime.fromisoformat(raw)


class StrEnumText(TypeDecorator[StrEnum]):
    """A StrEnum by *value* in VARCHAR(32): a new member needs no migration on either database."""

    impl = String(ENUM_LENGTH)
    cache_ok = True

    def __init__(self, enum: type[StrEnum]) -> None:
        super().__init__()
        self.enum = enum
        # Looked up per value read: calling the enum costs ten times as much (measured).
        self._members = {member.value: member for member in enum}

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        return None if value is None else self._members.get(value) or self.enum(value)


class JsonDoc(TypeDecorator[Any]):
    """A JSON document: JSONB on PostgreSQL, JSON text on SQLite. Not for use in WHERE."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import JSONB

            return dialect.type_descriptor(JSONB())
        return dialect.type_descriptor(JSON())


class StartsWith(FunctionElement[bool]):
    """``StartsWith(column, "chen|")``: whether a text starts so, asked in the way that an index
    of the column answers. A range on SQLite, whose LIKE ignores case and therefore the index; LIKE
    on PostgreSQL, where the index needs ``text_pattern_ops``.
    """

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: Any, start: str) -> None:
        escaped = start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        super().__init__(column, *map(literal, (start, f"{start}\U0010ffff", f"{escaped}%")))

    def self_group(self, against: Any = None) -> Any:
        """A condition as it stands: ``… = 1``, which SQLite gets else, hides it from the index."""
        return self


@compiles(StartsWith, "sqlite")
def _by_range(element: StartsWith, compiler: Any, **more: Any) -> str:
    text, low, high, _ = (compiler.process(one, **more) for one in element.clauses)
    return f"({text} >= {low} AND {text} < {high})"


@compiles(StartsWith)
def _by_pattern(element: StartsWith, compiler: Any, **more: Any) -> str:
    text, _, _, pattern = element.clauses
    return f"({compiler.process(text, **more)} LIKE {compiler.process(pattern, **more)})"
