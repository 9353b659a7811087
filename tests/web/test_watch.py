"""The house is watched from outside: figures by route, a log line a request, no guest data."""

import json
import logging
import re

import pytest
import structlog
from fastapi import APIRouter
from sqlalchemy.exc import IntegrityError

from crm.kit import jobs
from crm.kit.ids import new_id
from web import logs

NAME, PHONE = "欧阳静怡", "13800138866"


@pytest.fixture
def lines(monkeypatch):
    """Every log line of the test, as the running house would print it."""
    found: list[str] = []

    class Kept(logging.StreamHandler):
        def emit(self, record):
            if record.name != "httpx2":  # the test's own browser, not the house
                found.append(self.format(record))

    monkeypatch.setattr(logging, "StreamHandler", Kept)
    root = logging.getLogger()
    before = root.handlers, root.level
    logs.configure_logs("debug")
    yield found
    root.handlers, level = before
    root.setLevel(level)


def figures(client):
    answer = client.with_key("operations:read").get("/metrics")
    assert answer.status_code == 200
    return answer.text


def counted(text, name, **labels):
    """The value of one series, 0 when it is not there yet."""
    for line in text.splitlines():
        found = re.fullmatch(r"(\w+)(?:{(.*)})? (\S+)", line)
        if found and found[1] == name:
            there = dict(re.findall(r'(\w+)="([^"]*)"', found[2] or ""))
            if labels.items() <= there.items():
                return float(found[3])
    return 0.0


class TestMetrics:
    def test_counts_requests_by_the_template_of_the_route(self, client):
        route = {"route": "/api/v1/guests/{guest_id}", "status": "404"}
        before = counted(figures(client), "keshi_requests_total", **route)
        for _ in range(3):
            client.as_("front_desk").get(f"/api/v1/guests/{new_id()}")
        text = figures(client)
        assert counted(text, "keshi_requests_total", **route) == before + 3
        assert counted(text, "keshi_request_seconds_count", route=route["route"]) >= before + 3

    def test_an_address_that_no_route_knows_makes_no_series_of_its_own(self, client):
        client.get("/guests-of-wang-wei-13800138866")
        text = figures(client)
        assert "wang-wei" not in text
        assert counted(text, "keshi_requests_total", route="nowhere", status="404") >= 1

    def test_says_how_the_jobs_stand(self, client, database):
        with database.writing() as db:
            jobs.enqueue(db, "test.watched", {})
        text = figures(client)
        assert counted(text, "keshi_jobs", state="due") == 1
        assert counted(text, "keshi_jobs", state="buried") == 0

    def test_only_who_may_watch_sees_it(self, client):
        assert client.get("/metrics").status_code == 303
        assert client.as_("general_manager").get("/metrics").status_code == 403
        assert client.with_key("profile:read.basic").get("/metrics").status_code == 403
        assert client.as_("it").get("/metrics").status_code == 200


class TestQueue:
    def test_tells_waiting_due_claimed_and_buried_apart(self, database):
        from datetime import timedelta

        from crm.kit import clock

        with database.writing() as db:
            for _ in range(3):
                jobs.enqueue(db, "test.queue", {}, run_at=clock.now() - timedelta(seconds=90))
            jobs.enqueue(db, "test.queue", {}, run_at=clock.now() + timedelta(hours=1))
        assert jobs.claim(database, "somebody") is not None
        claimed = jobs.claim(database, "somebody")
        jobs.run(database, claimed)  # nobody handles it, so it is buried
        with database.reading() as db:
            standing = jobs.queue(db)
        assert (standing.waiting, standing.due, standing.claimed, standing.buried) == (1, 1, 1, 1)
        assert 89 < standing.oldest_s < 200

    def test_an_empty_queue_has_no_age(self, database):
        with database.reading() as db:
            assert jobs.queue(db) == jobs.Queue(0, 0, 0, 0, 0.0)


class TestLogLines:
    def test_one_line_a_request_with_ids_and_without_address_or_query(self, client, lines):
        client.as_("front_desk").get("/api/v1/guests", params={"q": PHONE, "limit": 5})
        told = [json.loads(line) for line in lines if '"answered"' in line]
        assert len(told) == 1
        assert told[0]["route"] == "/api/v1/guests"
        assert told[0]["status"] == 200
        assert told[0]["actor_id"] == str(client.staff_id)
        assert re.fullmatch(r"[0-9a-f]{16}", told[0]["request_id"])
        assert PHONE not in "".join(lines)

    def test_health_that_is_well_is_not_logged(self, client, lines):
        client.get("/healthz")
        assert not [line for line in lines if '"answered"' in line]

    def test_an_error_is_told_by_class_and_place_and_never_by_its_words(self, lines):
        log = logging.getLogger("keshi.test")
        try:
            try:
                raise ValueError(f"Key (norm)=({PHONE}) already exists")
            except ValueError as error:
                raise IntegrityError("INSERT", {"family": NAME}, error) from error
        except IntegrityError:
            log.exception("it failed")
        text = "".join(lines)
        assert PHONE not in text
        assert NAME not in text
        told = json.loads(lines[-1])
        assert [each["class"] for each in told["exception"]] == [
            "sqlalchemy.exc.IntegrityError",
            "builtins.ValueError",
        ]
        assert "test_watch.py" in told["exception"][0]["at"][0]

    def test_without_the_processor_the_words_would_be_told(self):
        """What the processor is for: structlog's own way quotes them."""
        try:
            raise ValueError(PHONE)
        except ValueError as error:
            line = structlog.processors.format_exc_info(None, "", {"exc_info": error})
        assert PHONE in line["exception"]

    def test_a_guest_s_data_is_in_no_line_of_a_day_s_work(self, client, lines):
        client.as_("file_centre")
        body = {
            "names": [{"family": "欧阳", "given": "静怡"}],
            "contacts": [{"kind": "phone", "raw": PHONE}],
        }
        made = client.post("/api/v1/guests", json=body)
        assert made.status_code == 201
        guest = made.headers["location"].rsplit("/", 1)[-1]
        for address in (f"/guests/{guest}", f"/guests?q={PHONE}", f"/palette?q={NAME}"):
            assert client.get(address).status_code in (200, 303)
        client.post("/api/v1/guests", json={**body, "birthday": PHONE})
        text = "".join(lines)
        assert len(lines) >= 5
        for needle in (NAME, "静怡", PHONE, PHONE[-4:]):
            assert needle not in text.replace(guest, "")


class TestReadiness:
    def test_is_ready_on_a_database_of_this_shape(self, client):
        assert client.get("/readyz").json() == {"status": "ok"}

    def test_is_not_ready_once_told_to_stop(self, client, app):
        app.state.tail.close_soon()
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": "stopping"})
        assert answer.headers["retry-after"] == "5"

    @pytest.mark.parametrize(
        ("revision", "why"), [("0001", "database_older"), ("9999", "database_newer")]
    )
    def test_is_not_ready_on_another_shape(self, client, database, revision, why):
        from sqlalchemy import text

        with database.writing() as db:
            db.connection().execute(
                text("UPDATE alembic_version SET version_num = :it"), {"it": revision}
            )
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()) == (503, {"status": why})


def test_the_guard_of_the_fixture_sees_a_crash(app, client, lines):
    """A crash inside a route is logged once, with its request id, and counted as 500."""
    from dataclasses import replace

    from crm.staff.policy import ANYONE, policy
    from web.gate import Gate

    router = APIRouter()

    @router.get("/crash-of-the-watch")
    def crash() -> None:
        raise RuntimeError(NAME)

    known = policy()
    routes_before = list(app.router.routes)
    app.include_router(router)
    gate = app.state.gate
    routes = {**known.routes, "GET /crash-of-the-watch": ANYONE}
    app.state.gate = Gate(app, replace(known, routes=routes))
    try:
        from tests.conftest import Client

        with Client(app, client.database) as calm:
            calm._transport.raise_server_exceptions = False
            assert calm.get("/crash-of-the-watch").status_code == 500
    finally:
        app.state.gate = gate
        app.router.routes[:] = routes_before
    assert NAME not in "".join(lines)
    assert any('"unexpected RuntimeError"' in line for line in lines)
