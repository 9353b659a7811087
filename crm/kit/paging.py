"""Keyset pages: a cursor names the last row seen, so a page costs the same however deep."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Generic, TypeVar

from crm.kit.errors import Invalid
from crm.kit.schema import Out

T = TypeVar("T")
CURSOR_MAX = 1024


class PageOf(Out, Generic[T]):
    """One page: ``items`` and the cursor of the next page, or null at the end."""

    items: list[T]
    next: str | None = None


def write_cursor(*parts: str | int | None) -> str:
    """Texts are written as they are: escaped, a long one would not fit into `CURSOR_MAX`."""
    told = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(told.encode()).decode()


def read_cursor(cursor: str | None, length: int) -> list[str | int | None] | None:
    """The parts written by `write_cursor`; `Invalid` for anything else."""
    if cursor is None:
        return None
    try:
        parts = json.loads(urlsafe_b64decode(cursor[:CURSOR_MAX].encode()))
    except ValueError:
        parts = None
    if (
        not isinstance(parts, list)
        or len(parts) != length
        or not all(
            p is None or (isinstance(p, str | int) and not isinstance(p, bool)) for p in parts
        )
    ):
        raise Invalid("This page link is broken. Start again from the first page.", "cursor")
    return parts
