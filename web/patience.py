"""How long a connection may take to say what it wants, and how much it may say.

uvicorn waits for ever for the rest of a request, and its parser takes headers of any size: a few
hundred sockets that send a byte now and then (slowloris) would hold a house. So headers must be
there within seconds and within 64 kB, and a body must keep coming, while the house itself is
waiting for it; how large a body may be, the routes say.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

HEADERS_MAX = 64 * 1024
HEADERS_S = 20.0
BODY_SPAN_S = 20.0
LINGER_S = 2.0
BODY_SPAN_BYTES = 2 * 1024
"""The slowest body that is waited for: 100 bytes a second; a modem sent fifty times that."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to its patience; the numbers are seconds and bytes."""

    headers_s = HEADERS_S
    body_span_s = BODY_SPAN_S
    body_span_bytes = BODY_SPAN_BYTES
    linger_s = LINGER_S

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._clock: asyncio.TimerHandle | None = None
        self._head = 0
        self._body = 0
        self._in_body = False

    # ------------------------------------------------------------ the connection
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for_headers()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._in_body:
            if self._clock is None:
                self._wait_for_headers()
            self._head += len(data)
        super().data_received(data)
        if not self._in_body and self._head > HEADERS_MAX:
            self._refuse(431)

    # ------------------------------------------------------------ the parser's news
    def on_headers_complete(self) -> None:
        self._in_body, self._body = True, 0
        self._stop_clock()
        super().on_headers_complete()
        self._clock = self.loop.call_later(self.body_span_s, self._look_at_body)

    def on_body(self, body: bytes) -> None:
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._in_body, self._head = False, 0
        self._stop_clock()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._in_body:
            # Refused before all of it came (413): a moment to read the answer, then no more.
            self._stop_clock()
            self._clock = self.loop.call_later(self.linger_s, self.transport.close)

    # ------------------------------------------------------------ running out
    def _wait_for_headers(self) -> None:
        self._head = 0
        self._clock = self.loop.call_later(self.headers_s, self._refuse, 408)

    def _look_at_body(self) -> None:
        """Every span: has enough come, or is it we who are not reading?"""
        if self._body < self.body_span_bytes and not self.flow.read_paused:
            self._refuse(408)
            return
        self._body = 0
        self._clock = self.loop.call_later(self.body_span_s, self._look_at_body)

    def _refuse(self, status: int) -> None:
        """Say why where nothing has been said yet, and close."""
        self._stop_clock()
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or cycle.response_complete or not cycle.response_started:
            self.transport.write(
                STATUS_LINE[status] + b"content-length: 0\r\nconnection: close\r\n\r\n"
            )
        self.transport.close()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
