"""Two hundred people press the button at once, and two hundred get their answer.

FastAPI takes a thread for a handler and again for validating what it answers, while the
session's connection is still held; without the limit on the session dependency 200 parallel
requests gave 2 answers, 80 errors and 118 time-outs.
"""

import asyncio
from collections import Counter

import httpx2
from fastapi import APIRouter, FastAPI
from sqlalchemy import text

from crm.kit.db import Database
from crm.kit.schema import Out
from crm.kit.settings import DB_POOL, Settings
from tests import factories
from tests.conftest import Serving
from tests.loops import in_a_loop_of_its_own
from web.app import create_app
from web.deps import Db
from web.gate import SESSION_COOKIE

PARALLEL = 200
BUSY_ON_SQLITE = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) "
    "SELECT max(i) FROM n"
)
SECONDS = 120


class Answer(Out):
    ready: int


def _statuses(url: str, token: str) -> Counter[int]:
    async def press() -> Counter[int]:
        limits = httpx2.Limits(max_connections=PARALLEL)
        async with httpx2.AsyncClient(
            limits=limits, timeout=SECONDS, cookies={SESSION_COOKIE: token}
        ) as client:
            answers = await asyncio.gather(*(client.get(url) for _ in range(PARALLEL)))
        return Counter(answer.status_code for answer in answers)

    return in_a_loop_of_its_own(press)


def _token(database: Database) -> str:
    with database.writing() as db:
        hotel_id = factories.a_hotel(db)
        staff_id = factories.a_staff(db, "front_desk", hotel_id)
        return factories.a_session(db, staff_id, hotel_id)


def test_every_one_of_200_parallel_readers_is_answered(
    serving: Serving, database: Database
) -> None:
    token = _token(database)
    assert _statuses(f"{serving.url}/password", token) == {200: PARALLEL}
    assert database.engine.pool.checkedout() <= 1, "a connection was not given back"


def test_slow_readers_wait_their_turn_instead_of_starving_each_other(
    settings: Settings, database: Database
) -> None:
    """A route that holds its connection, as in the measurement: 0.05 s and a response model."""
    app = create_app(settings, database=database)
    router = APIRouter()

    @router.get("/healthz-slow")
    def slow(db: Db) -> Answer:
        if database.is_sqlite:
            db.connection().execute(text(BUSY_ON_SQLITE))
        else:
            db.connection().execute(text("SELECT pg_sleep(0.05)"))
        return Answer(ready=1)

    app.include_router(router)
    _open_to_anyone(app)
    with Serving(app) as serving:
        assert _statuses(f"{serving.url}/healthz-slow", "") == {200: PARALLEL}


def _open_to_anyone(app: FastAPI) -> None:
    """Let the made-up route through the gate as the policy would."""
    from dataclasses import replace

    from crm.staff.policy import ANYONE, policy
    from web.gate import Gate

    known = policy()
    app.state.gate = Gate(app, replace(known, routes={**known.routes, "GET /healthz-slow": ANYONE}))


def test_limit_of_the_session_equals_the_pool(app: FastAPI) -> None:
    from typing import get_args

    dependency = get_args(Db)[1]
    assert dependency.max_concurrency == DB_POOL
    assert dependency.scope == "function"
    pool = app.state.database.engine.pool
    assert pool._max_overflow == 0
