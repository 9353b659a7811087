"""Names in scripts: where the family name stands, how to address, what a list shows."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm.guests.readings import surname_pinyin
from crm.guests.scripts import has_cjk, has_han, is_han, is_latin, simplified
from crm.guests.surnames import family_length
from crm.guests.terms import Gender, NameKind, Title

FAMILY_FIRST_LANGUAGES = frozenset({"zh", "yue", "ja", "ko", "hu", "vi"})
FAMILY_FIRST_COUNTRIES = frozenset({"CN", "HK", "MO", "TW", "JP", "KR", "KP", "HU", "VN"})
MIDDLE_DOT = "·"
_DOTS = re.compile(r"\s*[·•・‧．]\s*")


@dataclass(frozen=True, slots=True)
class NameParts:
    """One name of a guest; only ``full`` is certain, a mononym has no family name."""

    full: str
    kind: NameKind = NameKind.NATIVE
    family: str | None = None
    given: str | None = None
    language: str | None = None
    pinyin: str | None = None


def family_stands_first(language: str | None, country: str | None = None) -> bool:
    """Is a name of this language (or else country) written family name first?"""
    if language:
        return language.partition("-")[0].lower() in FAMILY_FIRST_LANGUAGES
    return country in FAMILY_FIRST_COUNTRIES


def name_kind_of(full: str) -> NameKind:
    """The kind a plain name is filed under when nobody said."""
    return NameKind.LATIN if is_latin(full) else NameKind.NATIVE


def split_native(full: str, language: str | None = None) -> tuple[str | None, str | None]:
    """Family and given name of a name in Chinese characters, or (None, None).

    A foreigner in Chinese is 名·姓, given name first. Japanese and Korean names are not
    split: their family names have one to three characters and no table is certain.
    """
    text = full.strip()
    parts = _DOTS.split(text)
    if len(parts) > 1 and all(parts) and has_cjk(text):
        return parts[-1], MIDDLE_DOT.join(parts[:-1])
    if " " in text and has_cjk(text):
        family, _, given = text.partition(" ")
        return family, given.strip()
    if (language or "zh").partition("-")[0] not in ("zh", "yue") or not all(map(is_han, text)):
        return None, None
    length = family_length(simplified(text))
    return (None, None) if length is None else (text[:length], text[length:])


def split_latin(
    full: str, language: str | None = None, country: str | None = None
) -> tuple[str | None, str | None]:
    """Family and given name of a name in Latin letters; a single word stays a mononym.

    Signs that outweigh the country: a comma after the family name, or one part in capitals.
    """
    text = " ".join(full.split())
    family, comma, given = text.partition(",")
    if comma and family.strip() and given.strip():
        return family.strip(), given.strip()
    words = text.split(" ")
    if len(words) < 2:
        return None, None
    capitals = [word.isupper() and len(word) > 1 for word in words]
    if capitals[0] and not capitals[-1]:
        end = capitals.index(False)
        return " ".join(words[:end]), " ".join(words[end:])
    if capitals[-1] and not capitals[0]:
        start = len(words) - capitals[::-1].index(False)
        return " ".join(words[start:]), " ".join(words[:start])
    if family_stands_first(language, country):
        return words[0], " ".join(words[1:])
    start = _particles_start(words)
    return " ".join(words[start:]), " ".join(words[:start])


_PARTICLE_WORDS = (
    "al bin da de del della den der di do dos du el ibn la las le los san st te ten ter "
    "van vander von zu zum zur"
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())


def _particles_start(words: Sequence[str]) -> int:
    start = len(words) - 1
    while start > 1 and words[start - 1].lower() in _PARTICLES:
        start -= 1
    return start


def parts_of(
    full: str,
    kind: NameKind | None = None,
    *,
    family: str | None = None,
    given: str | None = None,
    language: str | None = None,
    country: str | None = None,
    pinyin: str | None = None,
) -> NameParts:
    """A name with its parts: the given ones, else those that can be told from the full name."""
    kind = kind or name_kind_of(full)
    if family is None and given is None:
        family, given = (
            split_latin(full, language, country) if is_latin(full) else split_native(full, language)
        )
    return NameParts(full, kind, family or None, given or None, language, pinyin)


def full_from_parts(
    family: str | None, given: str | None, language: str | None = None, country: str | None = None
) -> str:
    """The full name in the order of its own culture; one part alone is a mononym."""
    present = [part for part in (family, given) if part]
    if len(present) < 2:
        return "".join(present)
    if has_cjk(present[0]) and has_cjk(present[1]):
        return "".join(present)
    if not family_stands_first(language, country):
        present.reverse()
    return " ".join(present)


def list_latin(name: NameParts) -> str:
    """A Latin name for lists: ``Dubois, Camille``, or ``CHEN Jingyi`` if written family first."""
    if not name.family or not name.given:
        return name.full
    if name.full.startswith(f"{name.family} "):
        return f"{name.family.upper()} {name.given}"
    return f"{name.family}, {name.given}"


def list_name(names: Iterable[NameParts]) -> str:
    """The name in a list: own script, then Latin (``陈静怡 CHEN Jingyi``)."""
    names = list(names)
    native, latin = first_of(names, NameKind.NATIVE), first_of(names, NameKind.LATIN)
    shown = [native.full] if native else []
    if latin and (native is None or latin.full != native.full):
        shown.append(list_latin(latin))
    if not shown:
        shown = [name.full for name in names[:1]]
    return " ".join(shown)


def first_of(names: Iterable[NameParts], kind: NameKind) -> NameParts | None:
    return next((name for name in names if name.kind is kind), None)


def shown_names(names: Sequence[NameParts], *, incognito: bool) -> list[NameParts]:
    """The names that may be shown: of an incognito guest the assumed one only."""
    if not incognito:
        return [name for name in names if name.kind is not NameKind.FORMER]
    alias = first_of(names, NameKind.ALIAS)
    return [] if alias is None else [alias]


_CHINESE_TITLES = {
    Title.MR: "先生",
    Title.MS: "女士",
    Title.MRS: "女士",
    Title.DR: "博士",
    Title.PROF: "教授",
}
_ENGLISH_TITLES = {
    Title.MR: "Mr",
    Title.MS: "Ms",
    Title.MRS: "Mrs",
    Title.MX: "Mx",
    Title.DR: "Dr",
    Title.PROF: "Prof.",
}
_TITLE_BY_GENDER = {Gender.FEMALE: Title.MS, Gender.MALE: Title.MR}


def formal_address(
    names: Sequence[NameParts],
    language: str,
    *,
    title: Title | None = None,
    gender: Gender | None = None,
) -> str:
    """How to address the guest: 陈女士, Ms Chen; the full name where no title is known.

    ``language`` is the speaker's (BCP 47). Empty when there is no name at all.
    """
    title = title or (_TITLE_BY_GENDER.get(gender) if gender else None)
    if language.partition("-")[0] == "zh":
        return _chinese_address(names, title)
    return _english_address(names, title)


def _chinese_address(names: Sequence[NameParts], title: Title | None) -> str:
    name = next((n for n in names if has_han(n.full)), None) or _any_name(names)
    if name is None:
        return ""
    words = _CHINESE_TITLES.get(title) if title else None
    if words is None:
        return name.full
    base = name.family or name.full
    return base + words if has_cjk(base) else f"{_own_case(base)} {words}"


def _english_address(names: Sequence[NameParts], title: Title | None) -> str:
    name = next((n for n in names if is_latin(n.full)), None)
    if name is None:
        return _english_from_native(names, title)
    words = _ENGLISH_TITLES.get(title) if title else None
    if words is None:
        return name.full
    return f"{words} {_own_case(name.family or name.full)}"


def _english_from_native(names: Sequence[NameParts], title: Title | None) -> str:
    name = _any_name(names)
    if name is None:
        return ""
    words = _ENGLISH_TITLES.get(title) if title else None
    if words is None or not name.family:
        return name.full
    family = surname_pinyin(name.family) if has_han(name.family) else name.family
    return f"{words} {family.capitalize()}"


def _any_name(names: Sequence[NameParts]) -> NameParts | None:
    return next(
        (
            n
            for kind in (NameKind.NATIVE, NameKind.LATIN, NameKind.ALIAS)
            for n in names
            if n.kind is kind
        ),
        None,
    )


def _own_case(name: str) -> str:
    """A name in capitals as it is said in a sentence; others stay as their owner writes them."""
    if not name.isupper() or len(name) < 2:
        return name
    return re.sub(r"[^\W\d_]+", lambda word: word.group().capitalize(), name)
