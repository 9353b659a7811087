"""The disk is full: writes are refused whole and say so, reads go on, room brings all back.

SQLite is told the size of its disk (``max_page_count``); on PostgreSQL the server itself raises
its error 53100, from a trigger at a table of chance or at the commit. Everything through HTTP.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from fastapi import FastAPI
from sqlalchemy import event, text

from crm.kit.db import Database
from crm.kit.settings import Settings
from tests.conftest import Client
from tests.flawed import forgetful
from tests.prove.faults.accounts import Accounts
from tests.prove.faults.deeds import Cast, Deed
from web.deps import request_session

PROMISE = "disk full"
BACKENDS = 2
TRIES = 60
TABLES = ("guest", "guest_name", "contact_point", "guest_search", "audit", "event")
FULL_SQLITE = "PRAGMA max_page_count = {pages}"
NO_LIMIT = 4294967294
FULL_POSTGRES = """
CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file "base/16384/2608": No space left on device'
        USING ERRCODE = 'disk_full';
END $$
"""
AT_A_ROW = (
    "CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION disk_is_full()"
)
AT_THE_COMMIT = (
    "CREATE CONSTRAINT TRIGGER full_disk AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION disk_is_full()"
)


@contextmanager
def full_disk(database: Database, chance: random.Random) -> Iterator[None]:
    """No room, or nearly none, until the block is over."""
    with _full_sqlite(database, chance) if database.is_sqlite else _full_postgres(database, chance):
        yield


@contextmanager
def _full_sqlite(database: Database, chance: random.Random) -> Iterator[None]:
    with database.reading() as db:
        pages = db.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
    limit = [int(pages) + chance.randint(0, 12)]

    def tell(connection: Any, *_: object) -> None:
        connection.execute(FULL_SQLITE.format(pages=limit[0]))

    database.engine.dispose()
    event.listen(database.engine, "checkout", tell)
    try:
        yield
    finally:
        limit[0] = NO_LIMIT


@contextmanager
def _full_postgres(database: Database, chance: random.Random) -> Iterator[None]:
    table = chance.choice(TABLES)
    how = chance.choice([AT_A_ROW, AT_THE_COMMIT])
    with database.writing() as db:
        db.connection().exec_driver_sql(FULL_POSTGRES)
        db.connection().exec_driver_sql(how.format(table=table))
    try:
        yield
    finally:
        with database.writing() as db:
            db.connection().execute(text("DROP FUNCTION disk_is_full CASCADE"))


class House:
    """A house with somebody at the desk and somebody to look at."""

    def __init__(self, client: Client, data_dir: Path) -> None:
        self.client = client
        self.cast = Cast.of(client.database)
        self.accounts = Accounts(client.database, data_dir, self.cast)
        self.deeds: list[Deed] = []
        client.with_session(self.cast.session)

    def register(self, deed: Deed) -> Any:
        body = {
            "names": [{"kind": "latin", "full": deed.token}],
            "contacts": [{"kind": "email", "raw": f"{deed.token}@example.com"}],
        }
        answer = self.client.post(
            "/api/v1/guests", json=body, headers={"Idempotency-Key": deed.token}
        )
        if answer.status_code == 201:
            deed.answer = (201, answer.content)
        return answer

    def fill_up(self) -> Any:
        """Write until it is refused; the refusal."""
        for _ in range(TRIES):
            self.deeds.append(Deed("register"))
            answer = self.register(self.deeds[-1])
            if answer.status_code != 201:
                return answer
        pytest.fail("the disk never filled up")

    def wrong_while_full(self) -> Iterator[str]:
        refusal = self.fill_up()
        body = refusal.json()
        if (refusal.status_code, body.get("code")) != (507, "disk_full"):
            yield f"answered {refusal.status_code} {body}"
        if refusal.headers["content-type"] != "application/problem+json":
            yield f"answered as {refusal.headers['content-type']}"
        typed = {"family_name": "满", "given_name": "盘", "phone": "", "email": ""}
        page = self.client.post("/guests/new", data=typed, headers={"Accept-Language": "zh-CN"})
        if page.status_code not in (303, 507):
            yield f"the form answered {page.status_code}"
        if page.status_code == 507:
            words = BeautifulSoup(page.text, "html.parser").get_text(" ")
            if "磁盘" not in words and "The disk is full." not in words:
                yield "the page does not say what is the matter"
            if "INSERT" in words or "SQL" in words:
                yield "the page shows SQL"
        for path in (
            "/today",
            f"/api/v1/guests/{self.cast.guest_ids[0]}",
            "/api/v1/guests?q=Proof",
        ):
            if (status := self.client.get(path).status_code) != 200:
                yield f"{path} answered {status} while the disk was full"

    def wrong_afterwards(self) -> Iterator[str]:
        for deed in self.deeds:
            answer = self.register(deed)
            if answer.status_code != 201:
                yield f"with room again: {answer.status_code} {answer.text[:200]}"
        yield from self.accounts.problems(self.deeds)
        waiting = self.client.app.state.views.flush()  # type: ignore[attr-defined]
        with self.client.database.reading() as db:
            kept = db.connection().scalar(text("SELECT count(*) FROM audit WHERE deed = 'viewed'"))
        if not kept:
            yield f"what was looked at meanwhile is not in the audit ({waiting} were waiting)"


@pytest.fixture
def house(app: FastAPI, client: Client, settings: Settings) -> House:
    client._transport.raise_server_exceptions = False
    return House(client, settings.data_dir)


def test_a_full_disk_refuses_whole_writes_and_nothing_else(
    backend: str, house: House, tally: Any, budget: Callable[..., int]
) -> None:
    trials = budget(PROMISE, share=BACKENDS)
    chance = random.Random(backend)
    wrong: list[str] = []
    for _ in range(trials):
        with full_disk(house.client.database, chance):
            wrong += house.wrong_while_full()
            wrong += house.accounts.problems(house.deeds)
        wrong += house.wrong_afterwards()
    tally(PROMISE, trials, wrong=len(wrong))
    assert not wrong, wrong[:10]


def test_a_half_change_that_stays_is_found(
    new_database: Callable[[str], Database],
    settings: Settings,
    tally: Any,
    request: pytest.FixtureRequest,
) -> None:
    """The planted flaw: a session that commits every statement by itself."""
    from web.app import create_app

    database = new_database("sqlite")
    app = create_app(settings, database=database)
    app.dependency_overrides[request_session] = forgetful.commits_piece_by_piece
    with Client(app, database) as client:
        client._transport.raise_server_exceptions = False
        house = House(client, settings.data_dir)
        found: list[str] = []
        for seed in range(TRIES):
            with full_disk(database, random.Random(seed)):
                house.fill_up()
            found = house.accounts.problems(house.deeds)
            if found:
                break
        assert found
    tally.flaw_found(PROMISE, found[0].split(":")[0])
