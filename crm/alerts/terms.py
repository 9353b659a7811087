"""Words about rules for alerts: how heavy, what about, when, where, and what they ask."""

from enum import StrEnum

NAME_MAX = 80
TEXT_MAX = 160
RULES_MAX = 60
ITEMS_MAX = 12
CHOICES_MAX = 20
KEY_MAX = 60
KEY_OF_ALERT = r"^[a-z]+:[A-Za-z0-9.-]+$"


class AlertWeight(StrEnum):
    """How heavy it is; at most three are shown, the heaviest first."""

    MUST_KNOW = "must_know"
    TAKE_CARE = "take_care"
    NOTE = "note"


class AlertKind(StrEnum):
    """What it is about, for machines and filters."""

    WELCOME = "welcome"
    OCCASION = "occasion"
    RECOVERY = "recovery"
    COMFORT = "comfort"
    SAFETY = "safety"
    FILE = "file"
    STAY = "stay"


class Moment(StrEnum):
    """When in a stay: before the day of arrival, on it, in house, on the day of departure."""

    BOOKING = "booking"
    CHECK_IN = "check_in"
    IN_HOUSE = "in_house"
    CHECK_OUT = "check_out"


class Place(StrEnum):
    """Where it is shown: the bar on the guest's card, a mark on the board, the briefing."""

    BAR = "bar"
    BOARD = "board"
    BRIEFING = "briefing"


class Match(StrEnum):
    """Whether all conditions of a list must hold, or any of them."""

    ALL = "all"
    ANY = "any"


class TierName(StrEnum):
    """The rungs of the programme, whose own room stands above this one."""

    MEMBER = "member"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"
    DIAMOND = "diamond"


class RuleDeed(StrEnum):
    """What can be done with a rule besides writing it anew."""

    SWITCH_ON = "switch_on"
    SWITCH_OFF = "switch_off"
    RETIRE = "retire"
