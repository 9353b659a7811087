"""A small HTTP client on plain streams, so that the asker costs the machine little.

It speaks as much of HTTP/1.1 as Keshi answers with: bodies by length or in chunks, connections
kept open, one cookie.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

MOST_SECONDS = 60
FORM = "application/x-www-form-urlencoded"


@dataclass(slots=True)
class Answer:
    """``ms`` is what the asker waited, connecting included."""

    status: int
    headers: dict[str, str]
    body: bytes
    ms: float


@dataclass
class Asker:
    """One browser or machine: a connection, a session, its own words in each request."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._reader = self._writer = None

    async def get(self, path: str, request_id: str = "", **query: object) -> Answer:
        asked = f"{path}?{urlencode(query)}" if query else path
        return await self._ask("GET", asked, request_id, b"")

    async def post(self, path: str, **form: str) -> Answer:
        return await self._ask("POST", path, "", urlencode(form).encode())

    async def post_form(self, path: str, request_id: str, form: dict[str, str]) -> Answer:
        return await self._ask("POST", path, request_id, urlencode(form).encode())

    async def post_json(self, path: str, request_id: str, body: object) -> Answer:
        content = json.dumps(body, ensure_ascii=False).encode()
        return await self._ask("POST", path, request_id, content, "application/json")

    async def sign_in(self, login: str, password: str) -> None:
        """Keeps the session's cookie; `RuntimeError` when the door stays shut."""
        answer = await self.post("/sign-in", login=login, password=password)
        cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        if answer.status != 303 or not cookie.startswith("keshi_session="):
            raise RuntimeError(f"{login} could not sign in: {answer.status}")
        self.headers["Cookie"] = cookie

    async def _ask(
        self, method: str, path: str, request_id: str, body: bytes, kind: str = FORM
    ) -> Answer:
        began, asked = time.perf_counter(), (method, path, request_id, body, kind)
        async with asyncio.timeout(MOST_SECONDS):
            fresh = self._writer is None
            try:
                status, headers, content = await self._exchange(*asked)
            except (ConnectionError, asyncio.IncompleteReadError):
                await self.close()
                if fresh:
                    raise
                # The server may close a connection that was idle; once more on a new one.
                status, headers, content = await self._exchange(*asked)
        if headers.get("connection") == "close":
            await self.close()
        return Answer(status, headers, content, (time.perf_counter() - began) * 1000)

    async def _exchange(
        self, method: str, path: str, request_id: str, body: bytes, kind: str
    ) -> tuple[int, dict[str, str], bytes]:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if request_id:
            lines.append(f"X-Request-Id: {request_id}")
        if body:
            lines.append(f"Content-Type: {kind}")
            lines.append(f"Content-Length: {len(body)}")
        self._writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
        return await _read(self._reader)


async def _read(reader: asyncio.StreamReader) -> tuple[int, dict[str, str], bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    status = int(head[0].split(" ", 2)[1])
    headers: dict[str, str] = {}
    for line in head[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(name.lower(), value.strip())
    if headers.get("transfer-encoding") == "chunked":
        return status, headers, await _read_chunks(reader)
    return status, headers, await reader.readexactly(int(headers.get("content-length", 0)))


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    content = b""
    while size := int((await reader.readline()).partition(b";")[0], 16):
        content += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return content
