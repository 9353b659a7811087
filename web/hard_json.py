"""Reads JSON bodies the strict way: UTF-8, no duplicate keys, no NaN, not too deep.

The stock parser takes the last of two equal keys, accepts ``1e309`` as infinity and falls
over at 900 levels; each of these answered 500 or poisoned a list page when measured.
"""

import json
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute

DEPTH_MAX = 20


class HardRequest(Request):
    """A request whose ``json()`` refuses what two parsers could read differently."""

    async def json(self) -> Any:
        if self.headers.get("content-encoding", "identity").lower() != "identity":
            raise HTTPException(415, "content_encoding")
        if not hasattr(self, "_json"):
            self._json = read_json(await self.body())
        return self._json


class HardRoute(APIRoute):
    """The route class of every REST router: bodies by `HardRequest`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def hard(request: Request) -> Response:
            return await handle(HardRequest(request.scope, request.receive))

        return hard


def read_json(body: bytes) -> Any:
    """The document in ``body``; HTTP 400 with a stable code in ``detail`` otherwise."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        _refuse("json_encoding")
    if text.startswith("\ufeff"):
        _refuse("json_encoding")
    if _depth(text) > DEPTH_MAX:
        _refuse("json_depth")
    try:
        found = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        _refuse("json_invalid")
    if "\\u" in text and _has_surrogate(found):
        _refuse("json_surrogate")
    return found


def _refuse(code: str) -> NoReturn:
    raise HTTPException(400, code)


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("json_duplicate_key")
    return found


def _no_constant(_: str) -> NoReturn:
    _refuse("json_number")


def _depth(text: str) -> int:
    deepest = depth = 0
    in_string = escaped = False
    for char in text:
        if in_string:
            if escaped:
                escaped = False
            elif char == "\\":
                escaped = True
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _has_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return any("\ud800" <= char <= "\udfff" for char in value)
    if isinstance(value, dict):
        return any(_has_surrogate(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_has_surrogate(part) for part in value)
    return False
