"""The card on its page: what each role sees of a guest, in both languages, logged as a view."""

from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from crm.audit.tables import AuditRow
from crm.audit.terms import ActorKind, Deed
from crm.guests.terms import VipLevel
from crm.stays.terms import StayStatus
from tests import factories

PHONE = "+86 138 0013 8866"


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def chen(client):
    """Due today in 1808, with a phone."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        factories.a_room(db, hotel)
        guest_id = factories.a_guest(
            db, "陈静怡", "Chen Jingyi", vip=VipLevel.V3, languages=["zh"], title="ms"
        )
        factories.a_contact(db, guest_id, PHONE)
        factories.a_stay(
            db,
            guest_id,
            hotel,
            status=StayStatus.BOOKED,
            arrival_on=factories.TODAY,
            departure_on=factories.TODAY + timedelta(days=3),
        )
    return guest_id


class TestCard:
    def test_says_who_it_is_and_what_to_say(self, client, chen):
        page = soup(client.as_("front_desk").get(f"/guests/{chen}"))
        assert page.h1.get_text() == "陈静怡"
        assert "V3" in page.select_one(".signs").get_text()
        assert "女士，欢迎" in page.select_one(".say .words").get_text()
        assert "1808" in page.select_one(".say .facts").get_text()

    def test_has_one_h1_and_a_heading_for_each_part(self, client, chen):
        page = soup(client.as_("duty_manager").get(f"/guests/{chen}"))
        assert len(page.find_all("h1")) == 1
        for part in page.select("section[aria-labelledby]"):
            assert page.find(id=part["aria-labelledby"]).get_text(strip=True)

    def test_speaks_the_reader_s_language(self, client, chen):
        page = soup(client.as_("front_desk", language="zh-Hans").get(f"/guests/{chen}"))
        assert page.html["lang"] == "zh-Hans"
        assert "时间线" in page.get_text()

    @pytest.mark.parametrize("role", ["front_desk", "duty_manager", "general_manager"])
    def test_masks_the_phone_and_offers_to_show_it_for_a_purpose(self, client, chen, role):
        page = soup(client.as_(role).get(f"/guests/{chen}"))
        shown = page.find(id="contact-1")
        assert shown.get_text(strip=True).startswith("+86")
        assert "0013" not in page.get_text()
        assert shown.button["hx-get"] == f"/guests/{chen}/contacts/1/reveal"

    def test_hides_spend_from_the_desk(self, client, chen):
        desk = soup(client.as_("front_desk").get(f"/guests/{chen}"))
        assert "¥" not in desk.select_one(".glance").get_text()
        assert not desk.select('[data-sections] a[href$="/spend"]')
        manager = soup(client.as_("duty_manager").get(f"/guests/{chen}"))
        assert manager.select('[data-sections] a[href$="/spend"]')

    def test_marks_private_facts_for_the_blur(self, client, chen):
        page = soup(client.as_("front_desk").get(f"/guests/{chen}"))
        assert page.find(id="contact-1").find_parent(attrs={"data-private": True})

    def test_leaves_one_line_in_the_audit(self, client, chen):
        client.as_("front_desk").get(f"/guests/{chen}")
        client.app.state.views.flush()
        with client.database.reading() as db:
            rows = db.exec(select(AuditRow).where(AuditRow.deed == Deed.VIEWED)).all()
        assert [(row.guest_id, row.actor_kind) for row in rows] == [(chen, ActorKind.STAFF)]

    @pytest.mark.parametrize("role", ["housekeeping", "marketing", "it"])
    def test_is_not_for_roles_that_read_no_guests(self, client, chen, role):
        assert client.as_(role).get(f"/guests/{chen}").status_code == 403

    def test_of_another_hotel_looks_like_none(self, client, chen):
        with client.database.writing() as db:
            elsewhere = factories.a_hotel(db)
        client.as_("front_desk", elsewhere)
        assert client.get(f"/guests/{chen}").status_code == 404
        assert client.get(f"/guests/{factories.new_id()}").status_code == 404

    def test_that_is_no_key_is_no_page(self, client):
        assert client.as_("front_desk").get("/guests/42").status_code == 404


class TestSections:
    @pytest.mark.parametrize("name", ["stays", "spend", "cases", "documents", "audit"])
    def test_stand_alone_for_htmx_and_below_the_card_for_others(self, client, chen, name):
        client.as_("duty_manager")
        alone = client.get(f"/guests/{chen}/{name}", headers={"HX-Request": "true"})
        whole = client.get(f"/guests/{chen}/{name}")
        assert alone.status_code == whole.status_code == 200
        assert "<html" not in alone.text
        panel = soup(whole).find(id="panel")
        assert panel.get_text(strip=True)
        assert soup(whole).select_one("[data-sections] [aria-current]")["href"].endswith(name)

    def test_list_the_stays_with_their_dates(self, client, chen):
        client.as_("front_desk")
        rows = soup(client.get(f"/guests/{chen}/stays")).select("#panel tbody tr")
        assert [row.td.get_text() for row in rows] == ["24 Nov"]

    def test_are_only_offered_to_those_who_may_open_them(self, client, chen):
        for role in ("front_desk", "food_beverage", "duty_manager", "file_centre"):
            page = soup(client.as_(role).get(f"/guests/{chen}"))
            for link in page.select("[data-sections] a"):
                assert client.get(link["href"]).status_code == 200, (role, link["href"])

    def test_name_who_looked_at_the_file(self, client, chen):
        client.as_("duty_manager", name="Zhao").get(f"/guests/{chen}")
        client.app.state.views.flush()
        trail = soup(client.get(f"/guests/{chen}/audit")).select("#panel tbody tr")
        assert "Zhao" in trail[0].get_text()
        assert "viewed" in trail[0].get_text()


class TestTimeline:
    def test_can_be_narrowed_to_a_family(self, client, chen):
        client.as_("front_desk")
        lines = soup(client.get(f"/guests/{chen}/timeline", params={"only": "stay"}))
        assert [line.b.get_text() for line in lines.select("li")] == ["Stay"]
        none = client.get(f"/guests/{chen}/timeline", params={"only": "case"})
        assert "Nothing yet" in none.text

    def test_goes_on_where_the_page_ended(self, client):
        hotel = client.hotel_id
        with client.database.writing() as db:
            guest = factories.a_guest(db)
            for days in range(25):
                factories.a_stay(
                    db,
                    guest,
                    hotel,
                    status=StayStatus.CHECKED_OUT,
                    arrival_on=factories.TODAY - timedelta(days=40 + 3 * days),
                )
        client.as_("front_desk")
        first = soup(client.get(f"/guests/{guest}/timeline"))
        more = first.find("button")
        rest = client.get(more["hx-get"])
        assert (len(first.select("li")), len(soup(rest).select("li"))) == (20, 5)
        assert "timeline-lines" not in rest.text

    def test_of_a_guest_out_of_reach_is_not_there(self, client, chen):
        with client.database.writing() as db:
            elsewhere = factories.a_hotel(db)
        client.as_("front_desk", elsewhere)
        assert client.get(f"/guests/{chen}/timeline").status_code == 404


def test_a_long_stay_is_told_from_its_dates(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        guest_id = factories.a_guest(db, "王芳", "Wang Fang")
        factories.a_stay(
            db, guest_id, hotel, arrival_on=date(2026, 5, 1), departure_on=date(2027, 1, 31)
        )
    page = soup(client.as_("front_desk").get(f"/guests/{guest_id}"))
    assert "In house until 31 Jan 2027" in page.select_one(".say").get_text()
