"""A large broken file: dry run, commit, re-import and undo, with the memory they take."""

import csv
import random
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions
from crm.intake.terms import ImportKind
from crm.kit import migrating
from crm.kit.db import Database
from crm.staff.actor import system
from lab.bench.figures import Figure, stopwatch
from lab.bench.house.names import FAMILY, GIVEN

BAD_SHARE = 0.05
HEADER = ["guest_id", "name", "phone", "email", "birthday", "nationality"]
Result = TypeVar("Result")


def measure(guests: int, url: str | None) -> list[Figure]:
    """Write a CSV of ``guests`` rows, one in twenty broken, and take it in, again, and back."""
    folder = Path(tempfile.mkdtemp(prefix="keshi-bench-"))
    database = Database(url or f"sqlite:///{folder / 'bench.db'}")
    try:
        migrating.upgrade(database)
        with database.writing() as db:
            open_hotel(
                db,
                HotelOpen(
                    code="BENCH",
                    name="Bench",
                    name_zh="测量",
                    time_zone="Asia/Shanghai",
                    currency="CNY",
                    country="CN",
                ),
            )
        path = folder / "guests.csv"
        write_file(path, guests)
        return _phases(Imports(database, folder), path, guests)
    finally:
        database.dispose()
        shutil.rmtree(folder, ignore_errors=True)


def _phases(imports: Imports, path: Path, rows: int) -> list[Figure]:
    by = system("bench")
    options = ImportOptions(kind=ImportKind.GUESTS, hotel="BENCH")
    found: list[Figure] = []

    def phase(name: str, do: Callable[[], Result]) -> Result:
        with stopwatch() as seconds:
            result = do()
        took = seconds()
        note = f"{rows / took:,.0f} rows/s, peak {peak_memory_mib():.0f} MiB"
        found.append(Figure(name, took * 1000, took * 1000, note=note))
        return result

    def receive() -> object:
        with path.open("rb") as stream:
            return imports.receive(stream, path.name, options, by=by)

    first = phase(f"read and dry run, {rows:,} rows", receive)
    phase("commit", lambda: imports.commit(first, by=by))  # type: ignore[arg-type]
    phase("dry run of the same file again", receive)
    phase("undo", lambda: imports.undo(first, by=by))  # type: ignore[arg-type]
    return found


def write_file(path: Path, rows: int) -> None:
    """Guests with phone, mail and birthday; the broken ones were born on 30 February."""
    rng = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for no in range(rows):
            given, family = rng.choice(GIVEN), rng.choice(FAMILY)
            broken = rng.random() < BAD_SHARE
            out.writerow(
                [
                    f"P{no:07}",
                    f"{given} {family}",
                    f"+86 199{no:08}",
                    f"{given}.{family}.{no}@example.com".lower(),
                    "1980-02-30"
                    if broken
                    else f"19{rng.randrange(40, 99)}-0{rng.randrange(1, 9)}-11",
                    rng.choice(("CN", "DE", "FR", "PRT")),
                ]
            )


def peak_memory_mib() -> float:
    """The largest resident size of this process so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
