"""Flaws in who may see and do what, planted so that the proofs must find them."""

import asyncio
from collections.abc import AsyncIterable, Callable
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import update
from starlette.types import Receive, Scope, Send

from crm.guests.tables import Guest
from crm.kit.db import Database


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
