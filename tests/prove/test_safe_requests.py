"""Who only looks changes nothing: no GET or HEAD by anybody leaves a trace but the audit's."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI

from crm.kit.db import Database
from crm.kit.metadata import all_tables
from crm.staff.terms import Role
from tests.conftest import Client
from tests.contracts.asking import HOLDERS, SCOPES
from tests.contracts.houses import Planted
from tests.contracts.planted_house import House
from tests.contracts.walking import LOOK_UPS, Route, concrete, routes
from tests.flawed.leaky import WritesOnGet
from tests.proving import Tally

PROMISE = "safe requests that change nothing"
STRANGER = "nobody"
POINTS_OF_VIEW = [STRANGER, *HOLDERS]
SHARES = 3

WRITTEN_BESIDE_READS = {"audit", "audit_seal", "request_count"}
"""Who looked at what, its seals, and how often an address asked: what is known of the askers."""
TOUCHED = {"staff_session.seen_at", "api_key.last_used_at"}
"""When a way in was last used: written once a minute, so that it does not idle out."""


def fingerprint(database: Database) -> dict[str, str]:
    """A checksum of every table, the order of rows left out of account."""
    found = {}
    with database.reading() as db:
        for name, table in all_tables().tables.items():
            if name in WRITTEN_BESIDE_READS:
                continue
            columns = [c for c in table.columns if f"{name}.{c.name}" not in TOUCHED]
            rows = db.connection().execute(sa.select(*columns)).all()
            lines = sorted(repr(tuple(row)) for row in rows)
            found[name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


def let_in(client: Client, house: House, holder: str) -> None:
    client.as_nobody()
    if holder in SCOPES:
        client.headers["Authorization"] = f"Bearer {house.keys[holder, house.here]}"
    elif holder != STRANGER:
        client.with_session(house.sessions[Role(holder), house.here])


def safe_requests(
    every: Iterable[Route], house: House, holder: str
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, address and question of everything one can look at."""
    for route in every:
        if route.method != "GET" or (holder in SCOPES and not route.is_api):
            continue
        address = concrete(route, house, guest_id=house.guest)
        yield "GET", address, {}
        yield "HEAD", address, {}
        if "q" in route.takes:
            yield "GET", address, {"q": LOOK_UPS[0]}


def changed_by(client: Client, method: str, address: str, asked: dict[str, str]) -> list[str]:
    """The tables that one request changed."""
    before = fingerprint(client.database)
    client.request(method, address, params=asked)
    after = fingerprint(client.database)
    return [name for name in before if before[name] != after[name]]


def writing_requests(
    client: Client, every: list[Route], house: House, holders: Iterable[str]
) -> tuple[int, list[str]]:
    """How many requests were made, and which of them changed what.

    The checksum is taken once a holder; only where it differs is every request looked at alone.
    """
    made, wrong = 0, []
    for holder in holders:
        let_in(client, house, holder)
        asked = list(safe_requests(every, house, holder))
        before = fingerprint(client.database)
        for method, address, query in asked:
            answer = client.request(method, address, params=query)
            assert answer.status_code < 500, f"{method} {address}"
        made += len(asked)
        if fingerprint(client.database) != before:
            wrong += [
                f"{method} {address} {query} by {holder} changes {', '.join(tables)}"
                for method, address, query in asked
                if (tables := changed_by(client, method, address, query))
            ] or [f"something that {holder} asked, once"]
    return made, wrong


@pytest.fixture(autouse=True)
def streams_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.LONGEST_S", 0)


@pytest.mark.parametrize("share", range(SHARES))
def test_no_look_changes_anything(planted: Planted, tally: Tally, share: int) -> None:
    database = planted.fork()
    app: Any = planted.shared_app(database)
    with Client(app, database) as client:
        holders = POINTS_OF_VIEW[share::SHARES]
        made, wrong = writing_requests(client, routes(app), planted.house, holders)
    tally(PROMISE, made, wrong=len(wrong))
    assert not wrong, "\n".join(wrong)


def test_a_get_that_writes_is_found(planted: Planted, tally: Tally) -> None:
    database, house = planted.fork(), planted.house
    app: FastAPI = planted.shared_app(database)
    flawed: Any = WritesOnGet(app, database, "/rooms")
    some = [route for route in routes(app) if route.path in {"/rooms", "/hotel", "/today"}]
    with Client(flawed, database) as client:
        _, wrong = writing_requests(client, some, house, [Role.FRONT_DESK.value])
    assert wrong == [
        "GET /rooms {} by front_desk changes guest",
        "HEAD /rooms {} by front_desk changes guest",
    ]
    tally.flaw_found(PROMISE, "a GET that writes")
