"""Holds on a case's page and standing on a guest's card: in the page's place, and by themselves."""

import pytest
from bs4 import BeautifulSoup

from crm.complaints import service as complaints
from crm.kit import jobs
from crm.stays import figures
from tests.crm.complaints.made import SYSTEM, a_case, a_closing
from tests.factories import a_guest, a_stay
from web.worker import import_jobs

HTMX = {"HX-Request": "true"}


def words(answer):
    assert answer.status_code == 200, answer.text
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


@pytest.fixture
def guest(client):
    import_jobs()
    hotel = client.hotel_id
    with client.database.writing() as db:
        guest = a_guest(db)
        a_stay(db, guest, hotel)
        figures.refresh(db, [guest])
    return guest


@pytest.fixture
def case(client, guest):
    hotel = client.hotel_id
    with client.database.writing() as db:
        case = a_case(db, hotel, guest_id=guest)
    jobs.work_off(client.database)
    return case


def close(client, case, score):
    hotel = client.hotel_id
    with client.database.writing() as db:
        closing = a_closing(db, hotel, satisfaction=score)
        complaints.close_complaint(db, case.id, closing, by=SYSTEM)
    jobs.work_off(client.database)


class TestHold:
    def test_is_told_while_open_then_released(self, client, guest, case):
        client.as_("duty_manager")
        hold = f"/complaints/{case.id}/outreach"
        assert hold in client.get(f"/complaints/{case.id}").text
        assert "held since" in words(client.get(hold, headers=HTMX))
        assert "until the case is closed" in words(client.get(hold))
        told = client.get(f"/api/v1/guests/{guest}/outreach-hold").json()
        assert (told["is_held"], told["until_at"]) == (True, None)
        assert [one["complaint_id"] for one in told["holds"]] == [str(case.id)]
        close(client, case, 9)
        assert "released" in words(client.get(hold, headers=HTMX))
        assert client.get(f"/api/v1/guests/{guest}/outreach-hold").json()["is_held"] is False

    def test_is_held_on_for_a_guest_who_is_not_content(self, client, guest, case):
        close(client, case, 4)
        client.as_("general_manager")
        told = client.get(f"/api/v1/guests/{guest}/outreach-hold").json()
        assert told["is_held"] is True
        assert told["until_at"] is not None
        assert "until the case" not in words(client.get(f"/complaints/{case.id}/outreach"))

    def test_praise_holds_nothing(self, client, guest):
        hotel = client.hotel_id
        with client.database.writing() as db:
            praise = a_case(db, hotel, guest_id=guest, kind="praise")
        jobs.work_off(client.database)
        client.as_("duty_manager")
        assert "not held" in words(client.get(f"/complaints/{praise.id}/outreach", headers=HTMX))


class TestStanding:
    def test_stands_on_the_card_with_its_reasons(self, client, guest, case):
        close(client, case, 3)
        client.as_("duty_manager")
        place = f"/guests/{guest}/standing"
        assert place in client.get(f"/guests/{guest}").text
        told = words(client.get(place, headers=HTMX))
        assert "Unsatisfied 3" in told
        assert "answered after a complaint 3 of 10" in told
        assert "Bookings honoured 1 stay" in told
        assert "陈佳怡" in words(client.get(place))
        asked = client.get(f"/api/v1/{place[1:]}").json()
        assert asked["satisfaction"]["satisfaction"] == "unsatisfied"
        assert asked["credit"]["credit"] == "good"

    def test_the_desk_is_told_no_answer_and_the_centre_no_credit(self, client, guest, case):
        close(client, case, 3)
        client.as_("front_desk")
        told = words(client.get(f"/guests/{guest}/standing", headers=HTMX))
        assert "Unsatisfied 1 more that is not yours to read" in told
        assert "of 10" not in told
        client.as_("file_centre")
        told = words(client.get(f"/guests/{guest}/standing", headers=HTMX))
        assert "Bookings" not in told

    def test_nobody_else_is_told(self, client, guest):
        client.as_("food_beverage")
        assert f"{guest}/standing" not in client.get(f"/guests/{guest}").text
        assert client.get(f"/guests/{guest}/standing").status_code == 403
