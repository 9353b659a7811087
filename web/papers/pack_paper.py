"""The pack for power cuts as an encrypted PDF: who comes, who is here, what protects them.

Long tables on as many A4 pages as they need. Encrypted by AES-256 under the hotel's passphrase
before a byte is written: the file on the disk and the copy on a stick are worthless without it.
"""

from collections.abc import Sequence
from io import BytesIO

from crm.briefing.schemas import Pack, PackLine
from web import formats
from web.papers.drawing import HEIGHT, LEADING, MM, WIDTH, Canvas, Piece, broken, writable_names
from web.wording import Wording, mark, wording

LEFT, RIGHT = 12 * MM, WIDTH - 12 * MM
TOP, BOTTOM = 12 * MM, HEIGHT - 16 * MM
SIZE = 9.0
LINE = SIZE * LEADING
AT, ROOM, NAME, STAY, KNOW = LEFT, LEFT + 40, LEFT + 80, LEFT + 258, LEFT + 360


def draw(pack: Pack, passphrase: str) -> bytes:
    """The pack as an AES-256 PDF that opens with ``passphrase`` only."""
    return sealed(plain(pack), passphrase)


def sealed(content: bytes, passphrase: str) -> bytes:
    """A PDF encrypted by AES-256; owner and user have the same key, so nobody is let in twice."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(BytesIO(content)))
    writer.encrypt(passphrase, algorithm="AES-256")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def plain(pack: Pack) -> bytes:
    """The same without its lock, for a printer beside the desk."""
    return _Pages(pack).drawn()


class _Pages:
    """The pack in the making; ``y`` is the next baseline."""

    def __init__(self, pack: Pack) -> None:
        self.pack, self.language = pack, pack.language.value
        self.say: Wording = wording(self.language)
        title = f"{self.say.gettext(mark('Pack for power cuts'))} · {pack.day:%Y-%m-%d}"
        self.canvas = Canvas(title, language=self.language)
        self.y = 0.0

    def drawn(self) -> bytes:
        self._head()
        heed = [line for line in (*self.pack.arrivals, *self.pack.in_house) if line.must_know]
        self._table(self.say.gettext(mark("Allergies and what must be known")), heed)
        self._table(self.say.gettext(mark("Arrivals")), self.pack.arrivals)
        self._table(self.say.gettext(mark("In house")), self.pack.in_house)
        self._foot()
        return self.canvas.finished()

    def _head(self) -> None:
        pack, canvas = self.pack, self.canvas
        title = self.say.gettext(mark("Pack for power cuts"))
        canvas.text(LEFT, TOP + 13, title, 16, bold=True)
        day = formats.day_long(pack.day, self.language)
        canvas.text(LEFT, TOP + 28, f"{day} · {pack.hotel_name}", 10)
        canvas.text(LEFT, TOP + 42, self._warning(), 8, bold=True)
        canvas.rule(LEFT, TOP + 48, RIGHT, heavy=True)
        self.y = TOP + 48

    def _warning(self) -> str:
        def moment(at: object) -> str:
            return formats.moment(at, self.language, self.pack.zone)  # type: ignore[arg-type]

        return self.say.say(
            mark("Confidential. As of %(at)s. Destroy by %(until)s."),
            at=moment(self.pack.made_at),
            until=moment(self.pack.destroy_by),
        )

    def _foot(self) -> None:
        self.canvas.rule(LEFT, BOTTOM + 4, RIGHT)
        page = self.say.say(mark("Page %(no)s"), no=self.canvas.pages)
        self.canvas.text(LEFT, BOTTOM + 15, self._warning(), 7.5, muted=True)
        self.canvas.text_right(RIGHT, BOTTOM + 15, page, 7.5, muted=True)

    def _table(self, title: str, lines: Sequence[PackLine]) -> None:
        self._need(4 * LINE)
        self.y += 1.9 * LINE
        end = self.canvas.text(LEFT, self.y, title, 11, bold=True)
        self.canvas.text(end + 5, self.y, str(len(lines)), 9, muted=True)
        self.y += 1.25 * LINE
        self._titles()
        if not lines:
            self.y += LINE
            self.canvas.text(NAME, self.y, self.say.gettext(mark("nobody")), SIZE, muted=True)
        for line in lines:
            self._line(line)

    def _titles(self) -> None:
        for x, words in (
            (AT, mark("Time")), (ROOM, mark("Room")), (NAME, mark("Guest")),
            (STAY, mark("Stay")), (KNOW, mark("Must know")),
        ):  # fmt: skip
            self.canvas.text(x, self.y, self.say.gettext(words), 8, muted=True)
        self.canvas.rule(LEFT, self.y + 3.5, RIGHT)
        self.y += 1.5

    def _line(self, line: PackLine) -> None:
        name, latin = writable_names(line.name, line.latin_name)
        who = [Piece(f"{name} ", bold=True)]
        if latin and latin != name:
            who.append(Piece(latin))
        know = [Piece(" · ".join(line.must_know), bold=True)] if line.must_know else []
        tall = max(
            len(list(broken(who, STAY - NAME - 6, SIZE))),
            len(list(broken(know, RIGHT - KNOW, SIZE))),
            1,
        )
        if self._need((tall + 0.2) * LINE):
            self.y += LINE
            self._titles()
        self.y += LINE
        self.canvas.text(AT, self.y, line.at or "", SIZE)
        self.canvas.text(ROOM, self.y, line.room or "", SIZE, bold=True)
        self.canvas.flow(NAME, self.y, who, STAY - NAME - 6, SIZE)
        self.canvas.text(STAY, self.y, self._stay(line), 8)
        self.canvas.flow(KNOW, self.y, know, RIGHT - KNOW, SIZE)
        self.y += (tall - 1) * LINE
        self.canvas.rule(LEFT, self.y + 3.2, RIGHT)
        self.y += 1.4

    def _stay(self, line: PackLine) -> str:
        until = formats.day(line.leaves_on, self.language, self.pack.day)
        return self.say.say(mark("until %(day)s · %(people)s pers."), day=until, people=line.people)

    def _need(self, height: float) -> bool:
        """Turn the page when ``height`` no longer fits; returns whether it was turned."""
        if self.y + height <= BOTTOM:
            return False
        self._foot()
        self.canvas.next_page()
        self.y = TOP
        return True
