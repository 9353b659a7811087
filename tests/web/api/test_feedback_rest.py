"""Surveys and reviews over REST: made once, read with their version, one case each."""

from datetime import timedelta

import pytest

from crm.feedback import answering
from crm.feedback.schemas import SurveyAnswer
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_stay

CSV = "site,id,date,score,scale,words\nCtrip,77,2026-11-03,2,5,Noisy\nCtrip,78,soon,2,5,Noisy\n"


@pytest.fixture
def stay(database, client):
    hotel = client.hotel_id
    with database.writing() as db:
        return a_stay(
            db, a_guest(db), hotel, status=StayStatus.CHECKED_OUT,
            arrival_on=TODAY - timedelta(days=4),
        )  # fmt: skip


def test_a_survey_from_asking_to_its_case(client, database, stay):
    client.as_("duty_manager")
    asked = {"stay_id": str(stay)}
    key = {"Idempotency-Key": "once"}
    made = client.post("/api/v1/surveys", json=asked, headers=key)
    assert made.status_code == 201
    again = client.post("/api/v1/surveys", json=asked, headers=key).json()
    assert (again["id"], again["link"]) == (made.json()["id"], None)
    link = client.get(made.headers["location"]).json()["link"]
    assert link == made.json()["link"]
    assert [one["link"] for one in client.get("/api/v1/surveys/links").json()["items"]] == [link]
    here = f"/api/v1/surveys/{made.json()['id']}"
    assert client.get(here).status_code == 404
    with database.writing() as db:
        given = SurveyAnswer(score=9, words="Nothing to add")
        answering.answer(db, link.rsplit("/", 1)[-1], given, language="en")
    read = client.get(here)
    assert (read.json()["score"], read.json()["read_at"]) == (9.0, None)
    assert client.post(f"{here}/read").status_code == 428
    tag = {"If-Match": read.headers["etag"]}
    assert client.post(f"{here}/read", headers=tag).json()["read_at"]
    assert client.post(f"{here}/read", headers=tag).status_code == 412
    first = client.post(f"{here}/case", json={"severity": "minor"})
    assert (first.status_code, first.json()["reference"]) == (201, "C-1001")
    assert client.post(f"{here}/case", json={}).json() == first.json()
    assert client.get(first.headers["location"]).json()["severity"] == "minor"
    assert [one["id"] for one in client.get("/api/v1/surveys").json()["items"]] == [
        made.json()["id"]
    ]


def test_reviews_by_file(client):
    client.as_("duty_manager")
    file = {"file": ("reviews.csv", CSV.encode())}
    looked = client.post("/api/v1/guest-reviews", files=file, data={"dry": "true"}).json()
    assert (looked["fresh"], looked["brought_in"]) == (1, False)
    assert looked["faults"] == [{"line": 3, "fault": "review_date"}]
    assert client.get("/api/v1/guest-reviews").json()["items"] == []
    assert client.post("/api/v1/guest-reviews", files=file).json()["brought_in"]
    assert client.post("/api/v1/guest-reviews", files=file).json()["known"] == 1
    (one,) = client.get("/api/v1/guest-reviews?state=no_case").json()["items"]
    made = client.post(f"/api/v1/guest-reviews/{one['id']}/case", json={"category": "noise"})
    assert made.status_code == 201
    assert client.get("/api/v1/guest-reviews?state=no_case").json()["items"] == []
    figures = client.get("/api/v1/feedback-figures").json()
    assert [kind["total"]["answers"] for kind in figures["kinds"]] == [0, 1]


def test_the_setting_has_a_version(client):
    client.as_("general_manager")
    here = f"/api/v1/hotels/{client.hotel_id}/survey-setting"
    before = client.get(here)
    assert before.json() == {"is_on": False, "low_at_most": 6, "valid_days": 30, "version": 0}
    tag = {"If-Match": before.headers["etag"]}
    assert client.put(here, json={"is_on": True}, headers=tag).json()["version"] == 1
    assert client.put(here, json={"is_on": True}, headers=tag).status_code == 412
    assert client.put(here, json={"is_on": True}).status_code == 428


def test_the_desk_asks_and_does_not_read(client, stay):
    client.as_("front_desk")
    assert client.post("/api/v1/surveys", json={"stay_id": str(stay)}).status_code == 201
    for path in ("surveys", "guest-reviews", "feedback-figures"):
        assert client.get(f"/api/v1/{path}").status_code == 403
