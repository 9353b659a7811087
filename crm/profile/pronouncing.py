"""How a Chinese name is said aloud: pinyin with tones, the surname by its own reading."""

import unicodedata
from functools import lru_cache

from crm.guests.readings import readings_of_surname
from crm.guests.scripts import is_han, simplified
from crm.kit import pinyin


@lru_cache(maxsize=4096)
def pronounced(family: str | None, given: str | None, corrected: str | None = None) -> str:
    """``Chén Jìngyí``; staff's correction stands as written; empty for names in other scripts."""
    if corrected:
        return corrected.title()
    parts = [_toned_surname(family)] if family else []
    if given:
        parts.append(_toned(given))
    return " ".join(part.capitalize() for part in parts if part)


def _toned(text: str) -> str:
    if not all(map(is_han, text)):
        return ""
    return "".join(pinyin.toned(simplified(text)))


def _toned_surname(family: str) -> str:
    """The tones of the reading that this surname has: 单 is Shàn, not Dān."""
    if not all(map(is_han, family)):
        return ""
    ways = readings_of_surname(family)
    toned = []
    for place, char in enumerate(simplified(family)):
        wanted = ways[0][place] if ways and place < len(ways[0]) else None
        toned.append(_tone_of(char, wanted))
    return "".join(toned)


def _tone_of(char: str, wanted: str | None) -> str:
    ways = pinyin.toned_readings(char)
    fitting = (way for way in ways if _without_tone(way) == wanted)
    return str(next(fitting, None) or wanted or ways[0])


def _without_tone(syllable: str) -> str:
    plain = unicodedata.normalize("NFD", syllable.replace("ü", "v"))
    plain = "".join("v" if c == "\u0308" else c for c in plain if c not in _TONES)
    return plain.replace("uv", "v")


_TONES = {"\u0304", "\u0301", "\u030c", "\u0300"}
