"""Live screens: one reader a process tails the event rows and wakes the streams it concerns.

A stream says only *that* something of a kind changed in the hotel; the page fetches its
fragment again with its own rights, so nothing leaks by this way. The tail re-reads its last
seconds, since rows can become visible out of order; what must not be lost is a job.
"""

import asyncio
import logging
from collections.abc import AsyncIterable
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from crm.kit import clock
from crm.kit.db import Database
from crm.kit.event_tail import EventSeen, newest_since
from crm.staff import sessions
from web.gate import SESSION_COOKIE

log = logging.getLogger("keshi.live")

PAUSE_S = 0.5
LOOK_BACK = timedelta(seconds=5)
LONGEST_S = 600
CHECK_EVERY_S = 1.0


class Tail:
    """Reads new events twice a second and hands them to whoever listens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[asyncio.Queue[EventSeen]] = set()
        self._seen: dict[UUID, None] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="keshi-tail")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def listen(self) -> asyncio.Queue[EventSeen]:
        queue: asyncio.Queue[EventSeen] = asyncio.Queue(maxsize=100)
        self._listeners.add(queue)
        return queue

    def leave(self, queue: asyncio.Queue[EventSeen]) -> None:
        self._listeners.discard(queue)

    async def _run(self) -> None:
        since = clock.now()
        while True:
            await asyncio.sleep(PAUSE_S)
            if not self._listeners:
                since = clock.now()
                continue
            try:
                found = await run_in_threadpool(self._read, since - LOOK_BACK)
            except Exception:
                log.exception("the event tail could not read, trying again")
                continue
            for event in found:
                since = max(since, event.at)
                if event.id not in self._seen:
                    self._seen[event.id] = None
                    self._tell(event)
            while len(self._seen) > 5000:
                self._seen.pop(next(iter(self._seen)))

    def _read(self, since: object) -> list[EventSeen]:
        with self._database.reading() as db:
            return newest_since(db, since)  # type: ignore[arg-type]

    def _tell(self, event: EventSeen) -> None:
        for queue in self._listeners:
            if not queue.full():
                queue.put_nowait(event)


router = APIRouter()


@router.get("/live", response_class=EventSourceResponse, include_in_schema=False)
async def live(request: Request) -> AsyncIterable[ServerSentEvent]:
    """Events of the signed-in person's hotel, as ``changed`` with the event's kind.

    Ends after ten minutes (the browser comes back by itself) and within a second of the
    session's end, so that a leaver's screen goes quiet.
    """
    tail: Tail = request.app.state.tail
    actor = request.state.actor
    queue = tail.listen()
    ends = asyncio.get_running_loop().time() + LONGEST_S
    try:
        yield ServerSentEvent(comment="listening", retry=2000)
        while asyncio.get_running_loop().time() < ends:
            try:
                event = await asyncio.wait_for(queue.get(), CHECK_EVERY_S)
            except TimeoutError:
                event = None
            if not await run_in_threadpool(_still_in, request):
                return
            if event is None:
                yield ServerSentEvent(comment="still here")
            elif event.hotel_id is None or event.hotel_id in actor.hotel_ids:
                yield ServerSentEvent(raw_data=event.kind, event="changed", id=str(event.id))
    finally:
        tail.leave(queue)


def _still_in(request: Request) -> bool:
    if SESSION_COOKIE not in request.cookies:
        return True
    with request.app.state.database.reading() as db:
        return sessions.identify(db, request.cookies[SESSION_COOKIE]) is not None
