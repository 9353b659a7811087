"""The lines of the bench's table: what was measured, what it should be, and whether it is."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from lab.bench.figures import machine, percentile


@dataclass(frozen=True)
class Line:
    """One measured thing. Times are milliseconds: ``server_*`` by the server's own log, ``p50``
    and ``p99`` as the asker waited, ``cpu_ms`` the processor time of the server for one answer.

    ``times_floor`` is the processor time over that of the bare application for the same read.
    ``target`` is in words, ``kept`` None where there is none.
    """

    name: str
    calls: int = 0
    server_p50: float | None = None
    server_p99: float | None = None
    p50: float | None = None
    p99: float | None = None
    cpu_ms: float | None = None
    floor_cpu_ms: float | None = None
    statements: int | None = None
    target: str = ""
    kept: bool | None = None
    note: str = ""

    @property
    def times_floor(self) -> float | None:
        if not self.cpu_ms or not self.floor_cpu_ms:
            return None
        return self.cpu_ms / self.floor_cpu_ms

    @property
    def verdict(self) -> str:
        return "" if self.kept is None else "kept" if self.kept else "MISSED"


def middle(values: Sequence[float]) -> float | None:
    return statistics.median(values) if values else None


def worst(values: Sequence[float]) -> float | None:
    """The 99th percentile by nearest rank."""
    return percentile(list(values), 0.99) if values else None


COLUMNS = (
    ("", "name"), ("calls", "calls"), ("server p50", "server_p50"), ("p99", "server_p99"),
    ("asker p50", "p50"), ("p99 ", "p99"), ("CPU ms", "cpu_ms"), ("floor CPU", "floor_cpu_ms"),
    ("× floor", "times_floor"), ("statements", "statements"), ("target", "target"),
    ("", "verdict"), ("note", "note"),
)  # fmt: skip


def show(title: str, lines: Sequence[Line]) -> None:
    """A table on the terminal."""
    table = Table(title=f"{title} · {machine()}", title_justify="left")
    for heading, name in COLUMNS:
        words = name in ("name", "target", "verdict", "note")
        table.add_column(heading, justify="left" if words else "right")
    for line in lines:
        table.add_row(*(_shown(getattr(line, name)) for _, name in COLUMNS))
    Console(width=200).print(table)


def markdown(lines: Sequence[Line]) -> str:
    """The same table for a page."""
    rows = [
        "| " + " | ".join(heading for heading, _ in COLUMNS) + " |",
        "|---|" + "---:|" * 9 + "---|---|---|",
    ]
    rows += [
        "| " + " | ".join(_shown(getattr(line, name)) for _, name in COLUMNS) + " |"
        for line in lines
    ]
    return "\n".join(rows)


def _shown(value: Any) -> str:
    if value is None or value == 0:
        return ""
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """For machines."""
    return [
        asdict(line) | {"times_floor": line.times_floor, "verdict": line.verdict} for line in lines
    ]
