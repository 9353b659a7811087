"""Between the form of a rule and its schema: one row of the page is one condition."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from crm.alerts.schemas import AlertRuleOut

CONDITIONS = (
    "vip", "tier", "nth_stay", "first_stay", "identity", "company", "code", "open_case",
    "stale_file", "room_type", "nights", "language", "birthday_in_stay", "long_stay", "children",
)  # fmt: skip
"""The conditions that the form offers, in its order."""

CHOSEN = frozenset({"vip", "tier", "identity"})
"""Conditions whose values are ticked; those in words are typed with commas between."""
WORDED = frozenset({"company", "code", "room_type", "language"})

Resolve = Callable[[str, str], str]
"""The id or code that a typed word means: ``resolve("company", "Hengrui Medical")``."""


class Row(NamedTuple):
    """One condition as it stands in the form."""

    kind: str
    negated: bool = False
    first: str = ""
    last: str = ""
    every: str = ""
    words: str = ""
    chosen: tuple[str, ...] = ()

    @classmethod
    def of(cls, item: Any, name: Resolve | None = None) -> "Row":
        """The row of a kept condition; ``name`` says companies in words."""
        values = [str(each) for each in getattr(item, "any_of", ())]
        kind = item.kind
        first = getattr(item, "months", None) or getattr(item, "at_least", None)
        worded = [name(kind, each) if name and kind == "company" else each for each in values]
        return cls(
            kind=kind,
            negated=item.negated,
            first="" if first is None else str(first),
            last=str(getattr(item, "at_most", None) or ""),
            every=str(getattr(item, "every", None) or ""),
            words=", ".join(worded) if kind in WORDED else "",
            chosen=tuple(values) if kind in CHOSEN else (),
        )

    def condition(self, resolve: Resolve) -> dict[str, Any]:
        """The condition as the schema takes it; what does not fit is refused there."""
        made: dict[str, Any] = {"kind": self.kind, "negated": self.negated}
        if self.kind in CHOSEN:
            made["any_of"] = list(self.chosen)
        elif self.kind in WORDED:
            made["any_of"] = [resolve(self.kind, word) for word in _words(self.words)]
        elif self.kind == "stale_file":
            made["months"] = _number(self.first, 12)
        elif self.kind in ("nth_stay", "nights"):
            made["at_least"] = _number(self.first, 1)
            made |= {"at_most": _number(self.last, None)}
            if self.kind == "nth_stay":
                made["every"] = _number(self.every, None)
        return made


class Typed(NamedTuple):
    """The whole form as it was typed."""

    name: str = ""
    match: str = "all"
    rows: tuple[Row, ...] = ()
    text_en: str = ""
    text_zh: str = ""
    weight: str = ""
    kind: str = ""
    moments: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    instruction_en: str = ""
    instruction_zh: str = ""
    position: str = ""

    def named(self) -> Mapping[str, str]:
        """The fields by their names, for the errors beside them."""
        return {name: str(value) for name, value in self._asdict().items()} | {"who": ""}


def rows_of(
    kinds: Sequence[str],
    negated: Sequence[str],
    first: Sequence[str],
    last: Sequence[str],
    every: Sequence[str],
    words: Sequence[str],
    choice: Sequence[str],
) -> tuple[Row, ...]:
    """The rows of the page; a ticked value says to which row it belongs (``2:gold``)."""
    chosen: dict[int, list[str]] = {}
    for each in choice:
        no, _, value = each.partition(":")
        if no.isdecimal() and value:
            chosen.setdefault(int(no), []).append(value)
    return tuple(
        Row(
            kind=kind[:24],
            negated=_at(negated, no) == "not",
            first=_at(first, no),
            last=_at(last, no),
            every=_at(every, no),
            words=_at(words, no),
            chosen=tuple(chosen.get(no, ())),
        )
        for no, kind in enumerate(kinds[:12])
    )


def typed_rule(typed: Typed, rule: AlertRuleOut | None, resolve: Resolve) -> dict[str, Any]:
    """The form as the schema takes it. A rule with lists inside keeps its conditions: the form
    shows them in words only."""
    of: list[Any] = [row.condition(resolve) for row in typed.rows]
    who: Any = {"match": typed.match, "of": of}
    if rule is not None and not of:
        who = rule.who.model_dump(mode="json")
    return {
        "name": typed.name,
        "who": who,
        "text_en": typed.text_en,
        "text_zh": typed.text_zh.strip() or None,
        "weight": typed.weight,
        "kind": typed.kind,
        "moments": list(typed.moments),
        "places": list(typed.places),
        "departments": list(typed.departments),
        "instruction_en": typed.instruction_en.strip() or None,
        "instruction_zh": typed.instruction_zh.strip() or None,
        "position": _number(typed.position, 100),
    }


def _words(text: str) -> list[str]:
    parts = text.replace("，", ",").replace("、", ",").split(",")
    return [part.strip() for part in parts if part.strip()]


def _number(text: str, empty: int | None) -> Any:
    """A number where it is one; else what was typed, which the schema refuses."""
    plain = text.strip()
    if not plain:
        return empty
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 7 else plain


def _at(values: Sequence[str], no: int) -> str:
    return values[no] if no < len(values) else ""
