"""The departments' chain through HTTP: a note saved, the next one reviewed, the morning's paper,
and what a housekeeper's phone has to load.

Asked of a seeded house, signed in as the role that does it, one after another: the figures are
the server's own.
"""

import asyncio
import gzip
import random
import re
import uuid
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col

from crm.hotels.tables import Hotel
from crm.kit.db import Database
from crm.preferences.tables import Observation
from crm.preferences.terms import ObservationState
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from lab.bench import process
from lab.bench.asking import Sample, sample_of
from lab.bench.client import Answer, Asker
from lab.bench.house.plan import Size
from lab.bench.house.seed import PASSWORD
from lab.bench.lines import Line
from lab.bench.measuring import Effort, Told
from lab.bench.walk import Walk, need

CAPTURE_MS, REVIEW_MS, BRIEFING_MS = 30.0, 50.0, 1_000.0
FIRST_LOAD_BYTES, REFRESH_BYTES = 60 * 1024, 5 * 1024
CODES = ("PL.BUCK", "CL.COOL", "AM.TEA", "RM.QUIET", "FL.HIGH", "SV.CLEANPM", "LT.BLACKOUT")
WORDS = (
    "asked twice if there is soy milk", "wants the room far from the lift next time",
    "空调开到 25 度，说昨晚太冷", "茶喝完了，咖啡没动", "own pillow from home on the bed",
)  # fmt: skip
_ASSET = re.compile(rb'(?:href|src)="(/(?:static/|sw\.js|manifest)[^"]*)"')


def measure(
    url: str, size: Size, folder: Path, effort: Effort, told: Told = lambda _: None
) -> list[Line]:
    """All lines of the table; starts and stops the server itself."""
    database = Database(url)
    try:
        sample = sample_of(database, size)
        with process.keshi(url, folder, effort.workers) as product:
            return asyncio.run(_Chain(database, product, sample, effort, told).all())
    finally:
        database.dispose()


class _Chain(Walk):
    """One run on one running server."""

    def __init__(
        self, database: Database, product: process.Process, sample: Sample, effort: Effort,
        told: Told,
    ) -> None:  # fmt: skip
        super().__init__(product, effort, told)
        self.database, self.sample = database, sample
        self.rng = random.Random("the departments' chain")

    async def all(self) -> list[Line]:
        lines = []
        async with Asker(self.product.port) as desk:
            await self.enter(desk, "desk1")
            lines.append(await self._capture(desk, "capture: a code", coded=True))
            lines.append(await self._capture(desk, "capture: free words", coded=False))
        async with Asker(self.product.port) as centre:
            await self.enter(centre, "centre1")
            lines += await self._review(centre)
        async with Asker(self.product.port) as manager:
            await self.enter(manager, "duty1")
            lines.append(await self._briefing(manager))
        async with Asker(self.product.port) as keeper:
            lines += await self._floor(keeper)
        return lines

    # ------------------------------------------------------------ one after another
    async def _capture(self, desk: Asker, name: str, *, coded: bool) -> Line:
        async def ask(request_id: str) -> Answer:
            guest = self.rng.choice(self.sample.today)
            note: dict[str, str] = {"id": str(uuid.uuid4()), "guest_id": str(guest)}
            note |= (
                {"code": self.rng.choice(CODES)} if coded else {"words": self.rng.choice(WORDS)}
            )  # fmt: skip
            return await desk.post_json(f"/api/v1/guests/{guest}/preferences", request_id, note)

        return await self.timed(name, ask, self.effort.calls, most_ms=CAPTURE_MS)

    async def _review(self, centre: Asker) -> list[Line]:
        """The next note with all that helps to decide, then the decision; as the page's script."""
        waiting = self._waiting()

        async def inbox(request_id: str) -> Answer:
            return await centre.get("/review", request_id)

        whole = await self.timed("review: the whole page", inbox, 20, most_ms=REVIEW_MS)
        centre.headers["HX-Request"] = "true"
        some = waiting[: self.effort.calls + self.effort.warm_up]
        shown, decided = some[::-1], some[::-1]
        calls = len(some) - min(self.effort.warm_up, len(some) // 2)

        async def next_item(request_id: str) -> Answer:
            return await centre.get(f"/review/{shown.pop()}", request_id)

        async def decide(request_id: str) -> Answer:
            form = {"verdict": "accept", "version": "1", "code": "AM.TEA"}
            return await centre.post_form(f"/review/{decided.pop()}", request_id, form)

        lines = [
            await self.timed("review: the next note", next_item, calls, most_ms=REVIEW_MS),
            await self.timed("review: a note accepted", decide, calls, most_ms=REVIEW_MS),
        ]
        return [replace(whole, note=f"{len(waiting):,} waiting"), *lines]

    def _waiting(self) -> list[UUID]:
        with self.database.reading() as db:
            found = db.connection().scalars(
                select(col(Observation.id))
                .where(
                    col(Observation.hotel_id) == self.sample.hotel_id,
                    col(Observation.state) == ObservationState.WAITING,
                )
                .order_by(col(Observation.entered_at))
            )
            return list(found)

    async def _briefing(self, manager: Asker) -> Line:
        line = await self.timed(
            "briefing", lambda rid: manager.get("/briefing", rid), 10, most_ms=BRIEFING_MS
        )
        return replace(line, note=f"{self._due():,} arrivals")

    def _due(self) -> int:
        with self.database.reading() as db:
            rows = db.connection().execute(
                select(col(Stay.id))
                .join(Hotel, col(Hotel.id) == col(Stay.hotel_id))
                .where(
                    col(Stay.hotel_id) == self.sample.hotel_id,
                    col(Stay.status) == StayStatus.BOOKED,
                    col(Stay.arrival_on) == col(Hotel.business_on),
                )
            )
            return len(rows.all())

    # ------------------------------------------------------------ over the wire
    async def _floor(self, keeper: Asker) -> list[Line]:
        """The floor on a phone that has nothing yet: the page with all that it names."""
        keeper.headers["Accept-Encoding"] = "gzip"
        await keeper.sign_in("keeper1", PASSWORD)
        page = await keeper.get("/rooms")
        need(page)
        wanted = sorted({*_assets(page), "/sw.js"})
        parts = {path: _weight(await keeper.get(path)) for path in wanted}
        first = _weight(page) + sum(parts.values())
        again = await keeper.get("/rooms/list")
        need(again)
        refresh = _weight(again)
        rooms = _plain(page).count(b"data-room=")
        return [
            Line(
                "floor, first load after login", 1, target="≤ 60 KB over the wire",
                kept=first <= FIRST_LOAD_BYTES,
                note=f"{first / 1024:.1f} KB, the page {_weight(page) / 1024:.1f}; {rooms} rooms",
            ),
            Line(
                "floor, a refresh", 1, target="≤ 5 KB over the wire",
                kept=refresh <= REFRESH_BYTES, note=f"{refresh / 1024:.1f} KB",
            ),
        ]  # fmt: skip


def _plain(answer: Answer) -> bytes:
    packed = answer.headers.get("content-encoding") == "gzip"
    return gzip.decompress(answer.body) if packed else answer.body


def _assets(page: Answer) -> set[str]:
    """What a page names of its own files; an icon is a part of its one file."""
    return {path.decode().partition("#")[0] for path in _ASSET.findall(_plain(page))}


def _weight(answer: Answer) -> int:
    """Body and head as they were sent."""
    return len(answer.body) + sum(len(k) + len(v) + 4 for k, v in answer.headers.items()) + 17
