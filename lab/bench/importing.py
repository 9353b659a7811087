"""Files brought in: the public bookings format, and a large broken file of guests.

Each file is measured in a process of its own that does nothing else, so that its memory is the
import's: reading and dry run, commit, the same file again, undo.
"""

import csv
import multiprocessing
import random
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from crm.hotels import queries as hotels
from crm.hotels.schemas import HotelOpen
from crm.hotels.service import open_hotel
from crm.intake.running import Imports
from crm.intake.schemas import ImportOptions
from crm.intake.terms import ImportKind
from crm.kit import migrating
from crm.kit.db import Database
from crm.kit.settings import Settings, put_in_force
from crm.staff.actor import system
from lab.bench import bookings
from lab.bench.figures import machine

BAD_SHARE = 0.05
HEADER = ["guest_id", "name", "phone", "email", "birthday", "nationality"]
HOTEL = "BENCHIN"
RATE, MEMORY = 3_000, 300
"""Rows a second and MiB of the process, for the bookings file."""
BROKEN_SECONDS, BROKEN_MEMORY = 60, 150
"""For a million rows of the broken file, read and checked."""
_MILLION = 1_000_000
_SECRET = "what-a-bench-seals-its-own-audit-with-0123456789"  # noqa: S105 - of a scratch house
_GIVEN = [
    "Jonas",
    "Anna",
    "Wei",
    "Camille",
    "Pierre",
    "Sofia",
    "Hiroshi",
    "Yuki",
    "Min",
    "Ahmed",
    "Fatima",
    "Ivan",
    "Olga",
    "Lucas",
    "Emma",
    "Noah",
    "Mia",
    "Liam",
    "Zoe",
    "Leon",
    "Ida",
    "Oskar",
    "Maja",
    "Erik",
    "Sara",
    "Paul",
    "Nora",
    "Hugo",
    "Lena",
    "Max",
    "Eva",
    "Tom",
    "Ines",
    "Rui",
    "Joana",
]
_FAMILY = [
    "Müller",
    "Schmidt",
    "Dubois",
    "Martin",
    "Rossi",
    "Tanaka",
    "Sato",
    "Kim",
    "Park",
    "Novak",
    "Ivanov",
    "García",
    "Silva",
    "Santos",
    "Jensen",
    "Olsen",
    "Andersson",
    "Virtanen",
    "Kowalski",
    "Nagy",
    "Popescu",
    "Yilmaz",
    "Haddad",
    "Cohen",
    "Smith",
    "Jones",
    "Brown",
]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Phase:
    """One step: seconds of wall clock and of this process's processor time, and its memory."""

    name: str
    rows: int
    wall_s: float
    cpu_s: float
    peak_mib: float
    target: str = ""
    kept: bool | None = None

    @property
    def rate(self) -> float:
        return self.rows / self.wall_s

    @property
    def verdict(self) -> str:
        return "" if self.kept is None else "kept" if self.kept else "MISSED"


# ---------------------------------------------------------------- measuring
def measure(broken_rows: int, url: str | None) -> list[Phase]:
    """The bookings file, then a broken one of ``broken_rows`` guests; into an empty database each,
    or both into the one at ``url``."""
    found: list[Phase] = []
    for work, rows in ((_bookings, bookings.ROWS), (_broken, broken_rows)):
        # Spawned, so that nothing of this process counts as the import's.
        spawned = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawned) as alone:
            found += alone.submit(work, rows, url).result()
    return found


def _bookings(rows: int, url: str | None) -> list[Phase]:
    with _House(url) as house:
        path = house.folder / "bookings.csv"
        bookings.write_bookings(path, rows)
        options = ImportOptions(kind=ImportKind.STAYS, preset="hotel-bookings", hotel=HOTEL)
        return house.all_steps("bookings", path, rows, options)


def _broken(rows: int, url: str | None) -> list[Phase]:
    with _House(url) as house:
        path = house.folder / "guests.csv"
        write_file(path, rows)
        options = ImportOptions(kind=ImportKind.GUESTS, hotel=HOTEL)
        dry, _ = house.step("broken guests, dry run", rows, lambda: house.receive(path, options))
        most = BROKEN_SECONDS * rows / _MILLION
        return [
            _judged(
                dry,
                f"≤ {BROKEN_SECONDS} s a million, ≤ {BROKEN_MEMORY} MiB",
                dry.wall_s <= most and dry.peak_mib <= BROKEN_MEMORY,
            )
        ]


class _House:
    """An empty house in a scratch folder, or the one at an address."""

    def __init__(self, url: str | None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="keshi-bench-"))
        put_in_force(Settings(secret_key=SecretStr(_SECRET), data_dir=self.folder))
        self._database = Database(url or f"sqlite:///{self.folder / 'bench.db'}")
        self._imports = Imports(self._database, self.folder)

    def __enter__(self) -> Self:
        migrating.upgrade(self._database)
        with self._database.writing() as db:
            there = {hotel.code for hotel in hotels.hotels_of(db, by=system("bench"))}
            if HOTEL not in there:
                open_hotel(db, _HOTEL)
        return self

    def __exit__(self, *_: object) -> None:
        self._database.dispose()
        shutil.rmtree(self.folder, ignore_errors=True)

    def receive(self, path: Path, options: ImportOptions) -> UUID:
        with path.open("rb") as stream:
            return self._imports.receive(stream, path.name, options, by=system("bench"))

    def step(self, name: str, rows: int, do: Callable[[], Result]) -> tuple[Phase, Result]:
        wall, cpu = time.perf_counter(), time.process_time()
        result = do()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        return Phase(name, rows, wall, cpu, peak_memory_mib()), result

    def all_steps(self, name: str, path: Path, rows: int, options: ImportOptions) -> list[Phase]:
        by = system("bench")
        dry, came = self.step(f"{name}, dry run", rows, lambda: self.receive(path, options))
        commit, _ = self.step(f"{name}, commit", rows, lambda: self._imports.commit(came, by=by))
        both = Phase(
            f"{name}, from the file to the end",
            rows,
            dry.wall_s + commit.wall_s,
            dry.cpu_s + commit.cpu_s,
            commit.peak_mib,
        )
        again, _ = self.step(
            f"{name}, dry run of the same file again", rows, lambda: self.receive(path, options)
        )
        undo, _ = self.step(f"{name}, undo", rows, lambda: self._imports.undo(came, by=by))
        target = f"≥ {RATE:,} rows/s, ≤ {MEMORY} MiB"
        judged = [
            _judged(one, target, one.rate >= RATE and one.peak_mib <= MEMORY)
            for one in (dry, commit, both)
        ]
        return [*judged, again, undo]


_HOTEL = HotelOpen(
    code=HOTEL,
    name="Bench",
    name_zh="测量",
    time_zone="Asia/Shanghai",
    currency="CNY",
    country="CN",
)


def _judged(phase: Phase, target: str, kept: bool) -> Phase:
    return Phase(**{**asdict(phase), "target": target, "kept": kept})


def peak_memory_mib() -> float:
    """The largest resident size of this process since it became this program."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20
    # The system's own count goes on from the process that started this one.
    line = next(one for one in status.splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def write_file(path: Path, rows: int) -> None:
    """Guests with phone, mail and birthday; the broken ones were born on 30 February."""
    rng = random.Random(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for no in range(rows):
            given, family = rng.choice(_GIVEN), rng.choice(_FAMILY)
            middle = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=6)).capitalize()
            broken = rng.random() < BAD_SHARE
            born = f"19{rng.randrange(40, 99)}-0{rng.randrange(1, 9)}-11"
            out.writerow(
                [
                    f"P{no:07}",
                    f"{given} {middle} {family}",
                    f"+86 199{no:08}",
                    f"{given}.{middle}.{no}@example.com".lower(),
                    "1980-02-30" if broken else born,
                    rng.choice(("CN", "DE", "FR", "PRT")),
                ]
            )


# ---------------------------------------------------------------- printing
def show(phases: Sequence[Phase]) -> None:
    """A table on the terminal."""
    table = Table(title=f"importing · {machine()}", title_justify="left")
    for place, column in enumerate(_COLUMNS):
        table.add_column(column, justify="right" if 0 < place < 7 else "left")
    for phase in phases:
        table.add_row(*_cells(phase))
    Console(width=160).print(table)


def markdown(phases: Sequence[Phase]) -> str:
    """The same table for a page."""
    rows = [_COLUMNS, ("---", *["---:"] * 6, "---", "---"), *map(_cells, phases)]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


_COLUMNS = ("", "rows", "wall s", "CPU s", "rows/s", "rows/CPU s", "peak MiB", "target", "verdict")


def _cells(phase: Phase) -> tuple[str, ...]:
    return (
        phase.name, f"{phase.rows:,}", f"{phase.wall_s:.1f}", f"{phase.cpu_s:.1f}",
        f"{phase.rate:,.0f}", f"{phase.rows / phase.cpu_s:,.0f}", f"{phase.peak_mib:.0f}",
        phase.target, phase.verdict,
    )  # fmt: skip


def plain(phases: Sequence[Phase]) -> list[dict[str, Any]]:
    """For machines."""
    return [asdict(one) | {"rate": one.rate, "verdict": one.verdict} for one in phases]
