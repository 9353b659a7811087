"""Bring a database to the shape that this code knows, and refuse one from the future.

Every process asks at its start whether the database fits; that is read from the names in
``migrations/versions`` and one row, without Alembic, whose eight megabytes only a migration needs.
"""

import logging
import re
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from migrations import append_only

if TYPE_CHECKING:
    from alembic.config import Config

log = logging.getLogger("keshi.migrating")

HERE = Path(__file__).resolve().parents[2] / "migrations"


_STEP = re.compile(
    r"^revision\b[^=]*= *[\"'](?P<this>\w+)[\"']$.*?^down_revision\b[^=]*= *(?P<before>.+?)$",
    re.MULTILINE | re.DOTALL,
)


def config_for(database: Database) -> "Config":
    from alembic.config import Config

    config = Config(stdout=sys.stdout)  # of now: Alembic's own is that of its import
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["database"] = database
    return config


@cache
def _steps() -> dict[str, str | None]:
    """Every revision that this code knows → the one before it."""
    found: dict[str, str | None] = {}
    for path in sorted((HERE / "versions").glob("*.py")):
        if (step := _STEP.search(path.read_text(encoding="utf-8"))) is not None:
            before = step["before"].strip().strip("\"'")
            found[step["this"]] = None if before == "None" else before
    return found


@cache
def head() -> str:
    """The newest revision that this code knows."""
    steps = _steps()
    return next(iter(steps.keys() - set(steps.values())), "")


def revision_of(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return revision_on(connection)


def revision_on(connection: Connection) -> str | None:
    """The same, asked on a connection that is open."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


def upgrade(database: Database, to: str = "head") -> None:
    """Upgrade in one transaction; on SQLite foreign keys are off meanwhile and checked after."""
    from alembic import command

    refuse_newer(database)
    config = config_for(database)
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        if to == "head":
            _warn_of(append_only.create(connection))


def upgrade_within(database: Database, connection: Connection, to: str = "head") -> None:
    """Upgrade in a transaction that the caller began with `Database.for_migrations`."""
    from alembic import command

    config = config_for(database)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def knows(revision: str) -> bool:
    """Whether this code has ever heard of a revision."""
    return revision in _steps()


def downgrade(database: Database, to: str) -> None:
    from alembic import command

    config = config_for(database)
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def check(database: Database) -> None:
    """Raise `alembic.util.CommandError` when tables and migrations disagree."""
    from alembic import command

    config = config_for(database)
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def refuse_newer(database: Database) -> None:
    """A database written by newer code must not be touched by older code."""
    current = revision_of(database)
    if current is not None and not knows(current):
        raise RuleBroken(
            "This database is newer than this Keshi (revision %(revision)s). "
            "Install the newer Keshi, or restore the backup made before the upgrade.",
            "database_newer",
            revision=current,
        )


def refuse_older(database: Database) -> None:
    """The doors open only on a database of exactly this shape."""
    refuse_newer(database)
    if revision_of(database) != head():
        raise RuleBroken("This database is not up to date. Run: keshi migrate", "database_older")


def keep_guards(database: Database) -> list[str]:
    """Make the triggers again that keep the audit append-only; names those that were missing.

    Asked at every start: a batch migration on SQLite, or a hand, may have dropped them.
    """
    with database.reading() as db:
        gone = append_only.missing(db.connection())
    if gone:
        with database.writing() as db:
            append_only.create(db.connection())
        _warn_of(gone)
    return gone


def _warn_of(guards: list[str]) -> None:
    if guards:
        log.warning("triggers of the audit were missing and are back", extra={"triggers": guards})
