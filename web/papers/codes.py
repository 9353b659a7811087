"""QR codes that lead from the paper to the live page; they hold an address and nothing else."""

from collections.abc import Sequence
from typing import NamedTuple


class Code(NamedTuple):
    """A code as a path of unit squares in a field ``side`` units wide, for SVG."""

    side: int
    path: str


def matrix_of(address: str) -> Sequence[Sequence[int]]:
    """The modules of the code row by row, dark ones 1, with a quiet zone of two."""
    import segno

    code = segno.make_qr(address, error="m")
    return [[int(bool(module)) for module in row] for row in code.matrix_iter(border=2)]


def code_of(address: str) -> Code:
    """The code as a template draws it."""
    matrix = matrix_of(address)
    squares = (
        f"M{column} {row}h1v1h-1z"
        for row, line in enumerate(matrix)
        for column, dark in enumerate(line)
        if dark
    )
    return Code(len(matrix), "".join(squares))
