"""How much anybody may ask for in a minute.

Each process counts for itself, in a sliding span: the span that runs, and as much of the one
before as still lies within the last minute. Those who come near a limit are told to the other
processes every two seconds (`crm.kit.pressure`), so that a limit holds for the whole house
without a write per request; ordinary use writes nothing at all.
"""

import ipaddress
import logging
import math
import threading
from collections import defaultdict
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError

from crm.kit import clock, pressure
from crm.kit.db import Database
from crm.kit.errors import CrmError
from crm.kit.pressure import Place
from crm.kit.settings import Settings
from web.wording import mark

log = logging.getLogger("keshi.limits")

SPAN_S = 60
TOLD_EVERY_S = 2.0
TOLD_FROM = 8
"""A process speaks of those who used an eighth of a limit: so many processes cannot hide one."""
SUBJECTS_MAX = 100_000


class TooMany(CrmError):
    """Somebody asked too often; ``seconds`` until the next request is answered."""

    kind = "too_many"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            mark("Too many requests. Wait %(seconds)s seconds and try again."),
            "rate_limited",
            seconds=seconds,
        )
        self.seconds = seconds


@dataclass(frozen=True)
class Rule:
    """At most ``most`` requests a minute."""

    name: str
    most: int


@dataclass(frozen=True)
class Rules:
    """Who is counted by what; each from a setting of its own."""

    account: Rule
    writes: Rule
    reveals: Rule
    key: Rule
    stranger: Rule
    address: Rule
    overall: Rule

    @classmethod
    def of(cls, settings: Settings) -> "Rules":
        return cls(
            account=Rule("account", settings.rate_account),
            writes=Rule("writes", settings.rate_account_writes),
            reveals=Rule("reveals", settings.rate_account_reveals),
            key=Rule("key", settings.rate_key),
            stranger=Rule("stranger", settings.rate_stranger),
            address=Rule("address", settings.rate_address),
            overall=Rule("overall", settings.rate_overall),
        )


class Limits:
    """Counts requests; one of these in each process. Thread-safe."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.rules = Rules.of(settings)
        self._most = {rule.name: rule.most for rule in vars(self.rules).values()}
        self._on = settings.rate_limits
        self._database = database
        self.process = uuid4()
        self._lock = threading.Lock()
        self._mine: dict[Place, int] = defaultdict(int)
        self._others: dict[Place, int] = {}
        self._told: dict[Place, int] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def take(self, rule: Rule, subject: str) -> None:
        """Count one request of somebody; `TooMany` when it is one more than the rule allows."""
        if not self._on:
            return
        now = clock.now().timestamp()
        start = int(now) // SPAN_S * SPAN_S
        here = Place(rule.name, subject[:64], start)
        with self._lock:
            present = self._count(here)
            before = self._count(here._replace(span_start=start - SPAN_S))
            gone = (now - start) / SPAN_S
            if present + before * (1 - gone) + 1 > rule.most:
                raise TooMany(_wait(rule.most, present, before, gone))
            if len(self._mine) >= SUBJECTS_MAX:
                self._forget(start)
            self._mine[here] += 1

    def _count(self, place: Place) -> int:
        return self._mine.get(place, 0) + self._others.get(place, 0)

    def _forget(self, start: int) -> None:
        """Drop spans that are over, and if that is not enough, all who asked only once."""
        kept = {p: n for p, n in self._mine.items() if p.span_start >= start - SPAN_S}
        if len(kept) >= SUBJECTS_MAX:
            kept = {p: n for p, n in kept.items() if n > 1}
        self._mine = defaultdict(int, kept)

    # ------------------------------------------------------------ with the other processes
    def start(self) -> None:
        if self._on:
            self._thread = threading.Thread(target=self._run, name="keshi-limits", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        while not self._stop.wait(TOLD_EVERY_S):
            try:
                self.exchange()
            except SQLAlchemyError as error:
                # A limit is no reason to stop serving; what is counted here still holds.
                log.warning("limits are not shared: %s", type(error).__name__)

    def exchange(self) -> int:
        """Tell what came near a limit, hear what others counted; returns how much was told."""
        now = clock.now().timestamp()
        start = int(now) // SPAN_S * SPAN_S
        with self._lock:
            self._forget(start)
            near = {
                place: count
                for place, count in self._mine.items()
                if count * TOLD_FROM >= self._most[place.rule] and self._told.get(place) != count
            }
        if near:
            with self._database.writing() as db:
                pressure.tell(db, self.process, near, now=now)
        with self._database.reading() as db:
            others = pressure.heard(db, self.process, now=now)
        with self._lock:
            self._others = others
            self._told = {
                place: count
                for place, count in (self._told | near).items()
                if place.span_start >= start - SPAN_S
            }
        return len(near)


def _wait(most: int, present: int, before: int, gone: float) -> int:
    """Whole seconds until one more request fits into the sliding minute."""
    free = most - 1 - present
    if before and free >= 0:
        return max(1, math.ceil((1 - free / before - gone) * SPAN_S))
    # The running span alone is full: it must end, and then enough of it must pass out of sight.
    over = max(0.0, 1 - (most - 1) / present) if present else 0.0
    return max(1, math.ceil((1 - gone + over) * SPAN_S))


def subject_of_address(address: str) -> str:
    """An address as it is counted: a whole /64 of IPv6 belongs to one customer."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if found.version == 4:
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
