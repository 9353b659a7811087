"""The two languages of the house: reads the gettext catalogues once and answers in one of them.

Catalogues are the plain ``.po`` files that translators edit. They are read when the process
starts, so there is no compile step and no binary file that could lag behind the text.
"""

import gettext as gnu_gettext
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

LOCALES = Path(__file__).parent / "locales"

LANGUAGES = ("en", "zh-Hans")
"""BCP 47 tags of the interface. The first one is also the language of the message ids."""

NATIVE_NAMES = {"en": "English", "zh-Hans": "中文"}


def mark(message: str) -> str:
    """Mark a message for extraction where it is kept, to be translated where it is shown."""
    return message


class Wording:
    """All messages of one language: callables of the same shape as gettext's own."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._single: dict[tuple[str | None, str], str] = {}
        self._plural: dict[str, tuple[str, ...]] = {}
        self._form: Callable[[int], int] = lambda n: int(n != 1)
        for path in catalogues_of(language):
            self._read(path)

    def gettext(self, message: str) -> str:
        return self._single.get((None, message), message)

    def pgettext(self, context: str, message: str) -> str:
        return self._single.get((context, message), message)

    def ngettext(self, one: str, many: str, number: int) -> str:
        forms = self._plural.get(one)
        if forms is None:
            return one if number == 1 else many
        return forms[self._form(number)]

    def npgettext(self, _context: str, one: str, many: str, number: int) -> str:
        return self.ngettext(one, many, number)

    def say(self, message: str, **values: Any) -> str:
        """Translate ``message`` and fill its ``%(name)s`` places."""
        return self.gettext(message) % values if values else self.gettext(message)

    def _read(self, path: Path) -> None:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=self.language.replace("-", "_"))
        self._form = gnu_gettext.c2py(catalogue.plural_expr)
        for message in catalogue:
            if not message.id or message.fuzzy or not message.string:
                continue
            if isinstance(message.id, (tuple, list)):
                self._plural[message.id[0]] = tuple(message.string)
            else:
                self._single[(message.context, message.id)] = str(message.string)


def catalogues_of(language: str) -> list[Path]:
    """Every catalogue file of a language: one per desk, so that two people can work at once."""
    return sorted((LOCALES / language.replace("-", "_")).glob("*.po"))


@cache
def wording(language: str) -> Wording:
    """The wording of ``language``; an unknown tag falls back to the first of ``LANGUAGES``."""
    return Wording(language if language in LANGUAGES else LANGUAGES[0])


def preferred_language(accept: str | None) -> str:
    """Choose an interface language from an Accept-Language header: Chinese of any kind, or English.

    >>> preferred_language("zh-CN,zh;q=0.9,en;q=0.8")
    'zh-Hans'
    """
    for part in (accept or "").split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh-Hans"
        if tag.startswith("en"):
            return "en"
    return LANGUAGES[0]
