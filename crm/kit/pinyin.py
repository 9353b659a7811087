"""How Chinese characters are read: the readings of pypinyin, from tables made of its own.

The library's dictionaries take 54 MB in every process, these tables four. They are made by
``python -m lab.pinyin_tables``; a test holds them against the library, character by character.
"""

import unicodedata
from array import array
from functools import cache
from importlib.resources import files

_FIRST, _LAST = 0x3007, 0x323AF
_PHRASE_MAX = 12


def readings(char: str) -> list[str]:
    """Every reading of one character without tones, the usual first; ü is written v."""
    return list(dict.fromkeys(map(_toneless, toned_readings(char))))


def toned_readings(char: str) -> list[str]:
    """Every reading of one character with its tone mark, the usual first; none for others."""
    ways, places = _characters()
    code = ord(char)
    place = places[code - _FIRST] if _FIRST <= code <= _LAST else 0
    return ways[place].split(",") if place else []


def toned(text: str) -> list[str]:
    """The reading of each character with its tone mark, as the phrase it stands in is read.

    Phrases are cut off from the left, the longest first. What is not Chinese stays as it is, each
    run of it as one item.
    """
    found: list[str] = []
    at, other = 0, -1
    while at < len(text):
        said = _phrase_at(text, at) or toned_readings(text[at])[:1]
        if said:
            found += said
        elif other == at:
            found[-1] += text[at]
        else:
            found.append(text[at])
        at += len(said) or 1
        other = -1 if said else at
    return found


def _phrase_at(text: str, at: int) -> list[str]:
    phrases = _phrases()
    for end in range(min(len(text), at + _PHRASE_MAX), at + 1, -1):
        if (said := phrases.get(text[at:end])) is not None:
            return said.split(" ")
    return []


def syllables(text: str) -> list[str]:
    """The same without tones."""
    return [_toneless(way) for way in toned(text)]


_TONES = {"\u0304", "\u0301", "\u030c", "\u0300"}


def _toneless(way: str) -> str:
    if way.isascii():
        return way
    plain = "".join(c for c in unicodedata.normalize("NFD", way) if c not in _TONES)
    return unicodedata.normalize("NFC", plain.replace("u\u0308", "v"))


@cache
def _characters() -> tuple[list[str], "array[int]"]:
    """All lists of readings, and by code point which of them is the character's (0: none)."""
    ways = [""]
    places = array("H", bytes(2 * (_LAST - _FIRST + 1)))
    with (files("crm.kit") / "pinyin_characters.txt").open(encoding="utf-8") as lines:
        for line in lines:
            said, _, chars = line.rstrip("\n").partition(" ")
            for char in chars:
                if _FIRST <= ord(char) <= _LAST:
                    places[ord(char) - _FIRST] = len(ways)
            ways.append(said)
    return ways, places


@cache
def _phrases() -> dict[str, str]:
    with (files("crm.kit") / "pinyin_phrases.txt").open(encoding="utf-8") as lines:
        return dict(line.rstrip("\n").split(" ", 1) for line in lines)
