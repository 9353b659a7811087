"""Asks every GET of the app as somebody, once per somebody, and keeps what was found in it."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from io import BytesIO
from zipfile import ZipFile

from fastapi import FastAPI
from httpx2 import Response
from pypdf import PageObject, PdfReader
from sqlalchemy import update

from crm.kit import clock
from crm.kit.db import Database
from crm.staff.policy import policy
from crm.staff.sessions import IDLE_AT_DESK
from crm.staff.tables import StaffSession
from crm.staff.terms import Channel, Role
from tests.conftest import Client
from tests.contracts.needles import FOREIGN, NEEDLES, STRANGERS
from tests.contracts.planted_house import House
from tests.contracts.walking import (
    STREAMS,
    Route,
    channel_of,
    concrete,
    needles_in,
    questions,
    readable,
    routes,
)
from web.sheets import XLSX

SCOPES = sorted(policy().scopes)
HOLDERS = [*(role.value for role in Role), *SCOPES]
GUESTS = ("guest", "hidden", "past", "far")
SOUGHT = frozenset(
    needle for group in (*NEEDLES.values(), *STRANGERS.values(), FOREIGN) for needle in group
) | {"Plumwick Hidden", "0431"}
OF_ITSELF = {"x-request-id", "date", "content-length", "set-cookie", "last-modified"}
"""Headers that differ from answer to answer."""


class Way(StrEnum):
    """The ways by which a field can leave the house, told apart further than the policy does."""

    PAGE = "page"
    JSON = "json"
    LIST = "list"
    SEARCH = "search"
    FILTER = "filter"
    EXPORT = "export"
    AUDIT = "audit view"
    ERROR = "error text"
    HEADER = "headers, ETags and file names"
    STREAM = "event stream"


@dataclass(frozen=True)
class Answer:
    """What one holder got for one question; ``about`` is the guest in the address, if any.

    ``found`` and ``found_in_headers`` are the words sought that stand in it and that the
    question did not bring along, ``ids`` the ids in it; ``digest`` is equal for equal answers.
    """

    route: Route
    about: str
    query: tuple[tuple[str, str], ...]
    status: int
    found: frozenset[str]
    found_in_headers: frozenset[str]
    ids: frozenset[str]
    digest: str

    @property
    def way(self) -> Way:
        if self.status >= 400:
            return Way.ERROR
        if channel_of(self.route) is Channel.EXPORT:
            return Way.EXPORT
        if "audit" in self.route.path.split("/"):
            return Way.AUDIT
        if {name for name, _ in self.query} - {"q", "cursor", "limit"}:
            return Way.FILTER
        return Way(channel_of(self.route).value)

    @property
    def words(self) -> str:
        return " ".join(value for _, value in self.query)


def wake(database: Database) -> None:
    """Everybody's session was used just now: the house stands for longer than a desk may idle."""
    with database.writing() as db:
        db.connection().execute(update(StaffSession).values(seen_at=clock.now()))


class Asking:
    """Asks every GET there is as somebody, once per somebody, and keeps what was found."""

    def __init__(
        self,
        client: Client,
        house: House,
        *,
        only: Callable[[Route], bool] = lambda _: True,
        by: frozenset[str] | None = None,
    ) -> None:
        """``only`` narrows the routes, ``by`` the parameters that they are asked by."""
        self.client, self.house, self.only, self.by = client, house, only, by
        self._kept: dict[str, list[Answer]] = {}
        self._awake_until = datetime.min.replace(tzinfo=UTC)
        self._scanned: dict[tuple[str, str], frozenset[str]] = {}

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
            self._stay_awake()
            self.client.with_session(self.house.sessions[Role(holder), self.house.here])
        return self.client

    def _stay_awake(self) -> None:
        if clock.now() > self._awake_until:
            self._awake_until = clock.now() + IDLE_AT_DESK / 3
            wake(self.client.database)

    def answers(self, holder: str, guests: Iterable[str] = GUESTS) -> list[Answer]:
        """Everything this holder can be told about the house."""
        if holder not in self._kept:
            self.as_(holder)
            self._kept[holder] = list(self.ask(holder not in SCOPES, guests))
        return self._kept[holder]

    def ask(self, pages_too: bool, guests: Iterable[str] = GUESTS) -> Iterator[Answer]:
        """Everything that whoever stands at the door now can be told."""
        for route in routes(self.app):
            if route.method != "GET" or route.key in STREAMS or not self.only(route):
                continue
            if not pages_too and not route.is_api:
                continue
            for about in guests if "guest_id" in route.places else ("",):
                for query in questions(route, self.house, about, only=self.by):
                    response = self.response(route, about, query)
                    yield self._answer(route, about, query, response)

    def response(self, route: Route, about: str, query: dict[str, str]) -> Response:
        guest_id = getattr(self.house, about or "guest")
        return self.client.get(concrete(route, self.house, guest_id=guest_id), params=query)

    def _answer(
        self, route: Route, about: str, query: dict[str, str], response: Response
    ) -> Answer:
        raw, headers = text_of(response), headers_of(response)
        brought = needles_in(" ".join(query.values()), SOUGHT)
        return Answer(
            route=route,
            about=about,
            query=tuple(query.items()),
            status=response.status_code,
            found=self._seek(raw, response.headers.get("content-type", "")) - brought,
            found_in_headers=needles_in(headers, SOUGHT) - brought,
            ids=frozenset(_ID.findall(raw + headers)),
            digest=digest_of(response),
        )

    def _seek(self, raw: str, kind: str) -> frozenset[str]:
        """The words in an answer; one that was read before is not read again."""
        key = (steady(raw), kind)
        if key not in self._scanned:
            self._scanned[key] = needles_in(readable(raw, kind), SOUGHT) if raw else frozenset()
        return self._scanned[key]


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def text_of(response: Response) -> str:
    """What a person or machine reads of it; a picture says nothing."""
    kind = response.headers.get("content-type", "")
    is_text = kind.startswith(("text/", "application/json", "application/problem+json"))
    if kind.startswith("application/pdf"):
        pages = PdfReader(BytesIO(response.content)).pages
        return "\n".join([page.extract_text() for page in pages] + _links(pages))
    if kind.startswith(XLSX):
        return _workbook(response.content)
    return response.text if is_text else ""


def _links(pages: Iterable[PageObject]) -> list[str]:
    """Where a PDF's links lead: an address can name what the text does not."""
    actions = [note.get_object().get("/A") for page in pages for note in page.get("/Annots") or ()]
    return [str(action.get_object().get("/URI", "")) for action in actions if action is not None]


def _workbook(content: bytes) -> str:
    """All parts of a workbook but the one that says in which second it was made."""
    with ZipFile(BytesIO(content)) as book:
        parts = [name for name in sorted(book.namelist()) if name != "docProps/core.xml"]
        return "\n".join(book.read(name).decode() for name in parts)


def headers_of(response: Response) -> str:
    """Its headers as lines, those left out that differ by themselves.

    A file written for the answer has a tag of its time.
    """
    of_itself = OF_ITSELF | ({"etag"} if "last-modified" in response.headers else set())
    return "\n".join(
        f"{name}: {value}"
        for name, value in sorted(response.headers.items())
        if name not in of_itself
    )


def steady(text: str) -> str:
    """Without what differs from answer to answer by itself."""
    return _BY_ITSELF.sub("", text)


_BY_ITSELF = re.compile(
    r'"request_id": "[^"]*"|\b[0-9a-f]{16}\b'
    r'|(?<=csrf-token" content=")[^"]*|(?<=csrf_token" value=")[^"]*'  # masked anew each time
    r"|(?<=As of )[^.<]{,40}|(?<=Printed by )[^.<]{,60}"  # the minute
    r'|(?<="csrf":")[^"]*|(?<="csrf": ")[^"]*'
    r'|(?<="made_at":")[^"]*|(?<=data-made=")[^"]*|(?<=note_id" value=")[^"]*'
    r'|(?<="at":")[^"]*(?=","cards")'  # the instant of a board
    r'|(?<=case_id" value=")[^"]*|(?<="line" value=")[^"]*'  # an id of the maker's own
)


def seen_of(response: Response) -> str:
    """All that an asker can tell answers apart by: status, headers and text."""
    body = text_of(response) or hashlib.sha256(response.content).hexdigest()
    return steady(f"{response.status_code}\n{headers_of(response)}\n{body}")


def digest_of(response: Response) -> str:
    return hashlib.sha256(seen_of(response).encode()).hexdigest()
