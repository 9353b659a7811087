"""Flaws in who may see and do what, planted so that the proofs must find them."""

from collections.abc import Callable
from typing import Any


# ---------------------------------------------------------------- policies with an idle rule
def _mask_where_nobody_sees(raw: dict[str, Any]) -> str:
    raw["fields"]["guest.special"]["lists"] = "masked"
    return "fields > guest.special > lists"


def _hidden_column_that_is_named(raw: dict[str, Any]) -> str:
    raw["internal"].append("guest.ref")
    return f"internal > {len(raw['internal']) - 1}"


def _export_that_is_refused(raw: dict[str, Any]) -> str:
    raw["fields"]["note.restricted"]["export"] = False
    return "fields > note.restricted > export"


POLICIES_WITH_AN_IDLE_RULE: dict[str, Callable[[dict[str, Any]], str]] = {
    "a mask in lists for what nobody sees clear": _mask_where_nobody_sees,
    "an internal column that a field names": _hidden_column_that_is_named,
    "a refusal of what is refused by itself": _export_that_is_refused,
}
"""Each puts one rule without effect into the raw policy and returns where it stands."""
