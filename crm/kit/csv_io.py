"""CSV that no spreadsheet can be tricked by on the way out, and no broken line can hide in on
the way in.

Out: a cell that a spreadsheet would read as a formula gets an apostrophe in front. The mark is
lossless: `restored` takes exactly what `neutralised` added, so a file of ours can come back.

In: the csv module alone lets one unterminated quote swallow the lines that follow, silently or
up to its 128 kB limit. Here such a quote is an error of its own line, and reading goes on with
the next line.
"""

import csv
import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TextIO

CELL_MAX = 64 * 1024
LINE_MAX = 1024 * 1024
COLUMNS_MAX = 500

csv.field_size_limit(CELL_MAX)

Cell = str | int | float | Decimal | date | datetime | bool | None

# Leading, or right behind something that another program's locale takes for a separator.
_BEFORE = re.compile(r"(?:^|(?<=[;\t\r\n]))('*[=+\-@\t\r＝＋－＠])")
_MARKED = re.compile(r"(?:^|(?<=[;\t\r\n]))'('*[=+\-@\t\r＝＋－＠])")
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]"
)
_UNDECODED = "\ufffd"


def neutralised(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet would start a formula."""
    return _BEFORE.sub(r"'\1", text)


def restored(text: str) -> str:
    """The inverse of `neutralised`."""
    return _MARKED.sub(r"\1", text)


class SafeCsv:
    """Writes rows so that opening the file runs nothing; numbers stay numbers.

    ``bom`` lets Excel read the file as UTF-8. Every cell is quoted (OWASP, ASVS 1.2.10).
    """

    def __init__(self, out: TextIO, *, bom: bool = True) -> None:
        if bom:
            out.write("\ufeff")
        self._writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")

    def row(self, cells: Iterable[Cell]) -> None:
        self._writer.writerow([_written(c) for c in cells])


def safe_lines(rows: Iterable[Sequence[Cell]], *, bom: bool = True) -> Iterator[str]:
    """The same as `SafeCsv` for streaming answers: one piece of text a row."""
    buffer = io.StringIO(newline="")
    writer = SafeCsv(buffer, bom=bom)
    for row in rows:
        writer.row(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _written(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    if isinstance(cell, int | float | Decimal):
        return str(cell)
    return neutralised(cell)


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a file: the number of its first line, its cells or what is wrong with it.

    ``fault`` is a stable code (``unterminated_quote`` …); then ``cells`` holds the raw line.
    """

    line: int
    cells: list[str]
    fault: str | None = None


def read_rows(text: TextIO, delimiter: str, *, first_line: int = 1) -> Iterator[Row]:
    """Every record of a text opened with ``newline=""``, blank lines left out.

    Memory is bounded by a cell of 64 kB and a line of 1 MB, whatever the file holds.
    """
    lines = _Lines(text, first_line)
    width = 0
    while (row := _next_row(lines, delimiter, width)) is not None:
        if row.fault is None:
            width = width or len(row.cells)
            if not any(row.cells):
                continue
        yield row


def _next_row(lines: "_Lines", delimiter: str, width: int) -> Row | None:
    lines.start_row()
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except StopIteration:
        return None
    except csv.Error:
        return lines.broken()
    if lines.taken > 1 and width and len(cells) != width:
        # A quote that found its partner some lines down; a real cell of several lines fits.
        return lines.broken()
    fault = _fault_of(lines.row_text(), cells)
    return Row(lines.row_line, [lines.row_text()[:CELL_MAX]] if fault else cells, fault)


def _fault_of(raw: str, cells: list[str]) -> str | None:
    if len(raw) > LINE_MAX:
        return "line_too_long"
    if _UNDECODED in raw:
        return "bad_encoding"
    if _FORBIDDEN.search(raw):
        return "control_characters"
    if len(cells) > COLUMNS_MAX:
        return "too_many_columns"
    return "cell_too_long" if len(raw) > CELL_MAX and max(map(len, cells)) > CELL_MAX else None


class _Lines:
    """The physical lines of a text, with the ones of the present record kept for going back."""

    def __init__(self, text: TextIO, first_line: int) -> None:
        self._read: Callable[[int], str] = text.readline
        self._back: deque[str] = deque()
        self._kept: list[str] = []
        self._next_line = first_line
        self.row_line = first_line
        self.ended = False

    def start_row(self) -> None:
        self._next_line += len(self._kept)
        self.row_line = self._next_line
        self._kept = []

    @property
    def taken(self) -> int:
        return len(self._kept)

    def row_text(self) -> str:
        return "".join(self._kept)

    def broken(self) -> Row:
        """Give up on the first line of this record only; the others are read again."""
        first, *others = self._kept
        if len(first) > LINE_MAX:
            fault = "line_too_long"
        elif others or self.ended:
            fault = "unterminated_quote"
        else:
            fault = "cell_too_long" if len(first) > CELL_MAX else "bad_quote"
        self._back.extendleft(reversed(others))
        self._kept = [first]
        self.ended = False
        return Row(self.row_line, [first.rstrip("\r\n")[:CELL_MAX]], fault)

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._bounded_line()
        if not line:
            self.ended = True
            raise StopIteration
        self._kept.append(line)
        return line

    def _bounded_line(self) -> str:
        line = self._read(LINE_MAX + 1)
        if len(line) > LINE_MAX and not line.endswith(("\n", "\r")):
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._read(LINE_MAX)
            return line[: LINE_MAX + 1]
        return line
