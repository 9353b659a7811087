"""A complaint in real browsers: from a phone in the corridor to the guest's next arrival."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from playwright.sync_api import expect
from sqlmodel import col, select

from crm.complaints import master
from crm.complaints.watching import watch
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from tests import factories
from tests.journeys.test_browser_story import a_screen, work_off

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
SAID = "The neighbours play music until two at night. We could not sleep."
LIVE_MS = 5_000
SMALL = """() => [...document.querySelectorAll("main :is(a[href], button, select, input)")]
    .filter(each => each.checkVisibility({opacityProperty: true}) && each.type !== "hidden"
        && !["radio", "checkbox"].includes(each.type))
    .map(each => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && (box.height < 47.5 || box.width < 47.5))
    .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def at_ten():
    """Ten in the morning on the hotel's wall; rooms are left at noon."""
    wall = datetime.combine(factories.TODAY, time(10), ZoneInfo("Asia/Shanghai"))
    with time_machine.travel(wall.astimezone(UTC), tick=True):
        yield


@pytest.fixture
def lin(at_ten, client):
    """林静, in 1605 for two more days; another guest in 1203 leaves tomorrow."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        for no in ("1203", "1605"):
            factories.a_room(db, hotel, no)
        guest = factories.a_guest(db, "林静", "Lin Jing")
        factories.a_stay(db, guest, hotel, room_no="1605")
        other = factories.a_guest(db, "周强", "Zhou Qiang")
        factories.a_stay(
            db, other, hotel, room_no="1203", departure_on=factories.TODAY + timedelta(days=1)
        )
        return guest


def take_down(page, url, room, severity, words):
    page.goto(f"{url}/complaints/new")
    page.locator("#room_no").fill(room)
    expect(page.locator("#of_guest")).to_be_checked()
    page.get_by_role("radio", name="Noise", exact=True).check()
    page.get_by_role("radio", name=severity, exact=True).check()
    page.locator("#story").fill(words)
    page.get_by_role("button", name="Take it down").click()


def leave_at_noon(database, guest):
    """The guest goes earlier than planned, and the clocks hear of it."""
    with database.writing() as db:
        stay = db.exec(select(Stay).where(col(Stay.guest_id) == guest)).one()
        stay.departure_on = factories.TODAY
        db.add(stay)
    watch(database)


def comes_again(database, hotel, guest):
    with database.writing() as db:
        stay = db.exec(select(Stay).where(col(Stay.guest_id) == guest)).one()
        stay.status, stay.checked_out_at = StayStatus.CHECKED_OUT, datetime.now(UTC)
        db.add(stay)
        factories.a_stay(
            db, guest, hotel, room_no="1702", status=StayStatus.BOOKED,
            arrival_on=factories.TODAY, departure_on=factories.TODAY + timedelta(days=2),
        )  # fmt: skip


def ask_for_more(duty):
    """An offer far above a duty manager's limit waits for somebody who may."""
    duty.locator(".gives-more > summary").click()
    duty.locator("summary", has_text="Waive a line of the bill").click()
    duty.get_by_label("How much is waived (CNY)").fill("6,400")
    duty.get_by_label("Why this").last.fill("Two nights without sleep")
    duty.locator("details.give-do[open] form button", has_text="Give").click()
    expect(duty.get_by_text("waits for approval")).to_be_visible()


def approve(boss):
    """The page knows by itself that something waits."""
    expect(boss.get_by_text("Two nights without sleep")).to_be_visible()
    boss.get_by_label("Words to the colleague").fill("Right so")
    boss.get_by_role("button", name="Approve").click()
    expect(boss.get_by_text("Nothing waits")).to_be_visible()


def test_noise_in_1605_is_heard_put_right_and_seen_to_at_the_next_arrival(
    client, serving, browser, lin
):
    with (
        a_screen(browser, serving, client, "housekeeping", **PHONE) as phone,
        a_screen(browser, serving, client, "duty_manager") as duty,
        a_screen(browser, serving, client, "general_manager", **PHONE) as boss,
    ):
        boss.goto(f"{serving.url}/approvals")
        expect(boss.get_by_text("Nothing waits")).to_be_visible()
        take_down(duty, serving.url, "1203", "serious", "The street is loud.")
        expect(duty.locator("h1")).to_contain_text("The street is loud")
        duty.goto(f"{serving.url}/complaints")
        expect(duty.locator("[data-case]")).to_have_count(1)

        take_down(phone, serving.url, "1605", "minor", SAID)
        expect(phone.locator(".thanks")).to_have_text("C-1002")
        assert SAID not in phone.content()
        card = duty.locator("[data-column=new] [data-case]", has_text="1605")
        expect(card).to_be_visible(timeout=LIVE_MS)
        expect(card).to_contain_text("林静")
        expect(duty.locator("[data-case]").first).to_contain_text("1203")

        leave_at_noon(client.database, lin)
        duty.reload()
        expect(duty.locator("[data-case]").first).to_contain_text("1605")
        expect(card.locator(".flag-care")).to_contain_text("leaves 12:00")

        card.locator("summary").click()
        card.get_by_role("button", name="Investigate").click()
        moved = duty.locator("[data-column=investigating] [data-case]", has_text="1605")
        expect(moved).to_be_visible()
        moved.drag_to(duty.locator("[data-column=recovering]"))
        moved = duty.locator("[data-column=recovering] [data-case]", has_text="1605")
        expect(moved).to_be_visible()

        moved.locator("[data-open]").click()
        duty.get_by_role("button", name="Apologise").click()
        expect(duty.locator(".heard .is-done")).to_have_count(2)
        work_off(client.database)
        duty.reload()
        expect(duty.locator("#outreach")).to_contain_text("held since")

        ask_for_more(duty)
        approve(boss)
        duty.reload()
        duty.get_by_role("button", name="Given to the guest").click()
        expect(duty.get_by_label("Given so far")).to_contain_text("Right so")
        duty.locator("#close > summary").click()
        duty.locator("#close").get_by_role("button", name="Close and file").click()
        expect(duty.locator("#close_words:invalid")).to_be_visible()
        duty.get_by_role("radio", name="9", exact=True).check()
        duty.locator("#cause").select_option(index=1)
        duty.locator("#close_words").fill("Moved to the quiet side; she slept well.")
        duty.locator("#prevention").fill("Doors of the 16th floor get seals.")
        duty.locator("#next_stay_check").fill("quiet side, manager greets")
        duty.locator("#close").get_by_role("button", name="Close and file").click()
        expect(duty.locator(".case-head")).to_contain_text("closed")
        work_off(client.database)
        duty.reload()
        expect(duty.locator("#outreach")).to_contain_text("released")

    comes_again(client.database, client.hotel_id, lin)
    with a_screen(browser, serving, client, "front_desk") as desk:
        desk.goto(f"{serving.url}/guests/{lin}")
        expect(desk.locator(".glance")).to_contain_text("quiet side, manager greets")
        desk.goto(f"{serving.url}/guests/{lin}/cases")
        desk.get_by_role("button", name="Seen to").click()
        expect(desk.locator(".checks")).to_contain_text("done")
        expect(desk.locator(".glance")).to_contain_text("✓ seen to")


def test_who_comes_second_keeps_what_was_typed(client, serving, browser, lin):
    with (
        a_screen(browser, serving, client, "duty_manager") as first,
        a_screen(browser, serving, client, "general_manager") as second,
    ):
        take_down(first, serving.url, "1605", "moderate", SAID)
        first.wait_for_url("**/complaints/0*")
        second.goto(first.url)
        second.locator("#pause > summary").click()
        second.locator("#pause_words").fill("She wants to think about it.")
        first.get_by_role("button", name="Investigate").click()
        expect(first.locator(".case-head")).to_contain_text("being investigated")
        second.get_by_role("button", name="Stop the clocks").click()
        expect(second.locator(".case-conflict")).to_be_visible()
        expect(second.locator("#pause_words")).to_have_value("She wants to think about it.")
        second.get_by_role("button", name="Stop the clocks").click()
        expect(second.locator(".case-clock.is-waits").first).to_be_visible()


@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_everything_is_large_enough_and_nothing_runs_over(
    client, serving, browser, lin, width
):
    view = PHONE | {"viewport": {"width": width, "height": 740}}
    with a_screen(browser, serving, client, "duty_manager", **view) as phone:
        take_down(phone, serving.url, "1605", "critical", SAID)
        phone.wait_for_url("**/complaints/0*")
        for path in ("/complaints", "/complaints?layout=list", "/complaints/new", phone.url):
            phone.goto(path if path.startswith("http") else serving.url + path)
            assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert phone.evaluate(SMALL) == [], path
