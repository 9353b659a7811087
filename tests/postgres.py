"""A throw-away PostgreSQL for one test process: Debian's programs, a unix socket, no fsync."""

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

SUPERUSER = "keshi"
START_SECONDS = 60
_PR_SET_PDEATHSIG = 1


class NoPostgres(RuntimeError):
    """PostgreSQL's server programs are not on this machine."""


def find_programs() -> Path:
    """The folder of the newest ``initdb`` and ``postgres``; `NoPostgres` says what is missing."""
    folders = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
        reverse=True,
    )
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres("no PostgreSQL server programs (Debian: apt-get install postgresql)")


class Server:
    """One running server; databases are made by `create` and reached by `url`.

    ``sure``: a commit is answered when its log is with the operating system, so that it
    outlasts the death of the server (not that of the machine).
    """

    def __init__(self, *, sure: bool = False) -> None:
        self._sure = sure
        self._programs = find_programs()
        self._account = _unprivileged_account()
        self.folder = Path(tempfile.mkdtemp(prefix="keshi-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._prepare()
            self._process = self._start()
            self._await()
        except BaseException:
            self.stop()
            raise

    def url(self, database: str) -> str:
        """SQLAlchemy's address of one database of this server."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def create(self, database: str, *, template: str = "template1") -> str:
        """Make a database from a template nobody is connected to; returns its address."""
        with self._admin() as connection:
            # copying files takes eight tenths of copying through the log (measured, 61 tables)
            how = "STRATEGY FILE_COPY" if connection.info.server_version >= 150000 else ""
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" {how}')
        return self.url(database)

    def drop(self, database: str) -> None:
        with self._admin() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def restart(self) -> None:
        """End the server as if its machine had died (``-m immediate``) and start it again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(timeout=START_SECONDS)
        self._process = self._start()
        self._await()

    def kill_a_backend(self, database: str) -> None:
        """kill -9 one process that serves ``database``; the server ends all others and recovers."""
        with self._admin() as connection:
            found = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = %s LIMIT 1", [database]
            ).fetchone()
        if found is not None:
            os.kill(int(str(found[0])), signal.SIGKILL)
        self._await()

    def stop(self) -> None:
        """End the server and remove every trace of it."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGINT)  # fast shutdown
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)  # immediate shutdown
                self._process.wait(timeout=10)
            self._process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _admin(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self.folder), user=SUPERUSER, dbname="postgres", autocommit=True
        )

    def _prepare(self) -> None:
        if self._account is not None:
            os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
        made = subprocess.run(
            [
                self._programs / "initdb",
                f"--pgdata={self.folder / 'data'}",
                f"--username={SUPERUSER}",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--no-instructions",
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            env=_bare_environment(),
            **self._identity(),  # type: ignore[call-overload]
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr.strip()}")

    def _start(self) -> subprocess.Popen[bytes]:
        options = {
            "unix_socket_directories": str(self.folder),
            "listen_addresses": "",
            "fsync": "off",
            "synchronous_commit": "on" if self._sure else "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "max_connections": "100",
            "shared_buffers": "64MB",
            "autovacuum": "off",
            "timezone": "UTC",
        }
        with (self.folder / "log").open("wb") as log:
            return subprocess.Popen(
                [
                    self._programs / "postgres",
                    "-D",
                    self.folder / "data",
                    *(f"--{name}={value}" for name, value in options.items()),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=_bare_environment(),
                preexec_fn=_die_with_parent(),  # noqa: PLW1509 - one libc call, no lock taken
                **self._identity(),  # type: ignore[call-overload]
            )

    def _await(self) -> None:
        assert self._process is not None
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self._admin().close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    log = (self.folder / "log").read_text(errors="replace")
                    raise RuntimeError(f"PostgreSQL did not start: {log[-2000:]}") from None
                time.sleep(0.05)

    def _identity(self) -> dict[str, object]:
        if self._account is None:
            return {}
        return {
            "user": self._account.pw_uid,
            "group": self._account.pw_gid,
            "extra_groups": [],
        }


def _unprivileged_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: the account to run as instead, None for ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoPostgres("running as root, and there is neither an account postgres nor nobody")


def _bare_environment() -> dict[str, str]:
    """No PG* variable of the person who runs the tests reaches the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}


def _die_with_parent() -> Callable[[], None] | None:
    """On Linux the kernel ends the server when the test process is killed."""
    try:
        prctl = ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None
    return lambda: prctl(_PR_SET_PDEATHSIG, signal.SIGINT) and None
