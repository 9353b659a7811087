"""Sensing over everybody: the nightly pass, the night after it, and one guest after check-out.

The house holds what sensing reads and nothing else (`lab.bench.house.planting`): a thousand guests
have five thousand stays and as many lines on bills, one regular in ten has a habit. Each pass runs
in a process of its own, so that its memory is the pass's; what PostgreSQL takes is the server's.
"""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from crm.hotels.tables import Hotel
from crm.kit import clock, migrating
from crm.kit.db import Database
from crm.kit.settings import Settings, put_in_force
from crm.sensing import passing, service
from crm.sensing.terms import MIN_CASES
from crm.stays.tables import FolioLine, Stay
from lab.bench.figures import machine, percentile
from lab.bench.house import planting
from lab.bench.house.planting import Garden
from lab.bench.house.seed import NotOurs
from lab.bench.house.stores import gather_statistics, store_of
from lab.bench.importing import peak_memory_mib

SECONDS, MEMORY = 120, 1024
"""For a million guests: seconds of one pass, MiB of its process."""
_MILLION = 1_000_000
_GUESTS_ALONE = 100
_SECRET = "what-a-bench-seals-its-own-audit-with-0123456789"  # noqa: S105 - of a scratch house
_COLUMNS = ("", "guests", "stays", "bill lines", "wall s", "CPU s", "peak MiB", "proposed",
            "target", "verdict")  # fmt: skip


@dataclass(frozen=True)
class Night:
    """One line of the table; seconds are of one pass, or the 99th percentile of one guest."""

    name: str
    guests: int
    stays: int
    lines: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    proposed: int
    target: str = ""
    kept: bool | None = None

    @property
    def verdict(self) -> str:
        return "" if self.kept is None else "kept" if self.kept else "MISSED"


def measure(
    guests: int, seed: int, url: str | None, folder: Path, told: Callable[[str], None]
) -> list[Night]:
    """Plant, sense twice, sense guests one by one. A house of one's own is removed at the end."""
    file = folder / f"sensing-{guests}-{seed}.db"
    where = url or f"sqlite:///{file}"
    garden = Garden(guests, seed)
    today = clock.now().date()
    try:
        stays, lines = _planted(where, garden, today, told)
        nights = [_alone(_pass, where, today + timedelta(days=n)) for n in (0, 1)]
        seconds, cpu, memory = _alone(_singly, where, today, garden)
    finally:
        if url is None:
            for end in ("", "-wal", "-shm"):
                file.with_name(file.name + end).unlink(missing_ok=True)
    size = guests, stays, lines
    target = f"≤ {SECONDS} s, ≤ {MEMORY} MiB for a million guests"
    found = [
        Night(name, *size, wall, used, peak, proposed, target, _keeps(guests, wall, peak))
        for name, (wall, used, peak, proposed) in zip(
            ("first night", "the night after"), nights, strict=True
        )
    ]
    one = Night("one guest after check-out, p99", 1, 0, 0, seconds, cpu, memory, 0)
    return [*found, one]


def _keeps(guests: int, wall: float, peak: float) -> bool:
    return wall <= SECONDS * max(guests, 1) / _MILLION + 5 and peak <= MEMORY


def _planted(
    where: str, garden: Garden, today: date, told: Callable[[str], None]
) -> tuple[int, int]:
    database = Database(where)
    try:
        migrating.upgrade(database)
        with database.reading() as db:
            if db.connection().scalar(select(func.count()).select_from(Hotel)):
                raise NotOurs
        hotels = planting.houses(database, garden)
        store = store_of(database)
        try:
            store.strip()
            planting.plant(store, garden, hotels, today, told)
            store.dress(told)
        finally:
            store.close()
        gather_statistics(database)
        with database.reading() as db:
            return tuple(  # type: ignore[return-value]
                db.connection().scalar(select(func.count()).select_from(table)) or 0
                for table in (Stay, FolioLine)
            )
    finally:
        database.dispose()


def _alone(work: Callable[..., Any], *told: Any) -> Any:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=fresh, initializer=_settle) as pool:
        return pool.submit(work, *told).result()


def _settle() -> None:
    put_in_force(Settings(_env_file=None, secret_key=SecretStr(_SECRET)))


def _pass(where: str, day: date) -> tuple[float, float, float, int]:
    database = Database(where)
    began, used = time.perf_counter(), time.process_time()
    done = passing.sense_all(database, day)
    taken = time.perf_counter() - began, time.process_time() - used
    database.dispose()
    return *taken, peak_memory_mib(), done.proposed


def _singly(where: str, day: date, garden: Garden) -> tuple[float, float, float]:
    """Guests with enough stays, one transaction each; seconds of the slowest of a hundred."""
    database = Database(where)
    regulars = [no for no in range(garden.guests) if garden.stays_of(no) >= MIN_CASES]
    walls, used = [], time.process_time()
    for no in regulars[:: max(1, len(regulars) // _GUESTS_ALONE)][:_GUESTS_ALONE]:
        began = time.perf_counter()
        with database.writing() as db:
            service.sense_guest(db, UUID(bytes=planting.key_of(0, no)), day)
        walls.append(time.perf_counter() - began)
    database.dispose()
    cpu = (time.process_time() - used) / len(walls)
    return percentile(walls, 0.99), cpu, peak_memory_mib()


# ---------------------------------------------------------------- printing
def _cells(night: Night) -> tuple[str, ...]:
    return (
        night.name, f"{night.guests:,}", f"{night.stays:,}" if night.stays else "",
        f"{night.lines:,}" if night.lines else "", f"{night.wall_s:.2f}", f"{night.cpu_s:.2f}",
        f"{night.peak_mib:.0f}", f"{night.proposed:,}", night.target, night.verdict,
    )  # fmt: skip


def show(nights: list[Night]) -> None:
    """A table on the terminal."""
    table = Table(title=f"sensing · {machine()}", title_justify="left")
    for place, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if 0 < place < 8 else "left")
    for night in nights:
        table.add_row(*_cells(night))
    Console(width=160).print(table)


def markdown(nights: list[Night]) -> str:
    """The same table for a page."""
    rows = [_COLUMNS, ("---", *["---:"] * 7, "---", "---"), *map(_cells, nights)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def plain(nights: list[Night]) -> list[dict[str, Any]]:
    """For machines."""
    return [asdict(one) | {"verdict": one.verdict} for one in nights]
