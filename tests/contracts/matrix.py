"""The whole policy written out: who may what, line by line, as the evaluator of the app answers.

`rights_matrix.txt` beside it is what people reviewed. A change of rights is a visible change of
that file, written by::

    python -m tests.contracts.matrix
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from crm.kit.metadata import all_tables
from crm.staff.policy import ANYONE, SIGNED_IN, FieldRule, Policy, policy
from crm.staff.terms import Channel, Role, Sight

REVIEWED = Path(__file__).with_name("rights_matrix.txt")
ROLES = [role.value for role in Role]

Lines = dict[str, str]
"""What is asked, and the answer."""


def columns_of(tables: Iterable[str]) -> list[str]:
    """Every column of these tables as ``table.column``."""
    known = all_tables().tables
    return [f"{name}.{column.name}" for name in tables for column in known[name].columns]


class Writer:
    """Writes matrices; a field that is as it was before is not asked again."""

    def __init__(self) -> None:
        self._fields: dict[str, tuple[FieldRule, tuple[str, ...], Lines]] = {}

    def matrix(self, asked: Policy) -> Lines:
        holders = (*ROLES, *asked.scopes)
        held = {holder: asked.permissions_of([holder]) for holder in holders}
        found: Lines = {}
        for key, needs in asked.routes.items():
            found[f"route {key}"] = (
                needs
                if needs in (ANYONE, SIGNED_IN)
                else _who(h for h in holders if needs in held[h])
            )
        for holder in holders:
            found[f"may {holder}"] = " ".join(sorted(held[holder]))
            found[f"reach {holder}"] = asked.reach_of([holder])
        for name in asked.permissions:
            found[f"permission {name}"] = _who(h for h in holders if name in held[h])
        for name, rule in asked.fields.items():
            found |= self._field(asked, name, rule, holders)
        found |= dict(_columns(asked))
        found |= {f"parameter {name}": " ".join(what) for name, what in asked.parameters.items()}
        found |= {f"export {name}": " ".join(what) for name, what in asked.exports.items()}
        return found

    def _field(self, asked: Policy, name: str, rule: FieldRule, holders: tuple[str, ...]) -> Lines:
        known = self._fields.get(name)
        if known is None or known[:2] != (rule, holders):
            known = (rule, holders, dict(_field_lines(asked, name, holders)))
            self._fields.setdefault(name, known)
        return known[2]


def _field_lines(asked: Policy, name: str, holders: Iterable[str]) -> Iterator[tuple[str, str]]:
    for channel in Channel:
        by_sight: dict[Sight, list[str]] = {}
        for holder in holders:
            by_sight.setdefault(asked.sight([holder], name, channel), []).append(holder)
        seen = (f"{s}: {_who(by_sight[s])}" for s in Sight if s in by_sight and s is not Sight.NONE)
        yield f"field {name} by {channel}", "; ".join(seen)
    for letter, right in (("R", "reveal"), ("P", "propose"), ("E", "edit")):
        yield (
            f"field {name} {right}",
            _who(h for h in holders if asked.has_right([h], name, letter)),
        )


def _columns(asked: Policy) -> Iterator[tuple[str, str]]:
    """Which fields each column of the guest file belongs to; a column of none is one too many."""
    named: dict[str, list[str]] = {}
    for name, rule in asked.fields.items():
        for column in rule.columns:
            named.setdefault(column, []).append(name)
    for column in columns_of(asked.guest_file_tables):
        short = column.partition(".")[2]
        hidden = {column, f"*.{short}"} & asked.internal
        fields = named.pop(column, None) or (["internal"] if hidden else ["UNNAMED"])
        yield f"column {column}", " ".join(fields)
    for column, fields in named.items():
        yield f"column {column}", f"{' '.join(fields)} NOT THERE"


def _who(holders: Iterable[str]) -> str:
    return " ".join(holders) or "nobody"


def matrix(asked: Policy) -> Lines:
    return Writer().matrix(asked)


def written(lines: Mapping[str, str]) -> str:
    return "".join(f"{what} | {answer}\n" for what, answer in lines.items())


def reviewed() -> Lines:
    """The matrix that people looked at."""
    lines = REVIEWED.read_text(encoding="utf-8").splitlines()
    return dict(line.split(" | ", 1) for line in lines)  # type: ignore[misc]


if __name__ == "__main__":
    REVIEWED.write_text(written(matrix(policy())), encoding="utf-8")
