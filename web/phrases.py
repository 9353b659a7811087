"""The sentences that the domain speaks by code: from `Phrase` to the reader's words.

The domain knows which sentence fits and what fills it; only the doors know languages. A phrase that
carries a language of its own is for the guest's ear and is said in that language.
"""

from datetime import date
from typing import Any, NamedTuple

from crm.profile.schemas import Phrase, Term
from web import formats
from web.labels import label
from web.wording import LANGUAGES, wording


class Counted(NamedTuple):
    """A sentence with a plural; ``by`` names the value that is counted."""

    one: str
    many: str
    by: str


PHRASES: dict[str, str | Counted] = {}


def spell(said: Phrase | str | None, language: str, today: date) -> str:
    """Say a phrase in ``language``, or in its own; plain text is passed through.

    Dates are told without their year where it is that of ``today``. Raises `KeyError` for a code
    without a sentence: a test holds that there is none.
    """
    if said is None or isinstance(said, str):
        return said or ""
    tongue = language_of(said.language) if said.language else language
    words, sentence = wording(tongue), PHRASES[said.code]
    values = {name: _value(value, tongue, today) for name, value in said.values.items()}
    if isinstance(sentence, Counted):
        number = said.values[sentence.by]
        text = words.ngettext(sentence.one, sentence.many, int(str(number)))
    else:
        text = words.gettext(sentence)
    return text % values if values else text.replace("%%", "%")


def language_of(tag: str) -> str:
    """The language of the house that comes nearest to a guest's: Chinese, or English."""
    return LANGUAGES[1] if tag.lower().startswith("zh") else LANGUAGES[0]


def _value(value: str | int | date | Term, language: str, today: date) -> Any:
    if isinstance(value, Term):
        return label(value.kind, value.value, language=language)
    if isinstance(value, date):
        return formats.day(value, language, today)
    return value
