"""Counts and logs each request: method, route, status, time, who asked; no address, no query."""

import logging
import time

from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.gate import routes_of
from web.metrics import IN_FLIGHT, REQUESTS, SECONDS

log = logging.getLogger("keshi.request")

STATIC = "/static/"
QUIET = {"/healthz", "/readyz", "/metrics"}


class Watch:
    """The outermost of all: what it sees is what the asker waits for."""

    def __init__(self, app: ASGIApp, *, house: FastAPI) -> None:
        self.app = app
        self._house = house
        self._names: dict[object, str] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(STATIC):
            await self.app(scope, receive, send)
            return
        status, streams = 500, False

        async def watched(message: Message) -> None:
            nonlocal status, streams
            if message["type"] == "http.response.start":
                status = message["status"]
                kind = dict(message["headers"]).get(b"content-type", b"")
                streams = kind.startswith(b"text/event-stream")
            await send(message)

        began = time.perf_counter()
        IN_FLIGHT.inc()
        try:
            await self.app(scope, receive, watched)
        finally:
            IN_FLIGHT.dec()
            self._note(scope, status, time.perf_counter() - began, streams=streams)

    def _note(self, scope: Scope, status: int, seconds: float, *, streams: bool) -> None:
        route = self._name(scope)
        REQUESTS.labels(scope["method"], route, status).inc()
        if not streams:
            SECONDS.labels(route).observe(seconds)
        if scope["path"] in QUIET and status < 400:
            return
        state = scope.get("state", {})
        actor = state.get("actor")
        log.info(
            "answered",
            extra={
                "request_id": state.get("request_id", ""),
                "method": scope["method"],
                "route": route,
                "status": status,
                "ms": round(seconds * 1000, 1),
                "actor_id": str(actor.id) if actor else "",
            },
        )

    def _name(self, scope: Scope) -> str:
        """The template of the route; ``nowhere`` for an address that none knows."""
        if not self._names:
            self._names = {
                endpoint: key.partition(" ")[2] for key, endpoint in routes_of(self._house)
            }
        return self._names.get(scope.get("endpoint"), "nowhere")
