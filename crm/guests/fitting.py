"""Whether two names are one person's: equal but for case, accents, order and script, or near."""

from collections.abc import Iterable
from enum import StrEnum

from crm.guests.keys import name_key
from crm.guests.naming import NameParts
from crm.guests.readings import readings_of_name
from crm.guests.scripts import has_han, is_latin


class Fit(StrEnum):
    """How well two sets of names agree."""

    SAME = "same"
    NEAR = "near"
    OTHER = "other"


def names_fit(ours: Iterable[NameParts], theirs: Iterable[NameParts]) -> Fit:
    """The best agreement between any name of one and any name of the other."""
    best = Fit.OTHER
    others = list(theirs)
    for one in ours:
        for other in others:
            fit = name_fits(one, other)
            if fit is Fit.SAME:
                return fit
            if fit is Fit.NEAR:
                best = fit
    return best


def name_fits(one: NameParts, other: NameParts) -> Fit:
    """Same: equal but for case, accents, order and script (张伟 = ZHANG Wei); near: one typo."""
    a, b = name_key(one.full), name_key(other.full)
    if not a or not b:
        return Fit.OTHER
    if a == b or sorted(a.split()) == sorted(b.split()) or a.replace(" ", "") == b.replace(" ", ""):
        return Fit.SAME
    if has_han(one.full) != has_han(other.full):
        han, latin = (one, other) if has_han(one.full) else (other, one)
        return Fit.SAME if _reads_as(han, latin) else Fit.OTHER
    return Fit.NEAR if len(a) >= 5 and is_latin(one.full) and _one_slip(a, b) else Fit.OTHER


def _one_slip(a: str, b: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein  # three megabytes that few processes need

    return DamerauLevenshtein.distance(a, b, score_cutoff=1) == 1


def _reads_as(han: NameParts, latin: NameParts) -> bool:
    """Whether a Latin name is one of the pinyin readings of a Chinese one, in either order."""
    words = name_key(latin.full).replace("-", " ").split()
    written = {"".join(words), "".join(words[1:] + words[:1]), "".join(words[-1:] + words[:-1])}
    return any(
        "".join(syllables) in written or "".join(syllables).replace("v", "u") in written
        for syllables in readings_of_name(han.full, han.family, han.given)
    )
