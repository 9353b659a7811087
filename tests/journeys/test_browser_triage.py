"""Words are typed, a chip says what they sound like, and a key or a finger takes it."""

import pytest
from playwright.sync_api import expect

from crm.complaints import master
from segmentation.triage import service
from tests.segmentation.triage.texts import plain_cases

pytestmark = pytest.mark.browser


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def desk(page, serving, client):
    client.as_("duty_manager")
    hotel_id = client.hotel_id
    lesson = service.taught_apart([(*one, str(no)) for no, one in enumerate(plain_cases())], [])
    with client.database.writing() as db:
        master.load(db)
        service.keep(db, hotel_id, lesson)
    token = client.cookies["keshi_session"]
    page.context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])
    return page


def test_a_chip_is_taken_and_nothing_is_filled_in_by_itself(desk, serving):
    desk.goto(f"{serving.url}/complaints/new")
    desk.get_by_label("In the guest's own words").press_sequentially("a loud party next door again")
    chip = desk.locator("#sounds-like [data-take=category]")
    expect(chip).to_contain_text("Noise")
    noise = desk.locator("input[name=category][value=noise]")
    expect(noise).not_to_be_checked()
    chip.press("Enter")
    expect(noise).to_be_checked()
    expect(chip).to_have_attribute("aria-pressed", "true")
    desk.get_by_label("In the guest's own words").fill("my bag was stolen")
    expect(chip).to_have_count(0)
    expect(noise).to_be_checked()
