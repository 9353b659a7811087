"""What departments have to do today, what was found, and notes for a few eyes only."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from lab.demo.bookings import at_hotel
from lab.demo.keys import Keyring
from lab.demo.stays import DemoStay


@dataclass(frozen=True)
class Task:
    """A trace; ``done_by`` is empty while it is open."""

    key: UUID
    department: str
    words: str
    due_at: datetime
    put_at: datetime
    put_by: str
    put_department: str
    guest: UUID | None = None
    stay: UUID | None = None
    room: str = ""
    is_promise: bool = False
    done_at: datetime | None = None
    done_by: str = ""
    done_words: str = ""


@dataclass(frozen=True)
class Find:
    """A thing found; ``state`` is the product's word."""

    key: UUID
    number: int
    kind: str
    what: str
    found_at: datetime
    room: str = ""
    place: str = ""
    stored_at: str = ""
    state: str = "found"
    guest: UUID | None = None
    stay: UUID | None = None
    settled_at: datetime | None = None
    words: str = ""


# department, words, minutes from now until it is due, who put it, is it a promise
OPEN: tuple[tuple[str, str, int, str, bool], ...] = (
    ("HK", "Baby cot with high sides", 55, "desk", True),
    ("HK", "换荞麦枕，两只", 20, "desk2", False),
    ("HK", "Humidifier into the room", 140, "desk", False),
    ("ENG", "空调有异响，客人下午回来前修好", 80, "housekeeper", True),
    ("ENG", "Safe does not close", -25, "housekeeper2", False),
    ("FO", "Call about the missing fapiao title", 35, "duty", True),
    ("FO", "Late departure until 16:00 granted, tell housekeeping", 10, "desk", True),
    ("FO", "Airport car for 05:40, confirm with the driver", 300, "desk2", True),
    ("FB", "蛋糕低糖，19:00 送到房间", 380, "desk", True),
    ("FB", "Gluten-free bread for breakfast", 1060, "restaurant", False),
    ("CON", "Two tickets for the West Lake show", 200, "desk", True),
    ("CON", "Lost suitcase: ask the airline again", -140, "desk2", True),
    ("GR", "Call after the noisy night, offer the other side", -10, "duty", False),
    ("HK", "Laundry was promised for noon", -45, "desk", True),
)
DONE: tuple[tuple[str, str, int, str, str], ...] = (
    ("HK", "Second blanket", -200, "housekeeper", "On the bed"),
    ("HK", "加湿器送到房间", -260, "housekeeper2", ""),
    ("ENG", "Television without sound", -300, "duty", "Cable changed"),
    ("FO", "Print the boarding passes", -180, "desk2", "In the envelope"),
    ("FB", "Fruit plate without mango", -150, "restaurant", ""),
    ("CON", "Restaurant for six, lake side", -420, "desk", "19:30, table by the window"),
)
FINDS: tuple[tuple[str, str, int, str, str], ...] = (
    ("ordinary", "Grey scarf, wool", 0, "HK store, shelf 2", "found"),
    ("valuable", "Reading glasses, brown case", 1, "Safe, drawer 3", "found"),
    ("ordinary", "充电器，白色，带线", 1, "HK store, shelf 1", "found"),
    ("perishable", "一盒龙井茶酥", 2, "Pantry 9", "found"),
    ("valuable", "Silver earring", 3, "Safe, drawer 1", "claimed"),
    ("ordinary", "Children's book, bear on the cover", 5, "HK store, shelf 2", "returned"),
    ("ordinary", "雨伞，蓝色", 6, "HK store, by the door", "found"),
    ("valuable", "Wrist watch, leather strap", 9, "Safe, drawer 2", "returned"),
    ("ordinary", "Running shoes, size 43", 20, "HK store, shelf 4", "found"),
    ("ordinary", "Paperback, Italian", 97, "HK store, shelf 5", "found"),
    ("perishable", "Half a birthday cake", 12, "Pantry 9", "disposed"),
    ("valuable", "U盘，黑色", 40, "Safe, drawer 1", "found"),
)
FIRST_FIND = 1041
ESCALATED = (timedelta(minutes=15), timedelta(hours=2))


class Tasks:
    """Deals tasks to guests in house and due, and finds to rooms that were left."""

    def __init__(
        self, rng: random.Random, keyring: Keyring, now: datetime, stays: Sequence[DemoStay]
    ) -> None:
        self.rng, self.keyring, self.now = rng, keyring, now
        here = [stay for stay in stays if stay.hotel == "LVH" and stay.guest and stay.room]
        self.inside = [stay for stay in here if stay.status == "in_house"]
        self.left = sorted(
            (stay for stay in here if stay.is_past), key=lambda stay: stay.departure, reverse=True
        )

    def traces(self) -> Iterator[Task]:
        stays = self.rng.sample(self.inside, len(OPEN) + len(DONE))
        for stay, (department, words, due, by, promised) in zip(stays, OPEN, strict=False):
            task = self._task(stay, department, words, due, by)
            yield replace(task, is_promise=promised)
        for stay, told in zip(stays[len(OPEN) :], DONE, strict=True):
            department, words, due, by, done = told
            task = self._task(stay, department, words, due, "desk")
            at = task.due_at - timedelta(minutes=self.rng.randrange(2, 40))
            yield replace(task, done_at=max(at, task.put_at), done_by=by, done_words=done)

    def _task(self, stay: DemoStay, department: str, words: str, due: int, by: str) -> Task:
        due_at = self.now + timedelta(minutes=due)
        put_at = min(due_at, self.now) - timedelta(minutes=self.rng.randrange(45, 600))
        put_department = {"housekeeper": "HK", "housekeeper2": "HK", "restaurant": "FB"}
        return Task(
            key=self.keyring.key(put_at), department=department, words=words, due_at=due_at,
            put_at=put_at, put_by=by, put_department=put_department.get(by, "FO"),
            guest=stay.guest, stay=stay.key, room=stay.room,
        )  # fmt: skip

    def finds(self) -> Iterator[Find]:
        """The newest has the highest number."""
        for no, (kind, what, ago, where, state) in enumerate(reversed(FINDS), FIRST_FIND):
            day = (self.now - timedelta(days=ago)).date()
            stay = self._left_by(day)
            at = min(at_hotel(day, 11, self.rng.randrange(60)), self.now - timedelta(minutes=30))
            find = Find(
                key=self.keyring.key(at), number=no, kind=kind, what=what, found_at=at,
                room=stay.room, place="" if no % 2 else "wardrobe", stored_at=where, state=state,
            )  # fmt: skip
            if state in {"claimed", "returned"}:
                find = replace(find, guest=stay.guest, stay=stay.key)
            if state in {"returned", "disposed"}:
                words = "Sent by courier" if state == "returned" else "No longer fit to keep"
                find = replace(find, settled_at=at + timedelta(hours=20), words=words)
            yield find

    def _left_by(self, day: date) -> DemoStay:
        return next((stay for stay in self.left if stay.departure <= day), self.left[-1])
