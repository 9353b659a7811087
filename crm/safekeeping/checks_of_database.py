"""Whether the database keeps what it acknowledges, and is of the shape that the code expects."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select

from crm.guests import indexing
from crm.guests.tables import Guest
from crm.kit import clock, drift, migrating
from crm.kit.db import sqlite_serves_many
from crm.safekeeping.house import House, fine, notice, serious
from crm.safekeeping.schemas import Finding
from crm.stays import figures

WAL_MAX = 64 * 1024 * 1024
FEW = 1_000
STALE_FACTOR = 4
SKEW_S, BAD_SKEW_S = 2, 60
_FULL = 2


def revision(house: House) -> Finding:
    """Older or newer than the code."""
    found = migrating.revision_on(house.db.connection())
    if found == migrating.head():
        return fine("revision")
    code = "revision_older" if found is None or migrating.knows(found) else "revision_newer"
    return serious(code, revision=found or "-")


def durability(house: House) -> Finding:
    """What was acknowledged survives a power cut only so (150 of 300 cuts lost some otherwise)."""
    if house.database.is_sqlite:
        synchronous = house.scalar("PRAGMA synchronous")
        journal = house.scalar("PRAGMA journal_mode")
        if synchronous in (_FULL, _FULL + 1) and journal == "wal":
            return fine("durability")
        return serious("durability_sqlite", synchronous=str(synchronous), journal=str(journal))
    off = [
        name
        for name in ("fsync", "full_page_writes", "synchronous_commit")
        if house.scalar(f"SHOW {name}") == "off"
    ]
    return serious("durability_postgres", names=", ".join(off)) if off else fine("durability")


def library(house: House) -> Finding:
    """SQLite before 3.51.3 can lose a write-ahead log that several processes reset."""
    if house.database.is_sqlite and not sqlite_serves_many():
        return notice("library_old")
    return fine("library")


def write_ahead_log(house: House) -> Finding:
    """A log that never gets smaller: somebody reads without an end."""
    if house.file is None:
        return fine("log_size")
    log = house.file.with_name(house.file.name + "-wal")
    size = log.stat().st_size if log.exists() else 0
    if size <= WAL_MAX:
        return fine("log_size")
    return notice("log_large", megabytes=size // (1024 * 1024))


def role(house: House) -> Finding:
    """A stolen password of a superuser opens the whole server."""
    if house.database.is_sqlite:
        return fine("role")
    is_super = house.scalar("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    return notice("role_super") if is_super else fine("role")


def trigrams(house: House) -> Finding:
    """Without pg_trgm a name typed wrongly in the middle is not found."""
    if house.database.is_sqlite or house.scalar(
        "SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'"
    ):
        return fine("trigrams")
    return notice("trigrams_missing")


def shape(house: House) -> Finding:
    """Tables, indexes and triggers against the code."""
    found = drift.differences(house.db.connection())
    if not found:
        return fine("shape")
    return serious("shape_differs", number=len(found), names="; ".join(found[:3]))


def statistics(house: House) -> Finding:
    """Without fresh figures the planner takes every index for equally good."""
    count = house.db.connection().scalar(select(func.count()).select_from(Guest)) or 0
    known = _known_rows(house)
    if count <= FEW or (known and count / STALE_FACTOR <= known <= count * STALE_FACTOR):
        return fine("statistics")
    return notice("statistics_stale", known=known, count=count)


def _known_rows(house: House) -> int:
    if not house.database.is_sqlite:
        return int(
            str(house.scalar("SELECT reltuples::bigint FROM pg_class WHERE relname='guest'"))
        )
    if not house.scalar("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"):
        return 0
    # Every index has a line that begins with its rows; a partial one has fewer than the table.
    most = "SELECT max(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'guest'"
    return int(str(house.scalar(most) or 0))


def derived(house: House) -> Finding:
    """Figures and search keys against the facts."""
    if not house.thorough:
        return fine("derived_not_looked")
    wrong = len(figures.differences(house.db))
    stale = len(indexing.stale_guests(house.db))
    if not wrong and not stale:
        return fine("derived")
    return serious("derived_differ", figures=wrong, guests=stale)


def clock_of_database(house: House) -> Finding:
    """The application's clock against the database's."""
    if house.database.is_sqlite:
        return fine("clock")
    there = house.db.connection().exec_driver_sql("SELECT clock_timestamp()").scalar_one()
    return _skewed(abs((there - clock.now()).total_seconds()), "clock_database")


def clock_of_files(house: House) -> Finding:
    """The application's clock against that of the disk, which may be another machine's."""
    folder = house.settings.data_dir
    if not folder.is_dir():
        return fine("clock")
    probe = folder / ".clock"
    try:
        probe.write_bytes(b"")
        there = datetime.fromtimestamp(_modified(probe), UTC)
    except OSError:
        return serious("folder_not_writable", folder=str(folder))
    finally:
        probe.unlink(missing_ok=True)
    return _skewed(abs((there - clock.now()).total_seconds()), "clock_files")


def _modified(path: Path) -> float:
    return path.stat().st_mtime


def _skewed(seconds: float, code: str) -> Finding:
    if seconds <= SKEW_S:
        return fine("clock")
    say = serious if seconds > BAD_SKEW_S else notice
    return say(code, seconds=round(seconds))
