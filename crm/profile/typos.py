"""One slip of the finger: the words one edit away."""

from functools import lru_cache

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FORGIVEN_FROM = 5
FORGIVEN_TO = 24


@lru_cache(maxsize=32)  # a thousand words each: kept for a page and its next, not for a day
def neighbours(word: str) -> tuple[str, ...]:
    """Every word one edit away (a letter lost, added, wrong, or two swapped).

    Only words of five letters are forgiven: four typed ones can be a fifth one lost.
    About 53 per letter. Looked up as whole tokens they miss no guest, where candidates by
    trigram lose short words with the slip in the middle.
    """
    if not word.isascii() or not word.isalpha() or len(word) > FORGIVEN_TO:
        return ()
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {head + tail[1:] for head, tail in cuts if tail}
    found |= {head + tail[1] + tail[0] + tail[2:] for head, tail in cuts if len(tail) > 1}
    found |= {head + letter + tail[1:] for head, tail in cuts if tail for letter in LETTERS}
    found |= {head + letter + tail for head, tail in cuts for letter in LETTERS}
    return tuple(sorted(near for near in found if near != word and len(near) >= FORGIVEN_FROM))
