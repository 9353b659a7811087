"""Which codes a few typed letters or a sentence may mean: English, Chinese, pinyin, initials.

An index of every code in use, built once for each hotel's wording and kept while nothing changed.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from uuid import UUID

from sqlmodel import Session

from crm.kit.pinyin import readings
from crm.preferences.codes import codes_in_use
from crm.preferences.schemas import CodeRow

MEANT_MAX = 5
FORGIVEN_FROM = 5
_READINGS_MAX = 32
_WORD = re.compile(r"[a-z0-9]+")
_BLANK = re.compile(r"[(（][^)）]*[)）]")
_SAID_OFTEN = """
    a an and any as at be by for from he her his i in is it its like likes no not of on one or per
    please prefer prefers say she that the their them they this to want wants was which with room
    guest extra always
"""
_COMMON = frozenset(_SAID_OFTEN.split())


@dataclass(frozen=True, slots=True)
class _Indexed:
    row: CodeRow
    words: tuple[frozenset[str], ...]
    """The words of each wording, the label first."""
    chinese: tuple[str, ...]
    pinyin: tuple[str, ...]
    initials: tuple[str, ...]


def codes_meant(db: Session, text: str, hotel_id: UUID | None) -> list[str]:
    """Codes that free words may mean, the likeliest first, at most five."""
    rows = codes_in_use(db, hotel_id)
    scored = ((_meant(each, text), each.row.code) for each in map(_indexed, rows))
    best = sorted(((score, code) for score, code in scored if score > 0), key=lambda s: -s[0])
    return [code for _, code in best[:MEANT_MAX]]


def find(rows: Iterable[CodeRow], text: str) -> list[CodeRow]:
    """Codes that a typed beginning may mean, the best first."""
    typed = _folded(text)
    if not typed:
        return []
    scored = ((_typed(each, typed), each.row) for each in map(_indexed, rows))
    return [row for _, row in sorted((s for s in scored if s[0] > 0), key=lambda s: -s[0])]


_cache: dict[tuple[str, ...], _Indexed] = {}


def _indexed(row: CodeRow) -> _Indexed:
    key = (row.code, row.label_en, row.label_zh, row.group_en, row.group_zh, str(row.version))
    known = _cache.get(key)
    if known is None or known.row != row:
        known = _index(row)
        if len(_cache) > 4000:
            _cache.clear()
        _cache[key] = known
    return known


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
        pinyin=tuple("".join(each) for each in spoken),
        initials=tuple(dict.fromkeys("".join(s[0] for s in each) for each in spoken)),
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
    if len(joined) > 3 and any(joined in way for way in each.pinyin):
        return 3
    return 0


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


def _meant(each: _Indexed, text: str) -> float:
    """How well a whole sentence names a code."""
    folded = _folded(text)
    tokens = [word for word in _WORD.findall(folded) if word not in _COMMON]
    label, told, _ = each.words
    score = 0.0
    ours = {word for word in label | told if word not in _COMMON and len(word) > 2}
    hits = {word for word in ours if any(_same(word, token) for token in tokens)}
    if hits & label or len(hits) > 1:
        score += sum(2.0 if word in label else 0.7 for word in hits)
        score += len(hits & label) / max(1, len(label - _COMMON))
    score += _chinese_overlap(text, each.chinese)
    return score


def _same(word: str, token: str) -> bool:
    if word == token or word.rstrip("s") == token.rstrip("s"):
        return True
    return min(len(word), len(token)) >= FORGIVEN_FROM and _one_slip(word, token)


def _chinese_overlap(text: str, wordings: Sequence[str]) -> float:
    """Pairs of neighbouring characters that a sentence shares with a label."""
    label, told, _ = wordings
    pairs = {text[i : i + 2] for i in range(len(text) - 1) if _is_chinese(text[i : i + 2])}
    if not pairs:
        return 0.0
    of_label = {label[i : i + 2] for i in range(len(label) - 1)}
    of_told = {told[i : i + 2] for i in range(len(told) - 1)}
    shared = len(pairs & of_label)
    return (
        2.0 * shared
        + 0.7 * len(pairs & (of_told - of_label))
        + (shared / max(1, len(of_label)) if shared else 0)
    )


def _is_chinese(text: str) -> bool:
    return all("\u3400" <= char <= "\u9fff" for char in text)
