"""Tasks, the handover, a guest's notes and the rules for alerts, on their pages."""

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from crm.alerts import master
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.notes.schemas import TraceIn
from crm.notes.service import put_trace
from tests.factories import a_guest, a_staff, a_stay, an_actor

HTMX = {"HX-Request": "true"}
HK = DepartmentCode.HOUSEKEEPING


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


def words(part):
    return " ".join(part.get_text(" ").split())


@pytest.fixture
def guest(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        guest = a_guest(db)
        a_stay(db, guest, hotel)
    return guest


@pytest.fixture
def task(client, guest):
    hotel = client.hotel_id
    with client.database.writing() as db:
        desk = an_actor("front_desk", hotel, a_staff(db, "front_desk", hotel))
        due = clock.now() - timedelta(minutes=5)
        asked = TraceIn(department=HK, words="Extra bed", guest_id=guest, due_at=due)
        return put_trace(db, asked, by=desk)


class TestTasks:
    def test_a_department_begins_with_its_own(self, client, task):
        client.as_("housekeeping")
        page = soup(client.get("/traces"))
        assert "Extra bed" in words(page.select_one("#tasks .task"))
        assert "陈佳怡" not in page.text
        client.as_("food_beverage")
        assert "Nothing open" in words(soup(client.get("/traces")).select_one(".empty"))

    def test_done_from_the_list_and_undone_from_the_corner(self, client, task):
        client.as_("housekeeping")
        form = {"deed": "done", "version": "1", "back": "/traces?department=HK"}
        answer = client.post(f"/traces/{task.id}", data=form, headers=HTMX)
        page = soup(answer)
        assert answer.status_code == 200
        assert "Done: Extra bed" in answer.text
        assert page.select_one(".closed .task")
        undo = {each["name"]: each["value"] for each in page.select(".toast input")}
        again = soup(client.post(f"/traces/{task.id}", data=undo, headers=HTMX))
        assert "Extra bed" in words(again.select_one(".task-part:not(.closed) .task"))

    def test_two_at_once_the_second_is_told(self, client, task):
        client.as_("housekeeping")
        form = {"deed": "take", "version": "7"}
        answer = client.post(f"/traces/{task.id}", data=form, headers=HTMX)
        assert "Somebody else changed this task" in soup(answer).select_one(".toast-bad").text
        plain = client.post(f"/traces/{task.id}", data=form)
        assert plain.status_code == 409
        assert "Somebody else changed this task" in plain.text

    def test_a_new_one_is_due_on_the_hotel_s_clock(self, client, guest):
        client.as_("front_desk")
        form = {"department": "HK", "words": "Iron", "room_no": "0901", "due": "2026-11-24T18:30"}
        assert client.post("/traces", data=form).status_code == 303
        found = client.get("/api/v1/traces").json()["items"]
        assert [(each["words"], each["due_at"]) for each in found] == [
            ("Iron", "2026-11-24T10:30:00Z")
        ]
        wrong = soup(client.post("/traces", data=form | {"due": "soon", "words": ""}))
        links = {link["href"] for link in wrong.select(".form-errors a")}
        assert links == {"#words", "#due_at"}


class TestHandover:
    def test_seen_by_a_button_and_printed_with_boxes(self, client, task):
        client.as_("duty_manager")
        page = soup(client.get("/handover"))
        assert "1 not seen yet" in words(page.select_one(".handover-sums"))
        assert page.select_one(".is-unseen .box.print-only")
        form = {"deed": "seen", "version": "1", "back": "/handover"}
        after = soup(client.post(f"/traces/{task.id}", data=form, headers=HTMX))
        assert "All seen by this shift" in words(after.select_one("#handover .handover-sums"))
        assert client.get("/handover?department=").status_code == 200


class TestNotes:
    def test_written_anew_and_struck_out(self, client, guest):
        client.as_("front_desk")
        here = f"/guests/{guest}/notes"
        answer = client.post(here, data={"words": "Late train", "kind": "arrival"})
        assert answer.status_code == 303
        line = soup(client.get(here, headers=HTMX)).select_one(".note-list li")
        note = line["id"].removeprefix("note-")
        client.post(f"/notes/{note}", data={"version": "1", "words": "Early flight"})
        assert "Early flight" in client.get(here).text
        client.post(f"/notes/{note}", data={"version": "2", "reason": "Another guest"})
        struck = soup(client.get(here)).select_one(".note-list .struck")
        assert "Another guest" in words(struck)

    def test_numbers_are_refused_beside_the_field(self, client, guest):
        client.as_("front_desk")
        form = {"words": "Card 4111 1111 1111 1111"}
        answer = client.post(f"/guests/{guest}/notes", data=form)
        assert answer.status_code == 422
        assert soup(answer).select_one(".form-errors a")["href"] == "#words"

    def test_who_may_not_see_it_is_not_told_of_it(self, client, guest):
        client.as_("duty_manager")
        form = {"words": "Quiet word", "level": "management"}
        assert client.post(f"/guests/{guest}/notes", data=form).status_code == 303
        assert "Quiet word" in client.get(f"/guests/{guest}/notes").text
        client.as_("front_desk")
        assert "Quiet word" not in client.get(f"/guests/{guest}/notes").text


@pytest.fixture
def rules(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db, hotel)


class TestAlerts:
    def test_the_list_says_rules_in_words_and_switches_them(self, client, rules):
        client.as_("duty_manager")
        page = soup(client.get("/alerts"))
        row = next(row for row in page.select("tbody tr") if "VIP 1 or 2" in row.text)
        assert "VIP V1 or V2" in words(row)
        form = {each["name"]: each["value"] for each in row.select("form input, form button")}
        assert form["deed"] == "switch_on"
        assert client.post(row.form["action"], data=form).status_code == 303
        again = soup(client.get("/alerts")).select_one(f"#{row['id']} [role=switch]")
        assert again["aria-checked"] == "true"

    def test_conditions_are_added_and_dropped_without_code(self, client, guest):
        client.as_("file_centre")
        form = {"deed": "add", "add": "nights", "name": "Weekend"}
        page = soup(client.post("/alerts", data=form))
        row = {each["name"]: each.get("value", "") for each in page.select(".rule-row input")}
        assert row["row_kind"] == "nights"
        assert "in house" in words(page.select_one("#rule-count"))
        row |= {"row_first": "2", "row_last": "3", "row_negated": "", "deed": "look"}
        found = words(soup(client.post("/alerts", data=row)).select_one("#rule-count"))
        assert "nights: 2 to 3" in found
        assert "1 of 1 in house" in found or "of 1 in house 1" in found
        gone = soup(client.post("/alerts", data=row | {"deed": "drop-0"}))
        assert not gone.select(".rule-row")
        save = row | {"deed": "save", "text_en": "Offer late check-out", "name": "Weekend"}
        wrong = soup(client.post("/alerts", data=save))
        assert wrong.select(".form-errors")
        save |= {"moments": "check_out", "places": "bar", "weight": "note", "kind": "comfort"}
        assert client.post("/alerts", data=save).status_code == 303
        kept = soup(client.get("/alerts")).select_one("tbody tr.is-off")
        assert "Weekend" in words(kept)
        sheet = soup(client.get(kept.a["href"]))
        assert sheet.select_one("[name=row_first]")["value"] == "2"

    def test_put_aside_on_the_card_with_a_way_back(self, client, guest):
        client.as_("duty_manager")
        save = {
            "deed": "save", "name": "Hello", "text_en": "Say hello", "row_kind": "nights",
            "row_first": "0", "moments": "in_house", "places": "bar", "weight": "note",
            "kind": "welcome",
        }  # fmt: skip
        where = client.post("/alerts", data=save).headers["location"]
        rule = where.partition("#rule-")[2]
        client.post(f"/alerts/{rule}", data={"deed": "switch_on", "version": "1"})
        card = soup(client.get(f"/guests/{guest}"))
        form = {each["name"]: each["value"] for each in card.select(".aside-form input")}
        after = soup(client.post(f"/guests/{guest}/alerts", data=form, headers=HTMX))
        assert "1 put aside for this stay" in words(after)
        back = {each["name"]: each["value"] for each in after.select(".toast input")}
        client.post(f"/guests/{guest}/alerts", data=back)
        assert "put aside for this stay" not in words(soup(client.get(f"/guests/{guest}")))
