"""What happens to a stay, for the boards, the timeline and the floors above."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class _OfStay(Event):
    kind: ClassVar[str] = "stay"
    stay_id: UUID
    arrival_on: date
    departure_on: date
    room_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class StayBooked(_OfStay):
    kind: ClassVar[str] = "stay.booked"


@dataclass(frozen=True, kw_only=True)
class StayChanged(_OfStay):
    """``fields`` names what changed, comma-separated."""

    kind: ClassVar[str] = "stay.changed"
    fields: str


@dataclass(frozen=True, kw_only=True)
class GuestArrived(_OfStay):
    kind: ClassVar[str] = "stay.arrived"


@dataclass(frozen=True, kw_only=True)
class FirstStay(_OfStay):
    """A guest who never stayed anywhere in the group is about to come, or is here."""

    kind: ClassVar[str] = "stay.first"
    is_here: bool


@dataclass(frozen=True, kw_only=True)
class GuestLeft(_OfStay):
    kind: ClassVar[str] = "stay.left"


@dataclass(frozen=True, kw_only=True)
class StayCancelled(_OfStay):
    kind: ClassVar[str] = "stay.cancelled"


@dataclass(frozen=True, kw_only=True)
class GuestDidNotCome(_OfStay):
    kind: ClassVar[str] = "stay.no_show"


@dataclass(frozen=True, kw_only=True)
class StayReinstated(_OfStay):
    """A cancelled, missed or wrongly checked-in stay is a booking again."""

    kind: ClassVar[str] = "stay.reinstated"


@dataclass(frozen=True, kw_only=True)
class StayAssigned(_OfStay):
    """A stay found its guest, or another one; ``guest_id`` is the new guest."""

    kind: ClassVar[str] = "stay.assigned"
    from_guest_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FolioPosted(Event):
    kind: ClassVar[str] = "folio.posted"
    stay_id: UUID
    lines: int
