"""How a text is cut into pieces and asked against learned weights: on paper, without scikit-learn.

A web process asks, and it must not carry the library that taught: the weights are numbers, and
the sum over them is a few lines. `tests/segmentation` holds these lines against scikit-learn's.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from segmentation.triage.terms import (
    ACCURACY,
    BETTER_BY,
    FORMAT,
    KNOWN_LEAST,
    Question,
)

_RUNS = re.compile(r"([\u3400-\u9fff]+)|((?:(?![\u3400-\u9fff])[^\W\d_])+)")
_HAN_LENGTHS = (1, 2, 3)
_LETTER_LENGTHS = (3, 4, 5)


def plain(text: str) -> str:
    """One form of a text: full width as half width, small letters, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def pieces(text: str) -> list[str]:
    """The pieces of a text, repeated as often as they stand there.

    Of Chinese, one to three characters in a row; of words in letters, three to five letters with a
    space for where the word begins and ends. Nothing reaches over punctuation, and digits are left
    out: a room or a card number says nothing of what a case is about.
    """
    found: list[str] = []
    for han, letters in _RUNS.findall(plain(text)):
        run, lengths = (han, _HAN_LENGTHS) if han else (f" {letters} ", _LETTER_LENGTHS)
        for length in lengths:
            found.extend(run[at : at + length] for at in range(len(run) - length + 1))
    return found


def without_names(text: str, names: Iterable[str]) -> str:
    """A text with a gap wherever one of the names stands in it, whatever its case or width."""
    known = sorted({plain(name) for name in names} - {""}, key=len, reverse=True)
    if not known:
        return plain(text)
    return re.sub("|".join(map(_as_it_stands, known)), " | ", plain(text))


def _as_it_stands(name: str) -> str:
    """Letters stand alone, so that Ann leaves "annoyed" whole; characters stand anywhere."""
    spelt = re.escape(name)
    return rf"\b{spelt}\b" if name[0].isascii() else spelt


def parts_of_name(full: str) -> set[str]:
    """A name and what people are called by: 李小娜 and 小娜; Ann Lee, Ann and Lee."""
    name = plain(full)
    parts = {part for part in re.split(r"[\s,·.]+", name) if len(part) >= 2}
    if len(name) in (3, 4) and all("\u3400" <= char <= "\u9fff" for char in name):
        parts.add(name[1:])
    return {name, *parts} - {""}


@cache
def quiet_words() -> re.Pattern[str]:
    """What belongs to named roles: a text that tells of it gets no suggestion."""
    source = files("segmentation.triage") / "data" / "quiet_words.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    words = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return re.compile("|".join(rf"\b{w}" if w.isascii() else re.escape(w) for w in words))


def is_quiet(text: str) -> bool:
    return quiet_words().search(plain(text)) is not None


@dataclass(frozen=True)
class Weights:
    """What was learned of one question: a row of ``rows`` for every piece, a number for every
    label."""

    labels: tuple[str, ...]
    intercepts: tuple[float, ...]
    rows: tuple[Sequence[float], ...]


@dataclass(frozen=True)
class Learned:
    """The weights of a hotel, ready to be asked."""

    places: dict[str, int]
    rarity: tuple[float, ...]
    weights: dict[Question, Weights]

    def knows(self, text: str) -> bool:
        """Whether enough of a text was ever learned."""
        return len(self.places.keys() & set(pieces(text))) >= KNOWN_LEAST

    def probabilities(self, text: str, question: Question) -> dict[str, float]:
        """How likely each label is; together 1.

        Pieces weigh (1 + ln times) x rarity, brought to length 1 (Manning, Raghavan, Schütze,
        "Introduction to Information Retrieval", 6.4); the labels' sums go through the softmax of
        multinomial logistic regression.
        """
        asked = self.weights[question]
        times = Counter(piece for piece in pieces(text) if piece in self.places)
        weighed = {
            self.places[piece]: (1 + math.log(count)) * self.rarity[self.places[piece]]
            for piece, count in times.items()
        }
        length = math.sqrt(sum(value * value for value in weighed.values())) or 1.0
        sums = list(asked.intercepts)
        for place, value in weighed.items():
            for label, weight in enumerate(asked.rows[place]):
                sums[label] += value / length * weight
        highest = max(sums)
        powers = [math.exp(each - highest) for each in sums]
        whole = sum(powers)
        return {name: power / whole for name, power in zip(asked.labels, powers, strict=True)}

    def best(self, text: str, question: Question) -> tuple[str, float] | None:
        """The likeliest label and how likely it is; None when this question was not learned."""
        if question not in self.weights:
            return None
        found = self.probabilities(text, question)
        label = max(found, key=lambda name: (found[name], name))
        return label, found[label]


def read_weights(document: dict[str, Any]) -> Learned | None:
    """Weights as they are stored; None for those of another format."""
    if document.get("format") != FORMAT:
        return None
    return Learned(
        places={piece: place for place, piece in enumerate(document["pieces"])},
        rarity=tuple(document["rarity"]),
        weights={
            Question(name): Weights(
                tuple(told["labels"]), tuple(told["intercepts"]), tuple(map(tuple, told["rows"]))
            )
            for name, told in document["questions"].items()
        },
    )


def is_good_enough(question: Question, accuracy: float | None, commonest: float | None) -> bool:
    """Whether what was learned of a question may be suggested at all.

    ``accuracy``: the share of right answers about cases that were kept back while learning;
    ``commonest``: what always giving the most frequent answer would reach.
    """
    if accuracy is None or commonest is None:
        return False
    return accuracy >= ACCURACY[question] and accuracy >= commonest + BETTER_BY
