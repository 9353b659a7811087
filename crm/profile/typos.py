"""One slip of the finger: the words one edit away, and how near a word is."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FORGIVEN_FROM = 5
FORGIVEN_TO = 24


def neighbours(word: str) -> list[str]:
    """Every word one edit away (a letter lost, added, wrong, or two swapped).

    About 53 per letter: looking them all up as whole tokens costs 2-5 ms at a million guests
    and misses none, where candidates by trigram lose short words with the slip in the middle.
    """
    if not FORGIVEN_FROM <= len(word) <= FORGIVEN_TO or not (word.isascii() and word.isalpha()):
        return []
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    found |= {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return sorted(found - {word})


def nearest(word: str, among: Iterable[str]) -> int | None:
    """The distance to the nearest of the words if it is at most one edit, else None."""
    best = min((OSA.distance(word, each, score_cutoff=1) for each in among), default=2)
    return best if best <= 1 else None
