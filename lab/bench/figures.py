"""What measuring modules give back, and how it is printed and written down."""

import os
import platform
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from crm.kit import clock


@dataclass(frozen=True)
class Figure:
    """One line of a table. Times are milliseconds of wall clock; ``cpu_ms`` is per call.

    ``goal`` is the target in words, ``note`` how it was measured.
    """

    name: str
    p50_ms: float
    p99_ms: float
    cpu_ms: float = 0.0
    goal: str = ""
    note: str = ""


def timed(
    name: str, calls: Iterator[Callable[[], object]], *, goal: str = "", note: str = ""
) -> Figure:
    """Run each call once; the median and the 99th percentile of what they took."""
    walls: list[float] = []
    started = time.process_time()
    for call in calls:
        before = time.perf_counter()
        call()
        walls.append((time.perf_counter() - before) * 1000)
    cpu = (time.process_time() - started) * 1000 / max(len(walls), 1)
    return Figure(name, statistics.median(walls), percentile(walls, 0.99), cpu, goal, note)


def percentile(values: list[float], share: float) -> float:
    """The nearest-rank percentile of at least one value."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


@contextmanager
def stopwatch() -> Iterator[Callable[[], float]]:
    """Gives a function that tells the seconds since the block began."""
    began = time.perf_counter()
    yield lambda: time.perf_counter() - began


def machine() -> str:
    """What the figures were taken on: cores, memory, versions, the day."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.machine()}, "
        f"Python {platform.python_version()}, {clock.now():%Y-%m-%d}"
    )


def show(title: str, figures: list[Figure]) -> None:
    """A table on the terminal."""
    table = Table(title=f"{title} · {machine()}", title_justify="left")
    for column in ("", "p50 ms", "p99 ms", "CPU ms", "goal", "note"):
        table.add_column(column, justify="right" if "ms" in column else "left")
    for f in figures:
        cpu = f"{f.cpu_ms:.2f}" if f.cpu_ms else ""
        table.add_row(f.name, f"{f.p50_ms:.2f}", f"{f.p99_ms:.2f}", cpu, f.goal, f.note)
    Console().print(table)


def plain(figures: list[Figure]) -> list[dict[str, object]]:
    """For machines."""
    return [asdict(figure) for figure in figures]
