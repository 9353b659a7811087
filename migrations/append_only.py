"""Triggers that keep the audit append-only: what SQLite and PostgreSQL each need.

They guard against mistakes of code and hands; against intent stands the chain, since who may
drop a table may drop its triggers. Batch migrations on SQLite drop triggers without a word, so
they are made by code, looked for at every start, and made again where they are missing.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, inspect, text

TABLES = ("audit", "audit_seal")
SAYS = "the audit is append-only"
_KEYS = {"audit": "id", "audit_seal": "no"}
_SQLITE = ("update", "delete", "replace")
_POSTGRES = ("update", "delete", "truncate")
_FUNCTION = "keshi_append_only"


def names(connection: Connection) -> list[str]:
    """The triggers of this kind of database."""
    verbs = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRES
    return [f"{table}_no_{verb}" for table in TABLES for verb in verbs]


def missing(connection: Connection) -> list[str]:
    """Which triggers are not there, or do not fire, though their table is there."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
            "WHERE NOT tgisinternal AND tgenabled <> 'D' "
            "AND pg_class.relnamespace = current_schema()::regnamespace"
        )
    there = set(connection.execute(text(query)).scalars())
    tables = set(inspect(connection).get_table_names())
    return [
        name
        for name in names(connection)
        if name not in there and name.rsplit("_no_", 1)[0] in tables
    ]


def create(connection: Connection) -> list[str]:
    """Make what is missing; returns which that was."""
    made = missing(connection)
    if made and connection.dialect.name != "sqlite":
        connection.execute(
            text(
                f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{SAYS}' USING ERRCODE = 'restrict_violation'; END $$"
            )
        )
    for name in made:
        table, verb = name.rsplit("_no_", 1)
        if connection.dialect.name == "sqlite":
            connection.execute(text(_sqlite_trigger(name, table, verb)))
        else:
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
            connection.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} "
                    f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
                )
            )
    return made


def drop(connection: Connection) -> None:
    for name in names(connection):
        table = name.rsplit("_no_", 1)[0]
        where = "" if connection.dialect.name == "sqlite" else f" ON {table}"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}{where}"))
    if connection.dialect.name != "sqlite":
        connection.execute(text(f"DROP FUNCTION IF EXISTS {_FUNCTION}()"))


@contextmanager
def lifted(connection: Connection) -> Iterator[None]:
    """Without the triggers within one transaction, for who may empty the audit as a whole."""
    drop(connection)
    yield
    create(connection)


def _sqlite_trigger(name: str, table: str, verb: str) -> str:
    says = f"SELECT RAISE(ABORT, '{SAYS}');"
    if verb != "replace":
        return f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} BEGIN {says} END"
    # REPLACE removes the old row without asking the trigger for DELETE.
    key = _KEYS[table]
    twin = f"SELECT 1 FROM {table} WHERE {key} = new.{key}"  # noqa: S608 - names of ours
    return f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN EXISTS ({twin}) BEGIN {says} END"
