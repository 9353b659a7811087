"""A newcomer's first stay is on every desk's screen within two seconds, whichever web process it
came in by: by room for everybody, by name only for those who read guest files."""

import threading
import time
from datetime import timedelta

import httpx2 as httpx
import pytest
from sqlmodel import col, select

from crm.kit.db import Database
from crm.kit.errors import NotFound
from crm.kit.ids import new_id
from crm.kit.tables import EventRow
from crm.profile.newcomers import newcomer
from crm.staff import actor
from crm.staff.terms import Role
from crm.stays import service as stays
from crm.stays.schemas import StayBook
from tests import factories
from tests.conftest import Serving
from tests.factories import TODAY
from web.app import create_app

WITHIN_S = 2.0
HOUSE = actor.system("test")


class Screen(threading.Thread):
    """A screen that listens, asks for what was told, and remembers when it had it."""

    def __init__(self, url: str, token: str) -> None:
        super().__init__(daemon=True)
        self.client = httpx.Client(base_url=url, cookies={"keshi_session": token}, timeout=15)
        self.listening = threading.Event()
        self.words, self.heard_at = "", 0.0

    def run(self) -> None:
        with self.client.stream("GET", "/live") as stream:
            told: dict[str, str] = {}
            for line in stream.iter_lines():
                self.listening.set()
                name, _, value = line.partition(": ")
                told |= {name: value}
                if not line and told.get("data") == "stay.first":
                    self._ask(told["id"])
                    return

    def _ask(self, event_id: str) -> None:
        answer = httpx.get(f"{self.client.base_url}/news/{event_id}", cookies=self.client.cookies)
        self.words, self.heard_at = answer.text, time.monotonic()


def test_every_desk_hears_of_a_first_stay_within_two_seconds(settings, database):
    other = Database(database.url.render_as_string(hide_password=False))
    with database.writing() as db:
        hotel_id = factories.a_hotel(db)
        guest_id = factories.a_guest(db, "新来客", "Xin Laike")
        tokens = [
            factories.a_session(db, factories.a_staff(db, role, hotel_id), hotel_id)
            for role in (Role.FRONT_DESK, Role.HOUSEKEEPING)
        ]
    one, two = (create_app(settings, database=each) for each in (database, other))
    with Serving(one) as first, Serving(two) as second:
        desk, housekeeper = (
            Screen(serving.url, token)
            for serving, token in zip((first, second), tokens, strict=True)
        )
        for screen in (desk, housekeeper):
            screen.start()
            assert screen.listening.wait(10)
        time.sleep(0.6)
        began = time.monotonic()
        with database.writing() as db:
            stays.book(
                db,
                StayBook(
                    hotel_id=hotel_id, guest_id=guest_id, arrival_on=TODAY,
                    departure_on=TODAY + timedelta(days=1), room_no="1208",
                ),
                by=HOUSE,
            )  # fmt: skip
        for screen in (desk, housekeeper):
            screen.join(8)
            assert screen.words, "nothing was told"
            assert screen.heard_at - began < WITHIN_S
    other.dispose()
    assert "1208" in desk.words
    assert "1208" in housekeeper.words
    assert "新来客" in desk.words
    assert "新来客" not in housekeeper.words
    assert str(guest_id) not in housekeeper.words


@pytest.mark.parametrize(
    ("days", "earlier", "told"), [(0, False, 1), (2, False, 1), (3, False, 0), (0, True, 0)]
)
def test_only_a_newcomer_who_comes_soon_is_news(db, days, earlier, told):
    hotel_id = factories.a_hotel(db)
    guest_id = factories.a_guest(db)
    if earlier:
        past = {"arrival_on": TODAY - timedelta(days=9), "departure_on": TODAY - timedelta(days=8)}
        stay_id = stays.book(db, StayBook(hotel_id=hotel_id, guest_id=guest_id, **past), by=HOUSE)
        stays.check_in(db, stay_id, by=HOUSE)
        stays.check_out(db, stay_id, by=HOUSE)
    db.flush()
    before = len(db.exec(select(EventRow).where(col(EventRow.kind) == "stay.first")).all())
    coming = TODAY + timedelta(days=days)
    stay_id = stays.book(
        db,
        StayBook(hotel_id=hotel_id, guest_id=guest_id, arrival_on=coming,
                 departure_on=coming + timedelta(days=1)),
        by=HOUSE,
    )  # fmt: skip
    db.flush()
    after = db.exec(select(EventRow).where(col(EventRow.kind) == "stay.first")).all()
    assert len(after) - before == told
    stays.check_in(db, stay_id, by=HOUSE, room_no="808")
    db.flush()
    here = db.exec(select(EventRow).where(col(EventRow.kind) == "stay.first")).all()
    assert len(here) - len(after) == (0 if earlier else 1)


def test_the_news_is_for_the_hotel_it_happened_in(db):
    hotel_id, elsewhere = factories.a_hotel(db), factories.a_hotel(db)
    with pytest.raises(NotFound):
        newcomer(db, new_id(), by=factories.an_actor(Role.FRONT_DESK, hotel_id))
    guest_id = factories.a_guest(db)
    stays.book(
        db,
        StayBook(hotel_id=hotel_id, guest_id=guest_id, arrival_on=TODAY,
                 departure_on=TODAY + timedelta(days=1), room_no="1208"),
        by=HOUSE,
    )  # fmt: skip
    event = db.exec(select(EventRow).where(col(EventRow.kind) == "stay.first")).all()[-1]
    assert newcomer(db, event.id, by=factories.an_actor(Role.FRONT_DESK, hotel_id)).room_no
    with pytest.raises(NotFound):
        newcomer(db, event.id, by=factories.an_actor(Role.FRONT_DESK, elsewhere))
