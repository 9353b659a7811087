"""A hotel with a tower of rooms, many passing guests, and one who is looked at."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlmodel import Session

from crm.preferences import master
from crm.stays.tables import FolioLine
from crm.stays.terms import FolioCategory, StayStatus
from tests import factories

TODAY = date(2026, 11, 24)
FLOORS = range(1, 13)


class Tower:
    """Twelve floors of five rooms; from the tenth on they are high, where one of ten
    passing guests sleeps; fifth doors have a tub."""

    def __init__(self, db: Session) -> None:
        self.db = db
        master.load(db)
        self.hotel = factories.a_hotel(db)
        for floor in FLOORS:
            for door in range(1, 6):
                features = ["BT.TUB"] * (door == 5) + ["AC.ROLLIN", "SM.NON"]
                factories.a_room(db, self.hotel, f"{floor:02}0{door}", features=features,
                                 floor=str(floor))  # fmt: skip
        self._ago = count(1)
        for no in range(60):
            floor = 11 if no % 10 == 0 else no % 9 + 1
            self.left(factories.a_guest(db), f"{floor:02}0{no % 5 + 1}", "Noodles")

    def left(self, guest: UUID, room: str, *bill: str, ago: int | None = None) -> UUID:
        """A stay that is over, the latest the one first told."""
        day = TODAY - timedelta(days=ago or next(self._ago))
        stay = factories.a_stay(
            self.db, guest, self.hotel, status=StayStatus.CHECKED_OUT, room_no=room,
            arrival_on=day - timedelta(days=1), departure_on=day,
            checked_in_at=datetime(day.year, day.month, day.day, 8, tzinfo=UTC) - timedelta(days=1),
            checked_out_at=datetime(day.year, day.month, day.day, 2, tzinfo=UTC),
        )  # fmt: skip
        for no, text in enumerate(bill, 1):
            line = FolioLine(
                stay_id=stay, no=no, hotel_id=self.hotel, guest_id=guest, posted_on=day,
                category=FolioCategory.RESTAURANT, text=text, amount_minor=100, currency="CNY",
            )  # fmt: skip
            factories.put(self.db, line)
        return stay

    def regular(self, *rooms: str, bill: str = "Noodles") -> UUID:
        """A guest with one stay in each of the rooms, the newest first."""
        guest = factories.a_guest(self.db)
        for place, room in enumerate(rooms):
            self.left(guest, room, bill, ago=20 + 30 * place)
        return guest


HIGH_ROOMS = ("1001", "1102", "1203", "1004", "1101")


@pytest.fixture
def tower(db: Session) -> Tower:
    return Tower(db)
