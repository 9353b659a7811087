"""Answers given once: the same key, the same answer, one effect, also across a crash."""

import threading

import pytest
from fastapi import APIRouter, Request
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlmodel import col

from crm.kit.ids import new_id
from crm.kit.schema import In, Line, Out
from crm.kit.tables import ExternalRef
from crm.staff import policy as policies
from web.answers import created_once, need_match, with_etag
from web.app import create_app, furnish
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/api/v1/things", route_class=HardRoute)


class ThingNew(In):
    name: Line


class Thing(Out):
    id: str
    name: str


@router.post("", status_code=201)
def make(request: Request, db: Db, me: Me, thing: ThingNew) -> Thing:
    def produce() -> tuple[BaseModel, str]:
        identity = new_id()
        db.add(ExternalRef(system="t", kind="t", external_id=str(identity), our_id=identity))
        db.flush()
        if thing.name == "fails":
            raise ZeroDivisionError
        return Thing(id=str(identity), name=thing.name), f"/api/v1/things/{identity}"

    return created_once(request, db, me, produce, asked=thing)


@router.get("/one")
def one() -> Thing:
    return with_etag(Thing(id="1", name="one"), 7)


@router.patch("/one")
def change(request: Request, db: Db) -> None:
    need_match(request, 7)


_built = []


@pytest.fixture
def client(settings, database, monkeypatch):
    from dataclasses import replace

    from tests.conftest import Client

    routes = dict(policies.policy().routes)
    for key in ("POST /api/v1/things", "GET /api/v1/things/one", "PATCH /api/v1/things/one"):
        routes[key] = "signed_in"
    widened = replace(policies.policy(), routes=routes)
    monkeypatch.setattr("web.app.policy", lambda: widened)
    if not _built:
        _built.append(create_app(settings, database=database, more_routers=[router]))
    app = _built[0]
    furnish(app, settings, database)
    with Client(app, database) as at_the_door:
        at_the_door._transport.raise_server_exceptions = False
        yield at_the_door.with_key("report:aggregate")


def made(database):
    with database.reading() as db:
        query = select(func.count()).select_from(ExternalRef).where(col(ExternalRef.system) == "t")
        return db.connection().scalar(query)


def post(client, name="x", key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post("/api/v1/things", json={"name": name}, headers=headers)


class TestCreatedOnce:
    def test_without_a_key_each_request_creates(self, client, database):
        assert post(client).json()["id"] != post(client).json()["id"]
        assert made(database) == 2

    def test_the_same_key_answers_the_same(self, client, database):
        first, again = post(client, key="k-1"), post(client, key="k-1")
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.content == again.content
        assert first.headers["location"] == again.headers["location"]
        assert made(database) == 1

    def test_the_same_key_for_another_body_is_refused(self, client, database):
        post(client, "x", key="k-1")
        answer = post(client, "y", key="k-1")
        assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_reused")
        assert made(database) == 1

    def test_the_same_key_of_another_asker_is_another_key(self, client, database):
        post(client, key="k-1")
        client.with_key("report:aggregate")
        post(client, key="k-1")
        assert made(database) == 2

    def test_what_failed_is_not_remembered(self, client, database):
        assert post(client, "fails", key="k-1").status_code == 500
        assert post(client, "fails", key="k-1").status_code == 500
        assert made(database) == 0

    @pytest.mark.parametrize("key", [" " * 200, "x" * 129, "a\x7fb"])
    def test_a_key_that_is_none_is_refused(self, client, key):
        answer = client.post("/api/v1/things", json={"name": "x"}, headers={"Idempotency-Key": key})
        assert answer.status_code in (201, 422)
        assert answer.status_code == 422 or not key.strip()

    def test_twins_in_flight_have_one_effect(self, client, database):
        answers = []
        threads = [
            threading.Thread(target=lambda: answers.append(post(client, key="k-9")))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert made(database) == 1
        assert {a.status_code for a in answers} <= {201, 409}
        assert len({a.content for a in answers if a.status_code == 201}) == 1


class TestPreconditions:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 428),
            ({"If-Match": '"6"'}, 412),
            ({"If-Match": '"7"'}, 200),
            ({"If-Match": "*"}, 200),
        ],
    )
    def test_a_change_names_the_version_it_saw(self, client, headers, status):
        assert client.get("/api/v1/things/one").headers["etag"] == '"7"'
        assert client.patch("/api/v1/things/one", headers=headers).status_code == status
