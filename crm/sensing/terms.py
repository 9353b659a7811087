"""Words about habits: where they are read, how they stand, how much is asked of them."""

from enum import StrEnum

WORDS_MAX = 200
OWN_RULES_MAX = 200
ON_THE_CARD = 3


class HabitState(StrEnum):
    """``faded`` is a proposal whose evidence has gone; it opens again when it is back."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DISMISSED = "dismissed"
    FADED = "faded"


class Occasion(StrEnum):
    """Where a habit can be seen, so that a stay counts only where it could have been."""

    ROOM = "room"
    """The room is known, and the guest chose it: no crew, no group's allotment."""
    AGAIN = "again"
    """The guest had a room of this hotel on the stay before."""
    FOLIO = "folio"
    """Something else than the room was charged."""
    ARRIVAL = "arrival"
    """The hour of arrival is known."""
    DEPARTURE = "departure"
    """The hour of departure is known."""


LAST_STAYS = 10
"""How many of a guest's stays are looked at: older ones tell of older wishes."""

RECENT_STAYS = 5
"""The second, shorter look, by which a changed wish is noticed."""

WITHIN_YEARS = 3
MIN_CASES = 3
MIN_SHARE_PERCENT = 50
MIN_LIFT = 2.0
"""A habit is at least twice as frequent as in the house."""

FALSE_MAX = 0.05
"""The chance that a guest without any habit is given a proposal, over all codes together."""

SHARES: dict[Occasion, float] = {
    Occasion.ROOM: 0.6,
    Occasion.FOLIO: 0.26,
    Occasion.AGAIN: 0.04,
    Occasion.ARRIVAL: 0.05,
    Occasion.DEPARTURE: 0.05,
}
"""How `FALSE_MAX` is divided; the room has most of what hotels act upon."""

BASE_STAYS = 10_000
"""A hotel's last stays of which its base rates are counted: a share of 30 % to ± 0.9 %."""

BASE_MIN = 30
"""With fewer stays a house does not know yet what is usual, and nothing is proposed."""

LATE_FROM_MINUTES = 21 * 60
EARLY_BY_MINUTES = 120
LATE_OUT_MINUTES = 60
"""Late arrival after 21:00, early one two hours before check-in, late departure one after."""
