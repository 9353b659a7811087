"""Live screens: one reader a process tails the event rows and wakes the streams it concerns.

A stream says only *that* something of a kind changed in the hotel; the page fetches its
fragment again with its own rights, so nothing leaks by this way. The tail re-reads its last
seconds, since rows can become visible out of order; what must not be lost is a job.
"""

import asyncio
import logging
from collections.abc import AsyncIterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool

from crm.kit import clock
from crm.kit.db import Database
from crm.kit.event_tail import EventSeen, newest_since
from crm.staff import keys, sessions
from crm.staff.actor import Actor
from web.metrics import STREAMS

log = logging.getLogger("keshi.live")

PAUSE_S = 0.5
LOOK_BACK = timedelta(seconds=5)
LONGEST_S = 600
STILL_HERE_S = 1.0
PERMISSION = "events.stream"


class Listener(asyncio.Queue[EventSeen | None]):
    """One stream: the events it waits for, and who is behind it as of the tail's last look.

    A None in it says only: look whether you are ``over``.
    """

    def __init__(self, actor: Actor | None, session: str | None) -> None:
        super().__init__(maxsize=100)
        self.actor, self.session = actor, session
        self.over = False

    def end(self) -> None:
        self.over = True
        if not self.full():
            self.put_nowait(None)

    def concerns(self, event: EventSeen) -> bool:
        return event.hotel_id is None or (
            self.actor is not None and event.hotel_id in self.actor.hotel_ids
        )


@dataclass(frozen=True)
class Look:
    """What the tail read in one go: new events, and who still stands behind the streams."""

    events: list[EventSeen]
    sessions: dict[str, sessions.Identity]
    keys: dict[UUID, Actor]

    def actor_of(self, listener: Listener) -> Actor | None:
        if listener.session is not None:
            found = self.sessions.get(listener.session)
            return found.actor if found else None
        key = listener.actor.id if listener.actor else None
        return self.keys.get(key) if key else None


class Tail:
    """Twice a second: reads new events for whoever listens, and whether they still may."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: set[Listener] = set()
        self._seen: dict[UUID, None] = {}
        self._task: asyncio.Task[None] | None = None
        self.closing = False

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="keshi-tail")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def close_soon(self) -> None:
        """Let every stream end by itself within a second; the process is about to stop."""
        self.closing = True

    def listen(self, actor: Actor | None = None, session: str | None = None) -> Listener:
        """A place to wait at; ``session`` is the hash of the session's token, None for a key."""
        listener = Listener(actor, session)
        self._listeners.add(listener)
        STREAMS.inc()
        return listener

    def leave(self, listener: Listener) -> None:
        if listener in self._listeners:
            self._listeners.remove(listener)
            STREAMS.dec()

    async def _run(self) -> None:
        since = clock.now()
        while True:
            await asyncio.sleep(PAUSE_S)
            if not self._listeners:
                since = clock.now()
                continue
            asked = tuple(self._listeners)
            try:
                look = await run_in_threadpool(self._read, since - LOOK_BACK, asked)
            except Exception:
                log.exception("the event tail could not read, trying again")
                continue
            self._look_who_is_there(look, asked)
            for event in look.events:
                since = max(since, event.at)
                if event.id not in self._seen:
                    self._seen[event.id] = None
                    self._tell(event)
            while len(self._seen) > 5000:
                self._seen.pop(next(iter(self._seen)))

    def _read(self, since: datetime, asked: Sequence[Listener]) -> Look:
        hashes = {each.session for each in asked if each.session}
        key_ids = {
            each.actor.id for each in asked if each.actor and each.actor.id and not each.session
        }
        with self._database.reading() as db:
            return Look(
                newest_since(db, since),
                sessions.identify_all(db, hashes),
                keys.identify_all(db, key_ids),
            )

    def _look_who_is_there(self, look: Look, asked: Sequence[Listener]) -> None:
        """Rights are read anew for every stream; one whose session or key is over ends."""
        for listener in asked:
            if listener.actor is None:
                continue
            now = look.actor_of(listener)
            if now is None or not now.may(PERMISSION):
                listener.end()
            else:
                listener.actor = now

    def _tell(self, event: EventSeen) -> None:
        for listener in self._listeners:
            if not listener.full():
                listener.put_nowait(event)


router = APIRouter()


@router.get("/live", response_class=EventSourceResponse, include_in_schema=False)
async def live(request: Request) -> AsyncIterable[ServerSentEvent]:
    """Events of the signed-in person's hotel, as ``changed`` with the event's kind.

    Ends after ten minutes (the browser comes back by itself) and within a second of the end of
    the session, the key, the account or the right, so that a leaver's screen goes quiet.
    """
    tail: Tail = request.app.state.tail
    identity: sessions.Identity | None = request.state.identity
    listener = tail.listen(request.state.actor, identity.token_hash if identity else None)
    ends = asyncio.get_running_loop().time() + LONGEST_S
    try:
        yield ServerSentEvent(comment="listening", retry=2000)
        while asyncio.get_running_loop().time() < ends and not tail.closing:
            try:
                event = await asyncio.wait_for(listener.get(), STILL_HERE_S)
            except TimeoutError:
                event = None
            if listener.over:
                return
            if event is None:
                yield ServerSentEvent(comment="still here")
            elif listener.concerns(event):
                yield ServerSentEvent(raw_data=event.kind, event="changed", id=str(event.id))
    finally:
        tail.leave(listener)
