"""Walks every route: which there are, how their addresses are filled, how answers are read."""

import html
import inspect
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from fastapi import FastAPI

from crm.kit.ids import new_id
from crm.staff.terms import Channel
from tests.contracts.planted import House
from tests.factories import TODAY
from web.gate import routes_of

STREAMS = {"GET /live", "GET /api/v1/events"}
LOOK_UPS = (
    "zhen miaoke",
    "0431",
    "1808",
    "1809",
    "zqmailbox17@example.test",
    "NOWCONF11",
    "ZQ88001234",
    "Ouyinmiao",
    "Plumwick",
    "Pastnqvist",
    "Farnqvist",
    "Quillfern",
    "浙A7QZ31",
)


@dataclass(frozen=True)
class Route:
    """``takes`` are the names of what its function is handed, query parameters among them."""

    method: str
    path: str
    takes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def is_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def places(self) -> list[str]:
        """The names in braces."""
        return re.findall(r"{(\w+)(?::\w+)?}", self.path)


def routes(app: FastAPI) -> list[Route]:
    """Every route of the app, mounted files left out."""
    return [
        Route(*key.split(" ", 1), frozenset(inspect.signature(endpoint).parameters))
        for key, endpoint in routes_of(app)
    ]


def anywhere(route: Route) -> str:
    """The route's address with ids that nothing has."""
    return re.sub(r"{\w+(?::\w+)?}", lambda _: str(new_id()), route.path)


def concrete(route: Route, house: House, *, guest_id: UUID) -> str:
    """The route's address in the planted house, for one of its guests."""
    path = route.path
    for name in route.places:
        before = path.split("{" + name, 1)[0].rstrip("/").rsplit("/", 1)[-1]
        path = re.sub(r"{" + name + r"(?::\w+)?}", _value(name, before, house, guest_id), path)
    return path


def _value(name: str, before: str, house: House, guest_id: UUID) -> str:
    by_segment: dict[str, object] = {
        "guests": guest_id,
        "stays": house.stay,
        "companies": house.company,
        "hotels": "HZ1",
        "complaints": house.ids["complaint_id"],
        "documents": house.ids["document_id"],
        "preferences": house.ids["preference_id"],
        "notes": house.ids["note_id"],
        "memberships": house.ids["membership_id"],
        "staff": next(iter(house.staff.values())),
        "keys": house.ids.get("key_id", uuid4()),
        "imports": house.ids.get("import_id", uuid4()),
        "reviews": house.ids.get("review_id", uuid4()),
    }
    by_name: dict[str, object] = {
        "guest_id": guest_id,
        "stay_id": house.stay,
        "company_id": house.company,
        "message_id": house.ids["message_id"],
        "hotel_id": house.here,
        "code": "HZ1",
        "document_id": house.ids["document_id"],
        "no": 1,
        "day": TODAY.isoformat(),
        "on": TODAY.isoformat(),
        "kind": "ethnicity",
        "room_no": "1808",
        "floor": "18",
    }
    found = by_name.get(name, by_segment.get(before))
    assert found is not None, (
        f"teach tests/contracts/walking.py what {{{name}}} after {before!r} is"
    )
    return str(found)


def channel_of(route: Route) -> Channel:
    """By which channel of the policy this route lets fields out."""
    if route.path.endswith(".csv") or "/export" in route.path:
        return Channel.EXPORT
    if "q" in route.takes or "family_name" in route.takes:
        return Channel.SEARCH
    if route.places:
        return Channel.JSON if route.is_api else Channel.PAGE
    return Channel.LIST


def questions(route: Route) -> Iterator[dict[str, str]]:
    """Query strings to ask a route with: none, and each look-up where it has a box."""
    yield {}
    if "q" in route.takes:
        yield from ({"q": words} for words in LOOK_UPS)
    if {"family_name", "phone"} <= route.takes:
        yield from ({"family_name": words} for words in ("zhen miaoke", "Ouyinmiao", "Farnqvist"))
        yield from ({"phone": digits} for digits in ("13987650431", "13900000000"))


def readable(text: str, content_type: str) -> str:
    """An answer as a person or machine reads it: entities resolved, digits joined."""
    if "json" in content_type and text:
        text = json.dumps(json.loads(text), ensure_ascii=False)
    else:
        text = html.unescape(text)
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>", text)
    text = re.sub(r"\?v=[0-9a-f]+", "", text)
    joined = re.sub(r"(?<=\d)[\s\u00a0\u202f,().-]{1,2}(?=\d)", "", text)
    without_commas = re.sub(r"(?<=\d),(?=\d{3})", "", text)
    return f"{text}\n{joined}\n{without_commas}"


def holds(text: str, needle: str) -> bool:
    """Whether a needle stands in a readable answer; numbers count as whole numbers only."""
    if re.fullmatch(r"[\d.]+", needle):
        return re.search(rf"(?<![0-9A-Za-z.]){re.escape(needle)}(?![0-9A-Za-z])", text) is not None
    return needle.casefold() in text.casefold()
