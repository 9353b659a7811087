"""Words about stays and what was consumed."""

from enum import StrEnum


class StayStatus(StrEnum):
    BOOKED = "booked"
    IN_HOUSE = "in_house"
    CHECKED_OUT = "checked_out"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class BookingChannel(StrEnum):
    """Through whom the booking came."""

    DIRECT = "direct"
    CORPORATE = "corporate"
    AGENCY = "agency"
    ONLINE_AGENCY = "online_agency"
    GDS = "gds"
    GROUP = "group"
    WALK_IN = "walk_in"
    OTHER = "other"


class BookingWay(StrEnum):
    """How the booking reached the house."""

    PHONE = "phone"
    WEB = "web"
    APP = "app"
    EMAIL = "email"
    MESSAGE = "message"
    COUNTER = "counter"
    INTERFACE = "interface"
    OTHER = "other"


class Purpose(StrEnum):
    BUSINESS = "business"
    LEISURE = "leisure"
    MEETING = "meeting"
    FAMILY = "family"
    CREW = "crew"
    OTHER = "other"


class FolioCategory(StrEnum):
    ROOM = "room"
    BREAKFAST = "breakfast"
    RESTAURANT = "restaurant"
    BAR = "bar"
    BANQUET = "banquet"
    SPA = "spa"
    LAUNDRY = "laundry"
    MINIBAR = "minibar"
    OTHER = "other"


class MealPeriod(StrEnum):
    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    AFTERNOON = "afternoon"
    DINNER = "dinner"
    LATE = "late"


COUNTS_AS_STAYED = frozenset({StayStatus.IN_HOUSE, StayStatus.CHECKED_OUT})
EXPECTED = frozenset({StayStatus.BOOKED})

FIRST_STAY_TOLD_DAYS = 2
"""So many days ahead the departments hear of a guest who was never here."""
