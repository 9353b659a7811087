"""A floor without a network, in a real browser: opened, noted on, sent once, then forgotten."""

import time
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlmodel import col

from crm.lost_property.tables import FoundItem
from crm.notes.tables import Trace
from crm.preferences.tables import Observation
from tests import factories
from tests.conftest import Serving
from tests.crm.profile.planted import chen as plant_chen

pytestmark = pytest.mark.browser

FIRST_LOAD_MAX, REFRESH_MAX = 60 * 1024, 5 * 1024
"""Bytes over the wire: the floor after signing in, and the list once more."""
READY = """async () => {
    const worker = await navigator.serviceWorker.ready;
    const page = await caches.match(`${location.origin}/rooms?floor=18`);
    const files = await (await caches.open("keshi-floor-files-1")).keys();
    return worker.active?.state === "activated" && Boolean(page) && files.length >= 8;
}"""
STORED = """async () => [
    (await caches.keys()).length, (await indexedDB.databases()).length,
    (await navigator.serviceWorker.getRegistrations()).length]"""


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def floor(client):
    """Fourteen rooms of the 18th floor, two of them with guests inside, 1808 due today."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        made = plant_chen(db, hotel)
        for no in range(1801, 1815):
            if no != 1808:
                factories.a_room(db, hotel, str(no))
        for no, name in (("1802", "王芳"), ("1811", "佐藤")):
            factories.a_stay(db, factories.a_guest(db, name, name), hotel, room_no=no)
    return made


@contextmanager
def a_phone(browser, serving, token, **more):
    """A phone in somebody's hand; a script error fails the test."""
    facts = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "locale": "en-GB"}
    context = browser.new_context(**(facts | more))
    sign_in(context, serving, token)
    page, errors = context.new_page(), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, errors


def sign_in(context, serving, token):
    context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])


@pytest.fixture
def keeper(client, floor):
    client.as_("housekeeping")
    return client.cookies["keshi_session"]


def open_floor(page, serving, only="all"):
    page.goto(f"{serving.url}/rooms?floor=18&only={only}")
    kept_offline(page)


def kept_offline(page):
    """Until the worker is in charge and has the floor and its files."""
    until = time.monotonic() + 20
    while not page.evaluate(READY):
        assert time.monotonic() < until, "the worker did not keep the floor"
        page.wait_for_timeout(50)


def note(page, room, code):
    """Two taps."""
    page.locator(f"#room-{room} [data-do=note]").click()
    page.locator(f"#sheet-note [data-code='{code}']").click()
    expect(page.locator(".toast")).to_contain_text(f"Noted for {room}")


def counted(client, table, *where):
    with client.database.reading() as db:
        return db.connection().scalar(select(func.count()).select_from(table).where(*where))


def waiting(page, number):
    text = f"{number} notes waiting" if number > 1 else "1 note waiting"
    expect(page.locator("[data-bar]")).to_contain_text(text)


def codes_offered(page, room):
    return page.locator(f"#room-{room}").get_attribute("data-likely").split()


def test_a_guest_s_complaint_from_the_floor_knows_its_room(serving, browser, keeper):
    with a_phone(browser, serving, keeper) as page:
        open_floor(page, serving)
        page.locator("[data-do=problem]").click()
        page.locator("#problem-room").select_option("1811")
        page.locator("[data-complain]").click()
        expect(page.locator("[name=room_no]")).to_have_value("1811")


class TestWithoutNetwork:
    def test_what_was_told_arrives_once_whatever_gets_lost(self, client, serving, browser, keeper):
        with a_phone(browser, serving, keeper) as page:
            open_floor(page, serving)
            first, second = codes_offered(page, "1802")[:2]
            page.context.set_offline(True)
            note(page, "1802", first)
            note(page, "1811", second)
            page.locator("[data-do=problem]").click()
            page.locator("[data-what=water]").click()
            page.locator("#sheet-problem [type=submit]").click()
            waiting(page, 3)

            page.reload()
            expect(page.locator(".room .no").first).to_contain_text("1801")
            waiting(page, 3)
            note(page, "1802", second)
            page.get_by_role("button", name="Undo").click()
            waiting(page, 3)
            page.get_by_role("link", name="Due today").click()
            expect(page.locator(".room:visible")).to_have_count(1)
            assert counted(client, Observation) == 0

            lost = []

            def lose_the_first_answer(route):
                answer = route.fetch()
                if lost:
                    route.fulfill(response=answer)
                else:
                    lost.append(answer.status)
                    route.abort()

            page.context.route("**/api/v1/room-notes", lose_the_first_answer)
            page.context.set_offline(False)
            page.locator(".pills").click(position={"x": 2, "y": 2})
            expect(page.locator(".waiting-bar")).to_be_hidden()
            assert lost == [201]
            for code, room in ((first, "1802"), (second, "1811")):
                place = (col(Observation.code) == code, col(Observation.room_no) == room)
                assert counted(client, Observation, *place) == 1
            assert (counted(client, Observation), counted(client, Trace)) == (2, 1)

    def test_a_note_that_fits_nobody_stays_until_the_noter_chose(
        self, client, serving, browser, keeper
    ):
        with a_phone(browser, serving, keeper) as page:
            open_floor(page, serving)
            note(page, "1804", codes_offered(page, "1804")[0])
            expect(page.locator("[data-bar]")).to_have_text("1 note needs a look")
            page.locator(".waiting-bar").click()
            sheet = page.locator("#sheet-waiting")
            expect(sheet).to_contain_text("Nobody can be named")
            expect(sheet.get_by_role("button", name="Who left last")).to_be_visible()
            sheet.get_by_role("button", name="Put aside").click()
            expect(sheet).to_contain_text("Nothing is waiting")
            assert counted(client, Observation) == 0

    def test_another_person_neither_sends_nor_sees_it_and_log_out_wipes(
        self, client, serving, browser, keeper
    ):
        with a_phone(browser, serving, keeper) as page:
            open_floor(page, serving)
            page.context.set_offline(True)
            note(page, "1802", codes_offered(page, "1802")[0])
            waiting(page, 1)
            client.as_("housekeeping", name="Ms Other")
            sign_in(page.context, serving, client.cookies["keshi_session"])
            page.context.set_offline(False)
            page.goto(f"{serving.url}/rooms?floor=18&only=all")
            page.locator("[data-do=choose-room]").click()
            page.locator("#sheet-rooms [data-do=close]").click()
            expect(page.locator(".waiting-bar")).to_be_hidden()
            assert counted(client, Observation) == 0

            sign_in(page.context, serving, keeper)
            page.goto(f"{serving.url}/rooms?floor=18&only=all")
            until = time.monotonic() + 20
            while not counted(client, Observation):
                assert time.monotonic() < until, "the keeper's own note was not sent"
                page.wait_for_timeout(50)
            expect(page.locator(".waiting-bar")).to_be_hidden()
            kept_offline(page)
            assert counted(client, Observation) == 1

            page.locator("details.menu > summary").click()
            page.get_by_role("button", name="Sign out").click()
            page.wait_for_url("**/sign-in")
            assert page.evaluate(STORED) == [0, 0, 0]

    def test_a_found_thing_comes_with_its_photo(self, client, serving, browser, keeper, tmp_path):
        photo = tmp_path / "scarf.png"
        with a_phone(browser, serving, keeper) as page:
            open_floor(page, serving)
            page.screenshot(path=photo)
            page.context.set_offline(True)
            page.locator("[data-do=found]").click()
            page.get_by_label("What it is").fill("Blue scarf")
            page.locator("#found-room").select_option("1802")
            page.set_input_files("#found-photo", photo)
            page.locator("#sheet-found [type=submit]").click()
            waiting(page, 2)
            page.context.set_offline(False)
            expect(page.locator(".waiting-bar")).to_be_hidden()
        assert counted(client, FoundItem, col(FoundItem.has_photo).is_(True)) == 1


class Scales:
    """The house on scales: what it sends, head and body, whoever asked, the worker included."""

    def __init__(self, app):
        self.app, self.sent = app, 0

    async def __call__(self, scope, receive, send):
        async def weighed(message):
            self.sent += len(message.get("body", b""))
            self.sent += sum(len(k) + len(v) + 4 for k, v in message.get("headers", ()))
            await send(message)

        await self.app(scope, receive, weighed)

    def settled(self, page):
        """What was sent until nothing came for half a second; the scales are empty again."""
        before = -1
        while self.sent != before:
            before = self.sent
            page.wait_for_timeout(500)
        self.sent = 0
        return before


class TestWeight:
    def test_of_the_first_load_and_of_a_refresh(self, app, browser, keeper):
        scales = Scales(app)
        with Serving(scales) as serving, a_phone(browser, serving, keeper) as page:
            page.goto(f"{serving.url}/")
            kept_offline(page)
            first = scales.settled(page)
            with page.expect_response("**/rooms/list*"):
                page.evaluate("document.body.dispatchEvent(new CustomEvent('keshi:board'))")
            refresh = scales.settled(page)
        assert 20_000 < first <= FIRST_LOAD_MAX, f"{first:,} bytes at first"
        assert 500 < refresh <= REFRESH_MAX, f"{refresh:,} bytes once more"


class TestHand:
    @pytest.mark.parametrize("width", [360, 390])
    def test_everything_tapped_is_large_enough_and_nothing_runs_over(
        self, serving, browser, keeper, width
    ):
        view = {"width": width, "height": 740}
        with a_phone(browser, serving, keeper, viewport=view) as page:
            open_floor(page, serving, only="due")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            page.locator("[data-do=choose-room]").click()
            page.locator("#sheet-rooms [data-room='1802']").click()
            small = page.evaluate(
                """() => [...document.querySelectorAll(
                    "button, a[href], select, input, textarea, summary")]
                .filter(each => each.checkVisibility({opacityProperty: true})
                    && !each.closest(".skip, .sr-only, .page-head, .menu > div"))
                .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
                .filter(([, box]) => box.width > 1 && (box.height < 47.5 || box.width < 47.5))
                .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
            )
            assert small == []
            assert page.locator(".dock button").first.bounding_box()["height"] >= 60
