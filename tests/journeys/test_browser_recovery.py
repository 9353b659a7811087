"""An offer above the limit in two browsers: asked for at the desk, approved on a phone, given."""

import pytest
from sqlmodel import select

from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.kit import clock
from crm.recovery.tables import Compensation
from crm.recovery.terms import RecoveryState
from crm.staff.terms import Role
from tests import factories
from tests.factories import put

pytestmark = pytest.mark.browser


@pytest.fixture
def backend():
    return "sqlite"


def signed_in(browser, serving, database, role, hotel, name, **more):
    """A browser of somebody's own, signed in."""
    with database.writing() as db:
        staff_id = factories.a_staff(db, role, hotel, name=name)
        token = factories.a_session(db, staff_id, hotel)
    context = browser.new_context(locale="en-GB", **more)
    context.add_cookies([{"name": "keshi_session", "value": token, "url": serving.url}])
    return context


def test_what_is_above_the_limit_is_approved_on_a_phone(browser, client, serving, database):
    from playwright.sync_api import expect

    hotel = client.hotel_id
    with database.writing() as db:
        guest = factories.a_guest(db)
        factories.a_stay(db, guest, hotel, room_no="1605")
        case = put(
            db,
            Complaint(
                hotel_id=hotel, number=1001, source=CaseSource.IN_HOUSE, guest_id=guest,
                room_no="1605", category="noise", severity=Severity.SERIOUS,
                headline="Air conditioning hums", status=CaseStatus.RECOVERING,
                opened_at=clock.now(), currency="CNY",
            ),
        ).id  # fmt: skip
    desk = signed_in(browser, serving, database, Role.DUTY_MANAGER, hotel, "Dai Lin")
    phone = signed_in(
        browser, serving, database, Role.GENERAL_MANAGER, hotel, "Gao Wei",
        viewport={"width": 360, "height": 740},
    )  # fmt: skip
    try:
        approvals = phone.new_page()
        approvals.goto(f"{serving.url}/approvals")
        expect(approvals.get_by_text("Nothing waits")).to_be_visible()

        page = desk.new_page()
        page.goto(f"{serving.url}/complaints/{case}/recovery")
        page.get_by_role("button", name="Give Fruit plate and note").click()
        expect(page.get_by_label("Given so far")).to_contain_text("Fruit plate and note")

        page.locator(".gives-more > summary").click()
        page.locator("summary", has_text="Waive a line of the bill").click()
        page.get_by_label("How much is waived (CNY)").fill("6,400.50")
        page.get_by_label("Why this").last.fill("Two nights without sleep")
        page.locator("details.give-do[open] form button", has_text="Give").click()
        expect(page.get_by_text("waits for approval")).to_be_visible()

        expect(approvals.get_by_text("Two nights without sleep")).to_be_visible()
        approvals.get_by_label("Words to the colleague").fill("Right so")
        approvals.get_by_role("button", name="Approve").click()
        expect(approvals.get_by_text("Nothing waits")).to_be_visible()

        page.reload()
        page.get_by_role("button", name="Given to the guest").click()
        expect(page.get_by_text("approved, not yet given")).to_have_count(0)
        expect(page.get_by_label("Given so far")).to_contain_text("Right so")
    finally:
        desk.close()
        phone.close()
    with database.reading() as db:
        lines = list(db.exec(select(Compensation.state)))
        assert lines == [RecoveryState.GIVEN] * 2
        assert db.get_one(Complaint, case).cost_minor == 640_050 + 4800
