"""Asking a running server one call after another: what it took by its own log and the kernel."""

import re
from collections.abc import Awaitable, Callable

from lab.bench import process
from lab.bench.client import Answer, Asker
from lab.bench.house.seed import PASSWORD
from lab.bench.lines import Line, middle, worst
from lab.bench.measuring import Effort, Told

_TOKEN = re.compile(rb'name="csrf-token" content="([^"]+)"')


class Walk:
    """One run on one running server."""

    def __init__(self, product: process.Process, effort: Effort, told: Told) -> None:
        self.product, self.effort, self.told = product, effort, told
        self._asked = 0

    async def enter(self, asker: Asker, login: str) -> None:
        """Signed in, with the token that a changing request must carry."""
        await asker.sign_in(login, PASSWORD)
        page = await asker.get("/password")
        found = _TOKEN.search(page.body)
        if found is None:
            raise RuntimeError(f"no token on a page: {page.status}")
        asker.headers["X-CSRF-Token"] = found[1].decode()

    async def timed(
        self, name: str, ask: Callable[[str], Awaitable[Answer]], calls: int, *,
        most_ms: float | None = None, most_cpu_ms: float | None = None,
    ) -> Line:  # fmt: skip
        """``calls`` after a warm-up; a target of the server's p99, of its processor time, or none.

        ``ask`` is given the id of its request.
        """
        self.told(name)
        for _ in range(min(self.effort.warm_up, calls)):
            need(await ask(self._next_id()))
        self.product.answered()
        before, waited = self.product.cpu_ms(), []
        for _ in range(calls):
            answer = await ask(self._next_id())
            need(answer)
            waited.append(answer.ms)
        cpu = (self.product.cpu_ms() - before) / calls
        took = list(self.product.answered().values())
        target, kept = "", None
        if most_ms is not None:
            target, kept = f"server p99 ≤ {most_ms:,.0f}", (worst(took) or 0) <= most_ms
        if most_cpu_ms is not None:
            target, kept = f"≤ {most_cpu_ms:,.0f} ms CPU", cpu <= most_cpu_ms
        return Line(
            name, calls, server_p50=middle(took), server_p99=worst(took), p50=middle(waited),
            p99=worst(waited), cpu_ms=cpu, target=target, kept=kept,
        )  # fmt: skip

    def _next_id(self) -> str:
        self._asked += 1
        return f"walk-{self._asked:08}"


def need(answer: Answer) -> None:
    """`RuntimeError` for what was not answered well: a bench of refusals would be a fast one."""
    if answer.status not in (200, 201):
        raise RuntimeError(f"answered {answer.status}: {answer.body[:300]!r}")
