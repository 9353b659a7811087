"""What the front desk writes: saved whole, or back again with plain words beside the field."""

import pytest
from bs4 import BeautifulSoup
from sqlmodel import select

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.guests.tables import ContactPoint, Guest, GuestName
from tests import factories

TYPED = {
    "family_name": "陈",
    "given_name": "静怡",
    "phone": "138 0013 8866",
    "email": "chen@guest.example",
    "language": "zh",
}


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def all_of(client, table):
    with client.database.reading() as db:
        return db.exec(select(table)).all()


@pytest.fixture
def chen(client):
    """A guest known to the client's hotel, with a phone."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        guest_id = factories.a_guest(db, "陈静怡", "Chen Jingyi", created_at_hotel=hotel)
        factories.a_contact(db, guest_id, "+86 138 0013 8866")
    return guest_id


class TestNewGuest:
    def test_asks_six_things_at_most(self, client):
        page = soup(client.as_("front_desk").get("/guests/new"))
        form = page.find("form", {"action": "/guests/new"})
        asked = form.find_all(["input", "select", "textarea"])
        assert 0 < len([field for field in asked if field.get("type") != "hidden"]) <= 6

    def test_ties_a_label_to_every_field(self, client):
        page = soup(client.as_("front_desk").get("/guests/new"))
        for field in page.main.find_all(["input", "select"]):
            if field.get("type") != "hidden":
                assert page.find("label", {"for": field["id"]}).get_text(strip=True)

    def test_makes_a_file_and_opens_it(self, client):
        answer = client.as_("front_desk").post("/guests/new", data=TYPED)
        (guest,) = all_of(client, Guest)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/guests/{guest.id}")
        assert guest.languages == ["zh"]
        assert {name.full for name in all_of(client, GuestName)} >= {"陈静怡"}
        assert {point.norm for point in all_of(client, ContactPoint)} == {
            "+8613800138866",
            "chen@guest.example",
        }

    def test_needs_a_name_and_keeps_what_was_typed(self, client):
        nameless = TYPED | {"family_name": " ", "given_name": ""}
        answer = client.as_("front_desk").post("/guests/new", data=nameless)
        page = soup(answer)
        assert answer.status_code == 422
        assert page.find(role="alert").get_text(strip=True)
        assert page.find("input", {"name": "phone"})["value"] == TYPED["phone"]
        assert all_of(client, Guest) == []

    def test_refuses_what_is_no_text(self, client):
        answer = client.as_("front_desk").post(
            "/guests/new", data=TYPED | {"family_name": "陈\u202e"}
        )
        assert answer.status_code == 422
        assert all_of(client, Guest) == []

    def test_shows_markup_as_text(self, client):
        client.as_("front_desk")
        page = soup(client.post("/guests/new", data={"family_name": "<script>x</script>\u202e"}))
        assert page.find("input", {"name": "family_name"})["value"].startswith("<script>")
        assert not [script for script in page.find_all("script") if not script.get("src")]

    @pytest.mark.parametrize("role", ["housekeeping", "marketing", "general_manager", "it"])
    def test_is_not_for_everybody(self, client, role):
        assert client.as_(role).get("/guests/new").status_code == 403
        assert client.post("/guests/new", data=TYPED).status_code == 403
        assert all_of(client, Guest) == []


class TestEdit:
    def test_saves_only_what_differs(self, client, chen):
        client.as_("file_centre")
        page = soup(client.get(f"/guests/{chen}/edit"))
        form = page.find("form", {"action": f"/guests/{chen}/edit"})
        typed = {
            field["name"]: field.get("value", "")
            for field in form.find_all("input")
            if field.get("type") != "checkbox"
        }
        answer = client.post(
            f"/guests/{chen}/edit", data=typed | {"occupation": "Surgeon", "nationality": "cn"}
        )
        (guest,) = all_of(client, Guest)
        assert answer.status_code == 303
        assert (guest.occupation, guest.nationality, guest.version) == ("Surgeon", "CN", 2)
        assert guest.birth_month is None

    def test_changes_nothing_when_nothing_differs(self, client, chen):
        client.as_("file_centre").post(f"/guests/{chen}/edit", data={"version": 1})
        assert all_of(client, Guest)[0].version == 1

    def test_does_not_overwrite_a_colleague_s_change(self, client, chen):
        client.as_("file_centre").post(
            f"/guests/{chen}/edit", data={"version": 1, "occupation": "Surgeon"}
        )
        answer = client.post(f"/guests/{chen}/edit", data={"version": 1, "occupation": "Pilot"})
        assert answer.status_code == 409
        assert soup(answer).find("input", {"name": "occupation"})["value"] == "Pilot"
        assert all_of(client, Guest)[0].occupation == "Surgeon"

    @pytest.mark.parametrize(
        ("typed", "field"),
        [
            ({"month": "2", "day": "30"}, "day"),
            ({"month": "13", "day": "1"}, "month"),
            ({"month": "soon", "day": "1"}, "month"),
            ({"nationality": "China"}, "nationality"),
            ({"languages": "Mandarin"}, "languages"),
        ],
    )
    def test_marks_the_field_that_does_not_fit(self, client, chen, typed, field):
        client.as_("file_centre")
        answer = client.post(f"/guests/{chen}/edit", data={"version": 1} | typed)
        page = soup(answer)
        assert answer.status_code == 422
        assert page.find(role="alert").get_text(strip=True)
        marked = {each["name"] for each in page.select("[aria-invalid=true]")}
        assert not marked or field in marked

    def test_keeps_a_birth_year_that_the_reader_does_not_see(self, client, chen):
        with client.database.writing() as db:
            guest = db.get(Guest, chen)
            guest.birth_calendar, guest.birth_year = "solar", 1985
            guest.birth_month, guest.birth_day = 10, 17
            db.add(guest)
        page = soup(client.as_("duty_manager").get(f"/guests/{chen}/edit"))
        assert "1985" not in page.get_text()
        assert page.find("input", {"name": "year"})["value"] == ""
        client.post(
            f"/guests/{chen}/edit",
            data={"version": 1, "month": "10", "day": "17", "occupation": "Surgeon"},
        )
        guest = all_of(client, Guest)[0]
        assert (guest.occupation, guest.birth_year) == ("Surgeon", 1985)

    def test_of_a_guest_out_of_reach_looks_like_none(self, client, chen):
        with client.database.writing() as db:
            elsewhere = factories.a_hotel(db)
        client.as_("front_desk", elsewhere)
        assert client.get(f"/guests/{chen}/edit").status_code == 404

    def test_gives_the_desk_the_contacts_only(self, client, chen):
        page = soup(client.as_("front_desk").get(f"/guests/{chen}/edit"))
        assert not page.find("form", {"action": f"/guests/{chen}/edit"})
        assert page.find("form", {"action": f"/guests/{chen}/contacts"})
        assert client.post(f"/guests/{chen}/edit", data={"version": 1}).status_code == 403


class TestContact:
    def test_is_added_by_the_desk(self, client, chen):
        answer = client.as_("front_desk").post(
            f"/guests/{chen}/contacts", data={"kind": "email", "raw": "chen@guest.example"}
        )
        assert answer.status_code == 303
        assert {point.norm for point in all_of(client, ContactPoint)} == {
            "+8613800138866",
            "chen@guest.example",
        }

    def test_without_a_value_is_refused_beside_its_field(self, client, chen):
        client.as_("front_desk")
        answer = client.post(f"/guests/{chen}/contacts", data={"kind": "phone", "raw": "  "})
        assert answer.status_code == 422
        assert soup(answer).find("input", {"name": "raw"})["aria-invalid"] == "true"


class TestReveal:
    def test_asks_for_a_purpose_first(self, client, chen):
        client.as_("front_desk")
        masked = client.get(f"/guests/{chen}/contacts/1")
        assert "8866" in masked.text
        assert "1380013" not in masked.text.replace(" ", "")
        asked = soup(client.get(f"/guests/{chen}/contacts/1/reveal"))
        assert asked.find("select", {"name": "purpose"})
        assert "8000" not in asked.get_text()

    def test_shows_the_value_for_five_minutes_and_writes_one_audit_row(self, client, chen):
        client.as_("front_desk")
        answer = client.post(
            f"/guests/{chen}/contacts/1/reveal", data={"purpose": "call_back", "words": "late car"}
        )
        shown = soup(answer).span
        assert "+86 138 0013 8866" in shown.get_text()
        assert "delay:300s" in shown["hx-trigger"]
        assert shown["hx-get"] == f"/guests/{chen}/contacts/1"
        assert answer.headers["cache-control"] == "no-store"
        rows = [row for row in all_of(client, AuditRow) if row.deed is Deed.REVEALED]
        assert [(row.guest_id, row.purpose) for row in rows] == [(chen, "call_back: late car")]

    @pytest.mark.parametrize("purpose", ["", "curiosity", "other"])
    def test_without_a_purpose_shows_and_writes_nothing(self, client, chen, purpose):
        client.as_("front_desk")
        answer = client.post(f"/guests/{chen}/contacts/1/reveal", data={"purpose": purpose})
        assert answer.status_code == 422
        assert "0013" not in answer.text
        assert not [row for row in all_of(client, AuditRow) if row.deed is Deed.REVEALED]

    def test_of_what_is_not_there_looks_like_no_guest(self, client, chen):
        client.as_("front_desk")
        assert client.get(f"/guests/{chen}/contacts/9/reveal").status_code == 404

    @pytest.mark.parametrize("role", ["housekeeping", "food_beverage", "marketing", "it"])
    def test_is_refused_to_those_who_never_see_contacts(self, client, chen, role):
        client.as_(role)
        for path in ("contacts/1", "contacts/1/reveal"):
            assert client.get(f"/guests/{chen}/{path}").status_code == 403
        sent = client.post(f"/guests/{chen}/contacts/1/reveal", data={"purpose": "call_back"})
        assert sent.status_code == 403
