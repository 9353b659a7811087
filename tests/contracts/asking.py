"""Asks every GET of the app as somebody, once per somebody, and keeps the answers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import FastAPI

from crm.staff.policy import policy
from crm.staff.terms import Role
from tests.conftest import Client
from tests.contracts.planted import House
from tests.contracts.walking import (
    STREAMS,
    Route,
    concrete,
    holds,
    questions,
    readable,
    routes,
)

SCOPES = sorted(policy().scopes)
HOLDERS = [*(role.value for role in Role), *SCOPES]
GUESTS = ("guest", "hidden", "past", "far")


@dataclass(frozen=True)
class Answer:
    """What one holder got for one question; ``about`` is the guest in the address, if any."""

    route: Route
    about: str
    query: dict[str, str]
    status: int
    text: str
    html: str = ""

    def shows(self, needles: Iterable[str]) -> list[str]:
        """The needles in the answer that the question did not bring along itself."""
        asked = " ".join(self.query.values())
        return [n for n in needles if holds(self.text, n) and not holds(asked, n)]


class Asking:
    """Asks every GET there is as somebody, once per somebody, and keeps the answers."""

    def __init__(self, client: Client, house: House) -> None:
        self.client, self.house = client, house
        self._kept: dict[str, list[Answer]] = {}

    @property
    def app(self) -> FastAPI:
        app = self.client.app
        assert isinstance(app, FastAPI)
        return app

    def as_(self, holder: str) -> Client:
        self.client.as_nobody()
        if holder in SCOPES:
            secret = self.house.keys[holder, self.house.here]
            self.client.headers["Authorization"] = f"Bearer {secret}"
        else:
            self.client.with_session(self.house.sessions[Role(holder), self.house.here])
        return self.client

    def answers(self, holder: str, guests: Iterable[str] = GUESTS) -> list[Answer]:
        """Everything this holder can be told about the house."""
        if holder not in self._kept:
            self.as_(holder)
            self._kept[holder] = list(self._ask(holder, guests))
        return self._kept[holder]

    def _ask(self, holder: str, guests: Iterable[str]) -> Iterator[Answer]:
        for route in routes(self.app):
            if route.method != "GET" or route.key in STREAMS:
                continue
            if holder in SCOPES and not route.is_api:
                continue
            for about in guests if "guest_id" in route.places else ("",):
                guest_id = getattr(self.house, about or "guest")
                address = concrete(route, self.house, guest_id=guest_id)
                for query in questions(route):
                    yield Answer(route, about, query, *self._read(address, query))

    def _read(self, address: str, query: dict[str, str]) -> tuple[int, str, str]:
        answer = self.client.get(address, params=query)
        kind = answer.headers.get("content-type", "")
        if not kind.startswith(("text/", "application/json", "application/problem+json")):
            return answer.status_code, "", ""
        text = readable(answer.text, kind) + answer.headers.get("location", "")
        return answer.status_code, text, answer.text if kind.startswith("text/html") else ""
