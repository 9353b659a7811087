"""Makes a backup while the house works: one state, written aside, read back, then given its name.

A file with a backup's name is whole: it gets that name after it was written to the disk and
read back. What a full disk or a kill leaves has another name and goes with the next backup.
"""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection
from sqlmodel import Session

from crm.audit.sealing import newest_seal
from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.safekeeping import archive, canonical, rules
from crm.safekeeping.schemas import FORMAT, FileFacts, Manifest, TableFacts

FOLDERS = ("documents", "imports")
"""The parts of the data folder that belong to the guest files."""

Progress = Callable[[str, int, int], None]
"""Told what is worked on, how many parts are done, and of how many."""


def quiet(*_: object) -> None:
    """No progress is shown."""


@dataclass(frozen=True)
class Backup:
    """One finished backup; ``seconds`` for making and reading it back."""

    path: Path
    manifest: Manifest
    size: int
    seconds: float


def back_up(
    database: Database,
    folder: Path,
    *,
    data_dir: Path,
    secret: str,
    version: str,
    sealed: bool = True,
    progress: Progress = quiet,
) -> Backup:
    """Write a backup into ``folder``; `RuleBroken` when the disk is full."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    forget_unfinished(folder)
    target = folder / rules.file_name(clock.now())
    with _full_disk(), _draft_of(target) as (draft, file):
        writer = archive.ArchiveWriter(file, secret, sealed=sealed)
        manifest = _write(writer, database, data_dir, version, progress)
        file.flush()
        os.fsync(file.fileno())
        progress("reading back", len(manifest.tables), len(manifest.tables) + 1)
        with archive.opened(draft, secret) as written:
            for _ in written.check():
                pass
        draft.replace(target)
    _sync(folder)
    return Backup(target, manifest, target.stat().st_size, time.monotonic() - began)


def forget_unfinished(folder: Path) -> int:
    """Remove what broken-off backups left; one that is being written holds a lock on its file."""
    gone = 0
    for path in folder.glob(".keshi-*.part"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
            gone += 1
    return gone


def backups_in(folder: Path) -> list[Path]:
    """The backups of a folder, the newest first."""
    found = [path for path in folder.glob("keshi-*") if rules.made_at(path.name)]
    return sorted(found, reverse=True)


def rotate(folder: Path, *, daily: int, weekly: int) -> list[str]:
    """Remove backups that have had their time; returns their names."""
    gone = rules.outlived((path.name for path in backups_in(folder)), daily=daily, weekly=weekly)
    for name in gone:
        (folder / name).unlink(missing_ok=True)
    return gone


def _write(
    writer: archive.ArchiveWriter,
    database: Database,
    data_dir: Path,
    version: str,
    progress: Progress,
) -> Manifest:
    made_at = clock.now()
    tables: dict[str, TableFacts] = {}
    with database.snapshot() as connection:
        order = canonical.tables_of(connection)
        revision = migrating.revision_on(connection) or ""
        for no, table in enumerate(order):
            progress(table.name, no, len(order) + 1)
            batches = canonical.lines_of(connection, table)
            for _ in writer.put_table(table.name, table.names, batches):
                pass
            tables[table.name] = writer.facts
        seal = _seal(connection, tables)
    # After the rows: a file is on the disk before a row speaks of it.
    files = _write_files(writer, data_dir)
    manifest = Manifest(
        format=FORMAT,
        made_at=made_at,
        version=version,
        revision=revision,
        database="sqlite" if database.is_sqlite else "postgresql",
        tables=tables,
        files=files,
        seal=seal,
    )
    writer.finish(manifest)
    return manifest


def _write_files(writer: archive.ArchiveWriter, data_dir: Path) -> dict[str, FileFacts]:
    facts: dict[str, FileFacts] = {}
    for path in _files(data_dir):
        name = path.relative_to(data_dir).as_posix()
        # A job may remove a file whose time is over between the listing and here.
        with suppress(FileNotFoundError), path.open("rb") as source:
            facts[name] = writer.put_file(name, source)
    return facts


def _files(data_dir: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((data_dir / folder).rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.endswith(".part"):
                yield path


def _seal(connection: Connection, tables: dict[str, TableFacts]) -> str | None:
    if "audit_seal" not in tables:
        return None
    with Session(connection, autoflush=False) as db:
        newest = newest_seal(db)
    return None if newest is None else f"{newest.no}:{bytes(newest.digest).hex()}"


@contextmanager
def _draft_of(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A file beside the target that only its owner reads; gone unless it was renamed."""
    draft = target.with_name(f".{target.name}.part")
    handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield draft, file
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _full_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        raise RuleBroken(
            "The disk is full: no backup was made. Make room, or name another folder.",
            "backup_disk_full",
        ) from None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
