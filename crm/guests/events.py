"""What happened to a guest's file, for the timeline and the floors above; never a value."""

from dataclasses import dataclass
from typing import ClassVar

from crm.guests.terms import CautionLevel, GuestIdentity, VipLevel
from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class GuestRegistered(Event):
    """A person has a file for the first time; ``source`` is the door by which they came."""

    kind: ClassVar[str] = "guest.registered"
    ref: str
    source: str


@dataclass(frozen=True, kw_only=True)
class GuestAmended(Event):
    """Fields of the file changed; ``fields`` names them, comma-separated."""

    kind: ClassVar[str] = "guest.amended"
    fields: str


@dataclass(frozen=True, kw_only=True)
class GuestVipSet(Event):
    kind: ClassVar[str] = "guest.vip_set"
    level: VipLevel | None


@dataclass(frozen=True, kw_only=True)
class GuestCautionSet(Event):
    kind: ClassVar[str] = "guest.caution_set"
    level: CautionLevel | None


@dataclass(frozen=True, kw_only=True)
class GuestIdentitySet(Event):
    kind: ClassVar[str] = "guest.identity_set"
    identity: GuestIdentity
