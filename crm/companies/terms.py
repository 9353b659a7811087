"""Words about partner companies and agencies."""

from enum import StrEnum

NAME_MAX = 160


class CompanyKind(StrEnum):
    CORPORATE = "corporate"
    AGENCY = "agency"
    ONLINE_AGENCY = "online_agency"
    GOVERNMENT = "government"
    AIRLINE = "airline"
    OTHER = "other"


class CompanyState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"
