"""One box for everything: what it finds, in which order, and what one may open from it."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.guests import service as guests
from crm.guests.schemas import GuestRegister
from crm.staff.actor import system
from crm.stays.terms import StayStatus
from tests import factories


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def two(client):
    """Two guests whose phones end in 8866: one in house in 1808, one known from before."""
    hotel = client.hotel_id
    found = []
    with client.database.writing() as db:
        factories.a_room(db, hotel)
        for family, given, phone in (("陈", "静怡", "13800138866"), ("单", "国强", "13900138866")):
            registration = GuestRegister.model_validate(
                {
                    "names": [{"family": family, "given": given}],
                    "contacts": [{"kind": "phone", "raw": phone}],
                }
            )
            made = guests.register_guest(db, registration, by=system(), hotel_id=hotel)
            found.append(made.id)
        factories.a_stay(db, found[0], hotel)
        factories.a_stay(
            db,
            found[1],
            hotel,
            status=StayStatus.CHECKED_OUT,
            arrival_on=factories.TODAY - timedelta(days=40),
        )
    return found


class TestFind:
    def test_lists_several_hits_in_house_first(self, client, two):
        page = soup(client.as_("front_desk").get("/guests", params={"q": "8866"}))
        rows = page.select("tr[data-href]")
        assert [row["data-href"] for row in rows] == [f"/guests/{each}" for each in two]
        assert "In house" in page.select_one("tr.group").get_text()

    def test_opens_the_card_when_exactly_one_fits(self, client, two):
        answer = client.as_("front_desk").get("/guests", params={"q": "陈静怡"})
        assert (answer.status_code, answer.headers["location"]) == (303, f"/guests/{two[0]}")

    @pytest.mark.parametrize("asked", ["shan", "dan", "sgq", "单国", "1808", "chen jingyi"])
    def test_takes_any_kind_of_key(self, client, two, asked):
        answer = client.as_("front_desk").get("/guests", params={"q": asked})
        wanted = two[0] if asked in ("1808", "chen jingyi") else two[1]
        assert str(wanted) in answer.headers.get("location", "") + answer.text

    def test_masks_phones_for_everyone(self, client, two):
        for role in ("front_desk", "file_centre"):
            text = client.as_(role).get("/guests", params={"q": "8866"}).text.replace(" ", "")
            assert "8866" in text
            assert "13800138866" not in text

    def test_says_what_to_try_when_nobody_is_found(self, client, two):
        page = soup(client.as_("front_desk").get("/guests", params={"q": "Zzyzx"}))
        assert "Nobody found" in page.main.get_text()
        assert page.main.find("a", href="/guests/new")

    def test_keeps_what_was_asked_in_the_box_as_text(self, client, two):
        asked = '"><script>alert(1)</script>'
        page = soup(client.as_("front_desk").get("/guests", params={"q": asked}))
        assert page.find(id="command-box")["value"] == asked
        assert not [script for script in page.find_all("script") if not script.get("src")]

    def test_leaves_a_line_in_the_audit(self, client, two):
        client.as_("front_desk").get("/guests", params={"q": "8866"})
        client.app.state.views.flush()
        with client.database.reading() as db:
            rows = db.exec(select(AuditRow).where(AuditRow.deed == Deed.LOOKED_UP)).all()
        assert len(rows) == 1

    @pytest.mark.parametrize("role", ["housekeeping", "marketing", "it"])
    def test_is_not_for_roles_without_guests(self, client, two, role):
        client.as_(role)
        for path in ("/guests", "/palette"):
            assert client.get(path, params={"q": "8866"}).status_code == 403


class TestPalette:
    def test_groups_options_that_a_screen_reader_can_name(self, client, two):
        page = soup(client.as_("front_desk").get("/palette", params={"q": "8866"}))
        groups = page.find_all(role="group")
        assert [group.h2.get_text() for group in groups] == ["In house", "Other guests"]
        for option in page.find_all(role="option"):
            assert option["aria-selected"] == "false"
            assert option["href"].startswith("/guests/")
        ids = [option["id"] for option in page.find_all(role="option")]
        assert len(ids) == len(set(ids)) == 2

    def test_offers_rooms_and_pages_too(self, client, two):
        client.as_("front_desk")
        assert "/rooms?floor=18#room-1808" in client.get("/palette", params={"q": "1808"}).text
        assert 'href="/today"' in client.get("/palette", params={"q": "toda"}).text
        assert 'href="/guests/new"' in client.get("/palette", params={"q": "new"}).text

    def test_offers_only_pages_that_the_role_may_open(self, client, two):
        text = client.as_("front_desk").get("/palette", params={"q": "a"}).text
        assert 'href="/audit"' not in text

    def test_is_asked_in_chinese_by_the_names_of_pages(self, client, two):
        client.as_("front_desk", language="zh-Hans")
        assert 'href="/today"' in client.get("/palette", params={"q": "今日"}).text

    def test_is_quiet_about_nothing(self, client, two):
        page = soup(client.as_("front_desk").get("/palette"))
        assert not page.select('[href^="/guests/0"]')


class TestAlike:
    def test_shows_a_file_of_the_same_phone_while_typing(self, client, two):
        client.as_("front_desk")
        found = client.get("/guests/new/alike", params={"phone": "138 0013 8866"})
        assert f"/guests/{two[0]}" in found.text
        other = client.get("/guests/new/alike", params={"phone": "138 0013 9977"})
        assert "/guests/" not in other.text

    def test_shows_a_file_of_the_same_name(self, client, two):
        client.as_("front_desk")
        found = client.get("/guests/new/alike", params={"family_name": "陈", "given_name": "静怡"})
        assert f"/guests/{two[0]}" in found.text

    def test_waits_until_there_is_something_to_go_by(self, client, two):
        client.as_("front_desk")
        found = client.get("/guests/new/alike", params={"family_name": "陈", "phone": "138"})
        assert "/guests/" not in found.text

    def test_an_agencys_relay_address_is_nobody(self, client):
        relay = {"kind": "email", "raw": "a1@guest.booking.com"}
        client.as_("front_desk").post(
            "/api/v1/guests", json={"names": [{"full": "王伟"}], "contacts": [relay]}
        )
        found = client.get("/guests/new/alike", params={"email": "a1@guest.booking.com"})
        assert "/guests/" not in found.text


class TestIncognito:
    def test_the_real_name_does_not_lead_straight_to_the_alias(self, client):
        star = {
            "names": [{"full": "王大明"}, {"full": "林先生", "kind": "alias"}],
            "is_incognito": True,
        }
        client.as_("duty_manager").post("/api/v1/guests", json=star)
        assert client.get("/guests", params={"q": "王大明"}).status_code == 303
        page = client.as_("front_desk").get("/guests", params={"q": "王大明"})
        assert page.status_code == 200
        assert "林先生" in page.text
        assert client.get("/guests", params={"q": "林先生"}).status_code == 303
