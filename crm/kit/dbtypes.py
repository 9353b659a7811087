"""The column types on which SQLite and PostgreSQL differ, and enums stored by value."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Boolean, LargeBinary, String, Uuid, literal
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

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
