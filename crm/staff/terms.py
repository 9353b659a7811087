"""Words about the people who work here and what they may do."""

from enum import StrEnum

from crm.audit.terms import ActorKind as ActorKind  # noqa: PLC0414 - a word of staff too

LOGIN_MAX = 40
PASSWORD_MIN = 12
PASSWORD_MAX = 128


class Role(StrEnum):
    """The views of the house; one person may hold several, per hotel."""

    FRONT_DESK = "front_desk"
    HOUSEKEEPING = "housekeeping"
    FOOD_BEVERAGE = "food_beverage"
    MARKETING = "marketing"
    DUTY_MANAGER = "duty_manager"
    GENERAL_MANAGER = "general_manager"
    FILE_CENTRE = "file_centre"
    IT = "it"


class StaffState(StrEnum):
    ACTIVE = "active"
    DISABLED = "disabled"


class Sight(StrEnum):
    """How one sees one field of a guest."""

    CLEAR = "clear"
    MASKED = "masked"
    BAND = "band"
    OPERATIONAL = "operational"
    NONE = "none"


class Channel(StrEnum):
    """The ways by which a field can leave the house."""

    PAGE = "page"
    JSON = "json"
    LIST = "list"
    SEARCH = "search"
    EXPORT = "export"
