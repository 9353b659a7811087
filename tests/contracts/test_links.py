"""What a page offers exists, and the person it is offered to may use it."""

import re
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup, Tag
from starlette.routing import compile_path

from crm.staff.policy import ANYONE, SIGNED_IN, policy
from crm.staff.terms import Role
from tests.contracts.asking import GUESTS, Asking
from tests.contracts.walking import STREAMS, Route, questions, routes
from web.rendering import STATIC

VERBS = {f"hx-{method}": method.upper() for method in ("get", "post", "put", "patch", "delete")}


def _offers(html: str) -> Iterator[tuple[str, str]]:
    """Every (method, path) that a page links to, posts to or loads from."""
    page = BeautifulSoup(html, "html.parser")
    for tag in page.find_all(True):
        assert isinstance(tag, Tag)
        for attribute, method in (
            ("href", "GET"),
            ("src", "GET"),
            ("data-href", "GET"),
            *VERBS.items(),
        ):
            if path := tag.get(attribute):
                yield method, str(path)
        if tag.name == "form" and (path := tag.get("action")):
            yield str(tag.get("method", "get")).upper(), str(path)
        if path := tag.get("formaction"):
            yield "POST", str(path)


def _path(address: str) -> str | None:
    """The path of an address within the house, None for anchors and data."""
    if not address.startswith("/"):
        assert address.startswith(("#", "?", "data:", "mailto:", "tel:")), address
        return None
    return re.split(r"[?#]", address, maxsplit=1)[0]


def _pages(asking: Asking, role: Role) -> Iterator[tuple[Route, str]]:
    """Every page that this role can open about every guest, by every question."""
    asking.as_(role.value)
    for route in routes(asking.app):
        if route.method != "GET" or route.is_api or route.key in STREAMS:
            continue
        for about in GUESTS if "guest_id" in route.places else ("",):
            for query in questions(route, asking.house, about):
                answer = asking.response(route, about, query)
                if answer.status_code == 200 and "text/html" in answer.headers.get(
                    "content-type", ""
                ):
                    yield route, answer.text


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("role", list(Role))
def test_every_offer_is_there_and_open_to_the_reader(asking: Asking, role: Role) -> None:
    known = [(route, compile_path(route.path)[0]) for route in routes(asking.app)]
    open_to = {ANYONE, SIGNED_IN, *policy().permissions_of([role])}
    wrong: set[str] = set()
    for route, html in _pages(asking, role):
        for method, address in _offers(html):
            path = _path(address)
            if path is None:
                continue
            if path.startswith("/static/"):
                if not (STATIC / path.removeprefix("/static/")).is_file():
                    wrong.add(f"{route.key}: no file {path}")
                continue
            fitting = [r for r, pattern in known if r.method == method and pattern.match(path)]
            if not fitting:
                wrong.add(f"{route.key} offers {method} {path}, which is not there")
            elif policy().routes[fitting[0].key] not in open_to:
                wrong.add(f"{route.key} offers {fitting[0].key}, which is shut to {role}")
    assert not wrong, "\n".join(sorted(wrong))


def test_offers_are_found() -> None:
    page = '<a href="/a"></a><form method="post" action="/b"></form><p hx-get="/c"></p>'
    assert list(_offers(page)) == [("GET", "/a"), ("POST", "/b"), ("GET", "/c")]
