"""What a note may not hold, and what the centre should look at: the box warns, people decide.

A card or identity number in free words is refused and stored nowhere. Judgements, diagnoses,
faith, origin, politics and phone numbers are told to the writer ("the guest may read this") and
send the note to the centre before anyone sees it. Pure, so that every door can use it.
"""

import re
import unicodedata
from functools import cache
from importlib.resources import files

from crm.kit.card_numbers import without_cards
from crm.preferences.terms import TextCaution

REFUSED = (TextCaution.CARD_NUMBER, TextCaution.ID_NUMBER)
"""These may not be stored at all."""

_NOT_MEANT = re.compile(
    r"black\s+(?:tea|coffee|pepper|bean|ink)|white\s+(?:wine|tea|rice|noise|bread)"
    r"|stroke\s+of|cancer\s+of\s+the\s+zodiac|race\s+(?:car|track|horse)"
    r"|fat[-\s]free|low[-\s]fat|full[-\s]fat|non[-\s]?fat|crazy\s+about|christian\s+(?:dior|louboutin)"
    r"|russian\s+orthodox\s+cathedral|ugly\s+sweater|drunk\s+(?:prawns?|shrimps?|chicken|crab)"
    r"|lazy\s+susan|bottles?\s+drunk|was\s+annoying|pregnancy\s+pillow"
    r"|drunk\s+(?:the|all|up|his|her|their)|love\s+affair\s+with|aids?\s+(?:with|to)|hearing\s+aids?|first\s+aid"
    r"|visual\s+aids|walking\s+aids?|teaching\s+aids"
    r"|小气泡|孕妇枕|党参|礼拜[一二三四五六天日]|黑人牙膏|白人参|老外滩|鬼子姜|棒子骨|棒子面|有病房|事多谢|中风味",
    re.IGNORECASE,
)
"""Where such a word means something else: it is blanked out before the lists are asked."""

_ID_RUN = re.compile(r"(?<![0-9A-Za-z])[1-9](?:[ \-]?\d){16}[ \-]?[\dXx](?![0-9A-Za-z])")
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

_PHONE = re.compile(r"(?<![\dA-Za-z])(?:\+|00)?\(?\d[\d \-().]{6,18}\d(?![\dA-Za-z])")
_DATE = re.compile(r"\d{4}[-./ ]\d{1,2}[-./ ]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4}")
_TIMES = re.compile(r"\d{1,2}[:.]\d{2}\s*(?:-|–|to|至|到)\s*\d{1,2}[:.]\d{2}")


def cautions_in(*texts: str | None) -> list[TextCaution]:
    """What stands in free words that should not, in the order of `TextCaution`."""
    text = _plain(" \n ".join(text for text in texts if text))
    if not text:
        return []
    found = set()
    without, cards = without_cards(text)
    if cards:
        found.add(TextCaution.CARD_NUMBER)
    if any(is_chinese_id(match.group()) for match in _ID_RUN.finditer(text)):
        found.add(TextCaution.ID_NUMBER)
    elif _has_phone(without):
        found.add(TextCaution.PHONE_NUMBER)
    meant = _NOT_MEANT.sub(" ", text)
    found |= {caution for caution, words in _lists().items() if words.search(meant)}
    return [caution for caution in TextCaution if caution in found]


def is_chinese_id(text: str) -> bool:
    """Whether 18 characters are an identity number: a real date and the check character.

    GB 11643-1999: weights 2^(17-i) mod 11 over the first seventeen digits.
    """
    digits = re.sub(r"[ \-]", "", text).upper()
    if len(digits) != 18 or not digits[:17].isdecimal() or not digits.isascii():
        return False
    year, month, day = int(digits[6:10]), int(digits[10:12]), int(digits[12:14])
    if not (1900 <= year <= 2099 and 1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(d) * w for d, w in zip(digits[:17], _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11] == digits[17]


def _has_phone(text: str) -> bool:
    """Eight digits or more that are no date, no span of hours and no run of small numbers."""
    bare = _TIMES.sub(" ", _DATE.sub(" ", text))
    for match in _PHONE.finditer(bare):
        digits = re.sub(r"\D", "", match.group())
        groups = re.findall(r"\d+", match.group())
        if 8 <= len(digits) <= 15 and max(map(len, groups)) >= 3:
            return True
    return False


def _plain(text: str) -> str:
    """Full-width forms become plain, so that they hide nothing."""
    return unicodedata.normalize("NFKC", text)


@cache
def _lists() -> dict[TextCaution, re.Pattern[str]]:
    """One pattern for each kind of caution; English words stand alone, Chinese ones anywhere."""
    words: dict[TextCaution, list[str]] = {}
    text = (files("crm.preferences") / "caution_words.txt").read_text(encoding="utf-8")
    kind = TextCaution.JUDGEMENT
    for line in text.splitlines():
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            kind = TextCaution(heading[1])
        elif not line.startswith("#"):
            words.setdefault(kind, []).extend(line.split())
    return {kind: _pattern(listed) for kind, listed in words.items()}


def _pattern(words: list[str]) -> re.Pattern[str]:
    english = "|".join(_phrase(word) for word in words if word.isascii())
    chinese = "|".join(sorted((w for w in words if not w.isascii()), key=len, reverse=True))
    return re.compile(rf"(?<![a-z])(?:{english})(?![a-z])|{chinese}", re.IGNORECASE)


def _phrase(word: str) -> str:
    return r"[\s\-]+".join(re.escape(part) for part in word.split("_"))
