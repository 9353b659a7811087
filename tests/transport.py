"""The way from a test to the application: one hop between threads for a request.

Starlette's own test client takes eight, so that an answer can be read while it is being made.
Nothing but a stream needs that; half of a request's time went into it (measured).
"""

from collections.abc import MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import anyio
import httpx2
from starlette.testclient import TestClient

Message = MutableMapping[str, Any]
STREAMS = ("/live", "/api/v1/events")
"""Answers that never end; they keep Starlette's way."""


def shorten(client: TestClient) -> None:
    """Let ``client`` send its requests this way; `httpx2` keeps its cookies and redirects."""
    client._transport = InOneHop(client, client._transport)


@dataclass
class _Answer:
    """What the application sent."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)


class InOneHop(httpx2.BaseTransport):
    """Runs the whole of a request in the client's event loop, then hands over the whole answer."""

    def __init__(self, client: TestClient, whole: Any) -> None:
        self._client, self._whole = client, whole
        self.raise_server_exceptions: bool = whole.raise_server_exceptions

    def close(self) -> None:
        self._whole.close()

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        if self._client.portal is None or request.url.path in STREAMS:
            answer: httpx2.Response = self._whole.handle_request(request)
            return answer
        body = request.read()
        heard = _Answer()
        try:
            self._client.portal.call(self._run, self._scope(request), body, heard)
        except Exception:
            if self.raise_server_exceptions:
                raise
        if not heard.status:
            assert not self.raise_server_exceptions, "the application did not answer"
            heard.status = 500
        content = b"" if request.method == "HEAD" else b"".join(heard.body)
        return httpx2.Response(
            heard.status,
            headers=[(name.decode(), value.decode()) for name, value in heard.headers],
            stream=httpx2.ByteStream(content),
            request=request,
        )

    async def _run(self, scope: Message, body: bytes, heard: _Answer) -> None:
        asked, ended = False, anyio.Event()

        async def receive() -> Message:
            nonlocal asked
            if asked:
                await ended.wait()
                return {"type": "http.disconnect"}
            asked = True
            return {"type": "http.request", "body": body}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                assert not heard.status, "the application answered twice"
                heard.status, heard.headers = message["status"], list(message.get("headers", []))
            elif message["type"] == "http.response.body":
                assert heard.status, "a body came before its status"
                assert not ended.is_set(), "a body came after its end"
                heard.body.append(bytes(message.get("body", b"")))
                if not message.get("more_body", False):
                    ended.set()

        await self._client.app(scope, receive, send)

    def _scope(self, request: httpx2.Request) -> Message:
        url = request.url
        headers = request.headers.multi_items()
        port = url.port or {"http": 80, "https": 443}[url.scheme]
        return {
            "type": "http",
            "http_version": "1.1",
            "method": request.method,
            "path": unquote(url.path),
            "raw_path": url.raw_path.split(b"?", 1)[0],
            "root_path": self._whole.root_path,
            "scheme": url.scheme,
            "query_string": url.query,
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            "client": self._whole.client,
            "server": [url.host, port],
            "extensions": {},
            "state": self._client.app_state.copy(),
        }
