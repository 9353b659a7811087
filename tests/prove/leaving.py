"""Ways into a running house, held open at each of its processes, and when they shut."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol, Self

from crm.kit.db import Database
from tests.conftest import SECRET

MOST_S = 1.0
"""How long anything may stay open once the doer was told that it is done."""
OPENING_S = 90
PATIENCE_S = 4.0
Headers = Mapping[str, str]


@dataclass(frozen=True)
class Served:
    """A house behind a port; ``process`` is the one whose children answer."""

    port: int
    process: int
    environment: Mapping[str, str]


@contextmanager
def served(database: Database, folder: Path, *, workers: int) -> Iterator[Served]:
    """``keshi serve --workers N``, ready; all its processes are gone afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "KESHI_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "KESHI_SECRET_KEY": SECRET,
        "KESHI_RATE_LIMITS": "0",
        "KESHI_DATA_DIR": str(folder),
        "KESHI_BASE_URL": f"http://127.0.0.1:{port}",
    }
    options = ["serve", "--port", str(port), "--workers", str(workers), "--no-worker"]
    said = folder / "serve.log"
    with said.open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "web", *options], env=environment, stdout=log, stderr=log
        )
    try:
        until = time.monotonic() + OPENING_S
        while not _is_ready(port) or len(_answering(process.pid, port)) < workers:
            assert process.poll() is None, said.read_text()
            assert time.monotonic() < until, f"the house did not open:\n{said.read_text()}"
            time.sleep(0.1)
        yield Served(port, process.pid, environment)
    finally:
        family = [process.pid, *_children(process.pid)]
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=5)
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait(timeout=20)


def _is_ready(port: int) -> bool:
    door = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        door.request("GET", "/readyz")
        return door.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        door.close()


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            for child in map(int, task.read_text().split()):
                found += [child, *_children(child)]
    return found


def _answering(pid: int, port: int) -> set[int]:
    """The processes below one that hold the listening socket."""
    listening = {row.inode for row in _connections() if row.local == port and not row.remote}
    below = _children(pid)
    return {child for child in below if listening & _sockets(child)}


class _Row(Protocol):
    local: int
    remote: int
    inode: str


@dataclass(frozen=True)
class _Connection:
    local: int
    remote: int
    inode: str


def _connections() -> Iterator[_Row]:
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        parts = line.split()
        yield _Connection(
            int(parts[1].rpartition(":")[2], 16), int(parts[2].rpartition(":")[2], 16), parts[9]
        )


def _sockets(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                found.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    return found


def process_behind(house: Served, own_port: int) -> int:
    """Which process of the house holds the other end of a connection of ours."""
    ends = {
        row.inode for row in _connections() if row.local == house.port and row.remote == own_port
    }
    return next(
        (child for child in _children(house.process) if ends & _sockets(child)), house.process
    )


# ---------------------------------------------------------------- ways
class Way(Protocol):
    """Something that lets its holder in until it does not; ``shut_at`` is a monotonic instant."""

    name: str
    shut_at: float | None

    def own_port(self) -> int: ...

    def look(self) -> None:
        """Try once, if it is not known to be shut."""

    def close(self) -> None: ...


class Asks:
    """A connection that is kept and asked again and again."""

    def __init__(self, name: str, port: int, path: str, headers: Headers) -> None:
        self.name, self.path, self.headers = name, path, dict(headers)
        self.shut_at: float | None = None
        self.is_there: Callable[[int], bool] = lambda _port: True
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        if self._ask() != 200:
            self.close()
            raise AssertionError(f"{name} was never open")

    def _ask(self) -> int:
        self._http.request("GET", self.path, headers=self.headers)
        answer = self._http.getresponse()
        answer.read()
        return answer.status

    def own_port(self) -> int:
        port: int = self._http.sock.getsockname()[1]
        return port

    def look(self) -> None:
        if self.shut_at is not None:
            return
        try:
            status = self._ask()
        except (http.client.RemoteDisconnected, ConnectionError):
            self._come_back()  # the server lets go of a connection that rests for five seconds
            status = self._ask()
        if status in {303, 401, 403}:
            self.shut_at = time.monotonic()

    def _come_back(self) -> None:
        """A new connection to the same process."""
        for _ in range(200):
            self._http.close()
            self._http.connect()
            self._http.request("GET", "/healthz")
            self._http.getresponse().read()
            if self.is_there(self.own_port()):
                return
        raise AssertionError(f"{self.name}: its process takes no connection any more")

    def close(self) -> None:
        self._http.close()


class Listens:
    """A live screen; a thread of its own reads it to its end."""

    def __init__(self, name: str, port: int, headers: Headers) -> None:
        self.name = name
        self.shut_at: float | None = None
        self.heard = ""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        sent = {"Host": f"127.0.0.1:{port}", "Accept": "text/event-stream", **headers}
        lines = ["GET /live HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items()), "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        heard = b""
        while b"listening" not in heard:
            more = self._socket.recv(4096)
            heard += more
            if not more or b" 200 " not in heard[:40]:
                self.close()
                raise AssertionError(f"{name} was never open: {heard[:80]!r}")
        self._socket.settimeout(60)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        with suppress(OSError):
            while not self.heard.endswith("0\r\n\r\n"):
                more = self._socket.recv(4096)
                if not more:
                    break
                self.heard += more.decode()
        self.shut_at = time.monotonic()

    def own_port(self) -> int:
        port: int = self._socket.getsockname()[1]
        return port

    def look(self) -> None:
        """The thread does."""

    def close(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def ways_of(house: Served, who: str, path: str, headers: Headers) -> list[Way]:
    """One that asks and one that listens at each process of the house."""
    found: dict[tuple[type, int], Way] = {}
    processes = _answering(house.process, house.port) or {house.process}
    spare: list[Way] = []
    for kind in (Asks, Listens):
        for _ in range(200):
            if kind is Asks:
                way: Way = Asks(f"{who}, asking", house.port, path, headers)
            else:
                way = Listens(f"{who}, listening", house.port, headers)
            at = process_behind(house, way.own_port())
            if (kind, at) in found:
                spare.append(way)
            else:
                if isinstance(way, Asks):
                    way.is_there = partial(_is_at, house, at)
                way.name += f" at process {sorted(processes).index(at) + 1}"
                found[kind, at] = way
            if sum(seen is kind for seen, _ in found) == len(processes):
                break
        else:
            raise AssertionError("one process never took a connection")
    for way in spare:
        way.close()
    return list(found.values())


def _is_at(house: Served, process: int, own_port: int) -> bool:
    return process_behind(house, own_port) == process


# ---------------------------------------------------------------- watching
class Lateness(threading.Thread):
    """How late a thread wakes up here: what a busy machine adds to every second."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.worst = 0.0
        self._stop_it = threading.Event()

    def run(self) -> None:
        while not self._stop_it.is_set():
            began = time.monotonic()
            time.sleep(0.02)
            self.worst = max(self.worst, time.monotonic() - began - 0.02)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_it.set()
        self.join()


def seconds_until_shut(ways: Iterable[Way], since: float) -> dict[str, float | None]:
    """By name, how long each way stayed open after ``since``; None for those that still are."""
    ways = list(ways)
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and any(way.shut_at is None for way in ways):
        for way in ways:
            way.look()
        time.sleep(0.1)
    return {
        way.name: None if way.shut_at is None else max(0.0, way.shut_at - since) for way in ways
    }
