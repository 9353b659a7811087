"""The board of the day and the floor: who stands where, what must be known, what is hidden."""

from datetime import time, timedelta

import pytest
from bs4 import BeautifulSoup

from crm.guests.terms import GuestIdentity, VipLevel
from crm.stays.terms import StayStatus
from tests import factories

TODAY = factories.TODAY


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def day(client):
    """One guest due in 1808, one in house in 1809 until tomorrow, one leaving 1810 today."""
    hotel = client.hotel_id
    made = {}
    with client.database.writing() as db:
        for no in ("1808", "1809", "1810"):
            factories.a_room(db, hotel, no)
        plans = {
            "due": ("陈静怡", "1808", StayStatus.BOOKED, TODAY, 3),
            "here": ("王芳", "1809", StayStatus.IN_HOUSE, TODAY - timedelta(days=1), 2),
            "leaving": ("李伟", "1810", StayStatus.IN_HOUSE, TODAY - timedelta(days=2), 2),
        }
        for name, (native, room, status, arrival, nights) in plans.items():
            vip = VipLevel.V3 if name == "due" else None
            guest = factories.a_guest(db, native, "", vip=vip)
            factories.a_contact(db, guest, "+86 138 0013 8866")
            made[name] = factories.a_stay(
                db,
                guest,
                hotel,
                room_no=room,
                status=status,
                eta=time(15, 30) if name == "due" else None,
                arrival_on=arrival,
                departure_on=arrival + timedelta(days=nights),
                identity=GuestIdentity.CORPORATE,
            )
    return made


class TestBoard:
    @pytest.mark.parametrize(
        ("side", "names"),
        [("arrivals", ["陈静怡"]), ("in_house", ["李伟", "王芳"]), ("departures", ["李伟"])],
    )
    def test_lists_a_side_of_the_day(self, client, day, side, names):
        page = soup(client.as_("front_desk").get("/today", params={"side": side}))
        assert [row.b.get_text() for row in page.select("tbody tr")] == names
        assert page.select_one(".tabs [aria-current=page] .count").get_text() == str(len(names))

    def test_shows_when_where_and_who(self, client, day):
        row = soup(client.as_("front_desk").get("/today")).select_one("tbody tr")
        text = row.get_text(" ", strip=True)
        assert "15:30" in text
        assert "1808" in text
        assert "V3" in text
        assert row.select_one(".spine-corp")
        assert row["data-href"].startswith("/guests/")

    def test_can_be_narrowed_by_a_filter_with_its_count(self, client, day):
        client.as_("front_desk")
        page = soup(client.get("/today", params={"only": "vip"}))
        assert len(page.select("tbody tr")) == 1
        assert "remove this filter" in page.select_one(".tabs [aria-current=true]").get_text()
        assert "Nobody on this list" in client.get("/today", params={"only": "birthday"}).text

    def test_comes_alone_for_a_screen_that_heard_of_a_change(self, client, day):
        answer = client.as_("front_desk").get("/today/board", headers={"HX-Request": "true"})
        board = soup(answer).find(id="board")
        assert "<html" not in answer.text
        assert board["hx-trigger"] == "keshi:board from:body"
        assert board["hx-get"] == "/today/board?side=arrivals"
        assert {row["id"] for row in board.select("tbody tr")} == {f"stay-{day['due']}"}

    def test_has_headings_for_every_column(self, client, day):
        table = soup(client.as_("front_desk").get("/today")).table
        heads = table.thead.find_all("th")
        assert all(head["scope"] == "col" and head.get_text(strip=True) for head in heads)
        assert len(heads) == len(table.tbody.tr.find_all("td"))

    def test_shows_no_phone_at_all(self, client, day):
        for side in ("arrivals", "in_house", "departures"):
            text = client.as_("front_desk").get("/today", params={"side": side}).text
            assert "8866" not in text

    def test_refuses_a_side_that_is_none(self, client, day):
        assert client.as_("front_desk").get("/today", params={"side": "up"}).status_code == 422

    @pytest.mark.parametrize("role", ["housekeeping", "marketing", "it"])
    def test_is_not_for_everybody(self, client, day, role):
        assert client.as_(role).get("/today").status_code == 403

    def test_of_another_hotel_is_empty(self, client, day):
        with client.database.writing() as db:
            elsewhere = factories.a_hotel(db)
        assert "Nobody on this list" in client.as_("front_desk", elsewhere).get("/today").text


class TestFloor:
    def test_lists_all_rooms_in_door_order(self, client, day):
        page = soup(client.as_("housekeeping").get("/rooms"))
        assert [room.get_text() for room in page.select(".room .no")] == ["1808", "1809", "1810"]
        states = [room.get_text() for room in page.select(".room .state")]
        assert states[0].startswith("Due 15:30")
        assert states[2].startswith("Leaves by")

    def test_knows_no_name_and_no_phone(self, client, day):
        client.as_("housekeeping")
        for path in ("/rooms", "/rooms/list", "/rooms?only=due"):
            text = client.get(path).text
            for hidden in ("陈", "王芳", "李伟", "8866"):
                assert hidden not in text.replace("客史", "")

    def test_can_be_narrowed(self, client, day):
        page = soup(client.as_("housekeeping").get("/rooms", params={"only": "leaving"}))
        assert [room.get_text() for room in page.select(".room:not([hidden]) .no")] == ["1810"]
        assert len(page.select(".room")) == 3, "a phone filters by itself where there is no network"

    def test_comes_alone_for_a_screen_that_heard_of_a_change(self, client, day):
        answer = client.as_("housekeeping").get("/rooms/list", params={"floor": "18"})
        assert "<html" not in answer.text
        assert soup(answer).find(id="rooms")["data-floor"] == "18"

    def test_of_a_floor_that_is_none_falls_back_to_the_first(self, client, day):
        page = soup(client.as_("housekeeping").get("/rooms", params={"floor": "99"}))
        assert page.h1.get_text() == "Floor 18"

    @pytest.mark.parametrize("role", ["food_beverage", "marketing", "it"])
    def test_is_not_for_everybody(self, client, day, role):
        assert client.as_(role).get("/rooms").status_code == 403
