"""VIP, caution, names and consents: saved with who and why, or back with plain words."""

from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from crm.guests.tables import Guest, GuestName
from crm.guests.terms import CautionLevel, NameKind, VipLevel
from crm.privacy.tables import Consent
from crm.privacy.terms import ConsentState
from tests import factories

GRANT = {"version": 1, "level": "V2", "why": "Opens the congress", "until": "2026-12-31"}
YES = {"channel": "email", "purpose": "greetings", "state": "given", "words": "May we write?"}


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def all_of(client, table):
    with client.database.reading() as db:
        return db.exec(select(table)).all()


@pytest.fixture
def chen(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        return factories.a_guest(db, "陈静怡", "Chen Jingyi", created_at_hotel=hotel)


class TestVip:
    def test_is_granted_with_who_why_and_until(self, client, chen):
        client.as_("duty_manager", name="Zhao")
        assert client.post(f"/guests/{chen}/vip", data=GRANT).status_code == 303
        (guest,) = all_of(client, Guest)
        assert (guest.vip, guest.vip_why) == (VipLevel.V2, "Opens the congress")
        assert (guest.vip_until, guest.vip_by) == (date(2026, 12, 31), client.staff_id)
        page = soup(client.get(f"/guests/{chen}/edit"))
        shown = page.find("section", {"aria-labelledby": "vip-mark"}).get_text(" ", strip=True)
        assert "V2" in shown
        assert "by Zhao" in shown

    def test_is_taken_away_with_a_reason_too(self, client, chen):
        client.as_("duty_manager").post(f"/guests/{chen}/vip", data=GRANT)
        gone = {"version": 2, "level": "", "why": "Congress is over"}
        assert client.post(f"/guests/{chen}/vip", data=gone).status_code == 303
        assert all_of(client, Guest)[0].vip is None

    def test_without_a_reason_comes_back_with_the_field_marked(self, client, chen):
        answer = client.as_("duty_manager").post(f"/guests/{chen}/vip", data=GRANT | {"why": " "})
        page = soup(answer)
        assert answer.status_code == 422
        assert page.find(id="vip-why")["aria-invalid"] == "true"
        assert page.find(id="vip-level").find("option", selected=True)["value"] == "V2"
        assert all_of(client, Guest)[0].vip is None

    def test_does_not_overwrite_a_colleague_s_change(self, client, chen):
        client.as_("duty_manager").post(f"/guests/{chen}/vip", data=GRANT)
        again = client.post(f"/guests/{chen}/vip", data=GRANT | {"level": "V1"})
        assert again.status_code == 409
        assert all_of(client, Guest)[0].vip is VipLevel.V2

    def test_is_not_for_the_desk(self, client, chen):
        client.as_("front_desk")
        assert client.post(f"/guests/{chen}/vip", data=GRANT).status_code == 403
        assert not soup(client.get(f"/guests/{chen}/edit")).find(id="vip-mark")


class TestCaution:
    def test_is_set_by_a_manager_and_stands_on_the_card_in_words(self, client, chen):
        client.as_("duty_manager").post(
            f"/guests/{chen}/caution",
            data={"version": 1, "level": "ask_manager", "why": "Claims twice after leaving"},
        )
        assert all_of(client, Guest)[0].caution is CautionLevel.ASK_MANAGER
        page = soup(client.as_("front_desk").get(f"/guests/{chen}"))
        assert "Ask the duty manager" in page.select_one(".alert-care").get_text()
        assert "Claims twice" not in page.get_text()

    @pytest.mark.parametrize("role", ["front_desk", "file_centre", "food_beverage"])
    def test_is_not_for_others(self, client, chen, role):
        data = {"version": 1, "level": "take_care", "why": "Because"}
        assert client.as_(role).post(f"/guests/{chen}/caution", data=data).status_code == 403


class TestNames:
    def test_are_added_with_the_way_they_are_read(self, client, chen):
        client.as_("file_centre")
        answer = client.post(
            f"/guests/{chen}/names",
            data={"kind": "former", "family": "单", "given": "雄信", "pinyin": "shan xiong xin"},
        )
        assert answer.status_code == 303
        added = [name for name in all_of(client, GuestName) if name.kind is NameKind.FORMER]
        assert [(name.full, name.pinyin) for name in added] == [("单雄信", "shan xiong xin")]
        assert client.get("/guests", params={"q": "shan"}).headers["location"].endswith(str(chen))

    def test_without_a_word_are_refused(self, client, chen):
        answer = client.as_("file_centre").post(f"/guests/{chen}/names", data={"kind": "alias"})
        assert answer.status_code == 422
        assert soup(answer).find(role="alert")


class TestConsents:
    def test_are_taken_down_and_listed(self, client, chen):
        client.as_("front_desk")
        answer = client.post(f"/guests/{chen}/consents", data=YES)
        assert answer.headers["location"] == f"/guests/{chen}/consents"
        client.post(f"/guests/{chen}/consents", data=YES | {"state": "withdrawn"})
        assert [row.state for row in all_of(client, Consent)] == list(ConsentState)
        rows = soup(client.get(f"/guests/{chen}/consents")).select("#panel tbody tr")
        assert ["withdrawn" in row.get_text() for row in rows] == [True, False]

    def test_need_the_words_they_were_given_to(self, client, chen):
        client.as_("front_desk")
        answer = client.post(f"/guests/{chen}/consents", data=YES | {"words": ""})
        page = soup(answer)
        assert answer.status_code == 422
        assert page.find("input", {"name": "words"})["aria-invalid"] == "true"
        assert all_of(client, Consent) == []

    def test_are_only_read_by_who_may_not_capture(self, client, chen):
        client.as_("general_manager")
        page = soup(client.get(f"/guests/{chen}/consents"))
        assert not page.find("form", {"action": f"/guests/{chen}/consents"})
        assert client.post(f"/guests/{chen}/consents", data=YES).status_code == 403


class TestTickOnANewFile:
    def test_is_a_consent_with_its_words(self, client):
        client.as_("front_desk")
        typed = {"family_name": "陈", "given_name": "小雨", "email": "c@guest.example"}
        client.post("/guests/new", data=typed | {"consent": "on"})
        (consent,) = all_of(client, Consent)
        assert (consent.channel.value, consent.purpose.value) == ("email", "profiling")
        assert "agrees" in consent.words

    def test_left_out_leaves_no_consent(self, client):
        client.as_("front_desk").post("/guests/new", data={"family_name": "陈"})
        assert all_of(client, Consent) == []


def test_a_role_that_may_change_nothing_has_no_edit_page(client, chen):
    hotel = client.hotel_id
    with client.database.writing() as db:
        factories.a_stay(db, chen, hotel)
    assert client.as_("food_beverage").get(f"/guests/{chen}/edit").status_code == 403
    assert client.as_("general_manager").get(f"/guests/{chen}/edit").status_code == 200
