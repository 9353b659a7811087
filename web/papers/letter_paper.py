"""A letter to a guest as a PDF on A4: the house's name, the day, the subject, the words.

As many pages as it needs. Nothing of the case is on it but what a person wrote.
"""

from datetime import date
from zoneinfo import ZoneInfo

from crm.hotels.schemas import HotelRow
from crm.kit import clock
from crm.recovery.drafting import day_in_words
from crm.recovery.letter_schemas import LetterSheet
from web.papers.drawing import HEIGHT, LEADING, MM, WIDTH, Canvas, Piece, broken

LEFT, RIGHT = 25 * MM, WIDTH - 22 * MM
TOP, BOTTOM = 22 * MM, HEIGHT - 24 * MM
SIZE = 11.0
LINE = SIZE * LEADING


def draw(letter: LetterSheet, hotel: HotelRow) -> bytes:
    """The letter as a PDF file."""
    canvas = Canvas(letter.subject, language=letter.language.value)
    canvas.text(LEFT, TOP + 16, hotel.called(letter.language.value), 16, bold=True)
    canvas.rule(LEFT, TOP + 25, RIGHT)
    day = day_in_words(day_of(letter, hotel.time_zone), letter.language)
    canvas.text_right(RIGHT, TOP + 62, day, SIZE)
    y = canvas.flow(LEFT, TOP + 104, [Piece(letter.subject, bold=True)], RIGHT - LEFT, SIZE + 0.5)
    y += LINE * 0.5
    for paragraph in letter.body.split("\n"):
        y = _paragraph(canvas, paragraph, y)
    return canvas.finished()


def day_of(letter: LetterSheet | None, zone: str) -> date:
    """The day that stands on a letter: when it was sent, today while it was not."""
    at = clock.now() if letter is None or letter.sent_at is None else letter.sent_at
    return at.astimezone(ZoneInfo(zone)).date()


def _paragraph(canvas: Canvas, text: str, y: float) -> float:
    """A paragraph from the baseline ``y``, over as many pages as it needs."""
    if not text.strip():
        return y + LINE * 0.6
    for line in broken([Piece(text)], RIGHT - LEFT, SIZE):
        if y > BOTTOM:
            canvas.next_page()
            y = TOP + 16
        x = LEFT
        for piece in line:
            x = canvas.text(x, y, piece.text, SIZE)
        y += LINE
    return y
