"""Brings a backup back: built beside, proven, and only then in the place of what was there.

SQLite: a new file is filled and proven, then takes the name of the old one, which stays as
``….before-restore-…``. PostgreSQL: one transaction in an empty database. Either way a backup
that does not fit leaves everything as it was. A backup of one kind of database can be
restored into the other.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from crm.audit.digests import key_of
from crm.audit.witness import tell_restored
from crm.kit import clock, holding, migrating
from crm.kit.db import Database, sqlite_module
from crm.kit.errors import RuleBroken
from crm.kit.metadata import all_tables
from crm.safekeeping import canonical, loading, settling, swapping
from crm.safekeeping.archive import Archive, opened
from crm.safekeeping.backing_up import Progress, quiet
from crm.safekeeping.schemas import Manifest
from crm.safekeeping.settling import Settled
from crm.staff.actor import Actor


@dataclass(frozen=True)
class Restored:
    """What came back.

    ``before`` is where the former SQLite file is now; ``left_out`` names tables in the backup
    that are none of Keshi's, and did not come.
    """

    manifest: Manifest
    settled: Settled
    before: Path | None
    seconds: float
    left_out: list[str]


def restore(
    path: Path,
    url: str,
    *,
    data_dir: Path,
    secret: str,
    by: Actor,
    accept_audit: bool = False,
    progress: Progress = quiet,
) -> Restored:
    """Restore the backup at ``path`` into the database at ``url`` and its files into ``data_dir``.

    `RuleBroken` with nothing touched when the backup is damaged, of another key or of a newer
    Keshi, when its audit differs from its seals (unless ``accept_audit``), when a server is
    running on the database, or when PostgreSQL's is not empty.
    """
    began = time.monotonic()
    with opened(path, secret) as archive, fitting():
        refuse_newer(archive.manifest)
        put = _into_sqlite if make_url(url).get_backend_name() == "sqlite" else _into_postgres
        job = _Job(archive, url, data_dir, secret, by, accept_audit, progress)
        settled, before = put(job)
        holding.write_mark(data_dir, settled.instance_id)
        tell_restored(data_dir, newest=settled.newest_seal, key=key_of(secret))
        strange = sorted(archive.manifest.tables.keys() - all_tables().tables.keys())
    return Restored(archive.manifest, settled, before, time.monotonic() - began, strange)


def refuse_newer(manifest: Manifest) -> None:
    if not migrating.knows(manifest.revision):
        raise RuleBroken(
            "This backup was made by a newer Keshi (revision %(revision)s). Install that one, "
            "then restore.",
            "backup_newer",
            revision=manifest.revision,
        )


def fill(
    database: Database, connection: Connection, archive: Archive, progress: Progress = quiet
) -> None:
    """Fill an empty database with a backup, prove it equal, and bring it to the newest schema."""
    manifest = archive.manifest
    migrating.upgrade_within(database, connection, manifest.revision)
    order = canonical.tables_of(connection)
    unlike = [
        table.name
        for table in order
        if table.name not in manifest.tables or manifest.tables[table.name].columns != table.names
    ]
    if unlike:
        raise RuleBroken(
            "The tables of this backup are not those of its revision %(revision)s: %(names)s.",
            "backup_shape",
            revision=manifest.revision,
            names=", ".join(unlike[:3]),
        )
    steps = 2 * len(order)
    with loading.bare(connection, order):
        loading.empty(connection, order)
        for no, table in enumerate(order):
            progress(table.name, no, steps)
            columns = manifest.tables[table.name].columns
            for _ in loading.load(connection, table, columns, archive.lines(table.name)):
                pass
    for no, table in enumerate(order):
        progress(table.name, len(order) + no, steps)
        expect_equal(connection, table, manifest)
    migrating.upgrade_within(database, connection)


def expect_equal(connection: Connection, table: canonical.Table, manifest: Manifest) -> None:
    """`RuleBroken` when a table's rows or their checksum are not those of the backup."""
    if canonical.facts_of(connection, table) != manifest.tables[table.name]:
        raise RuleBroken(
            "The table %(table)s did not come back as it was saved.",
            "restore_differs",
            table=table.name,
        )


@dataclass(frozen=True)
class _Job:
    archive: Archive
    url: str
    data_dir: Path
    secret: str
    by: Actor
    accept_audit: bool
    progress: Progress

    def fill(self, database: Database, connection: Connection) -> Settled:
        fill(database, connection, self.archive, self.progress)
        with Session(connection, autoflush=False) as db:
            if not self.accept_audit:
                settling.expect_true_audit(db, self.secret)
            return settling.settle(db, self.archive.manifest, by=self.by)


def _into_sqlite(job: _Job) -> tuple[Settled, Path | None]:
    target = Path(make_url(job.url).database or "")
    swapping.refuse_in_use(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    with scratch_file(draft) as database:
        with database.for_migrations() as connection:
            settled = job.fill(database, connection)
        expect_sound(database)
        database.dispose()
        unpack(job.archive, job.data_dir)
        before = swapping.swap(draft, target, stamp=f"{clock.now():%Y%m%dT%H%M%SZ}")
    return settled, before


def _into_postgres(job: _Job) -> tuple[Settled, None]:
    database = Database(job.url, pool_size=1)
    try:
        with database.for_migrations() as connection:
            if sa.inspect(connection).get_table_names():
                raise RuleBroken(
                    "This PostgreSQL database is not empty. Make an empty one (createdb), "
                    "restore into it with --into, then let KESHI_DATABASE_URL name it.",
                    "restore_not_empty",
                )
            settled = job.fill(database, connection)
            unpack(job.archive, job.data_dir)
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("ANALYZE")
    finally:
        database.dispose()
    return settled, None


@contextmanager
def scratch_file(path: Path) -> Iterator[Database]:
    """A new SQLite database that is fast to fill: it has no journal, as a failed one is thrown
    away. What is left at ``path`` at the end of the block is removed.
    """
    _remove(path)
    path.touch(mode=0o600)
    database = Database(f"sqlite:///{path}", pool_size=1)
    try:
        with closing(database.engine.raw_connection()) as connection:
            driver: Any = connection.driver_connection
            driver.execute("PRAGMA journal_mode=OFF")
            driver.execute("PRAGMA synchronous=OFF")
        yield database
    finally:
        database.dispose()
        _remove(path)


def expect_sound(database: Database) -> None:
    """SQLite's own look at every page and index of a restored file."""
    with database.reading() as db:
        said = db.connection().exec_driver_sql("PRAGMA integrity_check").all()
    if [tuple(line) for line in said] != [("ok",)]:
        raise RuleBroken("The restored file is not sound. Nothing was changed.", "restore_unsound")


def unpack(archive: Archive, data_dir: Path) -> int:
    """Put files back that are not there; what lies there is left alone. Returns how many came."""
    came = 0
    for name, facts in archive.manifest.files.items():
        target = data_dir / name
        if target.exists() and target.stat().st_size == facts.size:
            continue
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = target.with_name(f".{target.name}.part")
        try:
            with draft.open("wb") as file:
                for block in archive.blocks(name):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        came += 1
    return came


def _remove(path: Path) -> None:
    for tail in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + tail).unlink(missing_ok=True)


@contextmanager
def fitting() -> Iterator[None]:
    """What a database says against rows becomes one clear line."""
    import psycopg  # nine megabytes that no process of a SQLite house needs otherwise

    try:
        yield
    except (SQLAlchemyError, psycopg.Error, sqlite_module().Error, RuntimeError) as error:
        raise RuleBroken(
            "The rows of this backup do not fit its tables (%(error)s). Nothing was changed.",
            "restore_refused",
            error=type(error).__name__,
        ) from error
