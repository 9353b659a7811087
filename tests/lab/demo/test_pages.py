"""The demo's door, bar, tour and hour, on the demo hotel itself."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlmodel import col

from crm.kit.db import Database
from crm.kit.settings import Settings
from crm.kit.tables import JobRow
from lab.demo.jobs import HOUR
from lab.demo.load import PASSWORD
from lab.demo.pages import STEPS, router
from web.app import create_app

CARDS = {
    "desk": "/today",
    "housekeeper": "/rooms",
    "marketing": "/companies",
    "duty": "/today",
    "files": "/review",
    "gm": "/today",
}


@pytest.fixture(scope="module")
def house(_filled_sqlite: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A demo to sign in to, for the tests of this file."""
    path = tmp_path_factory.mktemp("door") / "demo.db"
    _filled_sqlite.dispose()
    shutil.copyfile(str(_filled_sqlite.url.database), path)
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture(scope="module")
def _browser(house: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(_env_file=None, demo=True, data_dir=tmp_path_factory.mktemp("files"))
    app = create_app(settings, database=house, more_routers=[router])
    with TestClient(app) as browser:
        yield browser


@pytest.fixture
def visitor(_browser: TestClient) -> TestClient:
    """Somebody who has never been here."""
    _browser.cookies.clear()
    return _browser


def soup(text: str) -> BeautifulSoup:
    return BeautifulSoup(text, "html.parser")


def token(visitor: TestClient, page: str) -> dict[str, str]:
    found = soup(visitor.get(page).text).select_one('meta[name="csrf-token"]')
    assert found is not None
    return {"X-CSRF-Token": str(found["content"])}


def enter(visitor: TestClient, login: str) -> str:
    """Sign in by the card; where one lands."""
    answer = visitor.post("/sign-in/demo", data={"login": login})
    assert answer.status_code == 200, answer.text[:300]
    return answer.url.path


class TestDoor:
    def test_has_the_six_cards_in_their_order(self, visitor: TestClient) -> None:
        cards = soup(visitor.get("/sign-in").text).select(".logins button")
        assert [card["value"] for card in cards] == list(CARDS)

    @pytest.mark.parametrize(("login", "page"), CARDS.items())
    def test_one_click_opens_the_page_of_ones_work(
        self, visitor: TestClient, login: str, page: str
    ) -> None:
        assert enter(visitor, login) == page


class TestBar:
    def test_says_on_every_page_that_nothing_leaves(self, visitor: TestClient) -> None:
        enter(visitor, "desk")
        for page in ("/today", "/guests?q=8866", "/rooms"):
            bar = soup(visitor.get(page).text).select_one(".demo-bar")
            assert bar is not None, page
            assert "Nothing leaves this house" in bar.get_text()

    def test_is_nowhere_in_a_house_that_is_no_demo(self, house: Database, tmp_path: Path) -> None:
        settings = Settings(
            _env_file=None, data_dir=tmp_path, secret_key="a-secret-key-of-a-test-0123456789-abc"
        )
        with TestClient(create_app(settings, database=house)) as browser:
            assert browser.post("/sign-in/demo", data={"login": "desk"}).status_code == 404
            assert "demo-bar" not in browser.get("/sign-in").text
            assert browser.post("/demo/hour").status_code == 404


class TestTour:
    def test_leads_the_desk_through_four_steps_and_back(self, visitor: TestClient) -> None:
        enter(visitor, "desk")
        assert "8866" in visitor.get("/demo/tour").text
        signed = token(visitor, "/today")
        seen = [visitor.get("/demo/tour").text]
        for _ in range(STEPS + 2):
            answer = visitor.post("/demo/tour", data={"go": "next"}, headers=signed)
            assert answer.status_code == 200
            seen.append(answer.text)
        assert len(set(seen)) == STEPS
        assert f"{STEPS}/{STEPS}" in visitor.get("/demo/tour").text
        visitor.post("/demo/tour", data={"go": "back"}, headers=signed)
        assert f"{STEPS - 1}/{STEPS}" in visitor.get("/demo/tour").text

    def test_can_be_ended_and_shown_again(self, visitor: TestClient) -> None:
        enter(visitor, "desk")
        signed = token(visitor, "/today")
        visitor.post("/demo/tour", data={"go": "off"}, headers=signed)
        assert "Show the tour" in visitor.get("/demo/tour").text
        visitor.post("/demo/tour", data={"go": "again"}, headers=signed)
        assert "8866" in visitor.get("/demo/tour").text

    @pytest.mark.parametrize("login", CARDS)
    def test_every_link_of_every_role_leads_to_a_page_of_that_role(
        self, visitor: TestClient, login: str
    ) -> None:
        enter(visitor, login)
        signed = token(visitor, CARDS[login])
        text = visitor.get("/demo/tour").text
        for _ in range(STEPS):
            for link in soup(text).select("a"):
                answer = visitor.get(str(link["href"]))
                assert answer.status_code == 200, link["href"]
            text = visitor.post("/demo/tour", data={"go": "next"}, headers=signed).text

    def test_anothers_cookie_begins_anew(self, visitor: TestClient) -> None:
        enter(visitor, "desk")
        visitor.post("/demo/tour", data={"go": "next"}, headers=token(visitor, "/today"))
        visitor.cookies.delete("keshi_session")
        enter(visitor, "duty")
        assert f"1/{STEPS}" in visitor.get("/demo/tour").text

    @pytest.mark.parametrize("go", ["", "sideways", "next\x00"])
    def test_refuses_other_ways(self, visitor: TestClient, go: str) -> None:
        enter(visitor, "desk")
        answer = visitor.post("/demo/tour", data={"go": go}, headers=token(visitor, "/today"))
        assert answer.status_code == 422

    @pytest.mark.parametrize("login", CARDS)
    def test_all_steps_stand_on_one_page_too(self, visitor: TestClient, login: str) -> None:
        enter(visitor, login)
        found = soup(visitor.get("/demo").text)
        steps = [item.get_text(strip=True) for item in found.select("main ol > li")]
        assert len(steps) == len(set(steps)) == STEPS
        assert all(steps)
        assert "keshi demo wipe" in found.get_text()

    def test_roles_without_a_card_are_not_led_about(self, visitor: TestClient) -> None:
        sign_in = {"login": "it.admin", "password": PASSWORD}
        assert visitor.post("/sign-in", data=sign_in).status_code == 200
        assert visitor.get("/demo/tour").text.strip() == ""
        assert "Your tour" not in visitor.get("/demo").text


class TestHour:
    def test_is_a_job_for_the_worker_and_two_clicks_are_one(
        self, visitor: TestClient, house: Database
    ) -> None:
        enter(visitor, "desk")
        signed = token(visitor, "/today")
        said = {visitor.post("/demo/hour", headers=signed).text.strip() for _ in range(6)}
        assert "An hour passes: watch the board." in said
        with house.reading() as db:
            waiting = db.connection().execute(
                select(col(JobRow.key)).where(col(JobRow.name) == HOUR)
            )
            # Six clicks may fall on both sides of a change of the five seconds.
            assert 1 <= len(waiting.all()) <= 2

    def test_needs_somebody_who_is_signed_in(self, visitor: TestClient) -> None:
        answer = visitor.post("/demo/hour", follow_redirects=False)
        assert answer.status_code in {303, 401}
