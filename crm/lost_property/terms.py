"""Words about things found."""

from enum import StrEnum

WHAT_MAX = 120
PLACE_MAX = 80
WORDS_MAX = 300
PHOTO_EDGE = 1280
"""Pixels of a photo's longer side; enough to tell two phones apart."""
PHOTO_MAX_BYTES = 8 * 1024 * 1024
LAST_STAYS = 3
"""So many of the room's last stays are offered to the desk."""


class FoundKind(StrEnum):
    """What it is decides how long it is kept (`rules.KEPT`)."""

    PERISHABLE = "perishable"
    ORDINARY = "ordinary"
    VALUABLE = "valuable"


class FoundState(StrEnum):
    """``claimed``: its owner was reached and wants it; the last two end its story here."""

    FOUND = "found"
    CLAIMED = "claimed"
    RETURNED = "returned"
    DISPOSED = "disposed"
