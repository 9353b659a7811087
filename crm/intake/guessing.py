"""What a file is made of: its encoding and its delimiter, guessed and reported, never silent.

Chinese offices save GB18030 without saying so, and nearly every byte string is some GB18030:
so several encodings are tried on the lines that are not ASCII, and the one whose characters
are the common ones of their script wins.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5", "cp1252", "utf-16-le", "utf-16-be", "utf-16")
DELIMITERS = ("\t", ",", ";", "|")
SAMPLE_BYTES = 128 * 1024
SAMPLE_LINES = 60
CHUNK = 1024 * 1024

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True)
class Guess:
    """One guess: the value, how sure it is (0 to 1), and whether the file says so itself."""

    value: str
    sure: float
    said: bool = False


def guess_encoding(path: Path) -> Guess:
    """The encoding of a file by its mark, else by strict UTF-8, else by what reads as language."""
    with path.open("rb") as file:
        head = file.read(SAMPLE_BYTES)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return Guess(name, 1.0, said=True)
    if (wide := _unmarked_utf16(head)) is not None:
        return Guess(wide, 0.9)
    if _decodes(path, "utf-8"):
        return Guess("utf-8", 1.0 if not head.isascii() else 0.95)
    return _by_language(_foreign_lines(path))


def _unmarked_utf16(head: bytes) -> str | None:
    """UTF-16 without its mark: the commas and line ends show as NULs on one side."""
    if len(head) < 4 or b"\x00" not in head:
        return None
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) / 50 or min(even, odd) * 10 > max(even, odd):
        return None
    return "utf-16-be" if even > odd else "utf-16-le"


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _foreign_lines(path: Path) -> bytes:
    found: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < SAMPLE_BYTES and (line := file.readline(CHUNK)):
            if not line.isascii():
                found.append(line)
                size += len(line)
    return b"".join(found)[:SAMPLE_BYTES]


def _by_language(sample: bytes) -> Guess:
    scores = {
        "gb18030": _score(sample, "gb18030", _common_gb),
        "big5": _score(sample, "big5", _common_big5),
        "cp1252": _score(sample, "cp1252", lambda char: 0.9 * char.isalpha()),
    }
    best = max(scores, key=lambda name: scores[name])
    others = max(score for name, score in scores.items() if name != best)
    return Guess(best, round(min(0.95, max(0.3, scores[best] - others / 2)), 2))


def _score(sample: bytes, encoding: str, commonness: Callable[[str], float]) -> float:
    """How much the foreign characters read as language, 0 to 1; undecodable bytes weigh most."""
    foreign = [c for c in sample.decode(encoding, errors="replace") if not c.isascii()]
    if not foreign:
        return 0.0
    broken = foreign.count("\ufffd")
    return max(0.0, (sum(map(commonness, foreign)) - 4 * broken) / len(foreign))


def _common_gb(char: str) -> float:
    """1 for the 3,755 everyday characters and full-width marks, less for rare characters."""
    if "\uff00" <= char <= "\uffef" or "\u3000" <= char <= "\u3011":
        return 1.0
    lead = char.encode("gb18030", errors="replace")
    everyday = len(lead) == 2 and 0xB0 <= lead[0] <= 0xD7 and lead[1] >= 0xA1
    return 1.0 if everyday else 0.6 * char.isalpha()


def _common_big5(char: str) -> float:
    lead = char.encode("big5", errors="replace")[:1]
    return 1.0 if b"\xa4" <= lead <= b"\xc6" else 0.6 * char.isalpha()


def guess_delimiter(lines: list[str]) -> Guess:
    """The delimiter by a ``sep=`` line, else the one that cuts most lines into equally many."""
    if lines and (said := said_delimiter(lines[0])) is not None:
        return Guess(said, 1.0, said=True)
    ranked = sorted(
        ((_evenness(lines, d), d) for d in DELIMITERS), key=lambda pair: pair[0], reverse=True
    )
    (even, cells), best = ranked[0]
    if cells < 2:
        return Guess(",", 0.5)
    return Guess(best, round(even, 2))


def said_delimiter(first_line: str) -> str | None:
    """What Excel's ``sep=;`` line says, or None where the line is another one."""
    found = re.fullmatch(r"\ufeff?\"?sep=(.)\"?[\r\n]*", first_line, flags=re.IGNORECASE)
    return found.group(1) if found and found.group(1) in DELIMITERS else None


def _evenness(lines: list[str], delimiter: str) -> tuple[float, int]:
    """Share of records with the usual number of cells, and that number; (0, 1) if uncut."""
    try:
        widths = [len(row) for row in islice(csv.reader(lines, delimiter=delimiter), 50) if row]
    except csv.Error:
        return 0.0, 1
    if not widths:
        return 0.0, 1
    cells, times = Counter(widths).most_common(1)[0]
    if cells < 2:
        return 0.0, 1
    # The header decides between two even cuts: it has no commas inside its names as a rule.
    return times / len(widths) * (1.0 if widths[0] == cells else 0.5), cells


_CJK = re.compile("[\u3400-\u9fff\U00020000-\U0003134f]")


def mojibake(text: str) -> bool:
    """Whether the text is UTF-8 that was read as GBK or Latin-1 once (寮犱笁, MÃ¼ller), or
    Chinese that was read as Latin-1 (ÕÅÈý). Such text is valid and still wrong.
    """
    if text.isascii():
        return False
    if _CJK.search(text):
        return _rereads(text, "gb18030")
    return _rereads(text, "cp1252") or _rereads(text, "latin-1") or _chinese_as_latin(text)


def _rereads(text: str, wrongly: str) -> bool:
    try:
        real = text.encode(wrongly).decode("utf-8")
    except UnicodeError:
        return False
    return bool(_CJK.search(real)) if wrongly == "gb18030" else len(real) < len(text)


def _chinese_as_latin(text: str) -> bool:
    high = re.findall("[\u00a1-\u00fe]{4,}", text)
    for run in high:
        try:
            real = run.encode("latin-1").decode("gb2312")
        except UnicodeError:
            continue
        if all(_common_gb(c) == 1.0 for c in real):
            return True
    return False


def lines_of(text: Iterator[str]) -> list[str]:
    """The first lines of an open text, for `guess_delimiter`."""
    return list(islice(text, SAMPLE_LINES))
