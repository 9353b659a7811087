"""What the demo's hotel system (PMS) knows: a file of its own, since Keshi is not its database.

The simulator reads and writes it; Keshi never does. It holds today's bookings and the guests
in house as the PMS numbers them, and how many simulated hours have passed.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path

from crm.kit.settings import Settings
from lab.demo.dressing import World
from lab.demo.people import Person
from lab.demo.rows.stays import pms_number
from lab.demo.stays import DemoStay

FILE = "demo-pms.json"
DAYS_AHEAD = 2


@dataclass
class Booking:
    """One reservation as the PMS holds it; ``state`` is booked, in_house or left.

    ``since`` is the instant of check-in, ``told`` whether Keshi has heard of it by message.
    """

    confirmation: str
    profile: str
    name: str
    arrival: str
    departure: str
    room: str
    state: str
    eta: str = ""
    adults: int = 1
    lines: int = 0
    since: str = ""
    told: bool = False


@dataclass
class Book:
    """The PMS's own memory; ``hours`` have passed since the demo was built."""

    hotel: str
    today: str
    hours: int = 0
    next_number: int = 900_001
    bookings: list[Booking] = field(default_factory=list)

    def of_state(self, state: str) -> list[Booking]:
        return [booking for booking in self.bookings if booking.state == state]


def path(settings: Settings) -> Path:
    return settings.data_dir / FILE


def book_of(world: World) -> Book:
    """What the PMS of the big hotel knows on the day that the demo begins."""
    people = {person.key: person for person in world.people}
    last = world.today + timedelta(days=DAYS_AHEAD)
    return Book(
        hotel=world.hotels[0].code,
        today=world.today.isoformat(),
        bookings=[
            _booking(stay, people.get(stay.guest) if stay.guest else None)
            for stay in world.stays
            if stay.hotel == world.hotels[0].code
            and (stay.status == "in_house" or (stay.status == "booked" and stay.arrival <= last))
        ],
    )


def _booking(stay: DemoStay, person: Person | None) -> Booking:
    return Booking(
        confirmation=stay.confirmation,
        profile=pms_number(person) if person else "",
        name=person.names[-1].full if person else stay.group,
        arrival=stay.arrival.isoformat(),
        departure=stay.departure.isoformat(),
        room=stay.room,
        state=stay.status,
        eta=stay.eta.strftime("%H:%M") if stay.eta else "",
        adults=stay.adults,
        lines=len(stay.lines),
        since=stay.checked_in_at.isoformat() if stay.checked_in_at else "",
    )


def write(settings: Settings, book: Book) -> None:
    """Replace the file in one step, so that a crash leaves the old one."""
    target = path(settings)
    fresh = target.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(book), ensure_ascii=False), encoding="utf-8")
    fresh.replace(target)


def read(settings: Settings) -> Book:
    """The PMS's memory; `FileNotFoundError` before the demo was built."""
    raw = json.loads(path(settings).read_text(encoding="utf-8"))
    bookings = [Booking(**row) for row in raw.pop("bookings")]
    return Book(**raw, bookings=bookings)
