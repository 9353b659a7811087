"""Notes, tasks and rules for alerts over REST: versions, keys of once, strict bodies, pages."""

from datetime import timedelta

import pytest

from crm.kit import clock
from crm.kit.ids import new_id
from tests.factories import a_guest, a_hotel, a_stay

RULE = {
    "name": "Weekend",
    "who": {"match": "all", "of": [{"kind": "nights", "at_least": 2}]},
    "text_en": "Offer late check-out",
    "moments": ["check_in"],
    "places": ["bar"],
}


@pytest.fixture
def guest(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        guest = a_guest(db)
        a_stay(db, guest, hotel)
    return guest


def a_task(guest, **more):
    due = (clock.now() + timedelta(hours=1)).isoformat()
    facts = {"department": "HK", "words": "Extra bed", "guest_id": str(guest), "due_at": due}
    return facts | more


class TestNotes:
    def test_written_amended_and_struck_by_version(self, client, guest):
        client.as_("front_desk")
        made = client.post(f"/api/v1/guests/{guest}/notes", json={"words": "Late train"})
        assert made.status_code == 201
        where = made.headers["location"]
        sheet = client.get(where)
        assert sheet.headers["etag"] == '"1"'
        anew = {"words": "Early flight"}
        assert client.put(where, json=anew).status_code == 428
        assert client.put(where, json=anew, headers={"If-Match": '"9"'}).status_code == 412
        after = client.put(where, json=anew, headers={"If-Match": '"1"'})
        assert (after.status_code, after.headers["etag"]) == (200, '"2"')
        assert [old["words"] for old in after.json()["earlier"]] == ["Late train"]
        strike = {"reason": "Another guest"}
        assert client.post(f"{where}/strike", json=strike).status_code == 428
        gone = client.post(f"{where}/strike", json=strike, headers={"If-Match": '"2"'})
        assert gone.json()["struck_why"] == "Another guest"
        assert client.get(f"/api/v1/guests/{guest}/notes").json() == []

    def test_unknown_fields_and_levels_are_refused_with_their_place(self, client, guest):
        client.as_("front_desk")
        here = f"/api/v1/guests/{guest}/notes"
        wrong = client.post(here, json={"words": "x", "colour": "red"})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/colour")
        number = client.post(here, json={"words": "4111 1111 1111 1111"})
        assert (number.status_code, number.json()["code"]) == (422, "text_card_number")
        assert "4111" not in number.text


class TestTasks:
    def test_sent_twice_it_is_one(self, client, guest):
        client.as_("front_desk")
        task = a_task(guest, id=str(new_id()))
        first, second = (client.post("/api/v1/traces", json=task) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json()["id"] == second.json()["id"] == task["id"]
        other = client.post("/api/v1/traces", json=task | {"words": "Cot"})
        assert (other.status_code, other.json()["code"]) == (409, "trace_known")

    def test_steps_need_the_version_that_was_seen(self, client, guest):
        client.as_("front_desk")
        where = client.post("/api/v1/traces", json=a_task(guest)).headers["location"]
        done = {"deed": "done", "words": "It stands there"}
        assert client.post(f"{where}/steps", json=done).status_code == 428
        after = client.post(f"{where}/steps", json=done, headers={"If-Match": '"1"'})
        assert (after.json()["state"], after.headers["etag"]) == ("done", '"2"')
        again = client.post(f"{where}/steps", json=done, headers={"If-Match": '"2"'})
        assert (again.status_code, again.json()["code"]) == (409, "trace_state")
        assert client.get("/api/v1/handover").json()["done_before"][0]["words"] == "Extra bed"

    def test_of_another_hotel_there_is_none(self, client, guest):
        client.as_("front_desk")
        where = client.post("/api/v1/traces", json=a_task(guest)).headers["location"]
        with client.database.writing() as db:
            other = a_hotel(db)
        client.as_("front_desk", other)
        assert client.get(where).status_code == 404
        assert client.get("/api/v1/traces").json()["items"] == []


class TestRules:
    def test_kept_off_switched_by_version_and_counted_first(self, client, guest):
        client.as_("duty_manager")
        found = client.post("/api/v1/alerts/preview", json=RULE).json()
        assert (found["in_house"], found["of_in_house"]) == (1, 1)
        where = client.post("/api/v1/alerts", json=RULE).headers["location"]
        sheet = client.get(where).json()
        assert (sheet["is_active"], sheet["who"]) == (
            False,
            {"match": "all", "of": [{"kind": "nights", "negated": False, "at_least": 2,
                                     "at_most": None}]},
        )  # fmt: skip
        on = {"deed": "switch_on"}
        assert client.post(f"{where}/steps", json=on).status_code == 428
        assert (
            client.post(f"{where}/steps", json=on, headers={"If-Match": '"1"'}).status_code == 200
        )
        anew = client.put(where, json=RULE | {"name": "Any day"}, headers={"If-Match": '"2"'})
        assert (anew.json()["name"], anew.json()["is_active"]) == ("Any day", True)

    def test_a_condition_that_nobody_knows_names_its_place(self, client, guest):
        client.as_("duty_manager")
        who = {"of": [{"kind": "shoe_size"}]}
        wrong = client.post("/api/v1/alerts", json=RULE | {"who": who})
        assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/who/of/0")
