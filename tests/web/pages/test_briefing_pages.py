"""The briefing at the doors: pages, PDF, REST, the papers of a hotel, rooms that fit."""

from datetime import UTC, datetime, time, timedelta
from io import BytesIO

import pypdf
import pytest
from bs4 import BeautifulSoup

from crm.briefing import packs, queries, service
from crm.kit.vault import Vault
from crm.stays.terms import StayStatus
from tests.conftest import SECRET
from tests.crm.profile.planted import TODAY, chen
from tests.factories import a_guest, a_stay, an_actor

DAY = TODAY.isoformat()


@pytest.fixture
def planted(client):
    with client.database.writing() as db:
        return chen(db, client.hotel_id)


def soup(answer):
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


class TestPage:
    def test_opens_on_the_reader_s_edition(self, client, planted):
        page = soup(client.as_("front_desk").get("/briefing"))
        assert page.select_one("h1 .edition").get_text() == "Front desk"
        assert "陈静怡" in page.select_one("#briefing").get_text()
        assert "No peanuts anywhere" in page.select_one(".flag-must").get_text()
        assert len(page.select(".tabs .pill[data-key]")) == 1
        assert page.select_one("svg.qr path")["d"].startswith("M")

    def test_managers_choose_among_all_editions(self, client, planted):
        client.as_("duty_manager")
        page = soup(client.get("/briefing"))
        assert [pill.get_text() for pill in page.select(".tabs .pill[data-key]")] == [
            "Managers", "Front desk", "Housekeeping", "Kitchen and restaurants",
        ]  # fmt: skip
        rooms = soup(client.get("/briefing", params={"edition": "housekeeping"}))
        assert "陈静怡" not in rooms.select_one("#briefing").get_text()

    def test_other_departments_editions_are_shut(self, client, planted):
        client.as_("housekeeping")
        assert client.get("/briefing", params={"edition": "front_desk"}).status_code == 403
        assert client.get("/briefing.pdf", params={"edition": "kitchen"}).status_code == 403
        assert client.as_("marketing").get("/briefing").status_code == 403

    def test_is_fetched_again_alone(self, client, planted):
        client.as_("front_desk")
        part = client.get("/briefing", headers={"HX-Request": "true"}).text
        assert part.lstrip().startswith("<article")

    def test_shows_the_morning_s_state_once_there_is_one(self, client, planted):
        client.as_("front_desk")
        ready = {"as_of": "ready"}
        assert "hx-get" in str(soup(client.get("/briefing", params=ready)).select_one("#briefing"))
        with client.database.writing() as db:
            service.make_editions(db, client.hotel_id, vault=Vault(SECRET))
            a_stay(db, a_guest(db, "新客", ""), client.hotel_id, status=StayStatus.BOOKED,
                   arrival_on=TODAY, room_no=None)  # fmt: skip
        live, before = (
            soup(client.get("/briefing", params=params)).select_one("#briefing")
            for params in ({}, ready)
        )
        assert "新客" in live.get_text()
        assert "新客" not in before.get_text()
        assert "hx-get" not in str(before)

    def test_a_quiet_day(self, client):
        page = soup(client.as_("front_desk").get("/briefing"))
        assert "Nothing special today." in page.select_one("#briefing").get_text()


class TestPdf:
    def test_is_one_a4_in_the_reader_s_language(self, client, planted):
        client.as_("front_desk", language="zh-Hans")
        answer = client.get("/briefing.pdf")
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["cache-control"] == "no-store"
        (page,) = pypdf.PdfReader(BytesIO(answer.content)).pages
        text = page.extract_text()
        assert "陈静怡" in text
        assert "晨会简报" in text
        assert "8866" not in text

    def test_rest_answers_the_same_for_the_day(self, client, planted):
        client.as_("duty_manager")
        path = f"/api/v1/briefings/{DAY}"
        answer = client.get(path, params={"edition": "managers"})
        assert answer.json()["edition"] == "managers"
        assert answer.headers["etag"]
        assert client.get(path).status_code == 422
        assert client.get(f"{path}/pdf", params={"edition": "kitchen"}).content[:5] == b"%PDF-"
        gone = f"/api/v1/briefings/{(TODAY - timedelta(days=1)).isoformat()}"
        assert client.get(gone, params={"edition": "managers"}).status_code == 404
        early = client.get(path, params={"edition": "managers", "as_of": "ready"})
        assert early.status_code == 404


class TestPapers:
    def test_a_passphrase_is_typed_twice_and_never_shown(self, client, planted):
        client.as_("general_manager")
        assert "no passphrase" in soup(client.get("/briefing")).select_one("#pack").get_text()
        typed = {"passphrase": "four words in a row", "again": "four words in a rov"}
        wrong = client.post("/briefing/passphrase", data=typed)
        assert wrong.status_code == 422
        assert "not the same" in wrong.text
        short = client.post("/briefing/passphrase", data={"passphrase": "kurz", "again": "kurz"})
        assert short.status_code == 422
        typed["again"] = typed["passphrase"]
        assert client.post("/briefing/passphrase", data=typed).status_code == 303
        page = client.get("/briefing/papers").text
        assert typed["passphrase"] not in page
        with client.database.reading() as db:
            opened = queries.passphrase_of(db, client.hotel_id, Vault(SECRET))
        assert opened == typed["passphrase"]

    def test_the_desk_fetches_the_pack_and_its_removal_deletes_it(self, client, planted, settings):
        assert client.as_("front_desk").get("/briefing/pack.pdf").status_code == 303
        made_at = datetime(2026, 11, 24, 1, tzinfo=UTC)
        packs.keep(settings.data_dir, client.hotel_id, b"%PDF-sealed", made_at=made_at)
        answer = client.get("/briefing/pack.pdf")
        assert answer.content == b"%PDF-sealed"
        assert 'filename="keshi-HZ1-20261124-0100Z.pdf"' in answer.headers["content-disposition"]
        assert client.as_("housekeeping").get("/briefing/pack.pdf").status_code == 403
        client.as_("it")
        assert client.get("/briefing/pack.pdf").status_code == 403
        assert client.post("/briefing/passphrase", data={"remove": "yes"}).status_code == 303
        assert packs.kept(settings.data_dir, client.hotel_id) == []

    def test_the_hour_and_the_language_are_the_hotel_s(self, client, planted):
        client.as_("general_manager")
        form = {"ready_at": "05:45", "language": "en", "version": "0"}
        assert client.post("/briefing/papers", data=form).status_code == 303
        stale = client.post("/briefing/papers", data=form | {"ready_at": "04:00"})
        assert stale.status_code == 422
        assert "meanwhile" in stale.text
        assert client.post("/briefing/papers", data=form | {"ready_at": "soon"}).status_code == 422
        page = soup(client.get("/briefing/papers"))
        assert page.select_one("#ready_at")["value"] == "05:45"

    def test_rest_wants_the_version(self, client, planted):
        client.as_("it")
        found = client.get("/api/v1/papers")
        assert found.json()["ready_at"] == "06:30:00"
        path, new = "/api/v1/papers/passphrase", {"passphrase": "four words in a row"}
        assert client.put(path, json=new).status_code == 428
        match = {"If-Match": found.headers["etag"]}
        after = client.put(path, json=new, headers=match)
        assert after.json()["has_passphrase"]
        assert "four words" not in after.text
        assert client.put(path, json=new, headers=match).status_code == 412
        match = {"If-Match": after.headers["etag"]}
        later = client.patch("/api/v1/papers", json={"ready_at": "06:00"}, headers=match)
        assert later.json()["ready_at"] == "06:00:00"
        match = {"If-Match": later.headers["etag"]}
        assert client.delete(path, headers=match).status_code == 204


class TestRooms:
    def test_says_which_room_meets_how_many(self, client, planted):
        page = soup(client.as_("front_desk").get(f"/stays/{planted.due}/rooms"))
        (choice,) = page.select(".choice")
        assert "1808 meets 5 of 6" in choice.get_text()
        assert "missing Bathtub" in choice.get_text()
        assert "B0" in choice.select_one(".choice-note .sr-only").get_text()

    def test_rest_answers_the_same(self, client, planted):
        client.as_("front_desk")
        (room,) = client.get(f"/api/v1/stays/{planted.due}/rooms").json()["rooms"]
        assert (room["room"], room["met"], room["wanted"]) == ("1808", 5, 6)
        assert client.get(f"/api/v1/stays/{planted.past}/rooms").status_code == 409
        assert client.as_("housekeeping").get(f"/stays/{planted.due}/rooms").status_code == 403

    def test_no_room_is_a_clear_answer(self, client, planted):
        with client.database.writing() as db:
            a_stay(db, a_guest(db), client.hotel_id, room_no="1808", eta=time(9))
        page = soup(client.as_("front_desk").get(f"/stays/{planted.due}/rooms"))
        assert "No room of this type is free" in page.get_text()


def test_nobody_reads_another_hotel_s_day(client, planted):
    from tests.factories import a_hotel

    with client.database.writing() as db:
        other = a_hotel(db)
    page = soup(client.as_("front_desk", other).get("/briefing"))
    assert "陈静怡" not in page.get_text()
    with client.database.reading() as db:
        made = queries.briefing(db, queries.Edition.FRONT_DESK, by=an_actor("front_desk", other))
    assert made.sections == []
