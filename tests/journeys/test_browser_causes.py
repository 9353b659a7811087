"""From "air conditioner" to its rooms in three clicks, and a prevention that is looked at again."""

from datetime import timedelta

import pytest

from crm.causes import service
from crm.complaints import master
from crm.complaints.tables import Complaint, Prevention
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.kit import clock
from tests.factories import TODAY, a_guest, a_stay, put
from tests.until import until

pytestmark = pytest.mark.browser
ROOMS = ("1605", "1605", "0812", "1605", "0911")


@pytest.fixture
def backend():
    return "sqlite"


@pytest.fixture
def known(client):
    """Complaints of some months, stays to set them against, and something that was promised."""
    client.as_("duty_manager")
    hotel, manager = client.hotel_id, client.staff_id
    with client.database.writing() as db:
        master.load(db)
        for no, room in enumerate(ROOMS * 8):
            at = clock.now() - timedelta(days=1 + no * 9, hours=no * 5)
            cause = "air_conditioner" if no % 5 < 3 else "neighbours"
            category, cause = ("noise", cause) if no % 7 else ("climate", None)
            put(
                db,
                Complaint(
                    hotel_id=hotel, number=1001 + no, source=CaseSource.IN_HOUSE,
                    category=category, cause=cause, severity=Severity.MINOR, room_no=room,
                    headline=f"Hums in {room}", status=CaseStatus.CLOSED, opened_at=at,
                    department="ENG", currency="CNY", satisfaction=10 - no % 4,
                    first_replied_at=at + timedelta(minutes=5 + no % 50),
                ),
            )  # fmt: skip
        for no in range(200):
            begun = TODAY - timedelta(days=2 * no)
            for _ in range(3 if no % 11 else 1):
                a_stay(
                    db, None, hotel, arrival_on=begun - timedelta(days=9), departure_on=begun,
                    status="checked_out",
                )  # fmt: skip
        for days in (-2, 20):
            put(
                db,
                Prevention(
                    hotel_id=hotel, category="noise", cause="air_conditioner",
                    words="New bearings for the fans of floor 16", owner_id=manager,
                    check_back_on=TODAY + timedelta(days=days), made_at=clock.now(),
                ),
            )  # fmt: skip
        service.keep(db, service.nights_slept(db))
    return client


@pytest.fixture
def desk(page, serving, known):
    token = {"name": "keshi_session", "value": known.cookies["keshi_session"], "url": serving.url}
    page.context.add_cookies([token])
    page.goto(f"{serving.url}/causes")
    return page


def test_three_clicks_to_the_rooms_and_one_to_the_cases(desk):
    desk.locator(".bar-link").first.click()
    desk.wait_for_url("**by=cause**")
    desk.locator(".bar-link", has_text="Air conditioner").click()
    desk.wait_for_url("**by=room**")
    assert desk.locator("tbody th").all_inner_texts()[0] == "1605"
    desk.locator("tbody a").first.focus()
    desk.keyboard.press("Enter")
    desk.wait_for_url("**by=cases**")
    assert set(desk.locator("tbody td:nth-child(3)").all_inner_texts()) == {"1605"}
    desk.get_by_role("link", name="Without 1605").click()
    until(desk, "document.querySelectorAll('.chosen li').length === 2")


def test_the_chart_says_what_its_table_says(desk, serving):
    desk.goto(f"{serving.url}/causes/ratio")
    assert desk.locator(".spot").count() == 12
    assert desk.locator("tbody tr").count() == 12
    assert "occupied room nights of the period × 1000" in desk.locator(".footnotes").inner_text()


def test_who_came_back_beside_whom(desk, serving, known):
    """Forty complained and half of them came back; of the forty beside them one in four did."""
    left = TODAY - timedelta(days=250)
    with known.database.writing() as db:
        for no in range(80):
            guest, complained = a_guest(db), no % 2
            for later in (0, 30) if no % (4 if complained else 8) < 2 else (0,):
                ends = left + timedelta(days=later)
                a_stay(
                    db, guest, known.hotel_id, arrival_on=ends - timedelta(days=2),
                    departure_on=ends, status="checked_out",
                )  # fmt: skip
            if complained:
                put(
                    db,
                    Complaint(
                        hotel_id=known.hotel_id, number=2001 + no, source=CaseSource.IN_HOUSE,
                        guest_id=guest, category="noise", severity=Severity.MINOR,
                        headline="Hums", status=CaseStatus.CLOSED, currency="CNY",
                        opened_at=clock.now() - timedelta(days=251), closed_at=clock.now(),
                        satisfaction=9 if no % 4 < 2 else 3, given="Fruit" if no % 3 else None,
                    ),
                )  # fmt: skip
    desk.goto(f"{serving.url}/causes/returning")
    rows = desk.locator("tbody tr").all_inner_texts()
    assert len(rows) == 6
    assert "50.0 % (20)" in rows[0]
    assert "25.0 %" in rows[0]
    assert "came back more often" in rows[1]
    assert "came back less often" in rows[2]
    assert "too few to tell" in rows[3]
    told = sum("came back more" in row or "came back less" in row for row in rows)
    assert desk.locator(".spot.beyond").count() == told > 2
    desk.get_by_role("link", name="within a year").click()
    assert "Nobody to follow yet" in desk.locator(".card").inner_text()


def test_a_prevention_is_looked_at_again(desk, serving):
    desk.goto(f"{serving.url}/causes/preventions")
    due = desk.locator(".prevention").first
    due.get_by_label("It helped").check()
    due.get_by_label("What was seen").fill("Quiet since October")
    due.get_by_role("button", name="Save").click()
    until(desk, "document.querySelectorAll('.prevention').length === 1")
    desk.get_by_role("link", name="Looked at", exact=True).click()
    assert "Quiet since October" in desk.locator(".prevention").inner_text()
