"""Bring a database to the shape that this code knows, and refuse one from the future."""

import logging
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from migrations import append_only

log = logging.getLogger("keshi.migrating")

HERE = Path(__file__).resolve().parents[2] / "migrations"


def config_for(database: Database) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(slug)s")
    config.attributes["database"] = database
    return config


@cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


@cache
def head() -> str:
    """The newest revision that this code knows."""
    return _scripts().get_current_head() or ""


def revision_of(database: Database) -> str | None:
    """The revision the database is at; None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database, to: str = "head") -> None:
    """Upgrade in one transaction; on SQLite foreign keys are off meanwhile and checked after."""
    refuse_newer(database)
    config = config_for(database)
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)
        if to == "head":
            _warn_of(append_only.create(connection))


def upgrade_within(database: Database, connection: Connection, to: str = "head") -> None:
    """Upgrade in a transaction that the caller began with `Database.for_migrations`."""
    config = config_for(database)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def knows(revision: str) -> bool:
    """Whether this code has ever heard of a revision."""
    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def downgrade(database: Database, to: str) -> None:
    config = config_for(database)
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, to)


def check(database: Database) -> None:
    """Raise `alembic.util.CommandError` when tables and migrations disagree."""
    config = config_for(database)
    with database.for_migrations() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def refuse_newer(database: Database) -> None:
    """A database written by newer code must not be touched by older code."""
    current = revision_of(database)
    if current is None:
        return
    try:
        _scripts().get_revision(current)
    except CommandError:
        raise RuleBroken(
            "This database is newer than this Keshi (revision %(revision)s). "
            "Install the newer Keshi, or restore the backup made before the upgrade.",
            "database_newer",
            revision=current,
        ) from None


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
