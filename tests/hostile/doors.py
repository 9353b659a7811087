"""The parts of the corpus that are not about one field: bodies, ids, queries, headers, forms."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_dependant

from tests.hostile.corpus import Asker, in_url
from tests.hostile.entries import DATA, Entry, entries
from web.gate import routes_of

STREAMS = ("/live", "/api/v1/events")
SEARCHES = (
    "GET /api/v1/guests?q=",
    "GET /api/v1/companies?q=",
    "GET /api/v1/duplicates?name=",
    "GET /api/v1/duplicates?phone=",
    "GET /api/v1/duplicates?email=",
    "GET /guests?q=",
    "GET /palette?q=",
    "GET /guests/new/alike?family_name=",
    "GET /companies?q=",
)
WILDCARDS = {"percent", "percents", "underscore", "underscores", "like-all"}
LISTS_ALL = {"GET /api/v1/companies?q="}
"""Where signs alone ask for nothing, so that the whole list is right (tests/crm/companies)."""
EVERY_NTH = 4
"""An id that no route reads another way is tried at every fourth address."""


def _app(asker: Asker) -> FastAPI:
    app = asker.client.app
    assert isinstance(app, FastAPI)
    return app


def bodies(asker: Asker) -> None:
    """Every whole body at every operation that reads JSON."""
    operations = [name for name, _ in asker.bodies.operations() if "/intake/" not in name]
    bodies_of(asker, operations, every=3)


def bodies_of(asker: Asker, operations: list[str], *, every: int = 1) -> None:
    before = asker.dump()
    for no, entry in enumerate(entries("bodies")):
        large = "raw_repeat" in entry.input or "many_keys" in entry.input
        step = 12 if large else every
        for operation in operations[no % step :: step] if step < len(operations) else operations:
            more: dict[str, str | None] = dict(entry.headers or {})
            if entry.content_type != "":
                more["Content-Type"] = entry.content_type
            whole = asker.bodies.whole(operation)
            answer = asker.send(operation, entry.body(whole), more=more)
            asker.expect(entry, operation, answer)
            if answer.status_code < 300:
                before = asker.dump()
    if asker.dump() != before:
        asker.observed.wrong["(all refused)", "bodies"] = "a refusal changed something"


def ids(asker: Asker) -> None:
    """Whatever can stand where an id belongs, at every address with one."""
    before = asker.dump()
    placed = [
        key
        for key, _ in routes_of(_app(asker))
        if "{" in key and "/intake/" not in key  # a machine's door
    ]
    for no, entry in enumerate(entries("ids")):
        for key in placed[no % EVERY_NTH :: EVERY_NTH]:
            template = key.partition(" ")[2]
            path = re.sub(r"{[^}]*}", lambda _, e=entry: str(e.input), template, count=1)
            headers = asker.headers | {"If-Match": "*"}
            answer = asker.ask(key, dict(headers), path=asker.address(path))
            # An id with a slash in it is another address, and a form that is not filled
            # in is refused before or after the id is looked up.
            right = Entry(entry.id, "path", entry.input, entry.at, [*_as_list(entry), 400, 415])
            if "/" in str(entry.input) or str(entry.input).startswith(("..", "%", "?")):
                right = Entry(entry.id, "path", entry.input, entry.at, "any")
            asker.expect(right, key, answer, quoting=not template.startswith("/api/"))
    if asker.dump() != before:
        asker.observed.wrong["(all refused)", "ids"] = "a broken id changed something"


def _as_list(entry: Entry) -> list[int]:
    return entry.expect if isinstance(entry.expect, list) else []


def queries(asker: Asker) -> None:
    """Pages, cursors and parameters that nobody knows, at every list of the API."""
    described = _app(asker).openapi()["paths"]
    for path, operations in described.items():
        if "get" not in operations or path in STREAMS:
            continue
        known = {p["name"] for p in operations["get"]["parameters"] if p["in"] == "query"}
        needed = "&".join(
            f"{p['name']}=x"
            for p in operations["get"]["parameters"]
            if p["in"] == "query" and p.get("required")
        )
        for entry in entries("queries"):
            if isinstance(entry.input, dict):
                name, value = entry.input["name"], entry.input["value"]
                query = f"{name}={value}"
            else:
                name = entry.id.partition("-")[0]
                if name not in known:
                    continue
                query = f"{name}={in_url(entry)}" if "%" not in entry.text() else entry.text()
                query = query if query.startswith(name) else f"{name}={query}"
            headers: dict[str, str | None] = dict(asker.headers)
            answer = asker.ask(f"GET {path}", headers, query=f"{needed}&{query}".strip("&"))
            asker.expect(entry, f"GET {path} {name}", answer)


def searches(asker: Asker) -> None:
    """Every look-up at every box."""
    for box in SEARCHES:
        search_box(asker, box)


def search_box(asker: Asker, box: str) -> None:
    """Every look-up at one box; a wildcard finds nothing by being a wildcard."""
    path, _, parameter = box.partition(" ")[2].partition("?")
    page = not path.startswith("/api/")
    for entry in entries("searches"):
        answer = asker.ask(f"GET {path}", dict(asker.headers), query=parameter + in_url(entry))
        right = (
            Entry(entry.id, "search", entry.input, entry.at, [200, 303, 422, 414])
            if page
            else entry
        )
        asker.expect(right, box, answer, quoting=page)
        is_json = answer.headers.get("content-type", "").startswith("application/json")
        found = answer.json() if is_json and answer.status_code == 200 else []
        if (
            entry.id in WILDCARDS
            and box not in LISTS_ALL
            and (found["items"] if isinstance(found, dict) else found)
        ):
            asker.observed.wrong[entry.id, box] = "a wildcard finds what it does not name"


def headers(asker: Asker) -> None:
    """Conditions, keys, origins and cookies as nobody should send them."""
    before = asker.dump()
    for entry in entries("headers"):
        told: dict[str, str | None] = dict(entry.input)
        sent: dict[str, str | None] = {**asker.headers, "Content-Type": "application/json"}
        if "If-Match" not in told:
            sent["If-Match"] = "*"
        if "Authorization" in told:
            sent["Cookie"] = None
        method, _, path = entry.at.partition(" ")
        body = None if method == "GET" else asker.bodies.whole(entry.at)
        query = "q=zzzz" if path == "/api/v1/guests" and method == "GET" else ""
        answer = asker.ask(entry.at, sent | told, body, query=query)
        asker.expect(entry, entry.at, answer)
        if entry.answer_header_is_not and answer.headers["x-request-id"] == next(
            iter(told.values())
        ):
            asker.observed.wrong[entry.id, entry.at] = "a header is handed back as it came"
        if answer.status_code < 300 and method != "GET":
            asker.observed.wrong[entry.id, entry.at] = "was taken"
    if asker.dump() != before:
        asker.observed.wrong["(all refused)", "headers"] = "a refusal changed something"


def auth(asker: Asker) -> None:
    """Passwords and names of accounts, at the sign-in and at the making of accounts."""
    for entry in entries("auth"):
        told = {name: _text(value) for name, value in entry.input.items()}
        if entry.at == "POST /sign-in":
            answer = asker.client.post("/sign-in", data=told)
        elif entry.at == "GET /sign-in":
            answer = asker.client.get("/sign-in", params=told)
            location = answer.headers.get("location", "")
            if not location.startswith("/") and location:
                asker.observed.wrong[entry.id, entry.at] = f"leads to {location}"
        else:
            body = asker.bodies.whole(entry.at)
            made: dict[str, Any] = json.loads(body) | told
            answer = asker.send(entry.at, json.dumps(made).encode())
        asker.expect(entry, entry.at, answer, quoting="sign-in" in entry.at)


def _text(value: Any) -> str:
    return value["repeat"] * value["times"] if isinstance(value, dict) else str(value)


def contacts(asker: Asker) -> None:
    """Addresses of every shape, good and bad, and a mobile number of every country."""
    where = "PUT /api/v1/guests/{guest_id}/contacts/{no}"
    tree = ET.parse(DATA / "isemail_tests.xml")  # our own file, not an asker's
    addresses = [node.findtext("address") or "" for node in tree.iter("test")]
    with (DATA / "phone_examples_mobile.csv").open(encoding="utf-8") as file:
        phones = [row["international"] for row in csv.DictReader(file)]
    for kind, values, right in (("email", addresses, [204, 422]), ("phone", phones, [204])):
        for no, value in enumerate(values):
            entry = Entry(f"{kind}-{no}", "contact", value, where, right)
            body = json.dumps({"kind": kind, "raw": value}).encode()
            asker.expect(entry, where, asker.send(where, body))


def forms(asker: Asker) -> None:
    """The characters that are no text, in every field of every form of the pages."""
    hard = [entry for entry in entries("text") if entry.everywhere and isinstance(entry.input, str)]
    odd = [entry for entry in entries("text") if entry.id in {"script", "quote", "rare-cjk"}]
    for key, endpoint in routes_of(_app(asker)):
        method, _, template = key.partition(" ")
        if method != "POST" or template.startswith("/api/") or template in NOT_FORMS:
            continue
        fields = form_fields(template, endpoint)
        before, taken = asker.dump(), False
        for no, name in enumerate(fields):
            for entry in [hard[no % len(hard)], odd[no % len(odd)]]:
                filled = dict.fromkeys(fields, "1") | {name: entry.text()}
                answer = asker.client.post(
                    asker.address(template), data=filled, headers=dict(asker.headers)
                )
                right = Entry(entry.id, "form", entry.input, key, "any")
                asker.expect(right, f"{key} {name}", answer, quoting=True)
                taken = taken or answer.status_code < 400
        if not taken and asker.dump() != before:
            asker.observed.wrong["(all refused)", key] = "a refusal changed something"


NOT_FORMS = {"/session/end", "/sign-in", "/sign-in/demo", "/demo/hour", "/demo/tour", "/imports"}
"""Forms that sign out or in, that only the demo has, or that are about a file."""


def form_fields(template: str, endpoint: Callable[..., Any]) -> list[str]:
    """The names of the fields that a page's form sends."""

    def all_of(dependant: Dependant) -> Iterator[Any]:
        yield from dependant.body_params
        for inner in dependant.dependencies:
            yield from all_of(inner)

    return [
        field.alias
        for field in all_of(get_dependant(path=template, call=endpoint))
        if type(field.field_info).__name__ == "Form" and field.alias != "csrf_token"
    ]


def _named(functions: Iterable[Callable[[Asker], None]]) -> dict[str, Callable[[Asker], None]]:
    return {function.__name__: function for function in functions}


DOORS = _named((bodies, ids, queries, searches, headers, auth, contacts, forms))
