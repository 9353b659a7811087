"""Words about a guest as a person."""

from enum import StrEnum

NAME_MAX = 120
CONTACT_MAX = 254
REF_MAX = 12
WHY_MAX = 300


class Title(StrEnum):
    MR = "mr"
    MS = "ms"
    MRS = "mrs"
    MX = "mx"
    DR = "dr"
    PROF = "prof"


class Gender(StrEnum):
    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Calendar(StrEnum):
    SOLAR = "solar"
    LUNAR = "lunar"


class NameKind(StrEnum):
    """Which of a guest's names: in the own script, in Latin letters, assumed, or of before."""

    NATIVE = "native"
    LATIN = "latin"
    ALIAS = "alias"
    FORMER = "former"


class ContactKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    WECHAT = "wechat"
    WECOM = "wecom"
    WHATSAPP = "whatsapp"
    LINE = "line"
    OTHER = "other"


class ContactUse(StrEnum):
    PRIVATE = "private"
    WORK = "work"
    ASSISTANT = "assistant"


class AddressUse(StrEnum):
    HOME = "home"
    WORK = "work"
    INVOICE = "invoice"


class DocumentOfIdentity(StrEnum):
    IDENTITY_CARD = "identity_card"
    PASSPORT = "passport"
    TRAVEL_PERMIT = "travel_permit"
    DRIVING_LICENCE = "driving_licence"


class RelationKind(StrEnum):
    SPOUSE = "spouse"
    CHILD = "child"
    PARENT = "parent"
    ASSISTANT = "assistant"
    COLLEAGUE = "colleague"
    TRAVELS_WITH = "travels_with"
    REFERRED_BY = "referred_by"
    SAME_HOUSEHOLD = "same_household"


class SpecialKind(StrEnum):
    """Special-category facts about a person; kept only with a consent of their own."""

    ETHNICITY = "ethnicity"
    NATIVE_PLACE = "native_place"


class GuestIdentity(StrEnum):
    """What kind of guest this is; shown by pattern first, colour second, letter in print."""

    INDIVIDUAL = "individual"
    CORPORATE = "corporate"
    GROUP = "group"
    LONG_STAY = "long_stay"
    AGENCY = "agency"
    HOUSE_USE = "house_use"


class VipLevel(StrEnum):
    V1 = "V1"
    V2 = "V2"
    V3 = "V3"
    V4 = "V4"


class CautionLevel(StrEnum):
    """A mark for the desk, apart from VIP and tier: who set it, why, until when."""

    TAKE_CARE = "take_care"
    ASK_MANAGER = "ask_manager"
    DO_NOT_READMIT = "do_not_readmit"


class GuestState(StrEnum):
    ACTIVE = "active"
    INACTIVE = "inactive"
    MERGED = "merged"
