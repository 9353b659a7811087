"""HEARD as a light checklist: Hear, Empathise, Apologise, Resolve, Diagnose.

Three of the five the case itself tells: the guest's words are written down, the case is solved,
a cause is named. The other two only a person knows, who signs them as a step of the case; a step
that begins with the sentence of the part ticks it. (The order is that of the Disney Institute.)
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


class HeardPart(StrEnum):
    HEAR = "hear"
    EMPATHISE = "empathise"
    APOLOGISE = "apologise"
    RESOLVE = "resolve"
    DIAGNOSE = "diagnose"


SENTENCES = {
    HeardPart.EMPATHISE: "Told the guest that we understand.",
    HeardPart.APOLOGISE: "Apologised to the guest.",
}
"""What the step of a part says; kept in English, said in the reader's language."""


class HeardItem(NamedTuple):
    """``by_hand``: a person ticks it, the case cannot tell."""

    part: HeardPart
    done: bool
    by_hand: bool


def heard(
    *, has_words: bool, is_solved: bool, has_cause: bool, step_words: Iterable[str]
) -> list[HeardItem]:
    """The five parts in their order, each with whether it was done."""
    said = list(step_words)
    told = {HeardPart.HEAR: has_words, HeardPart.RESOLVE: is_solved, HeardPart.DIAGNOSE: has_cause}
    return [
        HeardItem(part, told[part], by_hand=False)
        if part in told
        else HeardItem(part, any(words.startswith(SENTENCES[part]) for words in said), by_hand=True)
        for part in HeardPart
    ]
