"""Tables that leave the house as files: CSV and XLSX in which no cell can run anything."""

from collections.abc import Sequence
from io import BytesIO

from starlette.responses import Response

from crm.kit.csv_io import Cell, neutralised, safe_lines

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_csv(name: str, rows: Sequence[Sequence[Cell]]) -> Response:
    """The rows, headings first, as a download."""
    return _download("".join(safe_lines(rows)).encode(), f"{name}.csv", "text/csv; charset=utf-8")


def as_xlsx(name: str, rows: Sequence[Sequence[Cell]]) -> Response:
    """The same rows as a workbook of one sheet; numbers stay numbers, texts are never formulas."""
    from openpyxl import Workbook  # takes 6 MB, and few processes ever write a workbook

    book = Workbook()
    sheet = book.active
    if sheet is None:
        raise RuntimeError("a new workbook has a sheet")
    sheet.title = name[:31]
    sheet.freeze_panes = "A2"
    for no, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            cell = sheet.cell(no, place)
            cell.value = neutralised(value) if isinstance(value, str) else value
            if isinstance(value, str):
                cell.data_type = "s"
    out = BytesIO()
    book.save(out)
    return _download(out.getvalue(), f"{name}.xlsx", XLSX)


def _download(content: bytes, name: str, kind: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=kind, headers=headers)
