"""A desk's day by keyboard in a real browser: find, read, show for a purpose, hear of news."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from crm.guests import service as guests
from crm.guests.indexing import refresh_keys
from crm.guests.schemas import GuestRegister
from crm.guests.tables import ContactPoint
from crm.staff.actor import system
from crm.stays import service as stays
from crm.stays.schemas import StayBook
from tests import factories
from tests.crm.profile.planted import chen as plant_chen
from tests.until import until

pytestmark = pytest.mark.browser

TODAY = factories.TODAY
IN_VIEW = """selector => [...document.querySelectorAll(selector)].every(each => {
    const box = each.getBoundingClientRect();
    return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight;
})"""


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def chen(client):
    """陈静怡 of the mock, due today in 1808 with all that a card can show."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        made = plant_chen(db, hotel)
        refresh_keys(db, [made.guest])
        phone = db.get(ContactPoint, (made.guest, 1))
        phone.last4 = "8866"
        db.add(phone)
        return made


@pytest.fixture
def desk(client, serving, page, chen):
    """A tab of the front desk, signed in; anything the content policy stops fails the test."""
    client.as_("front_desk", name="Lin")
    page.context.add_cookies(
        [
            {
                "name": "keshi_session",
                "value": client.cookies["keshi_session"],
                "url": serving.url,
            }
        ]
    )
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_default_timeout(15_000)
    page.goto(f"{serving.url}/today")
    yield page
    assert [text for text in said if "Content Security Policy" in text] == []


def a_guest(client, family, given, phone="13900138866"):
    hotel = client.hotel_id
    with client.database.writing() as db:
        registration = GuestRegister.model_validate(
            {
                "names": [{"family": family, "given": given}],
                "contacts": [{"kind": "phone", "raw": phone}],
            }
        )
        return guests.register_guest(db, registration, by=system(), hotel_id=hotel).id


class TestLookUp:
    def test_four_digits_and_enter_open_the_whole_guest_on_one_screen(self, desk):
        desk.keyboard.press("/")
        desk.keyboard.type("8866")
        desk.keyboard.press("Enter")
        desk.wait_for_url(re.compile(r"/guests/[0-9a-f-]{36}$"))
        expect(desk.get_by_role("heading", level=1)).to_have_text("陈静怡")
        expect(desk.locator(".say .words")).to_contain_text("陈女士")
        assert desk.evaluate("document.documentElement.scrollHeight <= innerHeight")
        assert desk.evaluate(IN_VIEW, ".identity, .say, .alert, #wishes, .wishes, #timeline")
        assert desk.locator(".alert-must").count() >= 1

    def test_several_hits_are_chosen_from_by_arrow_and_enter(self, client, desk):
        second = a_guest(client, "单", "国强")
        desk.keyboard.press("Control+k")
        desk.keyboard.type("8866")
        expect(desk.get_by_role("option")).to_have_count(2)
        desk.keyboard.press("ArrowDown")
        desk.keyboard.press("ArrowDown")
        chosen = desk.locator('[role=option][aria-selected="true"]')
        expect(chosen).to_contain_text("单国强")
        box = desk.get_by_role("combobox")
        assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
        desk.keyboard.press("Enter")
        desk.wait_for_url(f"**/guests/{second}")

    def test_a_choice_outlasts_news_on_the_board_behind(self, client, desk):
        second = a_guest(client, "单", "国强")
        expect(desk.locator("tbody tr")).to_have_count(1)
        desk.keyboard.press("/")
        desk.keyboard.type("8866")
        expect(desk.get_by_role("option")).to_have_count(2)
        desk.keyboard.press("ArrowDown")
        desk.keyboard.press("ArrowDown")
        hotel = client.hotel_id
        with client.database.writing() as db:
            stays.book(
                db,
                StayBook(
                    hotel_id=hotel,
                    guest_id=factories.a_guest(db, "李伟", "Li Wei"),
                    arrival_on=TODAY,
                    departure_on=TODAY + timedelta(days=2),
                ),
                by=system(),
            )
        expect(desk.locator("tbody tr")).to_have_count(2)
        expect(desk.locator('[role=option][aria-selected="true"]')).to_contain_text("单国强")
        desk.keyboard.press("Enter")
        desk.wait_for_url(f"**/guests/{second}")

    def test_what_is_typed_while_the_page_wakes_up_is_asked_too(self, desk):
        desk.add_init_script(
            "const soon = setTimeout;"
            "setTimeout = (what, ms = 0, ...rest) => soon(what, ms || 1500, ...rest)"
        )
        desk.reload()
        desk.keyboard.press("/")
        desk.keyboard.type("8866")
        expect(desk.get_by_role("option")).to_have_count(1)

    def test_escape_closes_the_hits_and_then_leaves_the_box(self, desk):
        desk.keyboard.press("/")
        desk.keyboard.type("8866")
        expect(desk.get_by_role("option")).to_have_count(1)
        desk.keyboard.press("Escape")
        expect(desk.get_by_role("option")).to_have_count(0)
        assert desk.get_by_role("combobox").get_attribute("aria-expanded") == "false"
        desk.keyboard.press("Escape")
        expect(desk.get_by_role("combobox")).not_to_be_focused()


class TestBoard:
    def test_moves_by_j_and_k_and_opens_by_enter(self, client, desk, chen):
        hotel = client.hotel_id
        with client.database.writing() as db:
            other = factories.a_guest(db, "王芳", "Wang Fang")
            stays.book(
                db,
                StayBook(
                    hotel_id=hotel,
                    guest_id=other,
                    arrival_on=TODAY,
                    departure_on=TODAY + timedelta(days=1),
                ),
                by=system(),
            )
        desk.reload()
        rows = desk.locator("tbody tr")
        expect(rows).to_have_count(2)
        desk.keyboard.press("j")
        expect(rows.nth(0)).to_be_focused()
        desk.keyboard.press("j")
        expect(rows.nth(1)).to_be_focused()
        desk.keyboard.press("j")
        expect(rows.nth(1)).to_be_focused()
        desk.keyboard.press("k")
        expect(rows.nth(0)).to_be_focused()
        target = rows.nth(0).get_attribute("data-href")
        desk.keyboard.press("Enter")
        desk.wait_for_url(f"**{target}")

    def test_shows_a_new_arrival_within_two_seconds_and_says_so(self, client, desk):
        expect(desk.locator("tbody tr")).to_have_count(1)
        until(desk, "!document.documentElement.hasAttribute('data-paused')")
        desk.wait_for_timeout(600)
        hotel = client.hotel_id
        guest = a_guest(client, "孙", "丽")
        with client.database.writing() as db:
            stays.book(
                db,
                StayBook(
                    hotel_id=hotel,
                    guest_id=guest,
                    arrival_on=TODAY,
                    departure_on=TODAY + timedelta(days=2),
                    room_no="1602",
                ),
                by=system(),
            )
        expect(desk.locator("tbody tr")).to_have_count(2, timeout=2_000)
        expect(desk.locator("tbody")).to_contain_text("孙丽")
        expect(desk.locator("#announce")).to_have_text("The list has changed")
        expect(desk.locator(".tabs [aria-current=page]")).to_contain_text("2")

    def test_keeps_the_row_one_stands_on_when_the_list_changes(self, client, desk):
        desk.keyboard.press("j")
        row = desk.locator("tbody tr").first
        expect(row).to_be_focused()
        desk.wait_for_timeout(600)
        hotel = client.hotel_id
        with client.database.writing() as db:
            stays.book(
                db,
                StayBook(
                    hotel_id=hotel,
                    guest_id=factories.a_guest(db, "李伟", "Li Wei"),
                    arrival_on=TODAY,
                    departure_on=TODAY + timedelta(days=2),
                ),
                by=system(),
            )
        expect(desk.locator("tbody tr")).to_have_count(2, timeout=5_000)
        expect(row).to_be_focused()

    def test_digits_change_the_side(self, desk):
        desk.keyboard.press("2")
        desk.wait_for_url("**/today?side=in_house")
        expect(desk.locator(".tabs [aria-current=page]")).to_contain_text("In house")


class TestPrivacy:
    def test_one_key_hides_and_shows_private_facts(self, desk, serving, chen):
        desk.goto(f"{serving.url}/guests/{chen.guest}")
        phone = desk.locator("#contact-1").locator("xpath=..")
        desk.keyboard.press(".")
        assert "blur" in phone.evaluate("each => getComputedStyle(each).filter")
        expect(desk.locator("#announce")).to_have_text("Private details are hidden")
        desk.keyboard.press(".")
        assert phone.evaluate("each => getComputedStyle(each).filter") == "none"

    def test_the_screen_hides_by_itself_after_forty_five_idle_seconds(self, desk, serving, chen):
        desk.clock.install()
        desk.goto(f"{serving.url}/guests/{chen.guest}")
        desk.clock.run_for(44_000)
        expect(desk.locator("html")).not_to_have_attribute("data-blur", "")
        desk.clock.run_for(2_000)
        expect(desk.locator("html")).to_have_attribute("data-blur", "")
        desk.mouse.move(300, 300)
        expect(desk.locator("html")).to_have_attribute("data-blur", "")
        desk.get_by_role("button", name="Hide private details").click()
        expect(desk.locator("html")).not_to_have_attribute("data-blur", "")

    def test_a_phone_is_shown_for_a_purpose_and_masked_again_after_five_minutes(
        self, desk, serving, chen
    ):
        desk.clock.install()
        desk.goto(f"{serving.url}/guests/{chen.guest}")
        shown = desk.locator("#contact-1")
        expect(shown).to_contain_text("••••")
        masked = shown.inner_text().strip()
        shown.get_by_role("button").click()
        desk.get_by_label("What do you need it for?").select_option("call_back")
        desk.get_by_role("button", name="Show", exact=True).click()
        expect(shown).not_to_contain_text("••••")
        expect(shown).to_contain_text("8866")
        desk.clock.run_for(301_000)
        expect(shown).to_contain_text(masked)


class TestKeys:
    def test_question_mark_lists_the_keys_of_the_page(self, desk):
        desk.keyboard.press("?")
        help_ = desk.get_by_role("dialog", name="Keys of this page")
        expect(help_).to_contain_text("Open the guest")
        desk.keyboard.press("Escape")
        expect(help_).to_be_hidden()

    def test_letters_in_a_field_are_letters(self, desk):
        desk.keyboard.press("/")
        desk.keyboard.type("n.?j")
        expect(desk.get_by_role("combobox")).to_have_value("n.?j")
        expect(desk.get_by_role("dialog")).to_be_hidden()
        assert desk.url.endswith("/today")

    def test_can_be_switched_off(self, desk):
        desk.locator("details.menu > summary").click()
        desk.get_by_role("button", name="Keys off").click()
        desk.wait_for_load_state()
        desk.keyboard.press("n")
        desk.keyboard.press("?")
        expect(desk.get_by_role("dialog")).to_be_hidden()
        assert desk.url.endswith("/today")
        desk.keyboard.press("Control+k")
        expect(desk.get_by_role("combobox")).to_be_focused()


class TestNewGuest:
    def test_is_made_by_keyboard_with_doubles_shown_while_typing(self, desk, chen):
        desk.keyboard.press("n")
        desk.wait_for_url("**/guests/new")
        expect(desk.get_by_label("Family name")).to_be_focused()
        desk.keyboard.type("陈")
        desk.keyboard.press("Tab")
        desk.keyboard.type("静怡")
        doubles = desk.locator("#alike")
        expect(doubles.get_by_role("link")).to_have_count(1)
        assert str(chen.guest) in doubles.get_by_role("link").get_attribute("href")
        desk.get_by_label("Given name").fill("小雨")
        expect(doubles.get_by_role("link")).to_have_count(0)
        desk.get_by_label("The guest agrees").check()
        desk.keyboard.press("Enter")
        desk.wait_for_url(re.compile(r"/guests/[0-9a-f-]{36}$"))
        expect(desk.get_by_role("heading", level=1)).to_have_text("陈小雨")


class TestCard:
    def test_sections_open_below_by_shift_and_digit_and_come_into_view(self, desk, serving, chen):
        desk.goto(f"{serving.url}/guests/{chen.guest}")
        desk.keyboard.press("Shift+1")
        table = desk.locator("#panel table")
        expect(table).to_be_visible()
        until(desk, "scrollY > 100")
        expect(desk.locator("[data-sections] [aria-current]")).to_contain_text("Stays")

    def test_reflows_to_one_column_without_sideways_scrolling(self, desk, serving, chen):
        desk.set_viewport_size({"width": 320, "height": 640})
        for path in (f"/guests/{chen.guest}", "/today", "/guests?q=chen", "/guests/new"):
            desk.goto(serving.url + path)
            assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

    def test_prints_without_frame_and_without_spend(self, desk, serving, chen):
        desk.goto(f"{serving.url}/guests/{chen.guest}")
        desk.emulate_media(media="print")
        expect(desk.get_by_role("heading", level=1)).to_be_visible()
        for hidden in (".rail", ".top", ".card-tabs", "[data-spend]"):
            assert not desk.locator(hidden).first.is_visible(), hidden
        letter = desk.locator(".identity .spine").evaluate(
            "each => getComputedStyle(each, '::after').content"
        )
        assert letter == '"C"'


class TestBrightness:
    def test_changes_at_once_and_stays(self, desk):
        desk.locator("details.menu > summary").click()
        with desk.expect_response("**/session/theme"):
            desk.get_by_role("button", name="Dark").click()
        expect(desk.locator("html")).to_have_attribute("data-theme", "dark")
        ground = "getComputedStyle(document.body).backgroundColor"
        assert desk.evaluate(ground) == "rgb(18, 23, 26)"
        desk.reload()
        expect(desk.locator("html")).to_have_attribute("data-theme", "dark")


class TestFloor:
    def test_fits_a_phone_and_a_gloved_thumb(self, client, serving, browser, chen):
        client.as_("housekeeping")
        context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
        context.add_cookies(
            [
                {
                    "name": "keshi_session",
                    "value": client.cookies["keshi_session"],
                    "url": serving.url,
                }
            ]
        )
        phone = context.new_page()
        phone.goto(f"{serving.url}/")
        phone.wait_for_url("**/rooms")
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        sizes = phone.locator(".pill").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect().height)"
        )
        assert min(sizes) >= 48
        expect(phone.locator("body")).not_to_contain_text("8866")
        expect(phone.locator("body")).not_to_contain_text("陈")
        context.close()
