"""Puts a proven SQLite file in the place of another, which nobody may have open."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path

from crm.kit.db import sqlite_module
from crm.kit.errors import RuleBroken

_SHARED_FIRST, _SHARED_SIZE = 0x40000002, 510
"""The bytes that every SQLite connection locks while it has a file open (SQLite, os.h)."""


def refuse_in_use(target: Path) -> None:
    """`RuleBroken` while any process has the database open, at work or not. Changes nothing."""
    if target.exists():
        _alone_with(target, "PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "ROLLBACK")


def _close_log(target: Path) -> None:
    """Bring the write-ahead log into the file, which is then complete by itself."""
    _alone_with(target, "PRAGMA journal_mode=DELETE")


def _alone_with(target: Path, *statements: str) -> None:
    """Run what only works while nobody else has the file open.

    A connection to a database with a write-ahead log keeps a shared lock as long as it lives.
    """
    driver = sqlite_module()
    connection = driver.connect(target, timeout=2, isolation_level=None)
    try:
        for statement in statements:
            connection.execute(statement).fetchall()
    except driver.OperationalError as error:
        if "locked" not in str(error):
            raise
        raise _in_use() from None
    except driver.DatabaseError:  # damaged: perhaps the reason for the restore
        connection.close()
        _refuse_locked(target)
    finally:
        connection.close()


def swap(draft: Path, target: Path, *, stamp: str) -> Path | None:
    """Give ``draft`` the name of ``target`` in one step; returns where the former file is now."""
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    before: Path | None = None
    if target.exists():
        _close_log(target)
        before = target.with_name(f"{target.name}.before-restore-{stamp}")
        for tail in ("-wal", "-shm"):
            left = target.with_name(target.name + tail)
            if left.exists():
                left.rename(before.with_name(before.name + tail))
        os.link(target, before)
        _like(draft, before)
    draft.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return before


def _like(draft: Path, former: Path) -> None:
    """The same owner and rights, so that the server may open it as before."""
    facts = former.stat()
    draft.chmod(facts.st_mode & 0o777)
    with suppress(PermissionError):
        os.chown(draft, facts.st_uid, facts.st_gid)


def _refuse_locked(target: Path) -> None:
    with target.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, _SHARED_SIZE, _SHARED_FIRST)
        except OSError:
            raise _in_use() from None


def _in_use() -> RuleBroken:
    return RuleBroken(
        "Keshi is running on this database. Stop keshi serve and keshi worker, then restore.",
        "restore_in_use",
    )
