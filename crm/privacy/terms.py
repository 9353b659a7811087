"""Words about consents and reveals."""

from enum import StrEnum


class ConsentChannel(StrEnum):
    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"
    POST = "post"
    WECHAT = "wechat"
    WHATSAPP = "whatsapp"


class ConsentPurpose(StrEnum):
    MARKETING = "marketing"
    GREETINGS = "greetings"
    SURVEYS = "surveys"
    PROFILING = "profiling"


class ConsentState(StrEnum):
    GIVEN = "given"
    WITHDRAWN = "withdrawn"


class RevealField(StrEnum):
    """What can be shown in clear for a stated purpose."""

    CONTACT = "contact"
    ADDRESS = "address"
    BIRTH_YEAR = "birth_year"
    IDENTITY_DOCUMENT = "identity_document"
    SPECIAL = "special"
