"""What a look-up finds: the guest in one line, and by what."""

from datetime import date
from enum import StrEnum
from uuid import UUID

from crm.guests.terms import CautionLevel, GuestIdentity, VipLevel
from crm.kit.schema import Out
from crm.loyalty.terms import Tier


class Standing(StrEnum):
    """In which order guests are shown: those in the house first."""

    IN_HOUSE = "in_house"
    DUE_TODAY = "due_today"
    OTHER = "other"


class MatchedBy(StrEnum):
    """Which kind of key was met."""

    NAME = "name"
    ALIAS = "alias"
    PINYIN = "pinyin"
    PHONE = "phone"
    EMAIL = "email"
    ROOM = "room"
    CONFIRMATION = "confirmation"
    REFERENCE = "reference"
    MEMBERSHIP = "membership"
    PLATE = "plate"
    COMPLAINT = "complaint"
    COMPANY = "company"
    SIMILAR = "similar"


class GuestHit(Out):
    """One guest found. Contact data is masked for everyone.

    ``do_not_confirm``: the guest wishes that nobody outside learns of the stay. A plain role
    that typed the real name of an incognito guest gets the alias, with nothing said about by
    what it was found, and nothing about being here.
    """

    id: UUID
    ref: str | None
    name: str
    latin_name: str | None
    standing: Standing
    room: str | None
    arrival_on: date | None
    departure_on: date | None
    last_seen_on: date | None
    identity: GuestIdentity | None
    vip: VipLevel | None
    caution: CautionLevel | None
    tier: Tier | None
    membership_no: str | None
    company: str | None
    city: str | None
    phone: str | None
    is_incognito: bool
    do_not_confirm: bool
    matched: list[MatchedBy]
