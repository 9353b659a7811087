"""Words about preparing arrivals."""

from enum import StrEnum

DAYS_AHEAD = 2
"""So many days before the arrival a file is gone through."""

CHECKED_WITHIN_MONTHS = 12
VIP_CHECKED_WITHIN_MONTHS = 6
"""The file of a regular or a VIP that nobody went through for longer is stale."""

REGULAR_STAYS = 3
"""From so many stays on a guest is a regular."""


class Eye(StrEnum):
    """Why an arrival needs a person's eyes; everything else prepares itself."""

    CONTRADICTION = "contradiction"
    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    DUPLICATE = "duplicate"
    STALE = "stale"
    NO_PHONE = "no_phone"
    NO_BIRTHDAY = "no_birthday"


class Stage(StrEnum):
    """When an item is due, seen from the arrival."""

    BEFORE = "before"
    ARRIVAL = "arrival"
    STAY = "stay"


class Readiness(StrEnum):
    """How far an arrival is: by itself, by a person, or not yet."""

    BY_ITSELF = "by_itself"
    BY_PERSON = "by_person"
    NEEDS_EYES = "needs_eyes"
