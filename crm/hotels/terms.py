"""Words of the house itself: hotels, departments, rooms."""

from enum import StrEnum

CODE_MAX = 12
ROOM_NO_MAX = 10
NAME_MAX = 120


class DepartmentCode(StrEnum):
    """The departments that note and read; the codes are those of the preference catalogue."""

    RESERVATIONS = "RES"
    FRONT_OFFICE = "FO"
    HOUSEKEEPING = "HK"
    FOOD_AND_BEVERAGE = "FB"
    KITCHEN = "KIT"
    CONCIERGE = "CON"
    ENGINEERING = "ENG"
    GUEST_RELATIONS = "GR"
    SECURITY = "SEC"
    SPA = "SPA"
    ACCOUNTING = "ACC"
    SALES = "SAL"
    MARKETING = "MKT"
    FILE_CENTRE = "GFC"
    MANAGEMENT = "MGT"
    IT = "IT"


class Cleanliness(StrEnum):
    """Shown as a word only; colour stays free for what it means about guests."""

    CLEAN = "clean"
    DIRTY = "dirty"
    INSPECTED = "inspected"
    PICKUP = "pickup"
    OUT_OF_ORDER = "out_of_order"


class RoomService(StrEnum):
    """What the guest asked of housekeeping by the sign on the door."""

    NONE = "none"
    DO_NOT_DISTURB = "do_not_disturb"
    MAKE_UP = "make_up"


class LeapDayRule(StrEnum):
    """When a birthday on 29 February is kept in a common year."""

    FEB_28 = "28feb"
    MAR_1 = "1mar"
