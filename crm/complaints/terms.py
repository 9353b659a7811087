"""Words of complaint cases."""

from enum import StrEnum


class CaseKind(StrEnum):
    COMPLAINT = "complaint"
    PRAISE = "praise"
    SUGGESTION = "suggestion"


class CaseSource(StrEnum):
    PRE_ARRIVAL = "pre_arrival"
    IN_HOUSE = "in_house"
    CHECKED_OUT = "checked_out"
    VISITOR = "visitor"
    STAFF = "staff"
    SURVEY = "survey"
    LETTER = "letter"
    PHONE = "phone"


class Severity(StrEnum):
    MINOR = "minor"
    MODERATE = "moderate"
    SERIOUS = "serious"
    CRITICAL = "critical"


class CaseStatus(StrEnum):
    """受理 → 调查 → 处理 → 反馈 → 归档."""

    RECEIVED = "received"
    INVESTIGATING = "investigating"
    RECOVERING = "recovering"
    TOLD_GUEST = "told_guest"
    CLOSED = "closed"


OPEN_STATUSES = tuple(s for s in CaseStatus if s is not CaseStatus.CLOSED)
