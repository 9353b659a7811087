"""A photo taken on a phone stands on the case at the desk, and becomes a letter that is sent."""

import re
from uuid import UUID

import pytest

from crm.complaints import master, service
from crm.complaints.schemas import AttachmentIn
from crm.documents.store import Shelf
from crm.kit.vault import Vault
from crm.staff.actor import system
from crm.staff.terms import Role
from tests import factories
from tests.conftest import SECRET
from tests.crm.documents.pictures import pdf, picture
from tests.journeys.test_browser_recovery import signed_in

pytestmark = pytest.mark.browser


@pytest.fixture
def backend():
    return "sqlite"


def test_a_photo_from_a_phone_and_a_letter(browser, client, serving, database, settings):
    from playwright.sync_api import expect

    hotel = client.hotel_id
    with database.writing() as db:
        master.load(db)
        guest = factories.a_guest(db)
        factories.a_stay(db, guest, hotel, room_no="1605")
    phone = signed_in(
        browser, serving, database, Role.HOUSEKEEPING, hotel, "Mei",
        viewport={"width": 360, "height": 740},
    )  # fmt: skip
    desk = signed_in(
        browser, serving, database, Role.DUTY_MANAGER, hotel, "Dai Lin",
        viewport={"width": 1366, "height": 768},
    )  # fmt: skip
    try:
        floor = phone.new_page()
        floor.goto(f"{serving.url}/complaints/new?room_no=1605")
        floor.get_by_role("radio", name="Cleanliness").check()
        floor.get_by_role("radio", name="minor").check()
        floor.get_by_label("In the guest's own words").fill("Mould above the shower.")
        floor.get_by_label("Photo").set_input_files(
            {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        )
        floor.get_by_role("button", name="Take it down").click()
        expect(floor.get_by_text("C-1001")).to_be_visible()

        page = desk.new_page()
        page.goto(f"{serving.url}/complaints")
        page.get_by_role("link", name="Mould above the shower").click()
        papers = page.locator("#papers")
        expect(papers.get_by_role("link", name="Photo 1", exact=True)).to_be_visible()
        with page.expect_download() as fetched:
            papers.get_by_role("link", name="Photo 1", exact=True).click()
        assert fetched.value.suggested_filename == "Photo 1.jpg"

        papers.get_by_text("Add a photo or paper").click()
        papers.get_by_label("What it shows").fill("The guest's own letter")
        case = UUID(page.url.rpartition("/")[2])
        shelf = Shelf(settings.data_dir, Vault(SECRET))
        with database.writing() as db:
            add = AttachmentIn(title="From the engineer")
            service.attach(db, shelf, case, add, pdf(), by=system("test"))
        expect(papers.get_by_role("link", name="From the engineer", exact=True)).to_be_visible(
            timeout=8000
        )
        expect(papers.get_by_label("What it shows")).to_be_visible()
        expect(papers.get_by_label("What it shows")).to_have_value("The guest's own letter")

        papers.get_by_role("link", name="Write a letter").click()
        page.get_by_role("link", name="English").click()
        words = page.get_by_label("Words of the letter")
        expect(words).to_have_value(re.compile("^Dear CHEN|^Dear Chen"))
        words.fill(words.input_value() + "\n\nThe shower is as new.")
        page.get_by_role("button", name="Keep this letter").click()
        page.get_by_role("button", name="Sent by post").click()
        expect(page.locator("#course")).to_contain_text("Sent the letter by post.")
        page.locator("#papers").get_by_role("link", name="Your stay").click()
        expect(page.locator(".letter-body")).to_contain_text("The shower is as new.")
        expect(page.locator("textarea")).to_have_count(0)
    finally:
        phone.close()
        desk.close()
