"""One shape for every error, in the asker's language, and never a value echoed."""

import pytest
from bs4 import BeautifulSoup
from fastapi import APIRouter
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from crm.kit.db import CommitUnsure, sqlite_module
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken
from crm.staff import policy as policies
from web.app import create_app, furnish
from web.deps import Db

SECRET = "13800138000-secret"
router = APIRouter()


class Coded(sqlite_module().OperationalError):  # type: ignore[misc]
    """A driver's error with its number or state, as the drivers of both databases raise them."""

    def __init__(self, said: str, *, number: int = 1, state: str | None = None) -> None:
        super().__init__(said)
        self.sqlite_errorcode = number
        if state:
            self.sqlstate = state


FULL_SQLITE = Coded("database or disk is full", number=13)
FULL_POSTGRES = Coded('could not extend file "base/16384/2608"', state="53100")
KINDS = {
    "not-found": (NotFound("There is no such hotel here.", "hotel"), 404),
    "not-allowed": (
        NotAllowed("Your role does not include this. Ask a manager.", "permission"),
        403,
    ),
    "conflict": (
        Conflict("The login %(taken)s is taken.", "login", taken="mei", pointer="/login"),
        409,
    ),
    "rule": (RuleBroken("You cannot disable your own account.", "own_account"), 409),
    "invalid": (Invalid("The business date cannot go back.", "business_date"), 422),
    "busy": (OperationalError("SELECT 1", {}, Coded("database is locked", number=5)), 503),
    "full": (OperationalError("INSERT", {}, FULL_SQLITE), 507),
    "full-too": (OperationalError("INSERT", {}, FULL_POSTGRES), 507),
    "away": (OperationalError("SELECT 1", {}, Coded("server closed the connection")), 503),
    "gone": (InterfaceError("SELECT 1", {}, Exception("connection already closed")), 503),
    "none-free": (NoConnectionFree("QueuePool limit"), 503),
    "unsure": (CommitUnsure(), 503),
    "twin": (IntegrityError("INSERT", {"phone": SECRET}, Exception("UNIQUE")), 409),
    "crash": (ZeroDivisionError(SECRET), 500),
}


@router.get("/api/v1/trouble/{kind}")
@router.get("/trouble/{kind}")
def trouble(kind: str) -> None:
    raise KINDS[kind][0]


@router.post("/api/v1/half-done")
def half_done(db: Db) -> None:
    db.connection().execute(
        text("INSERT INTO lease (name, holder, until) VALUES ('half', 'x', '2026-01-01 00:00:00')")
    )
    raise RuleBroken("You cannot disable your own account.", "own_account")


_built = []


@pytest.fixture
def client(settings, database, monkeypatch):
    from dataclasses import replace

    from tests.conftest import Client

    routes = dict(policies.policy().routes)
    for key in ("GET /api/v1/trouble/{kind}", "GET /trouble/{kind}", "POST /api/v1/half-done"):
        routes[key] = "anyone"
    widened = replace(policies.policy(), routes=routes)
    monkeypatch.setattr("web.app.policy", lambda: widened)
    if not _built:
        _built.append(create_app(settings, database=database, more_routers=[router]))
    app = _built[0]
    furnish(app, settings, database)
    at_the_door = Client(app, database)
    # The client would raise what the server has answered; here the answer is what counts.
    at_the_door._transport.raise_server_exceptions = False
    with at_the_door:
        yield at_the_door


@pytest.mark.parametrize(("kind", "status"), [(k, s) for k, (_, s) in KINDS.items()])
class TestKinds:
    def test_rest_answers_problem_details(self, client, kind, status):
        answer = client.get(f"/api/v1/trouble/{kind}")
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
        body = answer.json()
        assert body["status"] == status
        assert set(body) == {"type", "title", "status", "detail", "code", "errors", "request_id"}
        assert SECRET not in answer.text

    def test_a_page_says_what_to_do_next(self, client, kind, status):
        answer = client.get(f"/trouble/{kind}")
        assert answer.status_code == status
        page = BeautifulSoup(answer.text, "html.parser")
        assert len(page.find_all("h1")) == 1
        assert page.select_one('a[href="/"]')
        assert SECRET not in answer.text

    def test_a_fragment_carries_no_frame(self, client, kind, status):
        answer = client.get(f"/trouble/{kind}", headers={"HX-Request": "true"})
        assert answer.status_code == status
        assert "<html" not in answer.text


def test_a_page_speaks_chinese(client):
    answer = client.get("/trouble/not-found", headers={"Accept-Language": "zh-CN"})
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.html["lang"] == "zh-Hans"
    assert "这里没有" in page.h1.text


def test_the_pointer_names_the_field(client):
    body = client.get("/api/v1/trouble/conflict").json()
    assert body["errors"] == [
        {"pointer": "/login", "code": "login", "message": "The login mei is taken."}
    ]


def test_a_refused_change_leaves_nothing_behind(client, database):
    assert client.post("/api/v1/half-done").status_code == 409
    with database.reading() as db:
        assert db.connection().scalar(text("SELECT count(*) FROM lease WHERE name = 'half'")) == 0


def test_an_error_of_ours_has_a_number_that_it_can_find(client):
    body = client.get("/api/v1/trouble/crash", headers={"X-Request-Id": "desk-42-0001"}).json()
    assert body["request_id"] == "desk-42-0001"


def test_every_answer_carries_the_security_headers(client):
    for path in ("/healthz", "/trouble/crash", "/api/v1/trouble/not-found", "/static/keshi.css"):
        headers = client.get(path).headers
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-request-id"]


def test_a_commit_that_broke_off_says_how_to_find_out(client):
    answer = client.get("/api/v1/trouble/unsure")
    assert answer.json()["code"] == "commit_unsure"
    assert "Idempotency-Key" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "2"
    page = client.get("/trouble/unsure", headers={"Accept-Language": "zh-CN"}).text
    assert "可能已保存" in page
    assert "Nothing was changed" not in page


def test_an_unknown_address_is_a_page_of_the_house_for_those_inside(client):
    client.as_("front_desk", name="Lin Xiaoyu")
    inside = BeautifulSoup(client.get("/nowhere/at/all").text, "html.parser")
    assert inside.select_one("nav.rail a[href='/today']")
    assert inside.select_one("#command-box")
    assert inside.select_one(".trouble a[href='/']")
    client.as_nobody()
    answer = client.get("/nowhere/at/all")
    outside = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 404
    assert not outside.select("nav.rail, header.top")
    client.cookies.set("keshi_session", "of-nobody")
    assert client.get("/nowhere/at/all").status_code == 404


def test_an_unknown_address_is_one_without_a_database_too(client, monkeypatch):
    client.as_("front_desk")

    def away(*_, **__):
        raise OperationalError("select", {}, Exception("gone"))

    monkeypatch.setattr("web.gate.sessions.identify", away)
    assert client.get("/nowhere/at/all").status_code == 404
