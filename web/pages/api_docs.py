"""The REST interface for people: made from the same OpenAPI description that machines read."""

from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import Response

from crm.staff.policy import ANYONE, policy
from web.errors import PLAIN
from web.rendering import render

router = APIRouter()


class Argument(NamedTuple):
    """A parameter or a field of a body: where it goes, what it is."""

    name: str
    place: str
    kind: str
    needed: bool


class Operation(NamedTuple):
    method: str
    path: str
    summary: str
    words: str
    needs: str
    scopes: tuple[str, ...]
    arguments: tuple[Argument, ...]
    answers: tuple[tuple[str, str], ...]


class Chapter(NamedTuple):
    name: str
    operations: tuple[Operation, ...]


@router.get("/api/docs")
def api_docs(request: Request) -> Response:
    """All operations by noun, with what they need and answer."""
    description = request.app.openapi()
    problems = sorted((status, title) for status, (_, title, _) in PLAIN.items())
    return render(
        request,
        "api_docs.html",
        chapters=chapters_of(description),
        scopes=sorted((name, sorted(what)) for name, what in policy().scopes.items()),
        problems=problems,
    )


def chapters_of(description: dict[str, Any]) -> list[Chapter]:
    """The operations of an OpenAPI description, grouped by their first tag."""
    chapters: dict[str, list[Operation]] = {}
    schemas = description.get("components", {}).get("schemas", {})
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["other"])[0]
            chapters.setdefault(tag, []).append(
                _operation(method.upper(), path, operation, schemas)
            )
    return [Chapter(name, tuple(found)) for name, found in sorted(chapters.items())]


def _operation(method: str, path: str, raw: dict[str, Any], schemas: dict[str, Any]) -> Operation:
    needs = policy().routes.get(f"{method} {path}", ANYONE)
    return Operation(
        method=method,
        path=path,
        summary=raw.get("summary", ""),
        words=raw.get("description", ""),
        needs=needs,
        scopes=tuple(sorted(s for s, what in policy().scopes.items() if needs in what)),
        arguments=(*_parameters(raw, schemas), *_body(raw, schemas)),
        answers=tuple(
            (status, _kind(_content(answer), schemas))
            for status, answer in raw.get("responses", {}).items()
            if status < "400"
        ),
    )


def _parameters(raw: dict[str, Any], schemas: dict[str, Any]) -> list[Argument]:
    return [
        Argument(p["name"], p["in"], _kind(p.get("schema", {}), schemas), p.get("required", False))
        for p in raw.get("parameters", ())
    ]


def _body(raw: dict[str, Any], schemas: dict[str, Any]) -> list[Argument]:
    schema = _content(raw.get("requestBody", {}))
    name = schema.get("$ref", "").rsplit("/", 1)[-1]
    found = schemas.get(name, schema)
    needed = set(found.get("required", ()))
    return [
        Argument(field, "body", _kind(kind, schemas), field in needed)
        for field, kind in found.get("properties", {}).items()
    ]


def _content(part: dict[str, Any]) -> dict[str, Any]:
    for described in part.get("content", {}).values():
        schema: dict[str, Any] = described.get("schema", {})
        return schema
    return {}


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    """A schema in a few words: ``string (date)``, ``list of StayRow``, ``one of …``."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        choices = schemas.get(name, {}).get("enum")
        return " | ".join(map(str, choices)) if choices else name
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(s, schemas) for s in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}), schemas)}"
    kind = str(schema.get("type", "anything"))
    return f"{kind} ({schema['format']})" if "format" in schema else kind
