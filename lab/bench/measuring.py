"""Measures a seeded house through HTTP, as its desks use it: signed in, with rights and audit."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

from sqlalchemy import event
from sqlmodel import Session

from crm.guests.keys import query_tokens
from crm.kit.db import Database
from crm.profile.queries import card
from crm.staff.actor import staff_of
from crm.staff.terms import Role
from lab.bench import process
from lab.bench.asking import Kind, Sample, kinds_of, sample_of, surname_of, weights
from lab.bench.client import Answer, Asker
from lab.bench.house.plan import HOTELS, Size
from lab.bench.house.seed import PASSWORD
from lab.bench.lines import Line, middle, worst

WARM_UP = 30
"""At most so many calls of a kind before those that count."""
CARD_MS, CARD_CPU_MS, CARD_STATEMENTS = 25.0, 5.0, 7
LIST_CPU_MS = 5.0
DESKS, THINK_SECONDS, DESK_MS = 200, 2.0, 100.0
TOGETHER = 200
MEMORY_MIB = 150
SETTLE_SECONDS = 1.5
Told = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How long to measure: calls of each kind, seconds of the desks."""

    calls: int = 400
    seconds: int = 60
    workers: int = 1
    desks: int = DESKS
    only: str = ""
    """Only lines whose name holds this."""

    @property
    def warm_up(self) -> int:
        return min(WARM_UP, self.calls)


def measure(
    url: str, size: Size, folder: Path, effort: Effort, told: Told = lambda _: None
) -> list[Line]:
    """All lines of the table; starts and stops the servers itself."""
    database = Database(url)
    try:
        samples = {no: sample_of(database, size, hotel=no) for no in range(1, HOTELS + 1)}
        counted = _statements_of_card(database, samples[1])
        with ExitStack() as open_doors:
            product = open_doors.enter_context(process.keshi(url, folder, effort.workers))
            bare = open_doors.enter_context(process.floor(url, folder))
            bench = _Bench(product, bare, samples, effort, told)
            return asyncio.run(bench.all(counted, database.is_sqlite))
    finally:
        database.dispose()


def statements(db: Session, call: Callable[[], object]) -> int:
    """How many statements one call sends."""
    seen: list[str] = []
    connection = db.connection()

    def note(_c: object, _cur: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(connection, "before_cursor_execute", note)
    return len(seen)


def _statements_of_card(database: Database, sample: Sample) -> int:
    by = staff_of([Role.FRONT_DESK], staff_id=UUID(int=1), name="Bench", hotel_id=sample.hotel_id)
    with database.reading() as db:
        return statements(db, lambda: card(db, sample.dense[0], by=by))


Ask = Callable[[str], Awaitable[Answer]]


class _Bench:
    """One run on two running servers."""

    def __init__(
        self,
        product: process.Process,
        bare: process.Process,
        samples: dict[int, Sample],
        effort: Effort,
        told: Told,
    ) -> None:
        self.product, self.bare, self.sample = product, bare, samples[1]
        self.effort, self.told = effort, told
        self.samples = samples
        self.kinds_at = {no: kinds_of(sample) for no, sample in samples.items()}
        self.kinds = self.kinds_at[1]
        self._asked = 0

    async def all(self, card_statements: int, on_sqlite: bool) -> list[Line]:
        started = self.product.memory_mib()
        lines: list[Line] = []
        async with Asker(self.product.port) as desk, Asker(self.bare.port) as floor:
            await desk.sign_in("desk1", PASSWORD)
            wanted = [kind for kind in self.kinds if self.effort.only in kind.name]
            lines += [await self._look_up(kind, desk, floor, on_sqlite) for kind in wanted]
            pages = self._pages(desk, floor, card_statements)
            lines += [await line() for name, line in pages if self.effort.only in name]
        if not self.effort.only or self.effort.only in "desks":
            lines.append(await self._together())
            lines.append(await self._desks())
            lines.append(self._memory(started))
        return lines

    # ------------------------------------------------------------ one after another
    async def _look_up(self, kind: Kind, desk: Asker, floor: Asker, on_sqlite: bool) -> Line:
        rng = random.Random(kind.name)
        asked = [kind.ask(rng) for _ in range(self.effort.warm_up + self.effort.calls)]
        found = 0

        async def ask(request_id: str) -> Answer:
            nonlocal found
            answer = await desk.get("/api/v1/guests", request_id, q=queue.pop(), limit=20)
            found += b'"id"' in answer.body
            return answer

        queue = asked[::-1]
        bare = None
        if kind.floor:
            bare = await self._floor(
                [partial(floor.get, "/guests", **_floor_query(kind, q, on_sqlite)) for q in asked]
            )
        line = await self._serial(f"look-up: {kind.name}", ask)
        target = f"server p99 ≤ {kind.most_ms:.0f}" if kind.most_ms else ""
        kept = None if kind.most_ms is None else (line.server_p99 or 0) <= kind.most_ms
        share = round(100 * found / len(asked))
        return _with(line, target=target, kept=kept, floor_cpu_ms=bare, note=f"{share} % found")

    def _pages(
        self, desk: Asker, floor: Asker, counted: int
    ) -> Iterator[tuple[str, Callable[[], Awaitable[Line]]]]:
        """Cards, lists and screens; each line is measured when it is awaited."""
        some = [guest.id for guest in self.sample.guests]
        for name, guests in (
            ("card, any guest", some),
            ("card, in house or due", self.sample.today),
            ("card, a regular", self.sample.dense),
        ):
            yield name, partial(self._card, name, guests, desk, floor, counted)
        yield (
            "card as a page",
            partial(
                self._screen,
                "card as a page",
                desk,
                lambda r: f"/guests/{r.choice(self.sample.today)}",
            ),
        )
        yield "list: companies", partial(self._companies, desk, floor)
        lists: dict[str, Callable[[random.Random], str]] = {
            "list: stays of the hotel": lambda _: "/api/v1/stays",
            "list: stays of a guest": lambda r: f"/api/v1/guests/{r.choice(some)}/stays",
            "list: complaints": lambda _: "/api/v1/complaints",
            "list: timeline of a guest": lambda r: f"/api/v1/guests/{r.choice(some)}/timeline",
        }
        for name, path in lists.items():
            yield name, partial(self._list, name, desk, path)
        yield "palette while typing", partial(
            self._screen, "palette while typing", desk,
            lambda r: f"/palette?q={quote(surname_of(r.choice(self.sample.chinese))[:4])}",
        )  # fmt: skip
        yield (
            "board of today",
            partial(self._screen, "board of today", desk, lambda _: "/today/board", calls=40),
        )

    async def _card(
        self, name: str, guests: list[UUID], desk: Asker, floor: Asker, counted: int
    ) -> Line:
        rng = random.Random(name)
        chosen = [rng.choice(guests) for _ in range(self.effort.warm_up + self.effort.calls)]
        bare = await self._floor([partial(floor.get, f"/guests/{one}/card") for one in chosen])
        queue = chosen[::-1]
        line = await self._serial(
            name, lambda request_id: desk.get(f"/api/v1/guests/{queue.pop()}/card", request_id)
        )
        kept = (
            counted <= CARD_STATEMENTS
            and (line.cpu_ms or 0) <= CARD_CPU_MS
            and (line.server_p99 or 0) <= CARD_MS
        )
        target = f"≤ {CARD_STATEMENTS} statements, ≤ 5 ms CPU, p99 ≤ 25"
        return _with(line, target=target, kept=kept, floor_cpu_ms=bare, statements=counted)

    async def _companies(self, desk: Asker, floor: Asker) -> Line:
        calls = self.effort.warm_up + self.effort.calls
        bare = await self._floor([partial(floor.get, "/companies")] * calls)
        line = await self._list("list: companies", desk, lambda _: "/api/v1/companies")
        return _with(line, floor_cpu_ms=bare)

    async def _list(self, name: str, desk: Asker, path: Callable[[random.Random], str]) -> Line:
        line = await self._screen(name, desk, path)
        kept = (line.cpu_ms or 0) <= LIST_CPU_MS
        return _with(line, target="first page ≤ 5 ms CPU", kept=kept)

    async def _screen(
        self, name: str, desk: Asker, path: Callable[[random.Random], str], calls: int = 0
    ) -> Line:
        rng = random.Random(name)
        return await self._serial(
            name, lambda request_id: desk.get(path(rng), request_id), calls=calls
        )

    async def _floor(self, calls: list[Callable[[], Awaitable[Answer]]]) -> float:
        """Processor time of the bare application for one of these."""
        for call in calls[: self.effort.warm_up]:
            _need_well(await call())
        before = self.bare.cpu_ms()
        for call in calls[self.effort.warm_up :]:
            await call()
        return (self.bare.cpu_ms() - before) / len(calls[self.effort.warm_up :])

    async def _serial(self, name: str, ask: Ask, *, calls: int = 0) -> Line:
        """One after another by one asker, after a warm-up."""
        self.told(name)
        calls = calls or self.effort.calls
        for _ in range(self.effort.warm_up):
            _need_well(await ask(self._next_id()))
        self.product.answered()
        before, waited = self.product.cpu_ms(), []
        for _ in range(calls):
            answer = await ask(self._next_id())
            _need_well(answer)
            waited.append(answer.ms)
        cpu = (self.product.cpu_ms() - before) / calls
        took = list(self.product.answered().values())
        return Line(
            name, calls, server_p50=middle(took), server_p99=worst(took), p50=middle(waited),
            p99=worst(waited), cpu_ms=cpu,
        )  # fmt: skip

    def _next_id(self) -> str:
        self._asked += 1
        return f"bench-{self._asked:08}"

    # ------------------------------------------------------------ side by side
    async def _together(self) -> Line:
        """As many at once as there are desks, each asking for a card at the same moment."""
        self.told("200 parallel requests")
        async with Asker(self.product.port) as first:
            await first.sign_in("desk1", PASSWORD)
            askers = [Asker(self.product.port, dict(first.headers)) for _ in range(TOGETHER)]
        rng = random.Random("together")
        guests = [rng.choice(self.sample.guests).id for _ in askers]
        self.product.answered()
        answers = await asyncio.gather(
            *(each.get(f"/api/v1/guests/{guest}/card", self._next_id())
              for each, guest in zip(askers, guests, strict=True)),
            return_exceptions=True,
        )  # fmt: skip
        for each in askers:
            await each.close()
        well = [a for a in answers if isinstance(a, Answer) and a.status == 200]
        waited = [answer.ms for answer in well]
        return Line(
            "200 parallel requests", len(answers), p50=middle(waited), p99=worst(waited),
            target="200 of 200 answered", kept=len(well) == TOGETHER,
            note=f"{len(well)} of {len(answers)}",
        )  # fmt: skip

    async def _desks(self) -> Line:
        """Many desks that look up, open cards and look at the board, thinking in between."""
        self.told(f"{self.effort.desks} desks, {self.effort.seconds} s")
        desks = [Asker(self.product.port) for _ in range(self.effort.desks)]
        for no, desk in enumerate(desks):
            await desk.sign_in(f"desk{no % HOTELS + 1}", PASSWORD)
        self.product.answered()
        before = self.product.cpu_ms()
        told: list[Answer | str] = []
        await asyncio.gather(*(self._work(no, desk, told) for no, desk in enumerate(desks)))
        cpu = (self.product.cpu_ms() - before) / max(1, len(told))
        await asyncio.sleep(0.2)
        took = list(self.product.answered().values())
        well = [answer for answer in told if isinstance(answer, Answer) and answer.status == 200]
        waited = [answer.ms for answer in well]
        wrong = len(told) - len(well)
        return Line(
            f"{self.effort.desks} desks, {THINK_SECONDS:.0f} s to think", len(told),
            server_p50=middle(took), server_p99=worst(took), p50=middle(waited),
            p99=worst(waited), cpu_ms=cpu,
            target="p99 ≤ 100, no errors", kept=not wrong and (worst(waited) or 0) <= DESK_MS,
            note=f"{wrong} errors, {len(told) / self.effort.seconds:.0f} a second",
        )  # fmt: skip

    async def _work(self, no: int, desk: Asker, told: list[Answer | str]) -> None:
        """Six in ten look-ups, the rest cards as pages; the board once in fifty."""
        rng = random.Random(f"desk {no}")
        loop = asyncio.get_running_loop()
        until = loop.time() + self.effort.seconds
        await asyncio.sleep(rng.uniform(0, THINK_SECONDS))
        while loop.time() < until:
            try:
                told.append(await self._one_thing(rng, desk, no % HOTELS + 1))
            except (OSError, TimeoutError, asyncio.IncompleteReadError) as lost:
                told.append(type(lost).__name__)
            await asyncio.sleep(rng.uniform(0.5, 1.5) * THINK_SECONDS)
        await desk.close()

    async def _one_thing(self, rng: random.Random, desk: Asker, hotel: int) -> Answer:
        chance = rng.random()
        if chance < 0.02:
            return await desk.get("/today/board", self._next_id())
        if chance < 0.60:
            kinds = self.kinds_at[hotel]
            kind = rng.choices(kinds, weights(kinds))[0]
            return await desk.get("/api/v1/guests", self._next_id(), q=kind.ask(rng), limit=10)
        return await desk.get(
            f"/guests/{rng.choice(self.samples[hotel].guests).id}", self._next_id()
        )

    def _memory(self, started: list[int]) -> Line:
        now = self.product.memory_mib()
        each = max(now)
        return Line(
            "memory of a web process, MiB", target=f"≤ {MEMORY_MIB}", kept=each <= MEMORY_MIB,
            note=f"{_listed(now)} after all this; {_listed(started)} before",
        )  # fmt: skip


def _floor_query(kind: Kind, q: str, on_sqlite: bool) -> dict[str, str]:
    if kind.floor != "words":
        return {"by": kind.floor, "q": q}
    tokens = query_tokens(q)
    if on_sqlite:
        words = " AND ".join(f'"{t.text}"{"*" if t.prefix else ""}' for t in tokens)
    else:
        words = " & ".join(f"'{t.text}'{':*' if t.prefix else ''}" for t in tokens)
    return {"by": "words", "q": words}


def _listed(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes))


def _with(line: Line, **more: object) -> Line:
    return Line(**{**line.__dict__, **more})


def _need_well(answer: Answer) -> None:
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}: {answer.body[:300]!r}")
