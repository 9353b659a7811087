"""Cases over REST: a number for who takes one down, versions for who handles them."""

import pytest

from crm.complaints import master
from crm.kit.ids import new_id
from tests.crm.complaints.made import LATER
from tests.factories import a_guest, a_staff, a_stay

HERE = "/api/v1/complaints"


@pytest.fixture
def stay(client):
    hotel = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        guest = a_guest(db)
        return a_stay(db, guest, hotel, status="in_house", room_no="1605")


def a_case(stay, **more):
    facts = {
        "source": "in_house",
        "stay_id": str(stay),
        "category": "noise",
        "severity": "moderate",
        "headline": "It hums",
    }
    return facts | more


def opened(client, stay, **more):
    client.as_("housekeeping")
    made = client.post(HERE, json=a_case(stay, **more))
    assert made.status_code == 201, made.text
    client.as_("duty_manager")
    return made.headers["location"]


def version(number):
    return {"If-Match": f'"{number}"'}


def test_whoever_takes_a_case_down_gets_its_number_once(client, stay):
    client.as_("housekeeping")
    asked, key = a_case(stay, id=str(new_id())), {"Idempotency-Key": "k-1"}
    made = client.post(HERE, json=asked, headers=key)
    assert made.json() == {"id": asked["id"], "number": 1001, "reference": "C-1001"}
    assert client.post(HERE, json=asked, headers=key).json() == made.json()
    assert client.post(HERE, json=asked).json() == made.json()
    assert client.get(made.headers["location"]).status_code == 403
    assert client.get(f"{HERE}/board").status_code == 403


def test_from_the_first_word_to_the_next_stay(client, stay):
    where = opened(client, stay)
    (card,) = client.get(f"{HERE}/board").json()["cards"]
    assert (card["room_now"], card["department"], card["in_house"]) == ("1605", "FO", True)
    go = {"to": "investigating", "words": "Went up."}
    assert client.post(f"{where}/move", json=go).status_code == 428
    moved = client.post(f"{where}/move", json=go, headers=version(1))
    assert (moved.status_code, moved.headers["etag"]) == (200, '"2"')
    late = client.post(f"{where}/move", json=go | {"to": "recovering"}, headers=version(1))
    assert (late.status_code, late.json()["code"]) == (412, "changed_meanwhile")
    task = {"department": "ENG", "words": "Oil the fan", "due_at": "2026-11-25T10:00:00Z"}
    assert client.post(f"{where}/tasks", json=task).status_code == 201
    done = {"words": "Moved to 1808.", "satisfaction": 9}
    refused = client.post(f"{where}/close", json=done, headers=version(3))
    assert (refused.status_code, refused.json()["code"]) == (422, "case_cause_needed")
    hotel = client.hotel_id
    with client.database.writing() as db:
        owner = a_staff(db, "duty_manager", hotel)
    done |= {
        "cause": "air_conditioner",
        "next_stay_check": "Quiet side.",
        "prevention": {
            "words": "Fans are oiled.",
            "owner_id": str(owner),
            "check_back_on": LATER.isoformat(),
        },
    }
    closed = client.post(f"{where}/close", json=done, headers=version(3))
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
    again = client.post(f"{where}/move", json=go, headers=version(4))
    assert (again.status_code, again.json()["code"]) == (409, "complaint_closed")
    client.as_("front_desk")
    assert client.post(f"{where}/check-done", json={"stay_id": str(stay)}).status_code == 204
    client.as_("duty_manager")
    sheet = client.get(where)
    assert sheet.headers["etag"] == '"5"'
    assert sheet.json()["check"]["stay_id"] == str(stay)
    assert [t["words"] for t in sheet.json()["tasks"]] == ["Oil the fan"]
    back = {"why": "came_back", "words": "It hums again."}
    reopened = client.post(f"{where}/reopen", json=back, headers=version(5))
    assert reopened.json()["status"] == "reopened"


@pytest.mark.parametrize(
    ("verb", "asked"),
    [
        ("hand-over", {"department": "ENG", "words": "Yours."}),
        ("pause", {"words": "The guest is out."}),
        ("not-reached", {"words": "No answer."}),
    ],
)
def test_each_step_asks_for_the_version(client, stay, verb, asked):
    where = opened(client, stay)
    assert client.post(f"{where}/{verb}", json=asked).status_code == 428
    assert client.post(f"{where}/{verb}", json=asked, headers=version(9)).status_code == 412
    assert client.post(f"{where}/{verb}", json=asked, headers=version(1)).status_code == 200
    assert client.post(f"{where}/steps", json={"words": "Seen."}).json()["version"] == 3
    put_right = client.patch(where, json={"severity": "minor"}, headers=version(3))
    assert put_right.headers["etag"] == '"4"'


def test_a_sensitive_kind_is_the_managers(client, stay):
    where = opened(client, stay, category="theft")
    assert client.get(where).json()["is_sensitive"] is True
    client.as_("front_desk")
    assert client.get(HERE).json()["items"] == []


def test_words_are_set_by_version_and_never_deleted(client, stay):
    client.as_("front_desk")
    words = client.get("/api/v1/complaint-words").json()
    assert len(words) == 13
    assert all(word["causes"] for word in words)
    here = "/api/v1/complaint-words/cause/lift"
    asked = {"name_en": "Lifts", "name_zh": "电梯", "department": "ENG", "is_on": False}
    assert client.put(here, json=asked, headers=version(1)).status_code == 403
    client.as_("general_manager")
    assert client.put(here, json=asked, headers=version(1)).headers["etag"] == '"2"'
    assert client.put(here, json=asked, headers=version(1)).status_code == 412
    own = {"level": "cause", "code": "drone", "name_en": "Drones", "name_zh": "无人机"}
    assert client.post("/api/v1/complaint-words", json=own).status_code == 422
    own |= {"parent": "noise"}
    assert client.post("/api/v1/complaint-words", json=own).status_code == 201
    assert client.post("/api/v1/complaint-words", json=own).status_code == 409
    client.as_("housekeeping")
    refused = client.post(HERE, json=a_case(stay, category="facilities", cause="lift"))
    assert (refused.status_code, refused.json()["code"]) == (422, "case_cause")
