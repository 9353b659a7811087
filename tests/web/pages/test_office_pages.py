"""Staff, rights, keys, hotel and audit on pages."""

import re

import pytest
from bs4 import BeautifulSoup

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.staff.policy import policy
from crm.staff.terms import Role
from tests import factories
from tests.conftest import Client
from web.rights_words import FIELDS, SCOPES


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(part):
    return " ".join(part.get_text(" ").split())


def errors(page):
    return {link["href"]: words(link) for link in page.select(".form-errors a")}


def secret_of(page):
    return page.find(id="secret").get_text()


class TestStaff:
    def test_a_colleague_joins_signs_in_and_leaves(self, client):
        client.as_("it", name="Sun Bo")
        form = {"name": "Lin Xia", "login": "lin.xia", "language": "en"}
        form["grant"] = f"{client.hotel_id}:front_desk"
        page = soup(client.post("/staff/new", data=form))
        first = secret_of(page)
        assert page.find("button", {"data-copy": "secret"})
        listed = soup(client.get("/staff"))
        row = next(row for row in listed.select("tbody tr") if "Lin Xia" in words(row))
        assert "Front desk" in words(row)
        assert first not in str(listed)
        person = row["data-href"]
        lin = Client(client.app, client.database)
        door = {"login": "lin.xia", "password": first}
        assert lin.post("/sign-in", data=door).status_code == 303
        assert lin.get("/companies").headers["location"] == "/password"
        assert client.post(f"{person}/disable").status_code == 303
        assert "disabled" in words(soup(client.get(person)).select_one(".page-head"))
        assert lin.get("/password").headers["location"].startswith("/sign-in")

    def test_a_form_without_roles_says_so(self, client):
        client.as_("it")
        answer = client.post("/staff/new", data={"name": "Lin", "login": "Lin Xia"})
        assert answer.status_code == 422
        found = errors(soup(answer))
        assert set(found) == {"#login", "#grants", "#language"}
        assert "at least one role" in found["#grants"]

    def test_roles_change_by_ticks_and_no_stale_page_overwrites(self, client):
        client.as_("it")
        with client.database.writing() as db:
            lin = factories.a_staff(db, Role.FRONT_DESK, client.hotel_id)
        here = f"/staff/{lin}"
        page = soup(client.get(here))
        ticked = [box["value"] for box in page.select("input[checked]")]
        assert ticked == [f"{client.hotel_id}:front_desk"]
        form = {
            "version": page.find("input", {"name": "version"})["value"],
            "grant": [f"{client.hotel_id}:marketing", f"{client.hotel_id}:duty_manager"],
        }
        assert client.post(f"{here}/grants", data=form).status_code == 303
        again = client.post(f"{here}/grants", data=form)
        assert again.status_code == 409
        none = client.post(f"{here}/grants", data={"version": "2"})
        assert none.status_code == 422
        ticked = {box["value"] for box in soup(client.get(here)).select("input[checked]")}
        assert ticked == set(form["grant"])

    def test_one_s_own_roles_are_no_form(self, client):
        client.as_("it")
        page = soup(client.get(f"/staff/{client.staff_id}"))
        assert page.find("form", action=re.compile("grants|disable")) is None
        assert page.find("a", href="/password")

    def test_a_manager_reads_only(self, client):
        client.as_("general_manager")
        with client.database.writing() as db:
            lin = factories.a_staff(db, Role.FRONT_DESK, client.hotel_id)
        page = soup(client.get(f"/staff/{lin}"))
        assert page.main.find("form") is None
        assert client.post(f"/staff/{lin}/disable").status_code == 403

    def test_a_new_first_password_is_shown_once(self, client):
        client.as_("it")
        with client.database.writing() as db:
            lin = factories.a_staff(db, Role.FRONT_DESK, client.hotel_id)
        first = secret_of(soup(client.post(f"/staff/{lin}/password")))
        assert first not in client.get(f"/staff/{lin}").text


class TestRights:
    def test_every_field_and_scope_of_the_policy_has_its_words(self):
        assert set(FIELDS) == set(policy().fields)
        assert set(SCOPES) == set(policy().scopes)

    def test_the_page_says_what_the_policy_says(self, client):
        client.as_("housekeeping")
        page = soup(client.get("/staff/rights"))
        table = {words(row.th): [words(td) for td in row("td")] for row in page.select("tbody tr")}
        assert len(table) == len(FIELDS) + 1
        assert table["Phones"][0].startswith("masked reveal with a purpose")
        assert table["Phones"][1] == "— nothing"
        assert table["Spend"][0] == "band only"
        assert table["Which guests"][:2] == ["of the hotel", "in house or due today"]
        in_lists = soup(client.get("/staff/rights", params={"seen_as": "list"}))
        row = next(row for row in in_lists.select("tbody tr") if words(row.th) == "Phones")
        assert {words(td) for td in row("td")} == {"masked", "— nothing"}

    def test_in_chinese(self, client):
        page = soup(client.as_("marketing", language="zh-Hans").get("/staff/rights"))
        assert words(page.h1) == "谁能看到什么"
        assert not re.search(r"\bclear\b|\bmasked\b", words(page.table))


class TestKeys:
    def test_a_key_is_made_shown_once_and_revoked(self, client):
        client.as_("it")
        form = {
            "name": "PMS",
            "hotel_id": str(client.hotel_id),
            "days": "90",
            "scopes": ["profile:read.basic", "consent:write"],
        }
        page = soup(client.post("/keys", data=form))
        secret = secret_of(page)
        machine = Client(client.app, client.database)
        machine.headers["Authorization"] = f"Bearer {secret}"
        assert machine.get("/api/v1/companies").status_code == 200
        later = soup(client.get("/keys"))
        assert secret not in str(later)
        row = later.select_one("tbody tr")
        assert "profile:read.basic" in words(row)
        asked = soup(client.get(row.select_one("a")["href"]))
        assert words(asked.h1) == "Revoke the key for PMS?"
        ending = asked.main.form["action"]
        assert client.post(ending).status_code == 303
        assert client.get(ending).status_code == 404
        assert machine.get("/api/v1/companies").status_code == 401
        assert "revoked" in words(soup(client.get("/keys")).tbody)

    def test_a_key_that_opens_nothing_is_refused_in_words(self, client):
        client.as_("it")
        answer = client.post("/keys", data={"name": "", "hotel_id": str(client.hotel_id)})
        assert answer.status_code == 422
        found = errors(soup(answer))
        assert set(found) == {"#name", "#scopes"}
        assert "at least one" in found["#scopes"]

    def test_every_scope_is_explained(self, client):
        page = soup(client.as_("it").get("/keys"))
        for box in page.select("input[name=scopes]"):
            assert words(page.find(id=box["aria-describedby"]))


class TestHotel:
    def test_settings_are_saved_and_refused_in_words(self, client):
        client.as_("general_manager")
        form = {
            "name": "Lakeview",
            "name_zh": "湖景",
            "check_in_at": "14:00",
            "check_out_at": "12:00",
            "leap_day_rule": "1mar",
        }
        assert client.post("/hotel", data=form).status_code == 303
        page = soup(client.get("/hotel"))
        assert words(page.h1) == "Lakeview"
        assert page.find(id="check_in_at")["value"] == "14:00"
        wrong = client.post("/hotel", data=form | {"check_in_at": "noon", "name": ""})
        assert set(errors(soup(wrong))) == {"#check_in_at", "#name"}

    def test_rooms_are_written_as_on_the_doors(self, client):
        client.as_("it")
        form = {"pattern": "101-103，201", "room_type": "dlx", "features": "fl.high, bt.tub"}
        assert client.post("/hotel/rooms", data=form).status_code == 303
        doors = soup(client.get("/hotel")).select(".doors li")
        assert [words(door) for door in doors] == ["101 DLX", "102 DLX", "103 DLX", "201 DLX"]
        assert doors[0]["title"] == "DLX: FL.HIGH, BT.TUB"
        wrong = client.post("/hotel/rooms", data=form | {"pattern": "roof"})
        assert wrong.status_code == 422
        assert "101-118" in errors(soup(wrong))["#pattern"]

    def test_identity_documents_need_a_tick_that_the_warning_was_read(self, client):
        client.as_("general_manager")
        refused = client.post("/hotel/identity-documents", data={"keep": "on"})
        assert "#understood" in errors(soup(refused))
        assert client.get("/hotel").text.count("Keep none from now on") == 0
        on = client.post("/hotel/identity-documents", data={"keep": "on", "understood": "on"})
        assert on.status_code == 303
        page = soup(client.get("/hotel"))
        assert "keeps numbers and scans" in words(page.select_one(".alert-care"))
        client.post("/hotel/identity-documents", data={"keep": "off"})
        assert "This hotel keeps none" in words(soup(client.get("/hotel")))
        lines = soup(client.get("/audit")).select("tbody tr")
        assert sum("keeps_identity_documents" in words(line) for line in lines) == 2

    def test_is_for_managers_and_it(self, client):
        assert client.as_("front_desk").get("/hotel").status_code == 403


class TestAudit:
    @pytest.fixture
    def looked(self, client):
        """The desk looked at a guest and revealed a phone."""
        client.as_("front_desk", name="Lin Xia")
        desk = client.staff_id
        with client.database.writing() as db:
            guest = factories.a_guest(db, ref="G-ABC234", created_at_hotel=client.hotel_id)
            by = factories.an_actor(Role.FRONT_DESK, client.hotel_id, desk)
            for deed, purpose in ((Deed.VIEWED, None), (Deed.REVEALED, "call_back")):
                audit.note(
                    db,
                    deed,
                    by=by,
                    subject="guest",
                    subject_id=guest,
                    guest_id=guest,
                    fields=["contact"],
                    purpose=purpose,
                )
        return desk

    def rows(self, answer):
        return [words(row) for row in soup(answer).select("tbody tr")]

    def test_shows_managers_who_and_which_guest(self, client, looked):
        client.as_("general_manager")
        lines = self.rows(client.get("/audit"))
        assert any("Lin Xia revealed Guest file G-ABC234 contact" in line for line in lines)

    def test_shows_it_no_guest_and_others_their_own(self, client, looked):
        lines = self.rows(client.as_("it").get("/audit"))
        assert len(lines) == 2
        assert not any("G-ABC234" in line for line in lines)
        empty = soup(client.as_("housekeeping").get("/audit"))
        assert empty.select_one(".empty")
        assert empty.find(id="person") is None

    def test_filters(self, client, looked):
        client.as_("general_manager")
        for asked, number in (
            ({"person": str(looked)}, 2),
            ({"deed": "revealed"}, 1),
            ({"guest": "g-abc234"}, 2),
            ({"first": "2000-01-01", "last": "2000-01-02"}, 0),
        ):
            assert len(self.rows(client.get("/audit", params=asked))) == number, asked
        wrong = client.get("/audit", params={"guest": "G-NOBODY", "first": "yesterday"})
        assert wrong.status_code == 422
        assert set(errors(soup(wrong))) == {"#guest", "#first"}

    def test_pages_join(self, client, looked, monkeypatch):
        monkeypatch.setattr("web.pages.audit.ROWS", 1)
        client.as_("it")
        first = client.get("/audit")
        second = client.get(soup(first).select_one("a[rel=next]")["href"])
        assert len(self.rows(first) + self.rows(second)) == 2
        assert soup(second).select_one("a[rel=next]") is None
        assert soup(second).select_one("a[rel=prev]")["href"] == "/audit?"


class TestShelfOfAGuest:
    def test_takes_hands_out_and_removes(self, client):
        from tests.crm.documents.pictures import picture

        client.as_("file_centre")
        with client.database.writing() as db:
            guest = factories.a_guest(db, created_at_hotel=client.hotel_id)
        here = f"/guests/{guest}/documents"
        form = soup(client.get(here)).find("form", action=here)
        kinds = {option["value"] for option in form.select("option")}
        assert "guest_letter" in kinds
        assert "passport" not in kinds, "the hotel keeps no identity documents"
        made = client.post(
            here,
            data={"kind": "guest_letter", "title": "Thanks"},
            files={"file": ("x.jpg", picture(), "image/jpeg")},
        )
        assert made.headers["location"] == here
        link = soup(client.get(here)).select_one("#panel td a")
        assert words(link) == "Thanks"
        assert client.get(link["href"]).headers["content-type"] == "image/jpeg"
        refused = client.post(
            here,
            data={"kind": "guest_letter", "title": "Other"},
            files={"file": ("x.html", b"<html>", "text/html")},
        )
        assert refused.status_code == 422
        assert "Only PDF" in errors(soup(refused))["#file"]
        fragment = client.get(here, headers={"HX-Request": "true"})
        assert "<html" not in fragment.text
        asked = soup(client.get(f"{link['href']}/remove"))
        assert words(asked.h1) == "Remove Thanks?"
        assert asked.find("a", href=here)
        form = asked.main.find("form")
        assert client.post(form["action"]).headers["location"] == here
        client.as_("front_desk")
        assert client.get(link["href"]).status_code == 403
