"""A code's label together with the value that was noted: pure text."""

import re

_BLANK_TO_FILL = re.compile(r"\s*[(（](?:say [^)）]*|注明[^)）]*)[)）]")


def with_value(label: str, value: str | None) -> str:
    """A label with the value in the place of its blank.

    >>> with_value("Clean after (say time)", "14:00")
    'Clean after 14:00'
    """
    plain = _BLANK_TO_FILL.sub("", label)
    if not value:
        return plain
    if plain != label:
        return _BLANK_TO_FILL.sub(lambda _: f" {value}", label, count=1)
    if value.isdecimal():
        return f"{plain} × {value}" if value != "1" else plain
    return f"{plain}: {value}"


def takes_value(label: str) -> bool:
    """Whether a label has a blank to fill: a temperature, a time, a brand."""
    return _BLANK_TO_FILL.search(label) is not None
