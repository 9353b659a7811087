"""The restore drill: a backup counts once it was restored into scratch and found equal.

On PostgreSQL the scratch is a database of its own, which needs the right to make one; without
it the drill takes a SQLite file, which proves the rows, keys and checksums just the same.
"""

import secrets
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from crm.kit.db import Database
from crm.safekeeping import restoring, settling
from crm.safekeeping.archive import opened
from crm.safekeeping.backing_up import Progress, quiet

_PREFIX = "keshi_drill_"


@dataclass(frozen=True)
class Drill:
    """A drill that went well: into which kind of database, in how many seconds."""

    into: str
    seconds: float


def drill(
    database: Database, path: Path, *, scratch: Path, secret: str, progress: Progress = quiet
) -> Drill:
    """Restore the backup at ``path`` into scratch and throw that away; `RuleBroken` if it fails."""
    began = time.monotonic()
    with opened(path, secret) as archive, restoring.fitting():
        restoring.refuse_newer(archive.manifest)
        with _scratch(database, scratch) as empty:
            with empty.for_migrations() as connection:
                restoring.fill(empty, connection, archive, progress)
                with Session(connection, autoflush=False) as db:
                    settling.expect_true_audit(db, secret)
            if empty.is_sqlite:
                restoring.expect_sound(empty)
            into = "sqlite" if empty.is_sqlite else "postgresql"
        for name in archive.manifest.files:
            for _ in archive.blocks(name):
                pass
    return Drill(into, time.monotonic() - began)


@contextmanager
def _scratch(database: Database, folder: Path) -> Iterator[Database]:
    if not database.is_sqlite:
        made = _postgres_scratch(database)
        if made is not None:
            try:
                yield made
            finally:
                made.dispose()
                _drop(database, made.url.database or "")
            return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Nobody else reads the folder, and it goes with all that a killed drill left in it.
    with (
        tempfile.TemporaryDirectory(prefix="drill-", dir=folder) as own,
        restoring.scratch_file(Path(own) / "drill.db") as made,
    ):
        yield made


def _postgres_scratch(database: Database) -> Database | None:
    """A database of its own; None where the role may not make one."""
    name = _PREFIX + secrets.token_hex(6)
    with database.engine.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        left = outside.exec_driver_sql(
            "SELECT datname FROM pg_database WHERE starts_with(datname, 'keshi_drill_')"
        )
        for (former,) in left.all():
            with suppress(DBAPIError):  # one that is in use stays
                outside.exec_driver_sql(f'DROP DATABASE "{former}"')
        try:
            outside.exec_driver_sql(f'CREATE DATABASE "{name}"')
        except DBAPIError:
            return None
    url = database.url.set(database=name)
    return Database(url.render_as_string(hide_password=False), pool_size=1)


def _drop(database: Database, name: str) -> None:
    with database.engine.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        outside.exec_driver_sql(f'DROP DATABASE IF EXISTS "{name}"')
