"""Who the demo's guests are: plain facts, no tables, so that the generator can be read alone."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from crm.guests.birthdays import Birthday


@dataclass(frozen=True)
class PersonName:
    """One name of a guest; ``kind`` is native, latin, alias or former."""

    kind: str
    family: str
    given: str
    full: str


@dataclass(frozen=True)
class Contact:
    """A way to reach somebody; ``kind`` is phone, email, wechat, line or other."""

    kind: str
    value: str
    use: str = "private"
    shared: bool = False


@dataclass(frozen=True)
class Address:
    country: str
    city: str
    line: str
    postcode: str


@dataclass(frozen=True)
class Relation:
    """Seen from the holder: ``kind`` is spouse, child, assistant, colleague, travels_with …"""

    kind: str
    to: UUID | None
    note: str = ""
    name: str = ""
    phone: str = ""
    born_on: date | None = None


@dataclass(frozen=True)
class Membership:
    """A loyalty membership with its present tier; the ledger is built from the stays."""

    number: str
    tier: str
    joined_on: date
    tier_since: date
    tier_until: date


@dataclass(frozen=True)
class Level:
    """A VIP level or caution flag: who gave it is filled in when it is loaded."""

    code: str
    why: str
    since: date
    until: date | None
    by: str


@dataclass(frozen=True)
class Consent:
    """An answer about one channel and purpose, with its proof."""

    channel: str
    purpose: str
    granted: bool
    at: datetime
    proof: str


@dataclass(frozen=True)
class Person:
    """One guest file."""

    key: UUID
    reference: str
    country: str
    female: bool | None
    title: str
    names: tuple[PersonName, ...]
    language: str
    born: Birthday | None
    identity: str
    made_on: date
    languages: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    address: Address | None = None
    occupation: str = ""
    company: str = ""
    position: str = ""
    relations: tuple[Relation, ...] = ()
    member: Membership | None = None
    vip: Level | None = None
    caution: Level | None = None
    consents: tuple[Consent, ...] = ()
    external_ids: tuple[tuple[str, str], ...] = ()
    incognito: bool = False
    in_private: bool = False
    checked_on: date | None = None
    plate: str = ""
    notes: tuple["Remark", ...] = field(default=())

    @property
    def shown(self) -> str:
        """The name by which logs and simulators speak of the guest."""
        return self.names[0].full


@dataclass(frozen=True)
class Remark:
    """A note in words by somebody of the staff; ``level`` 1 service to 4 restricted."""

    words: str
    at: datetime
    by: str
    level: int = 1
