"""Walks every route: which there are, how their addresses are filled, how answers are read."""

import html
import inspect
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from uuid import UUID, uuid4

from fastapi import FastAPI

from crm.kit.ids import new_id
from crm.staff.terms import Channel, Role
from tests.contracts.planted_house import House
from tests.factories import TODAY
from web.gate import parameters_of, routes_of

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
    """``takes`` are the names of what its function is handed, ``asks`` its query parameters."""

    method: str
    path: str
    takes: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()

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
        Route(
            *key.split(" ", 1),
            frozenset(inspect.signature(endpoint).parameters),
            _parameters_of(key.split(" ", 1)[1], endpoint),
        )
        for key, endpoint in routes_of(app)
    ]


_parameters_of = cache(parameters_of)


def anywhere(route: Route) -> str:
    """The route's address with ids that nothing has."""
    return re.sub(r"{\w+(?::\w+)?}", lambda _: str(new_id()), route.path)


def concrete(
    route: Route, house: House, *, guest_id: UUID, instead: Mapping[str, object] | None = None
) -> str:
    """The route's address in the planted house, for one of its guests; ``instead``: other ids."""
    path = route.path
    for name in route.places:
        before = path.split("{" + name, 1)[0].rstrip("/").rsplit("/", 1)[-1]
        found = (instead or {}).get(name) or _value(name, before, house, guest_id)
        path = re.sub(r"{" + name + r"(?::\w+)?}", str(found), path)
    return path


def _value(name: str, before: str, house: House, guest_id: UUID) -> str:
    by_segment: dict[str, object] = {
        "guests": guest_id,
        "stays": house.stay,
        "companies": house.company,
        "hotels": "HZ1",
        "complaints": house.ids["complaint_id"],
        "offers": "FRUIT",
        "preventions": house.ids["prevention_id"],
        "documents": house.ids["document_id"],
        "preferences": house.ids["preference_id"],
        "observations": house.ids["observation_id"],
        "codes": "PL.BUCK",
        "groups": "AL",
        "habits": house.ids["habit_id"],
        "notes": house.ids["note_id"],
        "traces": house.ids["trace_id"],
        "alerts": house.ids["rule_id"],
        "news": house.ids["event_id"],
        "room-notes": house.ids["observation_id"],
        "room-ticks": house.ids.get("preparation_id", uuid4()),
        "lost": house.ids["item_id"],
        "lost-property": house.ids["item_id"],
        "memberships": house.ids["membership_id"],
        "staff": next(iter(house.staff.values())),
        "keys": house.ids.get("key_id", uuid4()),
        "imports": house.ids.get("import_id", uuid4()),
        "reviews": house.ids.get("review_id", uuid4()),
        "category": "noise",
    }
    by_name: dict[str, object] = {
        "guest_id": guest_id,
        "stay_id": house.stay,
        "company_id": house.company,
        "message_id": house.ids["message_id"],
        "hotel_id": house.here,
        "code": "HZ1",
        "document_id": house.ids["document_id"],
        "observation_id": house.ids["observation_id"],
        "finding_id": house.ids["finding_id"],
        "no": 1,
        "day": TODAY.isoformat(),
        "on": TODAY.isoformat(),
        "kind": "ethnicity",
        "room_no": "1808",
        "floor": "18",
        "level": "category",
        "compensation_id": house.ids["compensation_id"],
        "survey_id": house.ids["survey_id"],
        "row_id": house.ids["survey_id"],
        "guest_review_id": house.ids["guest_review_id"],
        "said": "survey",
        "token": house.ids["token"],
        "role": "duty_manager",
        "severity": "minor",
        "department": "HK",
    }
    found = (
        by_segment[before]
        if before in ("codes", "category", "offers")
        else by_name.get(name, by_segment.get(before))
    )
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


ASKED_BY: dict[str, tuple[str, ...]] = {
    "q": LOOK_UPS,
    "name": ("甄妙珂",),
    "latin_name": ("Zhenqan Miaoke",),
    "family_name": ("zhen miaoke", "Ouyinmiao", "Farnqvist"),
    "given_name": ("miaoke",),
    "phone": ("13987650431", "13900000000"),
    "email": ("zqmailbox17@example.test",),
    "born_on": ("1957-03-14",),
    "only": ("vip", "allergy", "case", "birthday", "first", "noted", "due", "stay", "note", "edit"),
    "status": ("in_house", "checked_out", "investigating"),
    "open": ("true", "false"),
    "arriving_from": (TODAY.isoformat(),),
    "arriving_to": ((TODAY - timedelta(days=200)).isoformat(),),
    "hotel": ("HZ1", "SH2"),
    "currency": ("CNY", "EUR"),
    "kind": ("corporate", "guests", "guest.registered", "survey"),
    "state": ("active", "low"),
    "ends_by": (TODAY.isoformat(), (TODAY + timedelta(days=90)).isoformat()),
    "ending": ("true", "90"),
    "side": ("in_house", "departures"),
    "edition": ("front_desk", "housekeeping", "kitchen", "managers"),
    "as_of": ("now", "ready"),
    "on": (TODAY.isoformat(),),
    "floor": ("18", "05"),
    "here": ("true", "false"),
    "group": ("AL", "FL", "words"),
    "department": ("FO", "HK"),
    "every": ("true",),
    "room": ("1808",),
    "by": ("category", "cause", "department", "room", "item", "shift", "cases"),
    "category": ("noise",),
    "cause": ("casecause-basalt",),
    "item": ("caseitem-basalt",),
    "shift": ("early", "late", "night"),
    "lateness": ("fresh", "red"),
    "step": ("reading", "columns", "result"),
    "deed": ("viewed", "revealed", "created"),
    "subject": ("guest", "staff"),
    "since": ("2026-01-01T00:00:00Z",),
    "until": ("2036-01-01T00:00:00Z",),
    "first": ("2026-01-01",),
    "last": ("2036-01-01",),
    "next": ("/today",),
    "seen_as": ("list", "export"),
    "looked_into": ("true",),
    "settled": ("true",),
    "limit": ("1", "101", "nine"),
    "view": ("mine", "leaving_today"),
    "language": ("zh-Hans",),
    "days": ("180", "365"),
    "layout": ("list",),
    "room_no": ("1808", "99"),
    "number": ("1001",),
    "cursor": ("broken", "MQ"),
}
"""What to ask by each query parameter; ids are asked by those of the planted house."""
IDS = {"import_id", "actor_id", "guest_id", "person", "guest", "after"}


LOOKING_UP = frozenset({"q", "family_name", "phone"})


def questions(
    route: Route, house: House, about: str, *, only: frozenset[str] | None = None
) -> Iterator[dict[str, str]]:
    """Query strings to ask a route with: none, and about ``guest`` by each parameter it takes.

    ``only`` leaves out other parameters.
    """
    yield {}
    if about not in ("", "guest"):
        return
    for name in sorted(route.asks if only is None else route.asks & only):
        if name in IDS:
            yield from ({name: str(each)} for each in _ids(name, house))
        else:
            yield from ({name: words} for words in ASKED_BY[name])
    if route.is_api:
        yield {"nobody-knows-this": "1"}


def _ids(name: str, house: House) -> Iterator[object]:
    staff = house.staff[Role.DUTY_MANAGER, house.here], house.staff[Role.IT, house.elsewhere]
    yield from {
        "import_id": (house.ids.get("import_id", house.company),),
        "after": (house.company,),
        "actor_id": staff,
        "person": staff,
        "guest_id": (house.guest, house.far),
        "guest": (house.guest, house.far, "G-QZ7K2M"),
    }[name]


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
    return needle in needles_in(text, (needle,))


def needles_in(text: str, needles: Iterable[str]) -> frozenset[str]:
    """Those that stand in a readable answer, which is folded once for all of them."""
    folded = text.casefold()
    return frozenset(
        needle
        for needle in needles
        if needle.casefold() in folded
        and (_IS_NUMBER.fullmatch(needle) is None or _stands_alone(needle, text))
    )


_IS_NUMBER = re.compile(r"[\d.]+")


def _stands_alone(number: str, text: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(number)}(?![0-9A-Za-z])", text) is not None
