"""Both languages are complete: every text of the doors has its Chinese, and places match."""

import re
from collections import Counter
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po, write_po

from web.wording import LANGUAGES, LOCALES, catalogues_of, preferred_language, wording

ROOT = LOCALES.parent.parent
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "mark": None,
    "Counted": (1, 2),
    # the sentences of errors are kept where they are raised
    **dict.fromkeys(
        ("NotFound", "NotAllowed", "Conflict", "ChangedMeanwhile", "RuleBroken", "Invalid")
    ),
}
PACKAGES = ("crm", "segmentation", "campaigns", "web")
PLACE = re.compile(r"%\((\w+)\)[sd]|(%%)")
FOREIGN = [language for language in LANGUAGES if language != "en"]


@cache
def spoken() -> Catalog:
    """All messages of code and templates, as translators' tools would extract them."""
    with (LOCALES / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = Catalog()
    for package in PACKAGES:
        for name, line, message, comments, context in extract_from_dir(
            ROOT / package,
            [(pattern.removeprefix(f"{package}/"), method) for pattern, method in methods],
            {pattern.removeprefix(f"{package}/"): option for pattern, option in options.items()},
            KEYWORDS,
        ):
            place = [(f"{package}/{name}", line)]
            found.add(message, None, place, auto_comments=comments, context=context)
    return found


def translated(language: str) -> dict[str | tuple[str, ...], str | tuple[str, ...]]:
    known: dict[str | tuple[str, ...], str | tuple[str, ...]] = {}
    for path in catalogues_of(language):
        known |= {message.id: message.string for message in entries_of(path) if filled(message)}
    return known


def entries_of(path: Path) -> list:
    with path.open("rb") as file:
        return [message for message in read_po(file, locale="zh_Hans") if message.id]


def filled(message) -> bool:
    strings = message.string if isinstance(message.string, tuple) else (message.string,)
    return not message.fuzzy and all(strings)


def forms(value) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


def as_po(catalogue: Catalog) -> str:
    out = BytesIO()
    write_po(out, catalogue, omit_header=True, width=0)
    return out.getvalue().decode()


@pytest.mark.parametrize("language", FOREIGN)
class TestCatalogue:
    def test_translates_every_message(self, language):
        known = translated(language)
        missing = Catalog(locale=language.replace("-", "_"))
        for message in spoken():
            if message.id and message.id not in known:
                missing[message.id] = message
        assert not len(missing), f"no {language} yet; paste and fill:\n{as_po(missing)}"

    def test_keeps_the_places_of_each_message(self, language):
        wrong = [
            (one, other)
            for one, other in translated(language).items()
            for form in forms(other)
            if Counter(PLACE.findall(form)) != Counter(PLACE.findall(forms(one)[-1]))
        ]
        assert not wrong

    def test_says_nothing_that_no_page_asks_for(self, language):
        asked = {message.id for message in spoken() if message.id}
        assert [key for key in translated(language) if key not in asked] == []

    def test_gives_one_translation_per_message(self, language):
        said = Counter(m.id for path in catalogues_of(language) for m in entries_of(path))
        assert [message for message, times in said.items() if times > 1] == []


class TestWording:
    def test_english_is_the_message_itself(self):
        assert wording("en").gettext("Guests") == "Guests"
        assert wording("en").ngettext("%(num)d night", "%(num)d nights", 2) == "%(num)d nights"

    def test_chinese_has_one_plural_form(self):
        say = wording("zh-Hans")
        assert say.gettext("Guests") == "宾客"
        assert {say.ngettext("%(num)d night", "%(num)d nights", n) for n in (1, 2, 30)} == {
            "%(num)d 晚"
        }

    def test_an_unknown_language_is_served_in_english(self):
        assert wording("xx").language == "en"

    @pytest.mark.parametrize(
        ("header", "language"),
        [
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
            ("zh-TW", "zh-Hans"),
            ("en-GB,en", "en"),
            ("de-DE,en;q=0.5", "en"),
            ("", "en"),
            (None, "en"),
        ],
    )
    def test_a_stranger_is_greeted_by_the_browser_s_language(self, header, language):
        assert preferred_language(header) == language
