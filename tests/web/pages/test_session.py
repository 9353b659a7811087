"""Coming in and going out: what the door says, whom it lets in, what it remembers."""

import pytest
from bs4 import BeautifulSoup
from fastapi.testclient import TestClient

from crm.kit.settings import Settings
from crm.staff import passwords
from crm.staff.terms import Role
from tests import factories
from web.app import create_app
from web.pages.session import own_page

PASSWORD = "the lake lies still at dawn"


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.fixture
def lin(client):
    """A colleague of the front desk with a password."""
    hotel = client.hotel_id
    with client.database.writing() as db:
        factories.a_staff(
            db,
            Role.FRONT_DESK,
            hotel,
            login="lin",
            name="Lin",
            password_hash=passwords.hash_password(PASSWORD, login="lin"),
        )
    return client


def come_in(client, **typed):
    return client.post("/sign-in", data={"login": "lin", "password": PASSWORD} | typed)


class TestDoor:
    def test_asks_for_name_and_password_in_ways_password_managers_know(self, client):
        page = soup(client.get("/sign-in"))
        assert page.find("input", {"name": "login"})["autocomplete"] == "username"
        assert page.find("input", {"name": "password"})["autocomplete"] == "current-password"
        assert len(page.find_all("h1")) == 1

    def test_greets_in_the_browser_s_language(self, client):
        page = soup(client.get("/sign-in", headers={"accept-language": "zh-CN"}))
        assert page.html["lang"] == "zh-Hans"
        assert "登录" in page.main.get_text()

    def test_shows_no_demo_logins_in_a_real_house(self, client):
        assert "/sign-in/demo" not in client.get("/sign-in").text

    def test_lets_nobody_in_without_a_password_in_a_real_house(self, lin):
        assert lin.post("/sign-in/demo", data={"login": "lin"}).status_code == 404

    def test_sends_those_who_are_in_to_their_page(self, client):
        answer = client.as_("front_desk").get("/sign-in")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")


class TestSignIn:
    def test_opens_with_the_right_password(self, lin):
        answer = come_in(lin)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie

    def test_goes_on_to_the_page_that_was_asked_for(self, lin):
        assert come_in(lin, next="/companies").headers["location"] == "/companies"

    @pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example", "/\\evil"])
    def test_never_goes_on_to_another_site(self, lin, elsewhere):
        assert come_in(lin, next=elsewhere).headers["location"] == "/"

    def test_says_the_same_for_a_wrong_name_and_a_wrong_password(self, lin):
        wrong = [come_in(lin, password="no"), come_in(lin, login="nobody")]
        assert {answer.status_code for answer in wrong} == {401}
        assert len({soup(answer).find(role="alert").get_text() for answer in wrong}) == 1

    def test_keeps_the_name_but_not_the_password_after_a_refusal(self, lin):
        page = soup(come_in(lin, password="not this one"))
        assert page.find("input", {"name": "login"})["value"] == "lin"
        assert page.find("input", {"name": "password"})["value"] == ""

    def test_is_slowed_down_after_ten_failures_and_counts_them(self, lin):
        for _ in range(10):
            come_in(lin, password="wrong")
        answer = come_in(lin)
        assert answer.status_code == 429
        assert "five minutes" in soup(answer).find(role="alert").get_text()

    def test_from_another_site_is_refused(self, lin):
        answer = lin.post(
            "/sign-in",
            data={"login": "lin", "password": PASSWORD},
            headers={"origin": "https://evil.example"},
        )
        assert answer.status_code == 403


class TestSignOut:
    def test_ends_the_session_on_the_server_too(self, client):
        client.as_("front_desk")
        token = client.cookies["keshi_session"]
        assert client.post("/session/end").headers["location"] == "/sign-in"
        client.cookies.set("keshi_session", token)
        assert client.get("/").headers["location"].startswith("/sign-in")

    def test_needs_the_page_s_token(self, client):
        client.as_("front_desk")
        del client.headers["X-CSRF-Token"]
        assert client.post("/session/end").status_code == 403


class TestOwnPassword:
    def test_can_be_changed(self, lin):
        come_in(lin)
        lin.headers["X-CSRF-Token"] = soup(lin.get("/password")).find(
            "meta", {"name": "csrf-token"}
        )["content"]
        new = "mist over the causeway"
        answer = lin.post("/password", data={"old": PASSWORD, "new": new})
        assert answer.status_code == 303
        assert come_in(lin.as_nobody()).status_code == 401
        assert come_in(lin.as_nobody(), password=new).status_code == 303

    @pytest.mark.parametrize(
        ("old", "new", "field"),
        [("wrong", "mist over the causeway", "old"), (PASSWORD, "short", "new")],
    )
    def test_says_beside_the_field_what_is_wrong(self, lin, old, new, field):
        come_in(lin)
        lin.headers["X-CSRF-Token"] = soup(lin.get("/password")).find(
            "meta", {"name": "csrf-token"}
        )["content"]
        answer = lin.post("/password", data={"old": old, "new": new})
        page = soup(answer)
        assert answer.status_code == 422
        box = page.find("input", {"name": field})
        assert box["aria-invalid"] == "true"
        assert page.find(id=box["aria-describedby"].split()[-1]).get_text(strip=True)

    def test_made_by_somebody_else_is_changed_first(self, client):
        client.as_("front_desk", must_change_password=True)
        assert client.get("/").headers["location"] == "/password"
        assert "first password" in client.get("/password").text


class TestScreen:
    def test_language_is_kept_with_the_account(self, client):
        client.as_("front_desk")
        answer = client.post("/session/language", data={"language": "zh-Hans", "back": "/password"})
        assert answer.headers["location"] == "/password"
        assert soup(client.get("/password")).html["lang"] == "zh-Hans"

    @pytest.mark.parametrize(("chosen", "shown"), [("dark", "dark"), ("system", None), ("x", None)])
    def test_brightness_is_kept_in_the_browser(self, client, chosen, shown):
        client.as_("front_desk").post("/session/theme", data={"theme": chosen})
        assert soup(client.get("/password")).html.get("data-theme") == shown

    def test_single_keys_can_be_switched_off(self, client):
        client.as_("front_desk").post("/session/keys", data={"keys": "off"})
        assert soup(client.get("/password")).html["data-keys"] == "off"


class TestStart:
    @pytest.mark.parametrize(
        ("role", "page"),
        [
            ("front_desk", "/today"),
            ("housekeeping", "/rooms"),
            ("food_beverage", "/today"),
            ("marketing", "/companies"),
            ("duty_manager", "/today"),
            ("general_manager", "/today"),
            ("file_centre", "/review"),
            ("it", "/staff"),
        ],
    )
    def test_is_the_page_of_one_s_own_work(self, client, role, page):
        assert client.as_(role).get("/").headers["location"] == page

    def test_sends_strangers_to_the_door(self, client):
        assert client.get("/").headers["location"] == "/sign-in"


class TestDemoHouse:
    @pytest.fixture
    def demo(self, database, tmp_path):
        app = create_app(Settings(demo=True, data_dir=tmp_path, _env_file=None), database=database)
        with TestClient(app, follow_redirects=False) as visitor:
            yield visitor

    def test_has_a_card_for_each_role_that_opens_by_one_click(self, demo, database):
        with database.writing() as db:
            hotel = factories.a_hotel(db, is_demo=True)
            for role in ("front_desk", "housekeeping", "it"):
                factories.a_staff(db, role, hotel, login=role.replace("_", "."))
        cards = soup(demo.get("/sign-in")).select(".logins button")
        assert [card["value"] for card in cards] == ["front.desk", "housekeeping"]
        answer = demo.post("/sign-in/demo", data={"login": "housekeeping"})
        assert answer.headers["location"] == "/"
        assert demo.get("/").headers["location"] == "/rooms"

    def test_opens_for_nobody_else(self, demo, database):
        with database.writing() as db:
            hotel = factories.a_hotel(db, is_demo=True)
            factories.a_staff(db, "it", hotel, login="root")
        assert demo.post("/sign-in/demo", data={"login": "root"}).status_code == 404

    def test_stays_shut_as_soon_as_one_hotel_is_real(self, demo, database):
        with database.writing() as db:
            factories.a_staff(db, "front_desk", factories.a_hotel(db, is_demo=True), login="lin")
            factories.a_hotel(db, is_demo=False)
        assert demo.post("/sign-in/demo", data={"login": "lin"}).status_code == 404


@pytest.mark.parametrize(
    ("wanted", "page"),
    [("/today", "/today"), ("", "/"), ("today", "/"), ("//x", "/"), ("/a\nb", "/"), ("/\\x", "/")],
)
def test_only_own_pages_are_gone_back_to(wanted, page):
    assert own_page(wanted) == page
