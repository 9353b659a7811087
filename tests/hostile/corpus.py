"""Puts the corpus into an app, one request each, and says what was wrong with the answers."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count, groupby
from typing import Any
from urllib.parse import quote

import httpx2
from fastapi.testclient import TestClient

from tests.hostile.entries import Entry
from tests.hostile.places import Bodies, Field

_probes = count(1)
SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM)\b|sqlite3|psycopg|Traceback|sqlalche")
REFUSED = ("refused", "refused_body")
ECHO_MIN = 8
"""Shorter values stand in ordinary sentences by chance."""


@dataclass
class Observed:
    """What one database's house answered: by (entry, place) the status, and what was wrong."""

    statuses: dict[tuple[str, str], int] = field(default_factory=dict)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, entry: Entry, where: str, status: int, wrong: str) -> None:
        self.statuses[entry.id, where] = status
        if wrong:
            self.wrong[entry.id, where] = wrong


@dataclass
class Asker:
    """Somebody at the door of an app, with the addresses and bodies that would be taken.

    ``dump`` is a picture of all that is stored; ``address`` fills a path; ``shown`` reads what
    an accepted request stored, as the reader sees it.
    """

    client: TestClient
    bodies: Bodies
    address: Callable[[str], str]
    dump: Callable[[], str]
    headers: dict[str, str]
    observed: Observed = field(default_factory=Observed)
    seen: set[str] = field(default_factory=set)

    # ------------------------------------------------------------ fields of JSON bodies
    def put_in(self, asked: Iterable[tuple[Field, list[Entry]]]) -> None:
        """Entries into fields: first all that must change nothing, then the others.

        Before that, every field's body is sent without an entry in it, and must be taken.
        """
        asked = list(asked)
        for place, _ in asked:
            if fault := self.learn(place):
                self.observed.wrong["(a body that fits)", place.where] = f"is not taken: {fault}"
        before = self.dump()
        for operation, group in groupby(asked, key=lambda pair: pair[0].operation):
            for place, part in group:
                self._fill(place, (entry for entry in part if entry.expect in REFUSED))
            if self.dump() != before:
                self.observed.wrong["(all refused)", operation] = "a refusal changed something"
                before = self.dump()
        for place, part in asked:
            self._fill(place, (entry for entry in part if entry.expect not in REFUSED))

    def _fill(self, place: Field, asked: Iterable[Entry]) -> None:
        for entry in asked:
            answer = self.send(place.operation, place.body_with(entry.literal()))
            wrong = self._judged(entry, answer, place)
            self.observed.note(entry, place.where, answer.status_code, wrong)

    def _judged(self, entry: Entry, answer: httpx2.Response, place: Field) -> str:
        status = answer.status_code
        allowed: dict[str, tuple[int, ...]] = {
            "refused": (422,),
            "refused_body": (400,),
        }
        taken = (200, 201, 202, 204, 409, 422)
        if status not in allowed.get(str(entry.expect), taken):
            return f"answered {status}: {answer.text[:300]}"
        if status >= 400:
            last = place.pointer.rpartition("/")[2]
            return refusal_faults(answer, entry) or pointer_fault(answer, status, last)
        if entry.shown and place.where in self.seen and not self._shows(answer, entry.shown):
            return "what is shown is not what was typed"
        return ""

    def learn(self, place: Field) -> str:
        """Send a body that fits; whether the field can be read back is found out and kept."""
        probe = f"Zq探{next(_probes)}"
        sample = self.send(place.operation, self.bodies.whole(place.operation))
        if place.kind == "text":
            answer = self.send(place.operation, place.body_with(json.dumps(probe)))
            if answer.status_code < 300 and self._shows(answer, probe):
                self.seen.add(place.where)
        return "" if sample.status_code < 300 else f"{sample.status_code}: {sample.text[:500]}"

    def _shows(self, answer: httpx2.Response, text: str) -> bool:
        """Whether the resource, read again, holds ``text`` as one whole value."""
        path = answer.headers.get("location") or answer.request.url.path
        whole = re.match(r"/api/v1/[a-z-]+/[^/]+|/[a-z]+/[^/]+", path)
        if whole is None:
            return False
        read = self.client.get(whole[0], headers=self.headers)
        if read.status_code != 200:
            return False
        return text in set(_values(read.json()))

    # ------------------------------------------------------------ everything else
    def send(
        self, operation: str, body: bytes, *, more: dict[str, str | None] | None = None
    ) -> httpx2.Response:
        """One request with a JSON body; ``more`` headers replace, None takes one away."""
        headers: dict[str, str | None] = {
            **self.headers,
            "Content-Type": "application/json",
            "If-Match": "*",
        }
        headers |= more or {}
        return self.ask(operation, headers, body)

    def ask(
        self,
        operation: str,
        headers: dict[str, str | None],
        body: bytes | None = None,
        *,
        path: str | None = None,
        query: str = "",
    ) -> httpx2.Response:
        method, _, template = operation.partition(" ")
        url = (path or self.address(template)) + (f"?{query}" if query else "")
        sent = [
            (name.encode(), value.encode("latin-1"))
            for name, value in headers.items()
            if value is not None
        ]
        return self.client.request(method, url, headers=sent, content=body)

    def expect(
        self, entry: Entry, where: str, answer: httpx2.Response, *, quoting: bool = False
    ) -> None:
        """Note an answer whose right codes stand in the entry (a page may quote what was typed)."""
        right = entry.expect if isinstance(entry.expect, list) else range(500)
        wrong = ""
        if answer.status_code not in right or answer.status_code >= 500:
            wrong = f"answered {answer.status_code}: {answer.text[:300]}"
        elif answer.status_code >= 400 and not quoting:
            wrong = refusal_faults(answer, entry)
        self.observed.note(entry, where, answer.status_code, wrong)


def refusal_faults(answer: httpx2.Response, entry: Entry) -> str:
    """What a refusal must not be: another shape, an echo, a look behind the scenes."""
    if SQL.search(answer.text) and not SQL.search(str(entry.input)):
        return f"tells what goes on inside: {answer.text[:300]}"
    if answer.request.method != "HEAD" and "/api/" in str(answer.request.url):
        if answer.headers.get("content-type") != "application/problem+json":
            return f"is no problem document but {answer.headers.get('content-type')}"
        told = answer.json()
        if told.get("status") != answer.status_code or not told.get("code"):
            return "has no code, or another status inside"
    typed = _typed(entry)
    if len(typed) >= ECHO_MIN and typed in answer.text:
        return "echoes what was typed"
    return ""


def pointer_fault(answer: httpx2.Response, status: int, last: str) -> str:
    """A 422 names the field, or the thing that the field belongs to."""
    if status != 422:
        return ""
    errors = answer.json().get("errors", [])
    if not errors:
        return "names no field"
    if not all(error["pointer"].startswith("/") for error in errors):
        return f"points nowhere: {errors}"
    return ""


def _typed(entry: Entry) -> str:
    given = entry.input
    if isinstance(given, str):
        return unicodedata.normalize("NFC", given).strip()
    if isinstance(given, dict) and "file" in given:
        return unicodedata.normalize("NFC", entry.text()).strip()
    return ""


def _values(document: Any) -> Iterator[str]:
    if isinstance(document, str):
        yield document
    elif isinstance(document, dict):
        for part in document.values():
            yield from _values(part)
    elif isinstance(document, list):
        for part in document:
            yield from _values(part)


def dealt(all_entries: list[Entry], places: int, each: int | None) -> Iterator[list[Entry]]:
    """The entries for each of so many places.

    Those that go everywhere go everywhere; of the others each goes to ``each`` places (None:
    to all), chosen so that every place gets its part.
    """
    everywhere = [entry for entry in all_entries if entry.everywhere]
    others = [entry for entry in all_entries if not entry.everywhere]
    for place in range(places):
        chosen = [
            entry
            for no, entry in enumerate(others)
            if each is None
            or any(_chance(entry.id, turn, places) == place for turn in range(min(each, places)))
            or (len(others) >= places and no % places == place)
        ]
        yield everywhere + chosen


def _chance(entry_id: str, turn: int, places: int) -> int:
    """Which place an entry goes to at its n-th turn: by chance, the same on every day."""
    digest = hashlib.blake2b(f"{entry_id} {turn}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % places


def in_url(entry: Entry) -> str:
    """The input as part of a query."""
    if isinstance(entry.input, dict) and "raw" in entry.input:
        return str(entry.input["raw"])
    return quote(entry.text(), safe="")
