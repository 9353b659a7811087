"""The fixtures keep their word: nothing leaks from one test into the next, budgets bite."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select, text
from sqlmodel import Session

from crm.kit import clock, jobs
from crm.kit.db import Database
from crm.kit.tables import JobRow
from tests import capabilities

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.conftest import Client, Serving


@pytest.mark.parametrize("turn", [1, 2])
def test_db_forgets_even_what_was_committed(db: Session, turn: int) -> None:
    assert jobs.enqueue(db, "fixture.check", key="the same key in both turns")
    db.commit()
    assert db.connection().execute(select(JobRow.name)).scalars().all() == ["fixture.check"]


@pytest.mark.parametrize("turn", [1, 2])
def test_db_survives_a_refused_statement(db: Session, turn: int) -> None:
    jobs.enqueue(db, "fixture.check", key="kept")
    db.commit()
    values = {
        "id": jobs.new_id(),
        "name": "twin",
        "key": "kept",
        "payload": {},
        "run_at": clock.now(),
        "attempts": 0,
    }
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.connection().execute(insert(JobRow).values(**values))
    db.rollback()
    assert db.connection().execute(select(JobRow.name)).scalars().all() == ["fixture.check"]


@pytest.mark.parametrize("turn", [1, 2])
def test_database_is_ones_own_and_commits(database: Database, turn: int) -> None:
    with database.writing() as db:
        assert jobs.enqueue(db, "fixture.check", key="the same key in both turns")
    with database.reading() as db:
        assert db.connection().execute(select(JobRow.name)).scalars().all() == ["fixture.check"]


def test_database_is_of_the_kind_it_says(backend: str, database: Database) -> None:
    assert database.engine.dialect.name == {"sqlite": "sqlite", "postgres": "postgresql"}[backend]


def test_budget_lets_pass_what_fits(
    db: Session, queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    with queries(2) as seen:
        db.connection().execute(text("SELECT 1"))
        db.connection().execute(text("SELECT 2"))
    assert seen == ["SELECT 1", "SELECT 2"]


def test_budget_stops_what_does_not(
    db: Session, queries: Callable[[int], AbstractContextManager[list[str]]]
) -> None:
    def two() -> None:
        with queries(1):
            db.connection().execute(text("SELECT 1"))
            db.connection().execute(text("SELECT 2"))

    with pytest.raises(pytest.fail.Exception, match="2 statements, 1 allowed"):
        two()


def test_clock_can_be_stopped(frozen: Callable[..., AbstractContextManager[None]]) -> None:
    at = datetime(2026, 2, 1, 6, tzinfo=UTC)
    with frozen(at):
        assert clock.now() == at
    assert clock.now() > at


def test_outside_world_is_out_of_reach() -> None:
    import socket

    with pytest.raises((RuntimeError, UserWarning), match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_requirements_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KESHI_REQUIRE", "postgres, browser,")
    assert capabilities.required() == {"postgres", "browser"}
    monkeypatch.delenv("KESHI_REQUIRE")
    assert capabilities.required() == set()


class TestDoors:
    def test_client_signs_in_by_role(self, client: "Client") -> None:
        assert client.get("/").headers["location"] == "/sign-in"
        assert client.as_("front_desk").get("/").status_code == 303
        assert client.get("/").headers["location"] != "/sign-in"
        assert client.as_nobody().get("/").headers["location"] == "/sign-in"

    def test_client_carries_a_key(self, client: "Client") -> None:
        assert client.get("/api/v1/openapi.json").status_code == 200
        assert client.with_key("profile:read.basic").get("/").status_code != 401

    @pytest.mark.browser
    @pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
    def test_browser_sees_the_door(self, serving: "Serving", page: "Page") -> None:
        answer = page.goto(f"{serving.url}/sign-in")
        assert answer is not None
        assert answer.status == 200
        assert page.get_by_role("heading", level=1).count() == 1
