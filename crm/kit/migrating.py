"""Bring a database to the shape that this code knows, and refuse one from the future."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from crm.kit.db import Database
from crm.kit.errors import RuleBroken

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
