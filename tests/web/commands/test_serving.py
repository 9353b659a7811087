"""``keshi serve`` as a process of its own: it stops when told, and its processes count together."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx2
import pytest

from tests import factories
from tests.conftest import SECRET


def a_free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextmanager
def a_served_house(database, data_dir, *options):
    """``keshi serve`` on a free port over ``database``, ready; yields process and address."""
    port = a_free_port()
    environment = {
        **os.environ,
        "KESHI_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "KESHI_SECRET_KEY": SECRET,
        "KESHI_RATE_LIMITS": "0",
        "KESHI_DATA_DIR": str(data_dir),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "web", "serve", "--port", str(port), *options],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if httpx2.get(f"{url}/readyz", timeout=2).status_code == 200:
                    break
            except httpx2.TransportError:
                assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < until, "the house did not open"
            time.sleep(0.1)
        yield process, url
    finally:
        process.kill()
        process.wait(timeout=20)
        process.stderr.close()


@pytest.fixture
def signed_in(database):
    with database.writing() as db:
        hotel = factories.a_hotel(db, "HZ1")
        token = factories.a_session(db, factories.a_staff(db, "front_desk", hotel), hotel)
        key = factories.a_key(db, "operations:read", hotel_id=hotel)
    return {"Cookie": f"keshi_session={token}"}, {"Authorization": f"Bearer {key}"}


class TestStop:
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
    def test_an_open_screen_does_not_hold_up_the_stop(self, database, tmp_path, signed_in, number):
        cookie, _ = signed_in
        with (
            a_served_house(database, tmp_path) as (process, url),
            httpx2.stream("GET", f"{url}/live", headers=cookie, timeout=30) as stream,
        ):
            assert stream.status_code == 200
            told = stream.iter_lines()
            assert "listening" in next(told)
            began = time.monotonic()
            process.send_signal(number)
            for _ in told:
                pass
            process.wait(timeout=9)
            assert time.monotonic() - began < 6
            assert "timeout graceful shutdown exceeded" not in process.stderr.read()


class TestSeveralProcesses:
    @pytest.fixture
    def backend(self):
        return "sqlite"

    def test_count_into_the_same_figures(self, database, tmp_path, signed_in):
        _, key = signed_in
        with a_served_house(database, tmp_path, "--workers", "2") as (_, url):
            for _ in range(40):  # a connection each, so that both processes get some
                httpx2.get(f"{url}/sign-in", timeout=10)
            text = httpx2.get(f"{url}/metrics", headers=key, timeout=10).text
        found = re.search(r'keshi_requests_total{.*route="/sign-in".*} (\S+)', text)
        assert found
        assert float(found[1]) == 40
        assert "keshi_info" in text
