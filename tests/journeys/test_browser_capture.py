"""A preference noted in a real browser: by keyboard alone at the desk, by thumb on a phone."""

import pytest
from playwright.sync_api import expect
from sqlmodel import select

from crm.preferences.tables import Observation
from crm.preferences.terms import ObservationState
from tests.crm.profile.planted import chen as plant_chen

pytestmark = pytest.mark.browser

FITS = "document.documentElement.scrollHeight <= innerHeight"
SMALL = """() => [...document.querySelectorAll("#drawer :is(.code-pick, .picks label, .btn)")]
    .map(each => [each.textContent.trim(), each.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < 48)"""


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def chen(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        return plant_chen(db, hotel)


def signed_in(client, context, serving, role):
    client.as_(role, name="Lin")
    token = client.cookies["keshi_session"]
    context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])


def noted(client):
    with client.database.reading() as db:
        return db.exec(select(Observation)).all()


def test_a_desk_notes_takes_back_and_confirms_without_a_mouse(client, serving, page, chen):
    signed_in(client, page.context, serving, "front_desk")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{serving.url}/today")
    drawer = page.get_by_role("dialog", name="Note a preference")

    page.keyboard.press("j")
    page.keyboard.press("p")
    expect(drawer.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("zhen")
    expect(drawer.get_by_role("option").first).to_contain_text("pillow")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(drawer).to_be_hidden()
    expect(page.locator(".toast")).to_contain_text("Noted:")
    expect(page.locator("tbody tr").first).to_be_focused()
    page.keyboard.press("z")
    expect(page.locator(".toast")).to_have_text("Taken back.")
    assert [each.state for each in noted(client)] == [ObservationState.WITHDRAWN]

    page.goto(f"{serving.url}/guests/{chen.guest}")
    page.keyboard.press("p")
    expect(drawer.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("late check")
    expect(drawer.get_by_role("option").first).to_contain_text("Late check-out")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chip = page.locator(".wishes .chip-seen", has_text="Late check-out")
    expect(chip).to_contain_text("seen once")
    assert page.evaluate(FITS)

    page.keyboard.press("p")
    page.keyboard.type("low floor")
    expect(drawer.get_by_role("option").first).to_contain_text("Low floor")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(drawer).to_contain_text("High floor is already noted")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()

    suggested = page.locator(".suggested form", has_text="Late check-out").locator("[data-key]")
    page.keyboard.press(suggested.get_attribute("data-key"))
    expect(page.locator(".wishes .chip:not(.chip-seen)", has_text="Late check-out")).to_be_visible()
    page.locator(".wishes a.chip", has_text="Late check-out").focus()
    page.keyboard.press("Enter")
    history = page.get_by_role("dialog", name="Late check-out")
    expect(history).to_contain_text("Last confirmed")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+1")
    expect(page.locator("#panel table")).to_be_visible()
    assert [text for text in said if "Content Security Policy" in text] == []


def test_a_thumb_notes_on_a_phone_and_the_news_are_read(client, serving, browser, chen):
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )
    signed_in(client, context, serving, "duty_manager")
    phone = context.new_page()
    phone.goto(f"{serving.url}/guests/{chen.guest}")
    phone.get_by_role("link", name="Note a preference").tap()
    drawer = phone.get_by_role("dialog", name="Note a preference")
    expect(drawer.get_by_role("option").first).to_be_visible()
    assert phone.evaluate(SMALL) == []
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    plain = drawer.locator(".code-pick:not(:has-text('…'))").first
    code = plain.get_attribute("value")
    plain.tap()
    expect(phone.locator(".toast")).to_contain_text("Noted:")
    assert [each.code for each in noted(client)] == [code]

    with client.database.writing() as db:
        row = db.exec(select(Observation)).one()
        row.used_at = row.entered_at
        db.add(row)
    phone.goto(f"{serving.url}/notes/mine")
    expect(phone.locator(".own-note.is-new .used")).to_contain_text("It was of use")
    expect(phone.locator(".menu-count .badge")).to_have_text("1")
    expect(phone.locator(".menu-count .badge")).to_have_count(0)
    assert noted(client)[0].seen_by_noter_at is not None
    context.close()


QUICKER = """() => {
    const known = document.querySelector('a[hx-target="#drawer"]');
    const made = document.createElement("div");
    made.innerHTML = known.outerHTML.replace(/data-htmx-powered="[^"]*"/, "");
    known.after(made.firstChild);
    known.nextSibling.click();
}"""


def test_a_key_quicker_than_htmx_opens_the_drawer_all_the_same(client, serving, page, chen):
    signed_in(client, page.context, serving, "front_desk")
    page.goto(f"{serving.url}/guests/{chen.guest}")
    page.evaluate(QUICKER)
    drawer = page.get_by_role("dialog", name="Note a preference")
    expect(drawer.get_by_role("combobox")).to_be_focused()
    assert not page.url.endswith("/note")
