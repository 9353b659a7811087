"""The corpus as it stands in tests/corpus: what is put in, where, and what must come back."""

import json
from base64 import b64decode
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).parents[1] / "corpus"
DATA = Path(__file__).parents[1] / "data"

EXPECTED = {
    "refused": "422 at the field, and nothing changes",
    "refused_body": "400 for the whole body, and nothing changes",
    "kept": "taken and shown as it was typed, or refused by a rule of the field with 409 or 422",
    "blank": "nothing was typed: taken where that is allowed, else 422",
    "lines": "taken where several lines are, else 422",
    "any": "taken or refused, never more",
}


@dataclass(frozen=True)
class Entry:
    """One line: ``expect`` is a word of `EXPECTED` or the list of codes that are right."""

    id: str
    place: str
    input: Any
    at: str
    expect: str | list[int]
    everywhere: bool = False
    shown: str | None = None
    content_type: str | None = ""
    headers: dict[str, str] | None = None
    answer_header_is_not: bool = False

    def text(self) -> str:
        """The input as text."""
        given = self.input
        if isinstance(given, dict):
            if "repeat" in given:
                return str(given["repeat"]) * int(given["times"])
            if "file" in given:
                return _naughty(given["file"])[given["no"]]
            raise TypeError(f"{self.id} is not text")
        return str(given)

    def literal(self) -> str:
        """The input as it stands in a JSON document."""
        if isinstance(self.input, dict) and "json" in self.input:
            return str(self.input["json"])
        return json.dumps(self.text())

    def body(self, whole: bytes) -> bytes:
        """The input as a whole body; ``whole`` is one that would be taken."""
        given = self.input
        if "base64" in given:
            return b64decode(given["base64"])
        if "base" in given:
            return whole
        if "many_keys" in given:
            return json.dumps({f"k{no}": no for no in range(given["many_keys"])}).encode()
        if "raw_repeat" in given:
            before, middle, after = given["raw_repeat"]
            times = int(given["times"])
            return (before * times + middle + after * times).encode()
        return self.text().encode()


@cache
def _naughty(name: str) -> list[str]:
    found: list[str] = json.loads((DATA / name).read_text(encoding="utf-8"))
    return found


@cache
def entries(name: str) -> tuple[Entry, ...]:
    """The entries of ``tests/corpus/<name>.jsonl``."""
    lines = (CORPUS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(Entry(**json.loads(line)) for line in lines)


def files() -> list[str]:
    return sorted(path.stem for path in CORPUS.glob("*.jsonl"))
