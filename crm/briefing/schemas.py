"""The page as its readers get it: sentences by code, times and days plain, no phone anywhere."""

from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.briefing.terms import (
    PASSPHRASE_MAX,
    PASSPHRASE_MIN,
    Edition,
    Paper,
    SectionName,
)
from crm.guests.terms import GuestIdentity, VipLevel
from crm.kit.schema import In, IsoTime, Lax, Out
from crm.loyalty.terms import Tier
from crm.profile.schemas import Phrase, Weight


class Remark(Out):
    """One thing to know. ``field`` is the field of the matrix that it tells."""

    weight: Weight
    field: str
    text: Phrase | str


class Entry(Out):
    """One guest, room or group of a section; what the edition does not tell is null.

    ``at`` is a time of the day as HH:MM, ``number`` the how-manieth stay.
    """

    stay_id: UUID | None = None
    guest_id: UUID | None = None
    at: str | None = None
    room: str | None = None
    name: str | None = None
    latin_name: str | None = None
    identity: GuestIdentity | None = None
    tier: Tier | None = None
    vip: VipLevel | None = None
    number: int | None = None
    remarks: list[Remark] = Field(default_factory=list)


class Section(Out):
    name: SectionName
    entries: list[Entry]


class Numbers(Out):
    """The figures on top. ``occupied`` and ``tonight`` are rooms of ``rooms`` that can be sold."""

    arrivals: int
    in_house: int
    departures: int
    rooms: int
    occupied: int
    tonight: int
    guests: int
    guests_due: int


class Briefing(Out):
    """One edition of one day. An empty list of sections means that nothing is special."""

    hotel_id: UUID
    edition: Edition
    day: date
    made_at: datetime
    numbers: Numbers
    sections: list[Section]


class PackLine(Out):
    """One stay on the pack: where, who, until when, and what must be known."""

    at: str | None
    room: str | None
    name: str
    latin_name: str
    people: int
    nights: int
    leaves_on: date
    must_know: list[str]


class Pack(Out):
    """What a desk needs with the power gone. ``destroy_by`` is printed on every page."""

    hotel_id: UUID
    hotel_name: str
    day: date
    zone: str
    made_at: datetime
    destroy_by: datetime
    language: Paper
    arrivals: list[PackLine]
    in_house: list[PackLine]


class PackKept(Out):
    """A pack on the disk; it opens with the hotel's passphrase only."""

    made_at: datetime
    size_bytes: int


class PaperSettings(Out):
    """What a hotel decided about its papers. The passphrase itself is never shown again."""

    hotel_id: UUID
    ready_at: time
    language: Paper
    has_passphrase: bool
    passphrase_set_at: datetime | None
    version: int


class PapersPatch(In):
    """What to change; what is left out stays."""

    ready_at: IsoTime | None = None
    language: Annotated[Paper | None, Lax] = None


class PassphraseSet(In):
    """A passphrase of 12 characters or more, the same in every reader of PDF files."""

    passphrase: Annotated[str, Field(min_length=PASSPHRASE_MIN, max_length=PASSPHRASE_MAX)]
