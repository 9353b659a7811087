"""Opens an uploaded file, says what it is, and lays its rows out in one form for all the rest.

Whatever came in (CSV, TSV, XLSX, in any of the encodings), the import works on a *row file*:
one JSON line a row, with its line number, how often its like stood above, and its cells. A row
file can be continued from a byte position, so a batch costs the same at the end as at the start
and a killed import goes on where its last batch was kept.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO, TextIO

from crm.intake.guessing import (
    DELIMITERS,
    ENCODINGS,
    guess_delimiter,
    guess_encoding,
    lines_of,
    mojibake,
    said_delimiter,
)
from crm.intake.seen import Seen
from crm.intake.terms import FILE_MAX, ROWS_MAX
from crm.intake.workbook import NUMBER, unpack_sheet
from crm.intake.workbook_guard import looks_like_workbook, refused
from crm.kit.csv_io import COLUMNS_MAX, Row, read_rows, restored

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

SAMPLE_ROWS = 20
OUR_REJECTS = "keshi_code"
"""A column of the rejects file; a file that has it comes back with our apostrophes in it."""


@dataclass(frozen=True)
class FileChoice:
    """What a person chose instead of a guess; None leaves it to the guess."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


@dataclass
class FileSheet:
    """What a file turned out to be: shown before anything is done with it.

    ``sure`` are the guesses' certainties 0 to 1; ``samples`` up to 20 rows of cells.
    """

    format: str
    encoding: str | None
    delimiter: str | None
    sure: dict[str, float]
    header: list[str]
    rows: int = 0
    samples: list[list[str]] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)
    sheet: str | None = None
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a row file.

    ``key`` is a hash of its cells and the number of equal rows above it, so that equal rows
    stay apart and the same file gives the same keys again, be it CSV or XLSX. ``end`` is the
    position in the row file behind it. With a ``fault`` the only cell is the raw line.
    """

    line: int
    key: str
    fault: str | None
    cells: list[str]
    end: int


def lay_out(source: Path, target: Path, choice: FileChoice) -> FileSheet:
    """Read an uploaded file into the row file ``target``; `Invalid` if the whole file is unfit."""
    size = source.stat().st_size
    if size == 0:
        raise refused("empty_file")
    if size > FILE_MAX:
        raise refused("file_too_large")
    with source.open("rb") as file:
        head = file.read(8)
    if looks_like_workbook(head):
        return _lay_out_workbook(source, target, choice)
    if head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"{\\rtf")):
        raise refused("not_text")
    return _lay_out_text(source, target, choice)


def _lay_out_text(source: Path, target: Path, choice: FileChoice) -> FileSheet:
    if choice.encoding is not None and choice.encoding not in ENCODINGS:
        raise refused("unknown_encoding")
    if choice.delimiter is not None and choice.delimiter not in DELIMITERS:
        raise refused("unknown_delimiter")
    encoding = guess_encoding(source)
    used = choice.encoding or encoding.value
    if used == "utf-16" and not _has_utf16_mark(source):
        # Without a mark "utf-16" says no order of bytes, and the decoder would refuse.
        if not encoding.value.startswith("utf-16"):
            raise refused("header_broken")
        used = encoding.value
    with _open_text(source, used) as text:
        first = lines_of(iter(lambda: text.readline(64 * 1024), ""))
    delimiter = guess_delimiter(first)
    cut = choice.delimiter or delimiter.value
    sheet = FileSheet(
        format="tsv" if cut == "\t" else "csv",
        encoding=used,
        delimiter=cut,
        sure={
            "encoding": 1.0 if choice.encoding else encoding.sure,
            "delimiter": 1.0 if choice.delimiter else delimiter.sure,
        },
        header=[],
    )
    with _open_text(source, used) as text:
        start = 1
        if first and said_delimiter(first[0]) is not None:
            text.readline()
            start = 2
        _write_rows(read_rows(text, cut, first_line=start), target, sheet)
    return sheet


def _has_utf16_mark(source: Path) -> bool:
    with source.open("rb") as file:
        return file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def _open_text(source: Path, encoding: str) -> TextIO:
    return source.open(encoding=encoding, errors="replace", newline="")


def _lay_out_workbook(source: Path, target: Path, choice: FileChoice) -> FileSheet:
    raw = target.with_suffix(".sheet")
    try:
        sheets = unpack_sheet(source, raw, choice.sheet)
        sheet = FileSheet(
            format="xlsx",
            encoding=None,
            delimiter=None,
            sure={},
            header=[],
            sheets=sheets,
            sheet=choice.sheet or (sheets[0] if sheets else None),
        )
        with raw.open(encoding="utf-8") as lines:
            _write_rows(_sheet_rows(lines), target, sheet)
    finally:
        raw.unlink(missing_ok=True)
    return sheet


def _sheet_rows(lines: TextIO) -> Iterator[Row]:
    for text in lines:
        number, cells = json.loads(text)
        yield Row(number, cells)


def _write_rows(rows: Iterator[Row], target: Path, sheet: FileSheet) -> None:
    sheet.header = _header_of(next(rows, None))
    width = len(sheet.header)
    ours = OUR_REJECTS in sheet.header
    seen = Seen()
    garbled = 0
    with target.open("wb") as out:
        for row in rows:
            cells = [restored(c) for c in row.cells] if ours else row.cells
            fault = row.fault or _ragged(cells, width)
            if fault is None:
                cells = cells[:width]
                garbled += len(sheet.samples) < SAMPLE_ROWS and any(map(mojibake, cells))
                _keep_sample(sheet, cells)
            elif row.fault is None:
                cells = [(sheet.delimiter or "\t").join(cells)]
            key = _key_of(cells, seen)
            sheet.rows += 1
            if sheet.rows > ROWS_MAX:
                raise refused("too_many_rows")
            out.write(_packed(row.line, key, fault, cells))
    if sheet.rows == 0:
        raise refused("no_rows")
    if garbled:
        sheet.warnings.append("mojibake")


def _keep_sample(sheet: FileSheet, cells: list[str]) -> None:
    if len(sheet.samples) < SAMPLE_ROWS:
        sheet.samples.append([c.removeprefix(NUMBER)[:200] for c in cells])


def _header_of(row: Row | None) -> list[str]:
    if row is None:
        raise refused("empty_file")
    if row.fault is not None:
        raise refused("too_many_columns" if row.fault == "too_many_columns" else "header_broken")
    names = [c.removeprefix(NUMBER).strip("\ufeff \u3000\t\r\n") for c in row.cells]
    while names and not names[-1]:
        names.pop()
    if not any(names):
        raise refused("no_header")
    if len(names) > COLUMNS_MAX:
        raise refused("too_many_columns")
    named = [n.casefold() for n in names if n]
    if len(set(named)) != len(named):
        raise refused("duplicate_header")
    return names


def _ragged(cells: list[str], width: int) -> str | None:
    if len(cells) < width:
        return "too_few_cells"
    # Trailing delimiters are common and say nothing; a further value says the row is shifted.
    return "too_many_cells" if any(cells[width:]) else None


def _key_of(cells: list[str], seen: Seen) -> str:
    """The row's own key; a number is the same with and without ``.0`` and the workbook's mark."""
    text = "\x1f".join(cells)
    if ".0\x1f" in text or NUMBER in text or text.endswith(".0"):
        if text.isascii() and NUMBER not in text:
            text = _WHOLE_CELL.sub(r"\1", text)
        else:
            text = "\x1f".join(_as_typed(c) for c in cells)
    digest = blake2b(text.encode("utf-8", errors="replace"), digest_size=16).digest()
    like = seen.count(int.from_bytes(digest[:8], "big"))
    return f"{digest.hex()}:{like}" if like else digest.hex()


_WHOLE_CELL = re.compile(r"(?:(?<=\x1f)|\A)(\d+)\.0(?=\x1f|\Z)")
"""All such cells of an ASCII row at once; `_as_typed` says what it stands for."""


def _as_typed(cell: str) -> str:
    bare = cell.removeprefix(NUMBER)
    return bare[:-2] if bare.endswith(".0") and bare[:-2].isdigit() else bare


def _packed(line: int, key: str, fault: str | None, cells: list[str]) -> bytes:
    return _encode([line, key, fault, cells]).encode("utf-8", errors="replace") + b"\n"


def rows_of(path: Path, *, start: int = 0) -> Iterator[SourceRow]:
    """The rows of a row file from a byte position on."""
    with path.open("rb") as file:
        file.seek(start)
        yield from _unpacked(file, start)


def _unpacked(file: BinaryIO, position: int) -> Iterator[SourceRow]:
    for text in file:
        position += len(text)
        line, key, fault, cells = json.loads(text)
        yield SourceRow(line, key, fault, cells, position)
