"""The fixtures keep their word: nothing leaks from one test into the next, budgets bite."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert, select, text
from sqlmodel import Session

from crm.kit import clock, jobs
from crm.kit.db import Database
from crm.kit.tables import JobRow
from tests import capabilities
from tests.lending import Lending
from tests.postgres import Server

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


@pytest.mark.postgres
class TestLending:
    """A PostgreSQL database that another test has had is as a fresh one, or is not lent again."""

    @pytest.fixture
    def lending(self, postgres_server: Server, postgres_template: str) -> Iterator[Lending]:
        made = Lending(postgres_server, postgres_template, prefix="keshi_lent")
        yield made
        made.end()

    def _after(self, lending: Lending, *statements: str) -> tuple[str, Database]:
        """What was lent, used like this and given back; and what is lent next."""
        first = Database(lending.lend())
        name = str(first.url.database)
        with first.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            connection.commit()
        lending.give_back(name)
        first.dispose()
        return name, Database(lending.lend())

    def test_rows_are_gone_and_numbers_begin_anew(self, lending: Lending) -> None:
        used, again = self._after(
            lending,
            "INSERT INTO lease (name, holder, until) VALUES ('left', 'behind', now())",
            "SELECT nextval('guest_search_id_seq')",
        )
        with again.engine.connect() as connection:
            assert again.url.database == used
            assert connection.exec_driver_sql("SELECT count(*) FROM lease").scalar() == 0
            assert connection.exec_driver_sql("SELECT nextval('guest_search_id_seq')").scalar() == 1
        again.dispose()

    def test_what_is_altered_is_not_lent_again(self, lending: Lending) -> None:
        used, again = self._after(lending, "CREATE TABLE another (id int)")
        assert again.url.database != used
        again.dispose()

    @pytest.mark.parametrize(
        "altered",
        [
            "CREATE INDEX one_more ON lease (holder)",
            "ALTER TABLE lease ALTER COLUMN holder DROP NOT NULL",
            "ALTER TABLE audit DISABLE TRIGGER ALL",
            "UPDATE alembic_version SET version_num = 'older'",
            "ANALYZE lease",
        ],
    )
    def test_every_kind_of_change_is_seen(
        self, postgres_lending: Lending, new_database: Callable[[str], Database], altered: str
    ) -> None:
        with new_database("postgres").engine.connect() as connection:
            raw: Any = connection.connection.driver_connection
            assert not postgres_lending.is_altered(raw)
            raw.execute(altered)
            assert postgres_lending.is_altered(raw)
            connection.rollback()


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
