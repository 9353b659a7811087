"""Words of the morning briefing: its editions, its sections, how long its papers are kept."""

from datetime import time, timedelta
from enum import StrEnum

READY_AT = time(6, 30)
"""When the day's editions are made, by the hotel's own clock, unless the hotel says otherwise."""

PACK_EVERY = timedelta(hours=4)
PACKS_KEPT = 2
PACK_DESTROYED_AFTER = timedelta(hours=24)
"""A printed pack for power cuts is destroyed after a day: three newer ones are there by then."""

PASSPHRASE_MIN = 12
PASSPHRASE_MAX = 128


class Edition(StrEnum):
    """For whom the page is made; each is read with the eyes of its department."""

    FRONT_DESK = "front_desk"
    HOUSEKEEPING = "housekeeping"
    KITCHEN = "kitchen"
    MANAGERS = "managers"


class SectionName(StrEnum):
    """The sections of the page, in the order in which they stand."""

    VIPS = "vips"
    CARE = "care"
    ALERTS = "alerts"
    ALLERGIES = "allergies"
    RECOVERIES = "recoveries"
    PROMISES = "promises"
    BIRTHDAYS = "birthdays"
    OCCASIONS = "occasions"
    ROOMS_TO_SET = "rooms_to_set"
    AT_TABLE = "at_table"
    ARRIVALS = "arrivals"
    FIRST_STAYS = "first_stays"
    GROUPS = "groups"
    LONG_STAYERS = "long_stayers"


class Paper(StrEnum):
    """The languages in which papers are made."""

    ENGLISH = "en"
    CHINESE = "zh-Hans"


CHINESE_AT_HOME = frozenset({"CN", "TW", "HK", "MO"})
"""Countries whose hotels print Chinese papers unless they choose otherwise."""


class AsOf(StrEnum):
    """Which state of the day is asked for: as it is now, or as it was made in the morning."""

    NOW = "now"
    READY = "ready"
