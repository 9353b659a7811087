"""Every rule of the policy matters: delete any one, and the house does not start or differs."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from crm.staff.policy import HERE, Policy, make_policy, read_policy
from tests.contracts.matrix import Lines, Writer, reviewed
from tests.flawed.leaky import POLICIES_WITH_AN_IDLE_RULE
from tests.proving import Tally

NOT_RULES = {"note"}
"""Keys of the file that are words for its readers."""


def rules_of(raw: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything that can be deleted: keys, list entries, single letters of rights."""
    if isinstance(raw, dict):
        for key, below in raw.items():
            if key not in NOT_RULES:
                yield (*way, key)
                yield from rules_of(below, (*way, key))
    elif isinstance(raw, list) or (len(way) > 1 and way[-2] == "rights" and len(raw) > 1):
        yield from ((*way, no) for no in range(len(raw)))


def without(raw: dict[str, Any], way: tuple[Any, ...]) -> dict[str, Any]:
    """The file with one thing deleted; only what stands on the way is copied."""
    made = place = dict(raw)
    for step in way[:-1]:
        if isinstance(place[step], str):
            letters = place[step]
            place[step] = letters[: way[-1]] + letters[way[-1] + 1 :]
            return made
        place[step] = copy.copy(place[step])
        place = place[step]
    del place[way[-1]]
    return made


def unnoticed(raw: dict[str, Any], then: Lines, writer: Writer) -> Iterator[tuple[str, str]]:
    """Each rule, and by what its loss is noticed: the start, the matrix, or nothing."""
    for way in rules_of(raw):
        yield " > ".join(map(str, way)), _noticed_by(without(raw, way), then, writer)


def _noticed_by(raw: dict[str, Any], then: Lines, writer: Writer) -> str:
    try:
        made: Policy = make_policy(raw)
    except (ValueError, KeyError):
        return "start"
    return "nothing" if writer.matrix(made) == then else "matrix"


def test_no_rule_can_be_deleted_without_being_noticed(tally: Tally) -> None:
    raw = yaml.safe_load(HERE.read_text(encoding="utf-8"))
    then, writer = reviewed(), Writer()
    assert writer.matrix(make_policy(raw)) == then, "the review is behind; see test_rights_matrix"
    found = dict(unnoticed(raw, then, writer))
    idle = [rule for rule, by in found.items() if by == "nothing"]
    by_start = sum(by == "start" for by in found.values())
    note = f"{by_start} stop the start, {len(found) - by_start - len(idle)} change the matrix"
    tally("policy rules deleted", len(found), wrong=len(idle), note=note)
    assert len(found) > 1000
    assert not idle, "rules whose loss nobody would notice:\n" + "\n".join(idle)


def test_idle_rules_are_reported(tally: Tally) -> None:
    raw = yaml.safe_load(HERE.read_text(encoding="utf-8"))
    planted = {put_in(raw): what for what, put_in in POLICIES_WITH_AN_IDLE_RULE.items()}
    writer = Writer()
    then = writer.matrix(make_policy(raw))
    idle = {each for each, by in unnoticed(raw, then, writer) if by == "nothing"}
    assert idle == set(planted)
    for what in planted.values():
        tally.flaw_found("policy rules deleted", what)


@pytest.mark.parametrize(
    "twice",
    [
        lambda text: text.replace("\nroutes:\n", '\nroutes:\n  "GET /today": board.read\n'),
        lambda text: text.replace("hotels.edit: [", "hotels.edit: [it, "),
        lambda text: text.replace("columns: [guest.ref, ", "columns: [guest.ref, guest.ref, "),
    ],
)
def test_what_stands_twice_is_refused(twice: Any) -> None:
    """One of two could be deleted without a difference."""
    text = HERE.read_text(encoding="utf-8")
    assert twice(text) != text
    with pytest.raises(ValueError, match="twice"):
        read_policy(twice(text))
