"""Between a form on a page and an input schema: what was typed, what is wrong, in plain words."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic import ValidationError

from crm.kit.errors import CrmError
from web.wording import mark, wording

NEEDED = mark("Fill in this field.")
TOO_LONG = mark("This is too long.")
NOT_A_DAY = mark("Write a date as YYYY-MM-DD.")
NOT_A_NUMBER = mark("Write a whole number.")
UNFIT = mark("This does not fit here. Check it.")

_WORDS = {
    "missing": NEEDED,
    "string_too_short": NEEDED,
    "name_missing": NEEDED,
    "text_blank": NEEDED,
    "text_characters": mark("Only letters, digits and signs can be kept here."),
    "string_too_long": TOO_LONG,
    "int_parsing": NOT_A_NUMBER,
    "date_format": NOT_A_DAY,
}


class Filled(NamedTuple):
    """A form as it stands: the typed values and, per field, what is wrong with them."""

    values: Mapping[str, str]
    errors: Sequence[tuple[str, str]] = ()

    def value(self, name: str) -> str:
        return self.values.get(name, "")

    def error_of(self, name: str) -> str:
        """What is wrong with one field, or nothing."""
        return next((text for field, text in self.errors if field == name), "")


def refused(values: Mapping[str, str], error: ValidationError | CrmError, language: str) -> Filled:
    """The form again, with the errors of ``error`` beside its fields in the reader's language."""
    say = wording(language).gettext
    if isinstance(error, CrmError):
        field = str(error.details.get("pointer", "")).strip("/").split("/")[-1]
        return Filled(
            values, [(field if field in values else "", error.in_words(say(error.template)))]
        )
    found: dict[str, str] = {}
    for each in error.errors(include_input=False, include_url=False):
        field = next((str(part) for part in reversed(each["loc"]) if str(part) in values), "")
        found.setdefault(field, say(_WORDS.get(each["type"], UNFIT)))
    return Filled(values, list(found.items()))


def code_from(name: str) -> str:
    """A code of small letters, digits and ``_`` for an English name; empty where it has none."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
