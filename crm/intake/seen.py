"""Remembers what stood above in a file of a million rows, in some thirteen megabytes.

A set of a million keys takes 65 MB and more; sorted blocks of 8-byte hashes take eight, and a
bit field in front of them answers nearly every question. Two different keys share a hash once
in 37 million files of a million rows.
"""

from array import array
from bisect import bisect_left

BLOCK = 20_000
_BITS = 24
_MASK = (1 << _BITS) - 1


class Seen:
    """Counts 8-byte keys: `count` answers how often the key came before, then remembers it."""

    def __init__(self) -> None:
        self._field = bytearray(1 << (_BITS - 3))
        self._recent: set[int] = set()
        self._blocks: list[array[int]] = []
        self._again: dict[int, int] = {}

    def count(self, number: int) -> int:
        """How often this key of 64 bits came before; remembers it."""
        bit = number & _MASK
        place, mask = bit >> 3, 1 << (bit & 7)
        if not self._field[place] & mask:
            self._field[place] |= mask
        elif number in self._recent or self._in_blocks(number):
            times = self._again.get(number, 0) + 1
            self._again[number] = times
            return times
        self._remember(number)
        return 0

    def _remember(self, number: int) -> None:
        self._recent.add(number)
        if len(self._recent) >= BLOCK:
            self._blocks.append(array("Q", sorted(self._recent)))
            self._recent = set()

    def _in_blocks(self, number: int) -> bool:
        for block in self._blocks:
            place = bisect_left(block, number)
            if place < len(block) and block[place] == number:
                return True
        return False
