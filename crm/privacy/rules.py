"""Whether free text carries what erasure would have to hunt for: a number, an address, a name."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

NUMBER_MIN = 7
"""From so many digits on a number may lead to a person; rooms and short references have fewer."""

_CHINESE_DIGITS = str.maketrans("〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "00123456789123456789")
_DATE = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./](\d{1,2})[./](\d{4})(?!\d)")
_MAIL = re.compile(r"\S@\S|\w\s*[(\[]\s*at\s*[)\]]\s*\w", re.IGNORECASE)
_NUMBER = re.compile(r"\d(?:[\s\-‐‑–—./()\[\]+·:：_#*]{0,3}\d)*")
_SINGLY = re.compile(r"(?<!\d)\d(?:[,，、;；]\s*\d){6,}(?!\d)")
_PAPER = re.compile(r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Za-z])(?:[A-Za-z0-9]){8,}(?![A-Za-z0-9])")


class Carried(StrEnum):
    """What was found in the text."""

    MAIL = "mail"
    NUMBER = "number"
    NAME = "name"


def carried(text: str, names: Iterable[str] = ()) -> Carried | None:
    """The first thing in ``text`` that has no place in a stated purpose; None if there is none.

    A mail address; a phone, ID or card number, also with spaces, in full-width, other scripts'
    or Chinese digits; letters and digits as on a passport; one of ``names``, the guest's own.
    """
    plain = _plain(text)
    if _MAIL.search(plain):
        return Carried.MAIL
    without_days = _DAY_FIRST.sub(_no_day_first, _DATE.sub(_no_date, plain))
    if any(_is_long(found.group()) for found in _NUMBER.finditer(without_days)):
        return Carried.NUMBER
    if _SINGLY.search(without_days):
        return Carried.NUMBER
    if any(_is_paper(found.group()) for found in _PAPER.finditer(without_days)):
        return Carried.NUMBER
    folded = _folded(text)
    if any(_is_told(_folded(name), folded) for name in names):
        return Carried.NAME
    return None


def _plain(text: str) -> str:
    """ASCII digits for those of any script; Chinese numerals only where several stand together."""
    wide = unicodedata.normalize("NFKC", text)
    digits = "".join(
        str(unicodedata.digit(char)) if unicodedata.category(char) == "Nd" else char
        for char in wide
    )
    return re.sub(
        r"[〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖]{4,}",
        lambda found: found.group().translate(_CHINESE_DIGITS),
        digits,
    )


def _is_long(number: str) -> bool:
    return sum(char.isdigit() for char in number) >= NUMBER_MIN


def _is_paper(token: str) -> bool:
    return sum(char.isdigit() for char in token) >= 5


def _no_date(found: re.Match[str]) -> str:
    return _unless_a_day(found, *(int(part) for part in found.groups()))


def _no_day_first(found: re.Match[str]) -> str:
    day, month, year = (int(part) for part in found.groups())
    return _unless_a_day(found, year, month, day)


def _unless_a_day(found: re.Match[str], year: int, month: int, day: int) -> str:
    try:
        date(year, month, day)
    except ValueError:
        return found.group()
    return " day "


def _folded(text: str) -> str:
    """Lower case, without marks and spaces, words parted by one space."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(c if c.isalnum() else " " for c in apart if not unicodedata.combining(c))
    return " ".join(letters.split())


def _is_told(name: str, text: str) -> bool:
    """A whole name, in any order of its parts; a single short word is no name yet."""
    if not name:
        return False
    if not name.isascii():
        return len(name) >= 2 and name.replace(" ", "") in text.replace(" ", "")
    words = name.split()
    return len(words) >= 2 and set(words) <= set(text.split())
