"""A server in a process of its own: started, waited for, watched from outside, stopped."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

START_SECONDS = 60
SECRET = "a-secret-key-that-only-the-bench-knows-0123456789"  # noqa: S105 - invented guests


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


class Process:
    """A command that serves HTTP on ``port``; its log goes to a file.

    Processor time and memory are read from the kernel, so that nothing in the server has to be
    changed for measuring. Only on Linux are they there; elsewhere they are 0.
    """

    def __init__(
        self, command: list[str], port: int, log: Path, environment: Mapping[str, str]
    ) -> None:
        self.port, self._log = port, log
        self._read_to = 0
        with log.open("wb") as to:
            self._process = subprocess.Popen(
                command, env=os.environ | dict(environment), stdout=to, stderr=to,
                start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        until = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > until:
                self.stop()
                raise RuntimeError(f"the server did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def cpu_ms(self) -> float:
        """Processor time of the server and its workers so far, to the microsecond."""
        return (
            sum(
                int(schedule.read_text().split()[0])
                for pid in self._family()
                for schedule in _tasks(pid)
            )
            / 1e6
        )

    def memory_mib(self) -> list[int]:
        """The resident size of each process now, the one that was started first."""
        return [
            int(line.split()[1]) // 1024
            for pid in self._family()
            for line in _lines(Path(f"/proc/{pid}/status"))
            if line.startswith("VmRSS")
        ]

    def answered(self) -> dict[str, float]:
        """By request id, the milliseconds that the server itself has logged since last asked."""
        with self._log.open("rb") as log:
            log.seek(self._read_to)
            text = log.read()
        whole = text[: text.rfind(b"\n") + 1]
        self._read_to += len(whole)
        found: dict[str, float] = {}
        for line in whole.splitlines():
            if b'"answered"' in line:
                said: dict[str, Any] = json.loads(line)
                found[said["request_id"]] = float(said["ms"])
        return found

    def _family(self) -> list[int]:
        found = [self._process.pid]
        for pid in found:
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
        return found


def _tasks(pid: int) -> list[Path]:
    return list(Path(f"/proc/{pid}/task").glob("*/schedstat"))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []


def keshi(url: str, folder: Path, workers: int) -> Process:
    """``keshi serve`` as a hotel starts it, on a port of its own."""
    port = free_port()
    command = [sys.executable, "-m", "web", "serve", "--port", str(port), "--no-worker",
               "--workers", str(workers)]  # fmt: skip
    environment = {
        "KESHI_DATABASE_URL": url,
        "KESHI_SECRET_KEY": SECRET,
        "KESHI_DATA_DIR": str(folder / "files"),
        "KESHI_BASE_URL": f"http://127.0.0.1:{port}",
        "KESHI_DEMO": "0",
        "KESHI_RATE_LIMITS": "0",
        "KESHI_LOG_LEVEL": "info",
    }
    return Process(command, port, folder / "keshi.log", environment)


def floor(url: str, folder: Path) -> Process:
    """The bare application beside it."""
    port = free_port()
    command = [sys.executable, "-m", "lab.bench.floor_app", str(port), url]
    return Process(command, port, folder / "floor.log", {})
