"""The OpenAPI description as machines need it: how to sign in, every error, every precondition.

FastAPI describes what a route takes and gives. What the gate, the doorkeeper, the hard reading
of JSON and the preconditions answer is the same for all routes of a kind, so it is added here
by kind, and no route can forget it. ``tests/prove/test_schemathesis.py`` holds it to the truth.
"""

from collections.abc import Container, Iterator
from inspect import isfunction
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from crm.kit.remembered import KEY_MAX, KEY_PATTERN
from crm.kit.schema import TIME_PATTERN
from crm.staff.policy import ANYONE, policy
from web.errors import PLAIN, PROBLEM
from web.gate import routes_of

UNSAFE = {"post", "put", "patch", "delete"}
PRECONDITION = {"put", "patch", "delete"}
"""Methods that must say which version they change."""

EVERYWHERE = (414, 422, 429, 503)
"""What any route may answer: its query is measured and read strictly, all are counted."""

NAMING = {"hotel", "guest_id", "company_id", "import_id"}
"""Parameters of a query that name something, which may be out of reach."""

_PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "ProblemDetails",
    "description": "Problem details (RFC 9457) with a stable code; no value is ever echoed.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "errors", "request_id"],
    "additionalProperties": False,
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "message"],
                "additionalProperties": False,
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer to the field"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "request_id": {"type": "string"},
    },
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag you have read; 428 without, 412 when it is no longer that.",
    "schema": {"type": "string", "maxLength": 80},
}
_IF_MATCH_FREE = _IF_MATCH | {
    "required": False,
    "description": "Free here, since adding overwrites nothing; 412 when it is no longer that.",
}
_ONCE = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same request is done once and answered the same.",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": KEY_PATTERN},
}
_ETAG = {"schema": {"type": "string"}, "description": "The version, for If-Match."}
_LOCATION = {"schema": {"type": "string"}, "description": "The path of what was made."}


def describe(app: FastAPI) -> dict[str, Any]:
    """The whole description, made once an app."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version=app.openapi_version,
            description=app.description,
            routes=app.routes,
        )
        _complete(found, {key for key, answer in routes_of(app) if _asks_version(answer)})
        app.openapi_schema = found
    return app.openapi_schema


_CHECKS = {"need_match", "version_named"}


def _asks_version(endpoint: Any) -> bool:
    """Whether a route, or a function of its module that it calls, reads If-Match."""
    if not isfunction(endpoint):
        return False
    called = [endpoint.__globals__.get(name) for name in endpoint.__code__.co_names]
    near = [f for f in called if isfunction(f) and f.__module__ == endpoint.__module__]
    return any(_CHECKS & {*each.__code__.co_names} for each in (endpoint, *near))


def _complete(found: dict[str, Any], versioned: Container[str]) -> None:
    components = found.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for stock in ("HTTPValidationError", "ValidationError"):
        schemas.pop(stock, None)
    schemas["ProblemDetails"] = _PROBLEM_SCHEMA
    components["responses"] = {
        f"Problem{status}": {
            "description": title,
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
        }
        for status, (_, title, _) in sorted(PLAIN.items())
    }
    components["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key; its scopes say what it opens.",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "keshi_session",
            "description": "A signed-in browser; changing requests carry X-CSRF-Token too.",
        },
    }
    _name_times(found)
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            must = method in PRECONDITION or (method == "post" and f"POST {path}" in versioned)
            _complete_operation(path, method, operation, must_name_version=must)
            if _shows_version(operation, schemas) or (
                method == "get" and PRECONDITION & {*operations}
            ):
                operation["responses"]["200"].setdefault("headers", {})["ETag"] = _ETAG


def _name_times(part: Any) -> None:
    """A time of a hotel's day has no offset, which the format "time" would promise."""
    if isinstance(part, dict):
        if part.get("format") == "time":
            del part["format"]
            part["pattern"] = TIME_PATTERN
        for inner in part.values():
            _name_times(inner)
    elif isinstance(part, list):
        for inner in part:
            _name_times(inner)


def _complete_operation(
    path: str, method: str, operation: dict[str, Any], *, must_name_version: bool
) -> None:
    needs = policy().routes.get(f"{method.upper()} {path}", ANYONE)
    if needs != ANYONE:
        operation["security"] = [{"key": []}, {"session": []}]
    parameters = operation.setdefault("parameters", [])
    answers = operation["responses"]
    answers.pop("422", None)
    if _may_name_version(path, method):
        parameters.append(_IF_MATCH_FREE)
    elif must_name_version:
        parameters.append(_IF_MATCH)
    if "201" in answers and method == "post":
        parameters.append(_ONCE)
        answers["201"].setdefault("headers", {})["Location"] = _LOCATION
    for status in sorted(set(_errors(path, method, operation, open_to_all=needs == ANYONE))):
        answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}


def _errors(
    path: str, method: str, operation: dict[str, Any], *, open_to_all: bool
) -> Iterator[int]:
    yield from EVERYWHERE
    if not open_to_all:
        yield from (401, 403)
    if "{" in path or any(p["name"] in NAMING for p in operation["parameters"]):
        yield 404
    if "requestBody" in operation:
        yield from (400, 404, 413, 415)
    if method in UNSAFE:
        yield from (409, 507)
    if any(p["name"] == "If-Match" for p in operation["parameters"]):
        yield 412
    if _IF_MATCH in operation["parameters"]:
        yield 428


def _shows_version(operation: dict[str, Any], schemas: dict[str, Any]) -> bool:
    """Whether the answer is one resource with its version, which is its ETag."""
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    return "version" in schemas.get(schema.get("$ref", "").rsplit("/", 1)[-1], {}).get(
        "properties", ()
    )


def _may_name_version(path: str, method: str) -> bool:
    """Adding a part to a guest's file or to a company's sheet changes the whole's version."""
    whole = path.rpartition("/")[0]
    return method == "post" and whole.endswith(("{guest_id}", "{company_id}"))
