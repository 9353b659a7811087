"""The briefing as a PDF: one A4 page, the same lines as the screen's and the printer's."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from web import formats
from web.papers.codes import matrix_of
from web.papers.drawing import HEIGHT, LEADING, MM, WIDTH, Canvas, Piece, writable_names
from web.papers.sheet import Figure, Part, Row, Sheet
from web.wording import Wording, mark, wording

LEFT, RIGHT = 12 * MM, WIDTH - 12 * MM
TOP, BOTTOM = 12 * MM, HEIGHT - 12 * MM
SIZE = 9.0
LINE = SIZE * LEADING
AT, ROOM, TEXT = LEFT + 10, LEFT + 42, LEFT + 82
READERS = 8
CONFIDENTIAL = mark("Confidential. Destroy after %(day)s.")
PRINTED_BY = mark("Printed by %(name)s, %(at)s.")
QUIET = mark("Nothing special today.")
FIRST = mark("the first %(num)s, the rest on the live page")
READ_BY = mark("Read by (initials)")


class Copy(NamedTuple):
    """Whose copy it is: the reader's language and name, the hotel and where the page lives."""

    language: str
    hotel: str
    zone: str
    printed_by: str
    printed_at: datetime
    address: str


def draw(sheet: Sheet, copy: Copy) -> bytes:
    """The page as a PDF file."""
    say = wording(copy.language)
    title = f"{say.gettext(mark('Morning briefing'))} · {sheet.title} · {sheet.day:%Y-%m-%d}"
    canvas = Canvas(title, language=copy.language)
    y = _head(canvas, sheet, copy, say)
    y = _figures(canvas, sheet.figures, y)
    if not sheet.parts:
        canvas.text(LEFT, y + 26, say.gettext(QUIET), 12, bold=True)
    for part in sheet.parts:
        y = _part(canvas, part, y, say)
    _foot(canvas, say)
    return canvas.finished()


def _head(canvas: Canvas, sheet: Sheet, copy: Copy, say: Wording) -> float:
    canvas.modules(RIGHT - 19 * MM, TOP - 2 * MM, 19 * MM, matrix_of(copy.address))
    canvas.text(LEFT, TOP + 13, f"{say.gettext(mark('Morning briefing'))} · {sheet.title}", 17,
                bold=True)  # fmt: skip
    canvas.text(
        LEFT, TOP + 29, f"{formats.day_long(sheet.day, copy.language)} · {copy.hotel}", 10.5
    )
    confidential, *rest = warning_of(sheet, copy)
    pieces = [Piece(f"{confidential} ", bold=True), Piece(" ".join(rest))]
    y = canvas.flow(LEFT, TOP + 43, pieces, RIGHT - LEFT - 22 * MM, 8)
    canvas.rule(LEFT, max(y - 3, TOP + 58), RIGHT, heavy=True)
    return max(y - 3, TOP + 58)


def warning_of(sheet: Sheet, copy: Copy) -> list[str]:
    """What stands on every paper: confidential, when to destroy it, whose copy, of what time."""
    say = wording(copy.language)
    printed_at = formats.moment(copy.printed_at, copy.language, copy.zone)
    as_of = formats.moment(sheet.made_at, copy.language, copy.zone)
    return [
        say.say(CONFIDENTIAL, day=formats.day_long(sheet.day, copy.language)),
        say.say(PRINTED_BY, name=copy.printed_by, at=printed_at),
        say.say(mark("As of %(at)s."), at=as_of),
    ]


def _figures(canvas: Canvas, figures: Sequence[Figure], y: float) -> float:
    wide = (RIGHT - LEFT) / max(1, len(figures))
    for place, figure in enumerate(figures):
        x = LEFT + place * wide
        canvas.text(x, y + 13, figure.words, 8, muted=True)
        end = canvas.text(x, y + 28, figure.number, 13, bold=True)
        canvas.text(end + 4, y + 28, figure.beside, 8, muted=True)
    canvas.rule(LEFT, y + 35, RIGHT)
    return y + 35


def _part(canvas: Canvas, part: Part, y: float, say: Wording) -> float:
    y += LINE * 1.25
    end = canvas.text(LEFT, y, part.title, 10, bold=True)
    canvas.text(end + 5, y, str(len(part.rows)), 8.5, muted=True)
    if part.left_out:
        fit = len(part.rows) - part.left_out
        canvas.text_right(RIGHT, y, say.say(FIRST, num=fit), 8.5, muted=True)
    canvas.rule(LEFT, y + 3, RIGHT)
    y += LINE * 1.05
    rows = [row for row in part.rows if row.fits]
    if part.runs_on:
        y = _run_on(canvas, rows, y)
    else:
        for row in rows:
            y = _row(canvas, row, y)
    return y - LINE


def _run_on(canvas: Canvas, rows: Sequence[Row], y: float) -> float:
    pieces = []
    for row in rows:
        pieces += [
            Piece(f"{row.at} " if row.at else "", muted=True),
            Piece(writable_names(row.name, row.latin_name)[0], bold=True),
        ]
        pieces.append(Piece(f" {row.room}".rstrip() + "   "))
    return canvas.flow(LEFT, y, pieces, RIGHT - LEFT, SIZE) if pieces else y


def _row(canvas: Canvas, row: Row, y: float) -> float:
    heaviest = next((m.weight.value for m in row.marks if m.weight.value != "note"), None)
    if heaviest is not None:
        canvas.sign(LEFT, y, heaviest)
    canvas.text(AT, y, row.at, SIZE)
    canvas.text(ROOM, y, row.room, SIZE, bold=True)
    return canvas.flow(TEXT, y, pieces_of(row), RIGHT - TEXT, SIZE)


def pieces_of(row: Row) -> list[Piece]:
    """Who, and what to know of them; what must be known is bold."""
    pieces = []
    name, latin = writable_names(row.name, row.latin_name)
    if name:
        pieces.append(Piece(f"{name} ", bold=True))
    if latin:
        pieces.append(Piece(f"{latin} "))
    about = " · ".join(part for part in (row.vip, row.tier, row.number) if part)
    if about:
        pieces.append(Piece(f"{about}  ", muted=True))
    for remark in row.marks:
        end = "" if remark is row.marks[-1] else " · "
        pieces.append(Piece(f"{remark.text}{end}", bold=remark.weight.value != "note"))
    return pieces


def _foot(canvas: Canvas, say: Wording) -> None:
    y = BOTTOM - 9 * MM
    end = canvas.text(LEFT, y + 5.6 * MM, say.gettext(READ_BY), 8, muted=True) + 6
    wide = (RIGHT - end) / READERS
    for place in range(READERS):
        canvas.box(end + place * wide, y, wide - 4, 9 * MM)
