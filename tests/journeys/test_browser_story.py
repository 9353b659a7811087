"""The whole chain of a wish in real browsers: from the corridor without network to thanks."""

from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlmodel import col

from crm.briefing.jobs import put_when_due
from crm.kit import jobs
from crm.preferences import master
from crm.preferences.tables import GroupPolicy, Observation
from crm.preferences.terms import ReviewPolicy
from tests import factories
from tests.journeys.test_browser_floor import READY
from tests.until import until
from web.worker import import_jobs

pytestmark = pytest.mark.browser

BLANKET, FEATHERS = "LN.DUVETWARM", "AL.FEATHER"
SHE_SAID = "Feathers make her sneeze"


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def wang(client):
    """王芳, in 1802 until tomorrow, in a hotel whose centre sees notes on linen first."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        for no in range(1801, 1806):
            factories.a_room(db, hotel, str(no))
        guest = factories.a_guest(db, "王芳", "Wang Fang")
        factories.a_stay(db, guest, hotel, room_no="1802")
        db.add(GroupPolicy(hotel_id=hotel, group_code="LN", policy=ReviewPolicy.BEFORE_ANYONE))
        return guest


@contextmanager
def a_screen(browser, serving, client, role, **facts):
    """A colleague's own browser; a script error fails the test."""
    client.as_(role)
    context = browser.new_context(
        **({"viewport": {"width": 1366, "height": 640}, "locale": "en-GB"} | facts)
    )
    token = client.cookies["keshi_session"]
    context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])
    tab, errors = context.new_page(), []
    tab.set_default_timeout(15_000)
    tab.on("pageerror", lambda error: errors.append(str(error)))
    yield tab
    context.close()
    assert not errors, errors


def work_off(database):
    """What a worker would do now."""
    import_jobs()
    while (claimed := jobs.claim(database, "the worker")) is not None:
        assert jobs.run(database, claimed), claimed.name


def noted(client, *where):
    with client.database.reading() as db:
        return db.connection().scalar(select(func.count()).select_from(Observation).where(*where))


def next_morning(hotel_zone="Asia/Shanghai"):
    day = factories.TODAY + timedelta(days=1)
    return datetime.combine(day, time(6, 31), ZoneInfo(hotel_zone)).astimezone(UTC)


def test_a_note_from_the_corridor_is_reviewed_told_acted_on_and_thanked_for(
    client, serving, browser, wang
):
    hand = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
    with (
        a_screen(browser, serving, client, "housekeeping", **hand) as phone,
        a_screen(browser, serving, client, "file_centre") as centre,
        a_screen(browser, serving, client, "front_desk") as desk,
    ):
        phone.goto(f"{serving.url}/rooms?floor=18&only=all")
        until(phone, READY)
        phone.context.set_offline(True)
        phone.locator("#room-1802 [data-do=note]").click()
        phone.locator(f"#sheet-note [data-code='{BLANKET}']").click()
        phone.locator("#room-1802 [data-do=note]").click()
        phone.locator("#note-words").fill(SHE_SAID)
        phone.get_by_role("button", name="Note it").click()
        expect(phone.locator("[data-bar]")).to_contain_text("2 notes waiting")
        assert noted(client) == 0
        phone.context.set_offline(False)
        phone.locator(".pills").click(position={"x": 2, "y": 2})
        expect(phone.locator(".waiting-bar")).to_be_hidden()
        assert noted(client, col(Observation.guest_id) == wang) == noted(client) == 2

        centre.goto(f"{serving.url}/review")
        expect(centre.locator("#desk-title")).to_contain_text("duvet")
        centre.keyboard.press("a")
        expect(centre.locator("#desk-title")).to_contain_text(SHE_SAID)
        picked = centre.locator(f'form[data-decide="accept"] input[value="{FEATHERS}"]').first
        centre.keyboard.press(picked.get_attribute("data-pick"))
        expect(picked).to_be_checked()
        centre.keyboard.press("a")
        expect(centre.locator(".review-empty")).to_be_visible()
        expect(centre.locator("[data-open]")).to_have_count(0)

        desk.goto(f"{serving.url}/guests/{wang}")
        expect(desk.locator(".alert-must")).to_contain_text("Feather-free bedding")
        assert "allergy" not in desk.locator("main").inner_text().casefold()
        assert SHE_SAID not in desk.content()
        expect(desk.locator(".chip-seen")).to_contain_text("seen once")
        desk.keyboard.press("1")
        expect(desk.locator(".chip-seen")).to_have_count(0)
        expect(desk.locator(".wishes .chip")).to_contain_text("Warm duvet")
        work_off(client.database)

        phone.reload()
        room = phone.locator("#room-1802")
        expect(room.locator(".by-day .must")).to_contain_text("Feather-free bedding")
        tick = room.locator("[data-tick]", has_text="duvet")
        with phone.expect_response(lambda answer: answer.request.method == "POST"):
            tick.click()
        expect(tick).to_have_attribute("aria-pressed", "true")
        expect(phone.locator(".waiting-bar")).to_be_hidden()
        phone.goto(f"{serving.url}/notes/mine")
        expect(phone.locator(".used")).to_have_count(1)
        expect(phone.locator(".own-note", has_text="duvet")).to_contain_text("It was of use")

        with time_machine.travel(next_morning(), tick=True):
            with client.database.writing() as db:
                assert put_when_due(db) == 1
            work_off(client.database)
        desk.goto(f"{serving.url}/briefing?as_of=ready")
        expect(desk.locator("main")).to_contain_text("Feather-free bedding")
        assert "allergy" not in desk.locator("main").inner_text().casefold()
