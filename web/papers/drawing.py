"""Draws text on A4: fonts that are in the file or in every reader, lines that break where they may.

Latin letters are set in Inter, cut from the screens' own font and embedded. Chinese is set in
STSong-Light and Korean in HYSMyeongJo, which readers of PDF files bring along (ADR 0024). A letter
that none of them has is written without its accents, so that a name is never a row of boxes.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

WIDTH, HEIGHT = 595.28, 841.89
"""A4 in points."""
MM = 72 / 25.4

LATIN, LATIN_BOLD = "Inter", "Inter-SemiBold"
FONTS = Path(__file__).parent / "fonts"
CHINESE, KOREAN = "STSong-Light", "HYSMyeongJo-Medium"
INK, MUTED = (0.07, 0.09, 0.1), (0.33, 0.36, 0.38)
LEADING = 1.38


class Run(NamedTuple):
    """Characters of one font."""

    text: str
    font: str


class Piece(NamedTuple):
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    muted: bool = False


class Canvas:
    """Pages of A4 under the pen; ``y`` counts down from the upper edge, in points."""

    def __init__(self, title: str, *, language: str) -> None:
        from reportlab.pdfgen.canvas import Canvas as Pen

        _fonts()
        self._file = BytesIO()
        self._pen: Any = Pen(self._file, pagesize=(WIDTH, HEIGHT), pageCompression=1, lang=language)
        self._pen.setTitle(title)
        self._pen.setAuthor("Keshi")
        self.pages = 1

    def text(
        self, x: float, y: float, text: str, size: float = 9, *, bold: bool = False,
        muted: bool = False,
    ) -> float:  # fmt: skip
        """One line of text at its baseline; returns where it ends."""
        self._pen.setFillColorRGB(*(MUTED if muted else INK))
        for run in runs(text, bold=bold):
            self._pen.setFont(run.font, size)
            if bold and run.font in (CHINESE, KOREAN):
                self._bold(x, y, run)
            else:
                self._pen.drawString(x, HEIGHT - y, run.text)
            x += width_of_run(run, size)
        return x

    def _bold(self, x: float, y: float, run: Run) -> None:
        """These fonts have one weight: a hair of an outline makes them heavier."""
        line = self._pen.beginText(x, HEIGHT - y)
        line.setTextRenderMode(2)
        self._pen.setLineWidth(0.2)
        self._pen.setStrokeColorRGB(*INK)
        line.textOut(run.text)
        line.setTextRenderMode(0)
        self._pen.drawText(line)

    def text_right(self, x: float, y: float, text: str, size: float = 9, **style: bool) -> None:
        """The same, ending at ``x``."""
        self.text(x - width(text, size, bold=style.get("bold", False)), y, text, size, **style)

    def flow(
        self, x: float, y: float, pieces: Sequence[Piece], width: float, size: float = 9
    ) -> float:
        """Pieces in a column, broken into lines; returns the baseline after the last one."""
        for line in broken(pieces, width, size):
            at = x
            for piece in line:
                at = self.text(at, y, piece.text, size, bold=piece.bold, muted=piece.muted)
            y += size * LEADING
        return y

    def rule(self, x: float, y: float, to: float, *, heavy: bool = False) -> None:
        self._pen.setStrokeColorRGB(*(INK if heavy else (0.7, 0.7, 0.68)))
        self._pen.setLineWidth(1.1 if heavy else 0.4)
        self._pen.line(x, HEIGHT - y, to, HEIGHT - y)

    def box(self, x: float, y: float, wide: float, high: float, *, filled: bool = False) -> None:
        self._pen.setStrokeColorRGB(0.45, 0.45, 0.45)
        self._pen.setFillColorRGB(*INK)
        self._pen.setLineWidth(0.5)
        self._pen.rect(x, HEIGHT - y - high, wide, high, stroke=not filled, fill=filled)

    def sign(self, x: float, y: float, shape: str) -> None:
        """A filled octagon for what must be known, a triangle for care: read without colour."""
        path = self._pen.beginPath()
        points = _SIGNS[shape]
        for place, (dx, dy) in enumerate(points):
            go = path.moveTo if place == 0 else path.lineTo
            go(x + dx * 6.4, HEIGHT - y + dy * 6.4)
        path.close()
        self._pen.setFillColorRGB(*INK)
        self._pen.drawPath(path, stroke=0, fill=1)

    def modules(self, x: float, y: float, side: float, matrix: Sequence[Sequence[int]]) -> None:
        """A QR code from its dark modules, ``side`` points wide."""
        step = side / len(matrix)
        self._pen.setFillColorRGB(0, 0, 0)
        for row, line in enumerate(matrix):
            for column, dark in enumerate(line):
                if dark:
                    self._pen.rect(
                        x + column * step, HEIGHT - y - (row + 1) * step, step * 1.02,
                        step * 1.02, stroke=0, fill=1,
                    )  # fmt: skip

    def next_page(self) -> None:
        self._pen.showPage()
        self.pages += 1

    def finished(self) -> bytes:
        """The file."""
        self._pen.save()
        return self._file.getvalue()


_SIGNS = {
    "must_know": (
        (0.3, 0.0), (0.7, 0.0), (1.0, 0.3), (1.0, 0.7), (0.7, 1.0), (0.3, 1.0), (0.0, 0.7),
        (0.0, 0.3),
    ),
    "take_care": ((0.0, 0.0), (1.0, 0.0), (0.5, 1.0)),
}  # fmt: skip


@cache
def _fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(LATIN, FONTS / "inter-regular.ttf"))
    pdfmetrics.registerFont(TTFont(LATIN_BOLD, FONTS / "inter-semibold.ttf"))
    pdfmetrics.registerFont(UnicodeCIDFont(CHINESE))
    pdfmetrics.registerFont(UnicodeCIDFont(KOREAN))


# ---------------------------------------------------------------- fonts
def runs(text: str, *, bold: bool = False) -> Iterator[Run]:
    """The text cut where its font changes."""
    latin = LATIN_BOLD if bold else LATIN
    gathered, font = "", latin
    for char in text:
        written, wanted = _set_in(char, latin)
        if wanted != font and gathered:
            yield Run(gathered, font)
            gathered = ""
        font = wanted
        gathered += written
    if gathered:
        yield Run(gathered, font)


def _set_in(char: str, latin: str) -> tuple[str, str]:
    """The character as it can be written, and in which font."""
    if _has(char):
        return char, latin
    if "\uac00" <= char <= "\ud7a3":
        return char, KOREAN
    if (not char.isalpha() or ord(char) >= FIRST_FAR_LETTER) and _in_chinese(char):
        return char, CHINESE
    return _plain(char), latin


FIRST_FAR_LETTER = 0x0370
"""Letters below are Latin: better without accents than in a Chinese font."""


@cache
def _has(char: str) -> bool:
    """Whether the Latin font has the character."""
    from reportlab.pdfbase.pdfmetrics import getFont

    _fonts()
    return ord(char) in getFont(LATIN).face.charToGlyph


@cache
def _in_chinese(char: str) -> bool:
    try:
        char.encode("gbk")
    except UnicodeEncodeError:
        return False
    return ord(char) <= 0xFFFF


def writable_names(name: str, latin_name: str) -> tuple[str, str]:
    """The names as they can be set: one in a script that no font here has gives way to its
    Latin form."""
    if latin_name and "?" in "".join(run.text for run in runs(name)) and "?" not in name:
        return latin_name, ""
    return name, latin_name


_LETTERS = str.maketrans({"Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "ı": "i", "Ħ": "H", "ħ": "h"})


def _plain(char: str) -> str:
    """The letter without its accents, or a question mark where nothing is left."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    bare = bare.translate(_LETTERS)
    return bare if bare and all(map(_has, bare)) else "?"


def width(text: str, size: float, *, bold: bool = False) -> float:
    return sum(width_of_run(run, size) for run in runs(text, bold=bold))


def width_of_run(run: Run, size: float) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    _fonts()
    return float(stringWidth(run.text, run.font, size))


# ---------------------------------------------------------------- lines
def broken(pieces: Sequence[Piece], wide: float, size: float) -> Iterator[list[Piece]]:
    """Lines no wider than ``wide``: between words, and between any two Chinese characters."""
    line: list[Piece] = []
    used = 0.0
    for piece in pieces:
        for word in _fitting(piece, wide, size):
            long = width(word.rstrip(), size, bold=piece.bold)
            if line and used + long > wide:
                yield _joined(line)
                line, used = [], 0.0
            text = word if line else word.lstrip()
            line.append(piece._replace(text=text))
            used += width(text, size, bold=piece.bold)
    if line:
        yield _joined(line)


def _joined(line: Sequence[Piece]) -> list[Piece]:
    """Neighbours of one style as one piece, so that a reader can search for their words."""
    joined: list[Piece] = []
    for piece in line:
        if joined and joined[-1][1:] == piece[1:]:
            joined[-1] = piece._replace(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


def _fitting(piece: Piece, wide: float, size: float) -> Iterator[str]:
    """The words of a piece, those wider than the column in parts."""
    for word in _words(piece.text):
        if width(word.rstrip(), size, bold=piece.bold) > wide:
            yield from _chopped(word, wide, size, bold=piece.bold)
        else:
            yield word


def _words(text: str) -> Iterator[str]:
    """Words with the space behind them; a Chinese character is a word of its own."""
    word = ""
    for char in text:
        wide = ord(char) > 0x2E7F
        if word and (word[-1] == " " or (wide and char not in _NEVER_FIRST)):
            yield word
            word = ""
        word += char
    if word:
        yield word


_NEVER_FIRST = frozenset("，。、；：？！）》」』”’…")


def _chopped(word: str, wide: float, size: float, *, bold: bool) -> list[str]:
    """A word that is wider than the column, in parts that are not."""
    parts = [""]
    for char in word:
        if parts[-1] and width(parts[-1] + char, size, bold=bold) > wide:
            parts.append("")
        parts[-1] += char
    return parts
