"""Flaws in who may see and do what, planted so that the proofs must find them."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable
from typing import Any

import pytest
import yaml
from fastapi import APIRouter, FastAPI, HTTPException, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import func, select, update
from sqlmodel import col
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from crm.guests.tables import Guest
from crm.kit.db import Database
from crm.staff.policy import HERE, Policy, make_policy
from tests.contracts.planted_house import House
from web.deps import Db


# ---------------------------------------------------------------- policies with an idle rule
def _mask_where_nobody_sees(raw: dict[str, Any]) -> str:
    raw["fields"]["guest.special"]["lists"] = "masked"
    return "fields > guest.special > lists"


def _hidden_column_that_is_named(raw: dict[str, Any]) -> str:
    raw["internal"].append("guest.ref")
    return f"internal > {len(raw['internal']) - 1}"


def _export_that_is_refused(raw: dict[str, Any]) -> str:
    raw["fields"]["note.restricted"]["export"] = False
    return "fields > note.restricted > export"


POLICIES_WITH_AN_IDLE_RULE: dict[str, Callable[[dict[str, Any]], str]] = {
    "a mask in lists for what nobody sees clear": _mask_where_nobody_sees,
    "an internal column that a field names": _hidden_column_that_is_named,
    "a refusal of what is refused by itself": _export_that_is_refused,
}
"""Each puts one rule without effect into the raw policy and returns where it stands."""


# ---------------------------------------------------------------- a house that forgets nobody
def a_house_that_forgets_nobody() -> FastAPI:
    """Disables accounts, and looks at the session's token only when it is handed out."""
    app = FastAPI()
    disabled: set[str] = set()

    @app.post("/staff/disable")
    def disable() -> None:
        disabled.add("lin")

    @app.get("/password")
    def password(request: Request) -> None:
        if "keshi_session" not in request.cookies:
            raise HTTPException(401)

    @app.get("/live", response_class=EventSourceResponse)
    async def live() -> AsyncIterable[ServerSentEvent]:
        yield ServerSentEvent(comment="listening")
        while True:
            await asyncio.sleep(0.2)
            yield ServerSentEvent(comment="still here")

    return app


# ---------------------------------------------------------------- a reveal without a row
def a_reveal_without_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on reveals show their value and write nothing down."""
    monkeypatch.setattr("crm.privacy.service.audit.note", lambda *_, **__: None)


# ---------------------------------------------------------------- a GET that writes
class WritesOnGet:
    """The app, but looking at one page marks every guest as seen."""

    def __init__(self, app: FastAPI, database: Database, path: str) -> None:
        self.app, self.database, self.path = app, database, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == self.path:
            with self.database.writing() as db:
                db.connection().execute(update(Guest).values(version=Guest.version + 1))
        await self.app(scope, receive, send)


# ---------------------------------------------------------------- doors that leak
def doors_beside_the_gate(app: FastAPI) -> None:
    """Put a route and a folder where no dependency of the app is asked."""

    async def everything(_: Request) -> Response:
        return Response("everything")

    app.router.routes.append(Route("/api/v1/everything", everything, methods=["GET"]))
    app.router.routes.append(Mount("/files", routes=[]))


LEAKS = "/api/v1/leaky"
PHONE = "13987650431"


def router_of(house: House) -> APIRouter:
    """Doors open to housekeeping that tell what housekeeping must not know, each in another way."""
    router = APIRouter(prefix=LEAKS)
    names = select(col(Guest.alias)).where(col(Guest.id).in_([house.guest, house.hidden]))

    @router.get("/field")
    def field(db: Db) -> list[str]:
        return list(
            db.connection()
            .execute(select(col(Guest.vip_why)).where(col(Guest.vip_why).is_not(None)))
            .scalars()
        )

    @router.get("/header")
    def header() -> Response:
        return Response("{}", media_type="application/json", headers={"ETag": f'"{PHONE}"'})

    @router.get("/file-name")
    def file_name() -> Response:
        return Response("", headers={"Content-Disposition": f"inline; filename={PHONE}.txt"})

    @router.get("/error")
    def error() -> Response:
        return JSONResponse({"detail": f"{PHONE} is taken"}, 409)

    @router.get("/sorted")
    def by_reason(db: Db) -> list[str]:
        reason = func.coalesce(col(Guest.vip_why), "vipreason-z")
        return list(db.connection().execute(names.order_by(reason)).scalars())

    @router.get("/filtered")
    def born(db: Db, born_before: int = 3000) -> list[str]:
        older = names.where(col(Guest.birth_year) < born_before)
        return list(db.connection().execute(older.order_by(col(Guest.id))).scalars())

    return router


def policy_of(router: APIRouter, parameters: Iterable[str] = ("born_before",)) -> Policy:
    """The policy, in which these doors are open to whoever reads rooms."""
    raw = yaml.safe_load(HERE.read_text(encoding="utf-8"))
    for route in router.routes:
        raw["routes"][f"GET {getattr(route, 'path', '')}"] = "rooms.read"
    raw["parameters"] |= {name: [] for name in parameters}
    return make_policy(raw)
