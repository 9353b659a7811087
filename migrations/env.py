"""How a migration runs: in one transaction, on SQLite with foreign keys off and checked after.

With foreign keys on, SQLite's move-and-copy of one table silently deleted its children
through the cascade (measured: 3 of 3), hence the pragma and the check.
"""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

from crm.kit.db import Database
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.metadata import all_tables
from migrations.search_objects import is_search_object


def render_item(kind: str, item: Any, autogen: AutogenContext) -> str | Literal[False]:
    """Plain SQLAlchemy types in migration files; only the dialect-aware ones are ours."""
    if kind != "type":
        return False
    if isinstance(item, JsonDoc | Key):
        autogen.imports.add(f"from crm.kit.dbtypes import {type(item).__name__}")
        return f"{type(item).__name__}()"
    if isinstance(item, StrEnumText):
        return "sa.String(length=32)"
    if isinstance(item, AutoString):
        return f"sa.String(length={item.length})"
    if type(item).__name__ == "UTCDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def include_object(
    _object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any
) -> bool:
    return not is_search_object(name, kind)


def migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=all_tables(),
        render_as_batch=True,
        render_item=render_item,
        include_object=include_object,
        compare_type=False,
        compare_server_default=False,
    )
    with context.begin_transaction():
        context.run_migrations()


def run() -> None:
    given = context.config.attributes.get("connection")
    if given is not None:
        migrate(given)
        return
    database = Database(context.config.get_main_option("sqlalchemy.url") or "")
    with database.for_migrations() as connection:
        migrate(connection)
    database.dispose()


run()
