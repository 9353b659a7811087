"""Scripts and the one way of folding text, so that what is typed meets what is stored."""

import unicodedata
from functools import cache, lru_cache

from opencc import OpenCC

# Letters that no decomposition turns into plain ones.
_LATIN = str.maketrans(
    {
        "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i",
        "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "a", "ʻ": "'", "ʼ": "'", "’": "'", "‘": "'", "`": "'",
    }
)  # fmt: skip


def is_han(char: str) -> bool:
    code = ord(char)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x323AF
        or 0xF900 <= code <= 0xFAFF
        or code == 0x3007
    )


def is_kana(char: str) -> bool:
    code = ord(char)
    return 0x3041 <= code <= 0x30FF or code == 0x3005 or 0x31F0 <= code <= 0x31FF


def is_hangul(char: str) -> bool:
    code = ord(char)
    return 0xAC00 <= code <= 0xD7A3 or 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F


def is_cjk(char: str) -> bool:
    """Is it written without spaces between words, so that pairs of characters are indexed?"""
    return ord(char) >= 0x1100 and (is_han(char) or is_kana(char) or is_hangul(char))


def has_han(text: str) -> bool:
    return not text.isascii() and any(map(is_han, text))


def has_cjk(text: str) -> bool:
    return not text.isascii() and any(map(is_cjk, text))


def is_latin(text: str) -> bool:
    """Are all letters of it Latin ones, and is there one?"""
    if text.isascii():
        return text.isalpha() or any(map(str.isalpha, text))
    letters = [char for char in text if char.isalpha()]
    return bool(letters) and all(ord(char) < 0x250 or _is_latin_letter(char) for char in letters)


@lru_cache(maxsize=4096)
def _is_latin_letter(char: str) -> bool:
    return unicodedata.name(char, "").startswith("LATIN")


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


@lru_cache(maxsize=32_768)
def _simplified_char(char: str) -> str:
    converted = str(_converter().convert(char))
    return converted if len(converted) == 1 else char


def simplified(text: str) -> str:
    """Chinese in simplified characters, one by one.

    Never by phrases: a pair of characters must fold the same way whatever stands beside it.
    """
    if text.isascii():
        return text
    return "".join(_simplified_char(char) if is_han(char) else char for char in text)


@lru_cache(maxsize=16_384)
def fold(text: str) -> str:
    """Lower case, no diacritics, compatibility forms resolved, Chinese simplified, one space.

    Folding twice is folding once.
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    plain = plain.translate(_LATIN)
    kept = "".join(c for c in plain if not unicodedata.category(c).startswith("M"))
    return " ".join(simplified(unicodedata.normalize("NFC", kept)).split())
