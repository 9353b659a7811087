"""How new things are kept in the change log, so that taking one back takes all of it, or none.

A new guest or stay is one change with the number of rows that hang on it. If more hangs on it
when the import is undone, somebody has used it since, and it stays.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from crm.kit.images import Change, Doc, packed

CHILDREN = "$children"

REFS = "external_ref.our_id"
LOOSE = (("external_ref", "our_id"),)
"""References without a foreign key."""

DERIVED = frozenset(
    {
        "guest_figure.guest_id",
        "guest_spend.guest_id",
        "guest_outlet.guest_id",
        "guest_search.guest_id",
        "guest_figure.hotel_id",
        "guest_spend.hotel_id",
        "guest_outlet.hotel_id",
        "preparation.stay_id",
        "preparation.hotel_id",
        "stay_preparation.stay_id",
        "stay_preparation.hotel_id",
    }
)
"""Rows that are made from others and go with them."""


def new_thing(table: str, identity: UUID, children: Mapping[str, int], **stamps: Any) -> Change:
    """A new row with what hangs on it; ``stamps`` are columns that show a later change."""
    after: Doc = {name: packed(value) for name, value in stamps.items()}
    after[CHILDREN] = {place: count for place, count in children.items() if count}
    return Change(table, {"id": packed(identity)}, None, after)


def is_thing(change: Change) -> bool:
    return change.after is not None and CHILDREN in change.after


def new_row(table: str, **key: Any) -> Change:
    """A new row without a story of its own: only its key is kept."""
    return Change(table, {name: packed(value) for name, value in key.items()}, None, None)
