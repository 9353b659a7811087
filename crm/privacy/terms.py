"""Words about consents."""

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
