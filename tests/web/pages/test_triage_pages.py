"""Chips while a complaint is typed, the page that shows how well they do, and both over REST."""

import pytest
from bs4 import BeautifulSoup

from crm.complaints import master
from segmentation.triage import service
from tests.segmentation.triage.texts import plain_cases

WORDS = "a loud party next door again"


@pytest.fixture(scope="module")
def taught():
    return service.taught_apart([(*case, str(no)) for no, case in enumerate(plain_cases())], [])


@pytest.fixture
def house(client, taught):
    """A hotel whose closed cases have taught."""
    hotel_id = client.hotel_id
    with client.database.writing() as db:
        master.load(db)
        service.keep(db, hotel_id, taught)
    return client


class TestDrawer:
    def test_offers_chips_to_whoever_takes_the_case_down(self, house):
        answer = house.as_("housekeeping").post(
            "/complaints/new/sounds-like", data={"story": WORDS}
        )
        chips = BeautifulSoup(answer.text, "html.parser").select("button[data-take]")
        assert (chips[0]["data-take"], chips[0]["data-value"]) == ("category", "noise")
        assert "Noise" in chips[0].text

    def test_offers_them_in_chinese(self, house):
        house.as_("housekeeping", language="zh-Hans")
        answer = house.post("/complaints/new/sounds-like", data={"story": WORDS})
        assert "噪音" in answer.text

    @pytest.mark.parametrize("story", ["", "my bag was stolen", "\u202e太吵"])
    def test_offers_nothing_where_nothing_is_known(self, house, story):
        answer = house.as_("housekeeping").post(
            "/complaints/new/sounds-like", data={"story": story}
        )
        assert (answer.status_code, answer.text.strip()) == (200, "")

    def test_has_a_place_for_them_and_fills_in_nothing(self, house):
        shown = BeautifulSoup(house.as_("front_desk").get("/complaints/new").text, "html.parser")
        asker = shown.select_one("[hx-post='/complaints/new/sounds-like']")
        assert asker.find_parent("form", class_="take-form") is None
        assert shown.select_one(asker["hx-target"]).text == ""
        assert not shown.select("input[name=category][checked]")


class TestPage:
    def test_shows_how_well_it_does(self, house):
        shown = house.as_("duty_manager").get("/causes/triage").text
        assert "240 closed cases" in shown
        assert "Noise" in shown
        assert "70.0 %" in shown

    def test_says_why_it_is_silent(self, client):
        client.as_("general_manager")
        assert "Nothing was learned yet" in client.get("/causes/triage").text
        with client.database.writing() as db:
            service.keep(db, client.hotel_id, {"cases": 37, "figures": {}, "weights": None})
        shown = client.get("/causes/triage").text
        assert "too few closed cases" in shown
        assert "37 different texts of 200" in shown

    def test_is_for_those_who_read_what_complaints_teach(self, house):
        assert house.as_("front_desk").get("/causes/triage").status_code == 403


class TestRest:
    def test_suggests(self, house):
        house.as_("front_desk")
        found = house.post("/api/v1/complaint-words/suggestion", json={"words": WORDS}).json()
        assert (found["category"], found["silence"]) == ("noise", None)
        found = house.post("/api/v1/complaint-words/suggestion", json={"words": "stolen"}).json()
        assert (found["category"], found["silence"]) == (None, "quiet")

    @pytest.mark.parametrize("body", [{"words": ""}, {"words": "x", "more": 1}])
    def test_refuses_what_is_no_text(self, house, body):
        answer = house.as_("front_desk").post("/api/v1/complaint-words/suggestion", json=body)
        assert answer.status_code == 422

    def test_tells_how_well_it_does(self, house):
        found = house.as_("duty_manager").get("/api/v1/complaint-words/suggestion-quality").json()
        assert (found["silence"], found["cases"], found["cases_needed"]) == (None, 240, 200)
        category = found["questions"][0]
        assert category["is_good_enough"]
        assert category["accuracy"] == category["right"] / category["cases"]
