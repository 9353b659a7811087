"""Further processes on one database: who claims and does jobs, and whose clock ticks.

Each writes what it did, a line each, into a file of its own in the order's folder.
"""

import os
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from crm.kit import clock, jobs
from crm.kit.db import Database
from tests.flawed import unlocked
from web.worker import Worker, put_due

if TYPE_CHECKING:
    from tests.prove.faults.nursery import Order

TICK_EVERY = timedelta(minutes=30)
BEGINS = datetime(2026, 11, 24, tzinfo=UTC)


def claim_and_do(order: "Order") -> None:
    """Take jobs and do them until none is left; each claim is a line."""
    jobs.LEASE = timedelta(minutes=5)
    take = unlocked.claim if order.flaw else jobs.claim
    database = Database(order.url, pool_size=1)
    with _report(order, "claims") as say, _clock_off_by(order.skew_s):
        while True:
            claimed = take(database, f"crew {os.getpid()}")
            if claimed is None:
                return
            say(str(claimed.id))
            if not jobs.run(database, claimed) and not order.flaw:
                say("trouble: a job did not go well")


def tick(order: "Order") -> None:
    """Let the clock put its jobs, half-hour by half-hour, as fast as it goes."""
    database = Database(order.url, pool_size=1)
    with _report(order, "ticks") as say:
        for turn in range(order.turns):
            at = BEGINS + turn * TICK_EVERY + timedelta(seconds=order.skew_s)
            with clock.frozen(at):
                Worker(database, name=f"crew {os.getpid()}").tick()
                with database.writing() as db:  # as one who holds no lease would, too
                    put_due(db)
            say(at.isoformat())


ROLES: dict[str, Callable[["Order"], None]] = {"claims": claim_and_do, "ticks": tick}


class _report:  # noqa: N801 - reads as a verb where it is used
    """A file that is whole after every line; trouble is a line, too."""

    def __init__(self, order: "Order", what: str) -> None:
        self._path = Path(order.data_dir) / f"{what}-{os.getpid()}"

    def __enter__(self) -> Callable[[str], None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._path.open("a", encoding="utf-8", buffering=1)
        return lambda line: self._file.write(line + "\n") and None

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> None:
        if error is not None:
            self._file.write(f"trouble: {''.join(traceback.format_exception_only(error))}\n")
        self._file.close()


class _clock_off_by:  # noqa: N801
    """The house's clock of this process goes wrong by so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._off = timedelta(seconds=seconds)

    def __enter__(self) -> None:
        self._true = clock.now
        clock.now = lambda: self._true() + self._off

    def __exit__(self, *_: object) -> None:
        clock.now = self._true
