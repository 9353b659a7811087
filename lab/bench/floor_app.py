"""The floor: the same reads by bare FastAPI and hand-written SQL, for ``keshi bench`` to divide by.

No sign-in, no rights, no masks, no audit, no ranking beyond the newest first, no other reading of
what was typed than the one named in the address. What it takes is what the machine, the driver
and the framework take; what Keshi takes beyond it is the price of the product.
"""

import json
import sqlite3
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

import anyio.to_thread
import uvicorn
from fastapi import FastAPI, Request
from sqlalchemy import make_url
from starlette.responses import Response

LINE = (
    "SELECT g.id, g.ref, g.name_native, g.name_latin, g.identity, g.vip, g.last_seen_on, "
    "m.tier, m.number, c.name AS company, (SELECT p.norm FROM contact_point p "
    "WHERE p.guest_id = g.id AND p.kind = 'phone' ORDER BY p.no LIMIT 1) AS phone FROM guest g "
    "LEFT JOIN membership m ON m.guest_id = g.id LEFT JOIN company c ON c.id = g.company_id "
)
NEWEST = " ORDER BY g.last_seen_on DESC LIMIT 20"
LOOKED_UP = {
    "phone": LINE + "WHERE g.id IN (SELECT guest_id FROM contact_point WHERE norm = :q)" + NEWEST,
    "last4": LINE + "WHERE g.id IN (SELECT guest_id FROM contact_point WHERE last4 = :q)" + NEWEST,
    "email": LINE + "WHERE g.id IN (SELECT guest_id FROM contact_point WHERE norm >= :q "
    "AND norm < :end LIMIT 500)" + NEWEST,
    "room": LINE + "WHERE g.id IN (SELECT guest_id FROM stay WHERE status = 'in_house' "
    "AND hotel_id IN (SELECT id FROM hotel) AND room_no = :q)" + NEWEST,
    "code": LINE + "WHERE g.id IN (SELECT guest_id FROM stay WHERE confirmation_no = :q)" + NEWEST,
    "member": LINE + "WHERE m.number = :q" + NEWEST,
    "ref": LINE + "WHERE g.ref = :q" + NEWEST,
}
WORDS = {
    "sqlite": LINE + "WHERE g.id IN (SELECT guest_id FROM guest_search WHERE id IN (SELECT rowid "
    "FROM guest_words WHERE guest_words MATCH :q ORDER BY rowid DESC LIMIT 500))" + NEWEST,
    "postgresql": LINE + "WHERE g.id IN (SELECT guest_id FROM guest_search WHERE "
    "array_to_tsvector(string_to_array(doc, ' ')) @@ CAST(:q AS tsquery) LIMIT 500)" + NEWEST,
}
_GUEST = (
    "SELECT g.*, m.tier, m.number, m.points, c.name AS company, (SELECT sum(f.nights) FROM "
    "guest_figure f WHERE f.guest_id = g.id) AS nights, (SELECT sum(s.amount_minor) FROM "
    "guest_spend s WHERE s.guest_id = g.id) AS spend FROM guest g LEFT JOIN membership m ON "
    "m.guest_id = g.id LEFT JOIN company c ON c.id = g.company_id WHERE g.id = :id"
)
_STAYS = (
    "SELECT s.*, r.features, r.cleanliness FROM stay s LEFT JOIN room r ON r.hotel_id = s.hotel_id "
    "AND r.no = s.room_no WHERE s.guest_id = :id ORDER BY s.arrival_on DESC LIMIT 40"
)
_WISHES = (
    "SELECT p.*, c.label_en, c.group_code FROM preference p JOIN preference_code c "
    "ON c.code = p.code WHERE p.guest_id = :id"
)
CARD = (
    _GUEST,
    "SELECT * FROM guest_name WHERE guest_id = :id ORDER BY no",
    "SELECT * FROM contact_point WHERE guest_id = :id ORDER BY no",
    _STAYS,
    _WISHES,
    "SELECT * FROM complaint WHERE guest_id = :id ORDER BY opened_at DESC",
)
COMPANIES = "SELECT * FROM company ORDER BY name_key LIMIT 50"


class Reader:
    """One connection a thread; rows as dictionaries."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._threads = threading.local()

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._connection().execute(self._marked(sql), values)
        return [dict(row) for row in found]

    def key(self, text: str) -> Any:
        return bytes.fromhex(text.replace("-", "")) if self.is_sqlite else text

    def _marked(self, sql: str) -> str:
        if self.is_sqlite:
            return sql
        for name in ("q", "id", "end"):
            sql = sql.replace(f":{name}", f"%({name})s")
        return sql.replace(" AS tsquery", "::text AS tsquery")

    def _connection(self) -> Any:
        if not hasattr(self._threads, "connection"):
            self._threads.connection = self._opened()
        return self._threads.connection

    def _opened(self) -> Any:
        if not self.is_sqlite:
            import psycopg
            from psycopg.rows import dict_row

            dsn = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
            return psycopg.connect(dsn, autocommit=True, row_factory=dict_row)
        try:
            import pysqlite3 as library
        except ImportError:
            library = sqlite3
        connection = library.connect(self.url.database, check_same_thread=False)
        connection.row_factory = library.Row
        connection.execute("PRAGMA cache_size=-32768")
        return connection


def create(url: str) -> FastAPI:
    app, reader = FastAPI(), Reader(url)

    @app.middleware("http")
    async def watch(
        request: Request, following: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        began = time.perf_counter()
        answer = await following(request)
        answer.headers["X-Took"] = f"{(time.perf_counter() - began) * 1000:.3f}"
        return answer

    @app.get("/healthz")
    def healthz() -> Response:
        anyio.from_thread.run_sync(_limit_threads, reader.is_sqlite)
        return _json([])

    @app.get("/guests")
    def guests(by: str, q: str) -> Response:
        if by == "words":
            sql = WORDS["sqlite" if reader.is_sqlite else "postgresql"]
            return _json(reader.rows(sql, q=q))
        return _json(reader.rows(LOOKED_UP[by], q=q, end=q + chr(0x10FFFF)))

    @app.get("/guests/{guest_id}/card")
    def card(guest_id: str) -> Response:
        return _json([reader.rows(sql, id=reader.key(guest_id)) for sql in CARD])

    @app.get("/companies")
    def companies() -> Response:
        return _json(reader.rows(COMPANIES))

    return app


def _limit_threads(on_sqlite: bool) -> None:
    if on_sqlite:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 2


def _json(found: object) -> Response:
    return Response(
        json.dumps(found, ensure_ascii=False, default=_plain), media_type="application/json"
    )


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


if __name__ == "__main__":
    uvicorn.run(
        create(sys.argv[2]), host="127.0.0.1", port=int(sys.argv[1]), access_log=False,
        log_level="warning",
    )  # fmt: skip
