"""Turns one sheet of a guarded workbook into lines of cells, in a process of its own.

The parser holds a whole sheet in memory, so it works under limits of memory and time, and what
it leaves behind is a plain file that the import streams like any other.
"""

import json
import resource
import subprocess
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from crm.intake.workbook_guard import guard_workbook, refused

MEMORY_MAX = 2 * 1024**3
SECONDS_MAX = 120
NUMBER = "\x01"
"""Marks a cell that the workbook itself types as a number: only there a day number is a date."""


def unpack_sheet(source: Path, target: Path, sheet: str | None) -> list[str]:
    """Write the rows of a sheet (the first with rows, if none is named) as JSON lines.

    Returns the names of all sheets. Raises `Invalid` for what must not or cannot be read.
    """
    guard_workbook(source)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "crm.intake.workbook", source, target, sheet or ""],
            capture_output=True,
            timeout=SECONDS_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise refused("archive_bomb") from error
    if done.returncode != 0:
        raise refused("sheet_missing" if done.returncode == 3 else "workbook_broken")
    names: list[str] = json.loads(done.stdout)
    return names


def main(source: str, target: str, sheet: str) -> int:
    """The child process: limits first, then the parser."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MAX, MEMORY_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS_MAX, SECONDS_MAX))
    from python_calamine import load_workbook

    workbook = load_workbook(source)
    names = list(workbook.sheet_names)
    if sheet and sheet not in names:
        return 3
    chosen = [sheet] if sheet else names
    with Path(target).open("w", encoding="utf-8") as out:
        for name in chosen:
            found = workbook.get_sheet_by_name(name)
            if found.height == 0:
                continue
            for number, row in enumerate(found.iter_rows(), start=(found.start or (0, 0))[0] + 1):
                cells = [_text_of(cell) for cell in row]
                if any(cells):
                    out.write(json.dumps([number, cells], ensure_ascii=False) + "\n")
            break
    sys.stdout.write(json.dumps(names))
    return 0


def _text_of(cell: object) -> str:
    """A cell as the text a careful person would type: no ``.0`` on whole numbers, ISO dates."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return NUMBER + (str(int(cell)) if cell.is_integer() else repr(round(cell, 10)))
    if isinstance(cell, int):
        return NUMBER + str(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return str(cell) if cell is not None else ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
