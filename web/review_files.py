"""Reads a small file of reviews the way the importer reads files: its guesses of encoding and
delimiter, its guards against workbooks that are not what they seem."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from crm.feedback.schemas import SourceLine
from crm.feedback.terms import ROWS_MAX
from crm.intake.reading import FileChoice, lay_out, rows_of
from crm.intake.workbook import NUMBER
from crm.kit.errors import Invalid

FILE_MAX = 700 * 1024
"""What is looked at first goes to and fro in the form, whose fields hold a megabyte."""


class ReviewFile(NamedTuple):
    header: list[str]
    lines: list[SourceLine]
    encoding: str | None


def read_reviews(content: bytes) -> ReviewFile:
    """The rows of a CSV, TSV or XLSX; `Invalid` for a file that is empty, too large or none of
    these."""
    if len(content) > FILE_MAX:
        raise Invalid(
            "A file of reviews has at most 700 kB. Cut it into parts.", "file_size", pointer="/file"
        )
    with TemporaryDirectory(prefix="keshi-reviews-") as folder:
        source, rows = Path(folder) / "source", Path(folder) / "rows"
        source.write_bytes(content)
        sheet = lay_out(source, rows, FileChoice())
        lines: list[SourceLine] = []
        for row in rows_of(rows):
            if len(lines) > ROWS_MAX:
                break  # one too many is enough for the refusal
            cells = [cell.removeprefix(NUMBER) for cell in row.cells]
            lines.append(SourceLine(line=row.line, cells=cells, fault=row.fault))
    return ReviewFile(sheet.header, lines, sheet.encoding)
