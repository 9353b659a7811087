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


class BirthCalendar(StrEnum):
    """The calendar a contact's birthday is kept in."""

    SOLAR = "solar"
    LUNAR = "lunar"


class ContractState(StrEnum):
    """Where a contract stands on a day: what sales people look at first."""

    COMING = "coming"
    RUNNING = "running"
    ENDS_SOON = "ends_soon"
    ENDED = "ended"


ENDS_SOON_DAYS = 60
"""So long before its end a contract is marked."""

CONTACTS_MAX = 100
CONTRACTS_MAX = 200
VISITS_MAX = 2000
