"""A process that has everything imported and forks a whole house on demand, to be killed.

Python takes seconds to import the house and milliseconds to fork it. This module is both ends:
``python -m tests.prove.faults.nursery`` is the warm parent, which has one thread and no
connection; `Nursery` is who asks it for children. Each child opens its own engine, serves HTTP
on a free port and works off jobs.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[3]
WAIT_S = 30.0


@dataclass(frozen=True)
class Order:
    """What child is wanted: on which database, and where it dies, ``skip`` visits later.

    A ``role`` of `crew` serves nothing: it works ``turns`` times with its clock ``skew_s`` off.
    """

    url: str
    data_dir: str
    secret: str
    place: str | None = None
    skip: int = 0
    flaw: str | None = None
    works: bool = True
    role: str = "house"
    skew_s: float = 0
    turns: int = 0


class Child:
    """A house that serves on ``port`` until it dies or is killed."""

    def __init__(self, nursery: "Nursery", pid: int, port: int) -> None:
        self.pid, self.port = pid, port
        self._nursery = nursery

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def ended(self, within_s: float) -> int | None:
        """The signal it died of, once it has; None when it still lives after this time."""
        answer = self._nursery.ask({"wait": self.pid, "seconds": within_s})
        return None if answer["status"] is None else os.WTERMSIG(answer["status"])


class Nursery:
    """The warm parent, as seen by a proof."""

    def __init__(self, stderr: Path) -> None:
        self._stderr = stderr.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.stderr = stderr

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(timeout=WAIT_S)
        assert self._process.stdout
        self._process.stdout.close()
        self._stderr.close()

    def ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(self.stderr.read_text()[-3000:])
        found: dict[str, Any] = json.loads(answer)
        return found

    def child(self, order: Order) -> Child:
        """A new house; it may die before it has served anything."""
        answer = self.ask(asdict(order))
        return Child(self, answer["pid"], answer["port"])


# ---------------------------------------------------------------- the warm parent
def main() -> None:
    """Fork on demand until nobody asks any more."""
    from tests.postgres import _die_with_parent

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    house = _build()
    die_with_parent = _die_with_parent()
    for line in sys.stdin:
        order = json.loads(line)
        if "wait" in order:
            answer: dict[str, Any] = {"status": _waited(order["wait"], order["seconds"])}
        else:
            listening = socket.socket()
            listening.bind(("127.0.0.1", 0))
            listening.listen(128)
            pid = os.fork()
            if pid == 0:
                if die_with_parent:
                    die_with_parent()
                answers.close()
                os.close(0)
                try:
                    _live(house, Order(**order), listening)
                finally:
                    os._exit(0)
            answer = {"pid": pid, "port": listening.getsockname()[1]}
            listening.close()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    for pid in _living:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


_living: set[int] = set()


def _waited(pid: int, seconds: float) -> int | None:
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status
        if time.monotonic() > until:
            return None
        select.select([], [], [], 0.004)


def _build() -> Any:
    import logging

    from crm.intake import committing, undoing
    from crm.kit import jobs
    from crm.kit.db import Database
    from crm.kit.settings import Settings
    from tests.prove.faults import handlers  # noqa: F401 - registers its jobs
    from web import worker
    from web.app import create_app

    logging.getLogger("keshi").setLevel(logging.CRITICAL)
    # short enough that a proof need not wait minutes for what a dead worker held
    jobs.LEASE = timedelta(seconds=0.5)
    worker.PAUSE_S = 0.02
    committing.BATCH_ROWS, undoing.BATCH = 15, 30  # type: ignore[attr-defined]
    # a whole backup at every first tick would take the time of the kills; it has its own proofs
    worker.safekeeping_jobs.put_when_due = lambda _: None  # type: ignore[attr-defined]
    worker.import_jobs()
    settings = Settings(_env_file=None, demo=True, database_url="sqlite:///unused.db")
    return create_app(settings, database=Database(settings.database_url))


def _live(app: Any, order: Order, listening: socket.socket) -> None:
    """The child: a house of its own, which dies where it was told to."""
    import uvicorn
    from pydantic import SecretStr

    from crm.kit import failpoints
    from crm.kit.settings import Settings, put_in_force
    from tests.flawed import forgetful
    from tests.prove.faults import crew
    from web.app import furnish, open_database
    from web.worker import Worker

    if order.role != "house":
        crew.ROLES[order.role](order)
        return
    settings = Settings(
        _env_file=None,
        database_url=order.url,
        data_dir=Path(order.data_dir),
        secret_key=SecretStr(order.secret),
        rate_limits=False,
    )
    put_in_force(settings)
    database = open_database(settings)
    furnish(app, settings, database)
    if order.flaw:
        forgetful.plant(app, order.flaw)
    config = uvicorn.Config(app, log_level="critical", access_log=False, lifespan="on")
    with failpoints.armed(_death_at(order.place, order.skip)):
        if order.works:
            Worker(database, name="proof").start()
        uvicorn.Server(config).run(sockets=[listening])


def _death_at(place: str | None, skip: int) -> Callable[[str], None]:
    left = skip

    def reached(name: str) -> None:
        nonlocal left
        if name != place:
            return
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
            time.sleep(60)  # the signal comes before this is over

    return reached


if __name__ == "__main__":
    main()
