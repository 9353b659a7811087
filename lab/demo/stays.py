"""Stays and folio lines as plain facts, and the rules any demo stay has to keep."""

from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID


@dataclass(frozen=True)
class Line:
    """One line of a folio; minor units; ``amount`` is paid, after discount, with tax."""

    on: date
    kind: str
    outlet: str
    amount: int
    discount: int = 0
    tax: int = 0
    meal: str = ""
    covers: int = 0
    text: str = ""


@dataclass(frozen=True)
class DemoStay:
    """One room for one guest from arrival to departure."""

    key: UUID
    confirmation: str
    hotel: str
    guest: UUID | None
    status: str
    arrival: date
    departure: date
    booked_on: date
    room: str
    kind_booked: str
    kind_used: str
    rate_code: str
    rate: int
    channel: str
    way: str
    market: str
    purpose: str
    payment: str
    adults: int = 1
    children: int = 0
    eta: time | None = None
    identity: str = "individual"
    arriving_from: str = ""
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    cancelled_at: datetime | None = None
    score: int | None = None
    company: str = ""
    group: str = ""
    wishes: str = ""
    companions: tuple[UUID, ...] = ()
    lines: tuple[Line, ...] = ()

    @property
    def nights(self) -> int:
        return (self.departure - self.arrival).days

    @property
    def is_past(self) -> bool:
        return self.status == "checked_out"

    @property
    def occupies(self) -> bool:
        """Whether the room is (or was, or will be) really taken."""
        return bool(self.room) and self.status in {"booked", "in_house", "checked_out"}

    @property
    def spent(self) -> int:
        return sum(line.amount for line in self.lines)
