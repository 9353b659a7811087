"""Keys and short references of the demo, drawn from its own seed so that two builds agree."""

import random
from datetime import UTC, date, datetime, time
from uuid import UUID

from crm.kit.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH


class Keyring:
    """UUIDv7 keys whose time is the day the row came into the house."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._references: set[str] = set()

    def key(self, born: date | datetime) -> UUID:
        at = born if isinstance(born, datetime) else datetime.combine(born, time(4), UTC)
        millis = int(at.timestamp() * 1000)
        bits = self._rng.getrandbits(74)
        high = (millis << 16) | (0x7 << 12) | (bits >> 62)
        low = (0b10 << 62) | (bits & ((1 << 62) - 1))
        return UUID(int=(high << 64) | low)

    def reference(self, prefix: str) -> str:
        while True:
            code = f"{prefix}-" + "".join(
                self._rng.choice(REFERENCE_ALPHABET) for _ in range(REFERENCE_LENGTH)
            )
            if code not in self._references:
                self._references.add(code)
                return code
