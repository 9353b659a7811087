"""Where an entry of the corpus can be put: found in the OpenAPI description, so that a new
field is asked by itself."""

import itertools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

HERE = "@@here@@"
_numbers = itertools.count(1)

Schema = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """One field of a JSON body: where it stands, what is taken there."""

    operation: str
    pointer: str
    kind: str  # text, number, date, choice, flag
    body: Any  # a whole body that is taken, with HERE where the field stands

    @property
    def where(self) -> str:
        return f"{self.operation} {self.pointer}"

    def body_with(self, literal: str) -> bytes:
        """The body as JSON with ``literal`` (itself JSON, or broken) in the field's place."""
        return _fresh(json.dumps(self.body)).replace(f'"{HERE}"', literal).encode()


def _fresh(text: str) -> str:
    """Whatever must be new each time gets the next number."""
    text = re.sub(r"#UUID#", lambda _: str(UUID(int=next(_numbers), version=4)), text)
    return re.sub(r"#NEW#", lambda _: str(next(_numbers)), text)


class Bodies:
    """Makes bodies that fit the description of an API; ``samples`` know what a schema cannot say.

    ``samples`` are by ``field`` or ``METHOD /path field``; a value that is None leaves it out.
    """

    def __init__(self, description: Mapping[str, Any], samples: Mapping[str, Any]) -> None:
        self._paths = description["paths"]
        self._schemas: Mapping[str, Schema] = description["components"]["schemas"]
        self._samples = samples

    def operations(self) -> Iterator[tuple[str, Schema]]:
        """Operations with a JSON body, and the body's schema."""
        for path, operations in self._paths.items():
            for method, operation in operations.items():
                content = operation.get("requestBody", {}).get("content", {})
                if "application/json" in content:
                    yield f"{method.upper()} {path}", content["application/json"]["schema"]

    def whole(self, operation: str) -> bytes:
        """A body that is taken."""
        schema = dict(self.operations())[operation]
        return _fresh(json.dumps(self._filled(operation, schema, ""))).encode()

    def fields(self) -> list[Field]:
        """Every field of every body."""
        return [
            field
            for operation, schema in self.operations()
            for field in self._fields(operation, schema)
        ]

    def _fields(self, operation: str, schema: Schema) -> Iterator[Field]:
        for pointer, leaf in self._leaves(operation, schema, ""):
            body = self._filled(operation, schema, "", here=pointer)
            yield Field(operation, pointer, kind_of(leaf, pointer), body)

    def _leaves(self, operation: str, schema: Schema, at: str) -> Iterator[tuple[str, Schema]]:
        schema = self._resolved(schema)
        if schema.get("type") == "object":
            for name, part in schema.get("properties", {}).items():
                if self._sample(operation, f"{at}/{name}") is not None:
                    yield from self._leaves(operation, part, f"{at}/{name}")
        elif schema.get("type") == "array":
            yield from self._leaves(operation, schema["items"], f"{at}/0")
        else:
            yield at, schema

    def _filled(self, operation: str, schema: Schema, at: str, *, here: str = "") -> Any:
        if at and at == here:
            return HERE
        schema = self._resolved(schema)
        if schema.get("type") == "object":
            return {
                name: self._filled(operation, part, f"{at}/{name}", here=here)
                for name, part in schema.get("properties", {}).items()
                if self._sample(operation, f"{at}/{name}") is not None
            }
        if schema.get("type") == "array":
            return [self._filled(operation, schema["items"], f"{at}/0", here=here)]
        told = self._sample(operation, at)
        return told if told is not ... else sample_of(schema)

    def _sample(self, operation: str, at: str) -> Any:
        """What is told for a place; ``...`` where nothing is, None where it is left out."""
        name = at.removesuffix("/0").rpartition("/")[2]
        for key in (f"{operation} {at}", f"{operation} {name}", at, name):
            if key in self._samples:
                return self._samples[key]
        return ...

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._resolved(dict(self._schemas[schema["$ref"].rpartition("/")[2]]))
        for choice in schema.get("anyOf", ()):
            if choice.get("type") != "null":
                return self._resolved(choice)
        return schema


def kind_of(schema: Schema, pointer: str) -> str:
    """What an entry of the corpus must be to be meant for this field."""
    if "enum" in schema or "const" in schema or schema.get("format") == "uuid":
        return "choice"
    if schema.get("type") == "boolean" or "oneOf" in schema:
        return "flag"
    if schema.get("type") in {"integer", "number"}:
        return "number"
    if schema.get("format") == "date":
        return "date"
    if pointer.endswith(("/password", "/passphrase")):
        return "password"
    if "pattern" in schema or "format" in schema:
        return "code"
    return "text"


def sample_of(schema: Schema) -> Any:
    """Some value that a schema takes."""
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "integer" | "number":
            return max(1, int(schema.get("minimum", 1)))
        case "boolean":
            return False
    by_format = {
        "date": "2026-11-24",
        "date-time": "2026-11-24T08:00:00Z",
        "uuid": "00000000-0000-7000-8000-000000000000",
    }
    return by_format.get(schema.get("format", ""), "Zq 7"[: schema.get("maxLength", 4)])
