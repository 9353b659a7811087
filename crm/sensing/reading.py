"""From a line of a folio to what it says about the guest: by words, in English and Chinese.

The shipped words are a file; a hotel's own come first. A line with one of the file's silent words
(health, faith, children, safety) says nothing at all, not even a favourite dish.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

from crm.preferences.terms import VALUE_MAX
from crm.sensing.rules import Trait
from crm.stays.terms import FolioCategory

DISH = "FV.DISH"
_DISH_CHARS = 3
_COUNTS = re.compile(
    r"^\s*\d+\s*[x×]\s*|\s*[x×]\s*\d+\s*$|[¥$€£]\s*[\d.,]+|\(\s*\d+\s*\)", re.IGNORECASE
)


class WordRule(NamedTuple):
    """Words that speak for a code; ``category`` empty: on any line.

    ``outlet``: also where they stand in the outlet's name alone; a Longjing Spa pours no Longjing.
    """

    words: tuple[str, ...]
    trait: Trait
    category: str = ""
    outlet: bool = False


@cache
def shipped() -> tuple[WordRule, ...]:
    """The rules of the file in their order; the first that fits a line speaks for it."""
    return tuple(
        WordRule(
            tuple(row["words"].split("|")),
            Trait(row["code"], row["value"]),
            row["category"],
            bool(row["outlet"]),
        )
        for row in _rows()
        if row["code"]
    )


@cache
def silent_words() -> tuple[str, ...]:
    """Words of health, faith, children and safety: their lines are passed over."""
    return _named("silent")


@cache
def general_words() -> frozenset[str]:
    """Words that are no dish: dinner, buffet, set menu."""
    return frozenset(_named("general"))


def _named(name: str) -> tuple[str, ...]:
    return next(
        tuple(row["words"].split("|"))
        for row in _rows()
        if not row["code"] and row["value"] == name
    )


def _rows() -> list[dict[str, str]]:
    source = files("crm.sensing") / "folio_words.csv"
    with source.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


class Reader:
    """Reads lines with a hotel's own rules before the shipped ones; ask it for every line."""

    def __init__(self, own: Iterable[WordRule] = ()) -> None:
        self._rules = [(_pattern(rule.words), rule) for rule in (*own, *shipped())]
        self._any = _pattern([word for _, rule in self._rules for word in rule.words])
        self.of_line = lru_cache(maxsize=32_768)(self._of_line)

    def _of_line(
        self, category: str, outlet: str | None, text: str | None, meal: str | None
    ) -> Trait | None:
        """What a line says; None for nothing. ``meal`` breakfast makes it one, whoever served."""
        words, where = plain(text or ""), plain(outlet or "")
        if is_silent(f"{words} · {where}"):
            return None
        kinds = {category, FolioCategory.BREAKFAST.value if meal == "breakfast" else category}
        for told, outlet_only in ((words, False), (where, True)):
            if not self._any.search(told):
                continue
            for pattern, rule in self._rules:
                fits = (not rule.category or rule.category in kinds) and pattern.search(told)
                if fits and (rule.outlet or not outlet_only):
                    return rule.trait
        if category == FolioCategory.RESTAURANT.value and text:
            return _dish(text)
        return None


def is_silent(text: str) -> bool:
    """Whether these words touch what records must not speak of."""
    return bool(_silent().search(text))


@cache
def _silent() -> re.Pattern[str]:
    # In front of a word only: allerg is in allergy and allergic.
    return _pattern(silent_words(), whole=False)


def _dish(text: str) -> Trait | None:
    """The text itself as the favourite dish, without counts and prices; no general words."""
    name = " ".join(_COUNTS.sub(" ", unicodedata.normalize("NFKC", text)).split())[:VALUE_MAX]
    general = general_words()
    words = re.findall(r"[\w']+", name.casefold())
    told = [word for word in words if word not in general and not word.isdecimal()]
    long_enough = len(name) >= (2 if name and ord(name[0]) > 0x2E7F else _DISH_CHARS)
    return Trait(DISH, name) if told and long_enough else None


def plain(text: str) -> str:
    """Full-width letters as narrow ones, without case."""
    return unicodedata.normalize("NFKC", text).casefold()


def _pattern(words: Sequence[str], *, whole: bool = True) -> re.Pattern[str]:
    """Latin words from their beginning (and to their end), Chinese ones anywhere."""
    parts = [
        re.escape(word)
        if ord(word[0]) > 0x2E7F
        else rf"\b{re.escape(word)}" + (r"s?\b" if whole else "")
        for word in (plain(word) for word in words)
    ]
    return re.compile("|".join(parts))
