"""Who asks too often, too slowly or too much is told so; headers stand on every answer."""

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
import uvicorn
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import func, select

from crm.kit import clock
from crm.kit.db import Database
from crm.kit.settings import Settings
from crm.kit.tables import RequestCount
from tests import factories
from tests.conftest import Client
from tests.contracts.walking import STREAMS, anywhere, routes
from tests.loops import in_a_loop_of_its_own
from web.app import create_app, furnish
from web.commands.running import at_the_door
from web.gate import SESSION_COOKIE_BY_HTTPS
from web.limits import SPAN_S, Limits, TooMany, subject_of_address
from web.patience import PatientProtocol
from web.security import HEADERS

NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
FEW = {
    "rate_limits": True,
    "rate_account": 12,
    "rate_account_writes": 5,
    "rate_account_reveals": 2,
    "rate_key": 10,
    "rate_stranger": 10,
    "rate_address": 1000,
    "rate_overall": 1000,
}


@pytest.fixture
def limited(app: FastAPI, settings: Settings, database: Database) -> Iterator[Callable[..., None]]:
    """The app with few requests allowed: ``limited(rate_address=20)``."""

    def limit(**more: int) -> None:
        furnish(app, settings.model_copy(update=FEW | more), database)

    yield limit
    furnish(app, settings, database)


class TestCounting:
    def counter(self, settings: Settings, database: Database, **more: int) -> Limits:
        return Limits(settings.model_copy(update=FEW | more), database)

    def test_so_many_and_not_one_more(self, settings: Settings, database: Database) -> None:
        limits = self.counter(settings, database)
        with clock.frozen(NOON):
            for _ in range(12):
                limits.take(limits.rules.account, "a")
            with pytest.raises(TooMany) as refused:
                limits.take(limits.rules.account, "a")
            limits.take(limits.rules.account, "b")
            limits.take(limits.rules.key, "a")
        assert 60 <= refused.value.seconds <= 120

    @pytest.mark.parametrize("after", range(0, 60, 7))
    def test_whoever_waits_as_told_is_served(
        self, settings: Settings, database: Database, after: int
    ) -> None:
        limits = self.counter(settings, database)
        start = NOON + timedelta(seconds=after)
        with clock.frozen(start):
            for _ in range(12):
                limits.take(limits.rules.account, "a")
            with pytest.raises(TooMany) as refused:
                limits.take(limits.rules.account, "a")
        with clock.frozen(start + timedelta(seconds=refused.value.seconds)):
            limits.take(limits.rules.account, "a")

    @given(st.lists(st.integers(0, 20), min_size=1, max_size=120))
    def test_never_more_than_twice_the_limit_in_any_minute(
        self, settings: Settings, database: Database, pauses: list[int]
    ) -> None:
        """A sliding span lets fewer than two limits through any window, and one on average."""
        limits = self.counter(settings, database)
        served: list[float] = []
        at = 0.0
        for pause in pauses:
            at += pause
            with clock.frozen(NOON + timedelta(seconds=at)):
                try:
                    limits.take(limits.rules.account, "a")
                except TooMany:
                    continue
            served.append(at)
        for first in served:
            assert sum(first <= each < first + SPAN_S for each in served) < 2 * 12

    def test_switched_off_counts_nothing(self, settings: Settings, database: Database) -> None:
        limits = self.counter(settings, database, rate_limits=False)
        for _ in range(100):
            limits.take(limits.rules.account, "a")

    def test_holds_over_several_processes(self, settings: Settings, database: Database) -> None:
        ours, theirs = (self.counter(settings, database) for _ in range(2))
        with clock.frozen(NOON):
            for _ in range(6):
                ours.take(ours.rules.account, "a")
                theirs.take(theirs.rules.account, "a")
            assert (ours.exchange(), theirs.exchange(), ours.exchange()) == (1, 1, 0)
            for each in (ours, theirs):
                with pytest.raises(TooMany):
                    each.take(each.rules.account, "a")

    def test_ordinary_use_writes_nothing(self, settings: Settings, database: Database) -> None:
        limits = self.counter(settings, database, rate_account=100)
        with clock.frozen(NOON):
            for _ in range(12):
                limits.take(limits.rules.account, "a")
            assert limits.exchange() == 0
            limits.take(limits.rules.account, "a")
            assert limits.exchange() == 1
        with clock.frozen(NOON + timedelta(hours=1)):
            for _ in range(13):
                limits.take(limits.rules.account, "b")
            limits.exchange()
        with database.reading() as db:
            assert db.scalar(select(func.count()).select_from(RequestCount)) == 1

    def test_a_flood_of_addresses_costs_bounded_memory(
        self, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("web.limits.SUBJECTS_MAX", 100)
        limits = self.counter(settings, database)
        with clock.frozen(NOON):
            limits.take(limits.rules.address, "steady")
            limits.take(limits.rules.address, "steady")
            for no in range(1000):
                limits.take(limits.rules.address, f"10.0.{no}")
        assert len(limits._mine) <= 101
        assert any(place.subject == "steady" for place in limits._mine)

    @pytest.mark.parametrize(
        ("address", "counted"),
        [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
            ("fe80::1%eth0", "fe80::/64"),
            ("testclient", "testclient"),
            ("", ""),
            ("x" * 500, "x" * 64),
        ],
    )
    def test_by_network_where_a_customer_has_one(self, address: str, counted: str) -> None:
        assert subject_of_address(address) == counted


class TestAtTheDoor:
    def test_a_person_who_types_too_fast_waits(
        self, client: Client, limited: Callable[..., None]
    ) -> None:
        limited()
        client.as_("front_desk")
        with clock.frozen(clock.now()):
            codes = [client.get("/palette?q=a").status_code for _ in range(13)]
            assert codes == [200] * 12 + [429]
            page = client.get("/today", headers={"Accept": "text/html"})
            fragment = client.get("/palette?q=a", headers={"HX-Request": "true"})
            problem = client.get("/api/v1/guests?q=a")
            client.as_("front_desk")
            assert client.get("/palette?q=a").status_code == 200
        assert page.status_code == fragment.status_code == problem.status_code == 429
        for answer in (page, fragment, problem):
            assert 1 <= int(answer.headers["retry-after"]) <= 120
            assert answer.headers["cache-control"] == "no-store"
        assert "Too many requests." in page.text
        assert 'href="/"' in page.text
        assert "toast" in fragment.text
        body = problem.json()
        assert (body["code"], body["status"]) == ("rate_limited", 429)
        assert problem.headers["content-type"] == "application/problem+json"

    def test_in_chinese(self, client: Client, limited: Callable[..., None]) -> None:
        limited(rate_account=10)
        client.as_("front_desk", language="zh-Hans")
        with clock.frozen(clock.now()):
            said = [client.get("/today").text for _ in range(11)][-1]
        assert "请求过多，请在" in said

    def test_changes_and_reveals_have_less(
        self, client: Client, limited: Callable[..., None], database: Database
    ) -> None:
        limited()
        client.as_("front_desk")
        with database.writing() as db:
            guest = factories.a_guest(db)
            factories.a_contact(db, guest)
            factories.a_stay(db, guest, client.hotel_id)
        with clock.frozen(clock.now()):
            reveals = [
                client.post(f"/guests/{guest}/contacts/1/reveal", data={"purpose": "call_back"})
                for _ in range(3)
            ]
            writes = [client.post("/session/theme", data={"theme": "dark"}) for _ in range(3)]
            assert client.get("/palette?q=a").status_code == 200
        assert [answer.status_code for answer in reveals] == [200, 200, 429]
        assert [answer.status_code for answer in writes] == [303, 303, 429]

    def test_a_key_has_its_own(self, client: Client, limited: Callable[..., None]) -> None:
        limited()
        with clock.frozen(clock.now()):
            client.with_key("profile:read.basic")
            codes = [client.get("/api/v1/guests?q=ab").status_code for _ in range(11)]
            client.with_key("profile:read.basic")
            assert client.get("/api/v1/guests?q=ab").status_code == 200
        assert codes == [200] * 10 + [429]

    def test_strangers_share_what_their_address_has(
        self, client: Client, limited: Callable[..., None]
    ) -> None:
        limited()
        with clock.frozen(clock.now()):
            codes = [client.get("/sign-in").status_code for _ in range(11)]
            assert client.get("/healthz").status_code == 200
            client.as_("front_desk")
            assert client.get("/today").status_code == 200
        assert codes == [200] * 10 + [429]

    @pytest.mark.parametrize("rule", ["rate_address", "rate_overall"])
    def test_an_address_and_the_whole_are_counted_before_anything_else(
        self, client: Client, limited: Callable[..., None], rule: str
    ) -> None:
        limited(**{rule: 10})
        with clock.frozen(clock.now()):
            codes = [client.get("/nothing/here").status_code for _ in range(11)]
            refused = client.get("/api/v1/guests")
            assert client.get("/static/keshi.css").status_code == 200
        assert codes == [404] * 10 + [429]
        assert refused.json()["code"] == "rate_limited"
        assert refused.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]

    def test_sign_in_says_when_to_come_back(self, client: Client) -> None:
        tried = [
            client.post("/sign-in", data={"login": f"guess{no}", "password": "wrong-wrong-wrong"})
            for no in range(11)
        ]
        assert [each.status_code for each in tried] == [401] * 10 + [429]
        assert tried[-1].headers["retry-after"] == "300"

    @pytest.mark.parametrize("proxies", ["", "192.0.2.1"])
    def test_a_forwarded_address_is_a_claim_until_the_settings_name_who_makes_it(
        self, settings: Settings, proxies: str
    ) -> None:
        asked: list[str] = []

        async def house(scope, receive, send):  # type: ignore[no-untyped-def]
            asked.append(scope["client"][0])
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        told = at_the_door(settings.model_copy(update={"trusted_proxies": proxies}))
        config = uvicorn.Config(house, log_config=None, **told)
        config.load()
        scope = {
            "type": "http",
            "client": ("192.0.2.1", 1),
            "scheme": "http",
            "headers": [(b"x-forwarded-for", b"203.0.113.9, 198.51.100.7")],
        }

        async def send(_: object) -> None: ...

        in_a_loop_of_its_own(lambda: config.loaded_app(scope, None, send))
        assert asked == ["198.51.100.7" if proxies else "192.0.2.1"]

    @pytest.mark.parametrize("wrong", ["*", "10.0.0.0/33", "proxy.example", "10.0.0.1 10.0.0.2"])
    def test_nobody_and_everybody_is_no_proxy(self, settings: Settings, wrong: str) -> None:
        unfit = settings.model_copy(update={"trusted_proxies": wrong})
        assert any("TRUSTED_PROXIES" in each for each in unfit.problems())
        fit = settings.model_copy(update={"trusted_proxies": "10.0.0.1, 2001:db8::/32"})
        assert not fit.problems()


# ---------------------------------------------------------------- headers
KEPT = {"/sw.js": "no-cache", "/manifest.webmanifest": "public, max-age=86400"}
"""What opens a floor without a network holds nothing of anybody and may be kept."""


class TestHeaders:
    def test_stand_on_every_answer(self, client: Client, app: FastAPI) -> None:
        """As nobody, as somebody, on errors, redirects and files."""
        paths = [anywhere(r) for r in routes(app) if r.method == "GET" and r.key not in STREAMS]
        paths += ["/static/keshi.css", "/static/none.css", "/nowhere", "/guests?q=" + "x" * 5000]
        wrong = []
        for who in (None, "duty_manager"):
            if who:
                client.as_(who)
            for path in paths:
                answer = client.get(path)
                wrong += [
                    (path, answer.status_code, name)
                    for name, value in HEADERS.items()
                    if answer.headers.get(name) != value
                ]
                assert answer.headers["x-request-id"]
                if not path.startswith("/static/"):
                    kept = KEPT.get(path, "no-store") if answer.status_code == 200 else "no-store"
                    assert answer.headers["cache-control"] == kept, path
                assert "server" not in answer.headers
        assert wrong == []

    def test_the_policy_names_no_exception(self) -> None:
        policy = dict(
            part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";")
        )
        assert not re.search(r"unsafe|\*|https?:|nonce|strict-dynamic", str(policy))
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"

    def test_by_https_the_session_is_for_this_host_alone(
        self, settings: Settings, database: Database
    ) -> None:
        safe = settings.model_copy(update={"base_url": "https://keshi.example"})
        with Client(create_app(safe, database=database), database) as client:
            client.base_url = "https://keshi.example"
            answer = client.get("/sign-in")
            assert "max-age=31536000" in answer.headers["strict-transport-security"]
            client.as_("front_desk")
            token = client.cookies["keshi_session"]
            assert client.get("/today").status_code == 303
            client.cookies.set(SESSION_COOKIE_BY_HTTPS, token)
            assert client.get("/today").status_code == 200
            left = client.post("/session/theme", data={"theme": "dark"})
            assert "Secure" in left.headers["set-cookie"]


# ---------------------------------------------------------------- on the wire
class Hasty(PatientProtocol):
    """The same with less patience, for tests."""

    headers_s = 0.4
    body_span_s = 0.4
    body_span_bytes = 200
    linger_s = 0.3


class Wire:
    """A house on a port, and raw connections to it."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(app, log_level="critical", http=Hasty, ws="none")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._server.serve(sockets=[self._socket])), daemon=True
        )
        self._thread.start()
        until = time.monotonic() + 20
        while not self._server.started and time.monotonic() < until:
            time.sleep(0.01)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=15)
        self._socket.close()

    def say(self, *pieces: bytes, pause: float = 0.0, patience_s: float = 10.0) -> bytes:
        """Send the pieces with pauses, and read until the house closes; what it said."""
        with closing(socket.create_connection(("127.0.0.1", self.port), timeout=patience_s)) as one:
            try:
                for piece in pieces:
                    one.sendall(piece)
                    time.sleep(pause)
            except OSError:  # closed while we were still talking
                pass
            said = b""
            try:
                while piece := one.recv(65536):
                    said += piece
            except ConnectionResetError:
                pass
            return said


@pytest.fixture
def wire(app: FastAPI) -> Iterator[Wire]:
    made = Wire(app)
    yield made
    made.stop()


HEAD = (
    b"POST /sign-in HTTP/1.1\r\nHost: keshi\r\nContent-Type: application/x-www-form-urlencoded\r\n"
)


def status_of(said: bytes) -> int | None:
    return int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else None


class TestWire:
    """On SQLite alone: no database is asked for by any of these."""

    @pytest.fixture
    def backend(self) -> str:
        return "sqlite"

    def test_who_says_nothing_is_sent_away(self, wire: Wire) -> None:
        assert status_of(wire.say()) == 408

    def test_headers_a_byte_at_a_time_run_out_of_time(self, wire: Wire) -> None:
        began = time.monotonic()
        said = wire.say(*(bytes([c]) for c in HEAD), pause=0.05)
        assert status_of(said) == 408
        assert time.monotonic() - began < 8

    def test_a_body_a_byte_at_a_time_runs_out_of_time(self, wire: Wire) -> None:
        said = wire.say(HEAD + b"Content-Length: 1000\r\n\r\n", *[b"a"] * 40, pause=0.05)
        assert status_of(said) == 408

    def test_chunks_without_end_and_without_haste(self, wire: Wire) -> None:
        said = wire.say(
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[b"1\r\na\r\n"] * 40, pause=0.05
        )
        assert status_of(said) == 408

    def test_chunks_without_end_stop_at_the_limit(self, wire: Wire) -> None:
        piece = b"10000\r\n" + b"a" * 65536 + b"\r\n"
        said = wire.say(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[piece] * 200)
        assert status_of(said) in (413, None)

    def test_a_declared_monster_is_refused_at_once(self, wire: Wire) -> None:
        said = wire.say(HEAD + b"Content-Length: 99999999999\r\n\r\n")
        assert status_of(said) == 413

    def test_headers_have_a_size(self, wire: Wire) -> None:
        many = b"".join(b"X-%d: %s\r\n" % (no, b"v" * 500) for no in range(300))
        assert status_of(wire.say(HEAD + many)) in (431, None)
        one = b"X: " + b"v" * 200_000
        assert status_of(wire.say(HEAD + one)) in (431, None)

    def test_a_steady_slow_desk_is_served(self, wire: Wire) -> None:
        words = b"login=nobody&password=" + b"x" * 60
        head = HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % (len(words) + 1200)
        said = wire.say(head, words, *[b"y" * 300] * 4, pause=0.15)
        assert status_of(said) in (401, 422)

    def test_garbage_and_old_tricks_are_400(self, wire: Wire) -> None:
        for garbage in (
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
            b"GET / HTTP/9.9\r\n\r\n",
            HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
            HEAD + b"Content-Length: -1\r\n\r\n",
            HEAD + b"Content-Length: 0x10\r\n\r\n",
            HEAD + b"X: a\rb\r\n\r\n",
            HEAD + b"X : a\r\n\r\n",
        ):
            assert status_of(wire.say(garbage)) == 400, garbage

    def test_a_house_full_of_slow_ones_still_opens_for_a_desk(self, wire: Wire) -> None:
        slow = [socket.create_connection(("127.0.0.1", wire.port)) for _ in range(200)]
        for one in slow:
            one.sendall(b"GET / HT")
        began = time.monotonic()
        said = wire.say(b"GET /sign-in HTTP/1.1\r\nHost: keshi\r\nConnection: close\r\n\r\n")
        assert status_of(said) == 200
        assert time.monotonic() - began < 5
        for one in slow:
            one.settimeout(5)
            assert status_of(one.recv(100)) == 408
            one.close()


def test_streams_outlive_every_patience(client: Client, wire: Wire) -> None:
    """A screen that listens sends nothing for hours, and is not a slow sender."""
    client.as_("front_desk")
    host, port = "127.0.0.1", wire.port
    with closing(socket.create_connection((host, port), timeout=10)) as one:
        cookie = client.cookies["keshi_session"]
        one.sendall(
            f"GET /live HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: keshi_session={cookie}\r\n"
            "Accept: text/event-stream\r\n\r\n".encode()
        )
        assert status_of(one.recv(4096)) == 200
        until = time.monotonic() + 3 * (Hasty.headers_s + Hasty.body_span_s)
        one.settimeout(0.2)
        while time.monotonic() < until:
            try:
                assert one.recv(4096) != b"", "the house hung up"
            except TimeoutError:
                continue
