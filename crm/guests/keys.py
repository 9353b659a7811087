"""The search keys of a guest and the reading of what is typed: one scheme for both databases.

A guest gets one *token document*: Latin words, pairs of CJK characters, every pinyin reading,
initials, company. What is typed becomes tokens of the same alphabet (letters, digits,
CJK; nothing that FTS5 or tsquery could take for an operator), all of which must be there.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm.guests.birthdays import Birthday
from crm.guests.naming import NameParts
from crm.guests.readings import readings_of_name, spellings, syllables_of
from crm.guests.scripts import fold, has_han, is_cjk

KEYS_VERSION = 1
"""Raise it when the same guest would get other keys: a rebuild finds the stale ones by it."""

TOKEN_MAX = 40
DOC_MAX = 4000
NAME_KEY_MAX = 300
PINYIN_MAX = 300
INITIALS_MAX = 60
_WORDS_MAX = 12
_RUN_MAX = 40

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """What is stored to find a guest by; all bounded, all made by `search_keys` alone.

    ``name_key`` holds the folded names, ``pinyin`` the whole readings and the Latin names run
    together, both parted by ``|`` with the primary one first; ``doc`` the tokens parted by
    spaces.
    """

    name_key: str
    pinyin: str
    pinyin_initials: str
    birth_mmdd: str | None
    doc: str
    version: int = KEYS_VERSION


def search_keys(
    names: Sequence[NameParts],
    *,
    birthday: Birthday | None = None,
    company: Iterable[str] = (),
    other: Iterable[str] = (),
) -> SearchKeys:
    """The keys of one guest. ``other`` are further words to be found by, such as a nickname."""
    folded = list(dict.fromkeys(key for name in names if (key := name_key(name.full))))
    pinyins: dict[str, None] = {}
    initials: dict[str, None] = {}
    tokens: dict[str, None] = {}
    for name in names[:_WORDS_MAX]:
        tokens |= dict.fromkeys(_word_tokens(name.full))
        for syllables in _name_readings(name):
            pinyins |= dict.fromkeys(spellings("".join(syllables)))
            initials["".join(s[0] for s in syllables)] = None
            tokens |= dict.fromkeys(_reading_tokens(syllables))
        tokens |= dict.fromkeys(_dotted_tokens(name))
        pinyins |= dict.fromkeys(_run_together(name.full))
        tokens |= dict.fromkeys(_latin_initials(name.full))
    for text in (*company, *other):
        tokens |= dict.fromkeys(_word_tokens(text))
        for syllables in readings_of_name(text, text, None)[:2]:
            tokens |= dict.fromkeys(_phrase_tokens(syllables))
    return SearchKeys(
        name_key=_joined(folded, NAME_KEY_MAX),
        pinyin=_joined(pinyins, PINYIN_MAX),
        pinyin_initials=_joined(initials, INITIALS_MAX),
        birth_mmdd=_mmdd(birthday),
        doc=_joined((token[:TOKEN_MAX] for token in tokens), DOC_MAX, " "),
    )


def _joined(parts: Iterable[str], limit: int, by: str = "|") -> str:
    """Whole parts as far as they fit; a single longer one is cut."""
    text = ""
    for part in parts:
        longer = f"{text}{by}{part}" if text else part[:limit]
        if len(longer) > limit:
            break
        text = longer
    return text


@lru_cache(maxsize=16_384)
def name_key(full: str) -> str:
    """A name for comparing: folded words by one space, no dots, commas and apostrophes."""
    folded = fold(full)
    if folded.replace(" ", "").isalnum():
        return folded
    spaced = "".join(char if char.isalnum() else " " if char in "-,/ " else "" for char in folded)
    return " ".join(spaced.split())


def _mmdd(birthday: Birthday | None) -> str | None:
    """The solar month and day; a lunar one has another day each year."""
    if birthday is None or birthday.is_lunar:
        return None
    return f"{birthday.month:02d}{birthday.day:02d}"


def plate_key(plate: str) -> str:
    """A number plate without spaces, dots and dashes, folded: 浙A·12 345 → 浙a12345."""
    return "".join(char for char in fold(plate) if char.isalnum())[:TOKEN_MAX]


def _name_readings(name: NameParts) -> Iterator[tuple[str, ...]]:
    """The correction by staff first, then every reading of the table and the dictionary."""
    if name.pinyin:
        yield tuple(_split(fold(name.pinyin))[:_WORDS_MAX])
    if len(_dotted(name)) < 2:
        yield from readings_of_name(name.full, name.family, name.given)
        return
    whole = [way for part in _dotted(name) if (way := next(iter(readings_of_name(part, part)), ()))]
    yield tuple(syllable for way in whole for syllable in way)


def _dotted(name: NameParts) -> list[str]:
    return [part for part in _split(fold(name.full)) if has_han(part)]


def _dotted_tokens(name: NameParts) -> Iterator[str]:
    """贝拉克·奥巴马 is found by beilake and by aobama."""
    parts = _dotted(name)
    for part in parts if len(parts) > 1 else ():
        for syllables in readings_of_name(part, part)[:2]:
            yield from _phrase_tokens(syllables)


def _reading_tokens(syllables: Sequence[str]) -> Iterator[str]:
    """chen jing yi → the syllables, jingyi, chenjingyi, cjy, chenjy; ü in its three spellings."""
    for syllable in syllables:
        yield from spellings(syllable)
    if len(syllables) < 2:
        return
    yield from _phrase_tokens(syllables)
    for cut in range(1, min(3, len(syllables) - 1)):
        head, tail = syllables[:cut], syllables[cut:]
        yield from spellings("".join(head))
        yield from spellings("".join(tail))
        yield from spellings("".join(head) + "".join(s[0] for s in tail))


def _phrase_tokens(syllables: Sequence[str]) -> Iterator[str]:
    yield from spellings("".join(syllables))
    yield "".join(syllable[0] for syllable in syllables)


def _run_together(full: str) -> Iterator[str]:
    """A Latin name without its spaces, from either end: chenjingyi, jingyichen."""
    words = name_key(full).split()
    if words and all(word.isascii() and word.isalpha() for word in words):
        yield "".join(words)
        yield "".join((words[-1], *words[:-1]))


def _latin_initials(full: str) -> Iterator[str]:
    """CHEN Jingyi → chenjingyi, jingyichen, cj, jc and, as it is pinyin, cjy."""
    words = [word for word in _split(fold(full)) if word.isascii() and word.isalpha()]
    if not 2 <= len(words) <= 4:
        return
    turned = (*words[1:], words[0]), (words[-1], *words[:-1])
    for order in dict.fromkeys((tuple(words), *turned)):
        yield "".join(order)
        yield "".join(word[0] for word in order)
        cut = [syllables_of(word) for word in order]
        if all(cut):
            yield "".join(syllable[0] for word in cut if word for syllable in word)


def _word_tokens(text: str) -> Iterator[str]:
    """Words and their parts; pairs of CJK characters and the last one, also across a dot."""
    folded = fold(text)
    runs: list[str] = []
    for word in _split(folded)[:_WORDS_MAX]:
        if is_cjk(word[0]):
            runs.append(word)
            yield from _pairs(word)
        else:
            yield word
    if len(runs) > 1:
        yield from _pairs("".join(runs))
    for chunk in folded.split(" ")[:_WORDS_MAX]:
        if not chunk.isalnum():
            joined = "".join(char for char in chunk if char.isalnum())
            if joined and not any(map(is_cjk, joined)):
                yield joined
    if not text.isascii():
        yield from _umlaut_words(text)


def _umlaut_words(text: str) -> Iterator[str]:
    """Müller is also written Mueller."""
    lowered = text.lower()
    spread = lowered.translate(_UMLAUTS)
    if spread != lowered:
        yield from (word for word in _split(fold(spread))[:_WORDS_MAX] if not is_cjk(word[0]))


def _pairs(run: str) -> Iterator[str]:
    run = run[:_RUN_MAX]
    yield from (run[at : at + 2] for at in range(len(run) - 1))
    yield run[-1]


def _split(folded: str) -> list[str]:
    """Runs of CJK characters and runs of other letters and digits, in order."""
    if folded.isascii() and folded.replace(" ", "").isalnum():
        return folded.split()
    found: list[str] = []
    run, run_is_cjk = "", False
    for char in folded + " ":
        cjk = is_cjk(char)
        if char.isalnum() and (not run or cjk == run_is_cjk):
            run, run_is_cjk = run + char, cjk
            continue
        if run:
            found.append(run)
        run, run_is_cjk = (char, cjk) if char.isalnum() else ("", False)
    return found


@dataclass(frozen=True, slots=True)
class QueryToken:
    """A token that must be there: as a whole, or as the start of one."""

    text: str
    prefix: bool = True

    def is_in(self, doc: str) -> bool:
        return f" {self.text}{'' if self.prefix else ' '}" in f" {doc} "


@lru_cache(maxsize=4_096)
def query_tokens(text: str) -> tuple[QueryToken, ...]:
    """The tokens of a typed text. All must match; empty if there is nothing to look for."""
    tokens: dict[QueryToken, None] = {}
    for chunk in fold(text).split(" ")[:_WORDS_MAX]:
        words = _split(chunk)
        if "'" in chunk and all(word.isascii() for word in words):
            words = ["".join(words)]
        for word in words[:_WORDS_MAX]:
            tokens |= dict.fromkeys(_query_word(word))
    return tuple(tokens)


def _query_word(word: str) -> Iterator[QueryToken]:
    if not word:
        return
    if not is_cjk(word[0]):
        yield QueryToken(word[:TOKEN_MAX])
    elif len(word) == 1:
        yield QueryToken(word)
    else:
        word = word[:_RUN_MAX]
        yield from (QueryToken(word[at : at + 2], False) for at in range(len(word) - 1))


def found_by(doc: str, tokens: Sequence[QueryToken]) -> bool:
    """Do all tokens stand in a document? The same answer as both databases' indexes give."""
    return bool(tokens) and all(token.is_in(doc) for token in tokens)
