"""Remembers what the cells of one column turned out to be: a file repeats itself column by column.

A date, a country, a room type or a number of nights is read once; the next row that has the same
cell costs one look into a dictionary. Only for columns with few values: phones and names are each
row's own.
"""

from collections.abc import Callable
from typing import Any

from crm.intake.faults import ValueRefused

MOST = 4096
"""Cells kept of one column; then it begins anew, so that a column of many values stays small."""

LONGEST = 200
"""Cells above so many characters are read each time and never kept."""


class ColumnMemo(dict[str, tuple[Any, str | None]]):
    """``memo[cell]`` is (value, None), or (None, the code of the fault)."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, cell: str) -> tuple[Any, str | None]:
        found: tuple[Any, str | None]
        try:
            found = (self._read(cell), None)
        except ValueRefused as refusal:
            found = (None, refusal.code)
        if len(cell) <= LONGEST:
            if len(self) >= MOST:
                self.clear()
            self[cell] = found
        return found
