"""Which codes a few typed letters or a sentence may mean: English, Chinese, pinyin, initials.

An index of every code in use, built once for each hotel's wording and kept while nothing changed.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from uuid import UUID

from sqlmodel import Session

from crm.kit.pinyin import readings
from crm.preferences.codes import catalogue
from crm.preferences.schemas import CodeRow

MEANT_MAX = 5
FORGIVEN_FROM = 5
_READINGS_MAX = 32
_WORD = re.compile(r"[a-z0-9]+")
_BLANK = re.compile(r"[(（][^)）]*[)）]")
_SAID_OFTEN = """
    a an and any as at be by for from he her his i in is it its like likes no not of on one or per
    please prefer prefers say she that the their them they this to want wants was which with room
    guest extra always very much more some have has had said asked asks always never when then too
    also nice good
"""
_COMMON = frozenset(_SAID_OFTEN.split())


@dataclass(frozen=True, slots=True)
class _Indexed:
    row: CodeRow
    words: tuple[frozenset[str], ...]
    """The words of each wording, the label first."""
    chinese: tuple[str, ...]
    syllables: tuple[tuple[str, ...], ...]
    pinyin: tuple[str, ...]
    initials: tuple[str, ...]
    telling: dict[str, float]


def codes_meant(db: Session, text: str, hotel_id: UUID | None) -> list[str]:
    """Codes that free words may mean, the likeliest first, at most five."""
    index = index_of(catalogue(db, hotel_id).in_use)
    scores = index.meant(text)
    return sorted(scores, key=lambda code: -scores[code])[:MEANT_MAX]


def find(rows: Sequence[CodeRow], text: str) -> list[CodeRow]:
    """Codes that a typed beginning may mean, the best first."""
    typed = _folded(text)
    if not typed:
        return []
    scored = ((_typed(each, typed), each.row) for each in index_of(rows).codes)
    return [row for _, row in sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])]


class _Index:
    """A catalogue made ready to be searched."""

    def __init__(self, rows: Sequence[CodeRow]) -> None:
        self.rows = rows
        self.codes = [_index(row) for row in rows]
        self._with: dict[str, list[_Indexed]] = {}
        for each in self.codes:
            for part in each.telling:
                self._with.setdefault(part, []).append(each)
        self._long = [p for p in self._with if p.isascii() and len(p) >= FORGIVEN_FROM]

    def meant(self, text: str) -> dict[str, float]:
        """How well a sentence names each code: words that few codes have tell most."""
        words = {word for word in _WORD.findall(_folded(text)) if word not in _COMMON}
        parts = {part for word in words for part in self._like(word)} | _pairs(text)
        score: dict[str, float] = {}
        hits: dict[str, float] = {}
        for part in parts & self._with.keys():
            known = self._with[part]
            for each in known:
                code, weight = each.row.code, each.telling[part]
                score[code] = score.get(code, 0.0) + weight * len(known) ** -0.5
                hits[code] = hits.get(code, 0.0) + weight
        # one common word of many is chance
        return {code: s for code, s in score.items() if hits[code] >= 2 and s >= _ENOUGH}

    def _like(self, word: str) -> set[str]:
        """The words of the catalogue that a typed one is: itself, its plural, or one slip away."""
        near = {each for each in (word, f"{word}s", word.rstrip("s")) if each in self._with}
        if near or len(word) < FORGIVEN_FROM:
            return near
        return {each for each in self._long if _one_slip(word, each)}


_ENOUGH = 0.6
_built: list[_Index] = []
_BUILT_MAX = 16


def index_of(rows: Sequence[CodeRow]) -> _Index:
    """The index of these very rows; a hotel's are the same object while nothing changes."""
    for index in _built:
        if index.rows is rows:
            return index
    index = _Index(rows)
    _built.append(index)
    del _built[:-_BUILT_MAX]
    return index


def _index(row: CodeRow) -> _Indexed:
    label = _BLANK.sub("", row.label_en)
    chinese = _BLANK.sub("", row.label_zh)
    spoken = _spellings(chinese)
    return _Indexed(
        row=row,
        words=(
            frozenset(_WORD.findall(_folded(label))),
            frozenset(_WORD.findall(_folded(row.need_to_know_en))),
            frozenset(_WORD.findall(_folded(row.group_en))),
        ),
        chinese=(chinese, _BLANK.sub("", row.need_to_know_zh), row.group_zh),
        syllables=tuple(spoken),
        pinyin=tuple("".join(each) for each in spoken),
        initials=tuple(dict.fromkeys("".join(s[0] for s in each) for each in spoken)),
        telling=_telling(
            label,
            _BLANK.sub("", row.need_to_know_en),
            chinese,
            _BLANK.sub("", row.need_to_know_zh),
        ),
    )


def _spellings(text: str) -> list[tuple[str, ...]]:
    """Every way to read the Chinese characters of a text, as syllables."""
    ways = [readings(char) or ([char.lower()] if char.isalnum() else []) for char in text]
    ways = [way for way in ways if way]
    if not ways:
        return []
    found = []
    for spelt in product(*ways):
        found.append(spelt)
        if len(found) == _READINGS_MAX:
            break
    return found


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if not unicodedata.combining(char)).strip()


def _typed(each: _Indexed, typed: str) -> float:
    """How well a code answers what was typed; 0 not at all."""
    if each.row.code.casefold().startswith(typed) and len(typed) > 1:
        return 20
    if any("\u3400" <= char <= "\u9fff" for char in typed):
        return _typed_chinese(each, typed)
    tokens = _WORD.findall(typed)
    if not tokens:
        return 0
    label, told, group = each.words
    scores = [
        max(_word(token, label) * 3, _word(token, told) * 2, _word(token, group))
        for token in tokens
    ]
    best = sum(scores) if all(scores) else 0
    joined = "".join(tokens)
    if len(joined) > 1:
        best = max(best, _spoken(each, joined))
    return best


def _typed_chinese(each: _Indexed, typed: str) -> float:
    label, told, group = each.chinese
    if label.startswith(typed):
        return 12
    if typed in label:
        return 9
    if typed in told:
        return 6
    if typed in group:
        return 2
    return 4 if _in_order(typed, label) else 0


def _in_order(typed: str, text: str) -> bool:
    rest = iter(text)
    return len(typed) > 1 and all(char in rest for char in typed)


def _spoken(each: _Indexed, joined: str) -> float:
    if any(way.startswith(joined) for way in each.pinyin):
        return 8 if len(joined) > 2 else 4
    if any(way.startswith(joined) for way in each.initials):
        return 6
    if any(_whole_syllables(joined, way) for way in each.syllables):
        return 5
    if len(joined) > 3 and any(joined in way for way in each.pinyin):
        return 3
    return 0


def _whole_syllables(joined: str, way: Sequence[str]) -> bool:
    """Whether some neighbouring syllables are just this: zhen is in 荞麦枕 and not in 行政."""
    for first in range(len(way)):
        rest = joined
        for syllable in way[first:]:
            if not rest.startswith(syllable):
                break
            rest = rest[len(syllable) :]
            if not rest:
                return True
    return False


def _word(token: str, words: frozenset[str]) -> float:
    if token in words:
        return 3
    if any(word.startswith(token) for word in words):
        return 2
    if len(token) >= FORGIVEN_FROM and any(_one_slip(token, word) for word in words):
        return 1
    return 0


def _one_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter lost, added, wrong, or two swapped."""
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < FORGIVEN_FROM - 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if at is None:
        return True
    return (
        one[at + 1 :] == other[at + 1 :]
        or one[at:] == other[at + 1 :]
        or one[at + 1 :] == other[at:]
        or (one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :])
    )


def _telling(label: str, told: str, chinese: str, told_chinese: str) -> dict[str, float]:
    """The words and pairs of a code, 2 for those of its label, 1 for the instruction's own."""
    parts: dict[str, float] = {}
    for weight, english, native in ((1.0, told, told_chinese), (2.0, label, chinese)):
        words = {w for w in _WORD.findall(_folded(english)) if w not in _COMMON and len(w) > 2}
        parts |= dict.fromkeys(words | _pairs(native), weight)
    return parts


def _pairs(text: str) -> set[str]:
    """Neighbouring Chinese characters."""
    pairs = (text[at : at + 2] for at in range(len(text) - 1))
    return {pair for pair in pairs if all("\u3400" <= char <= "\u9fff" for char in pair)}
