"""Drafts a letter to a guest from the facts of a case: on paper, without database or clock.

A draft says what the guest knows already, and what was done, in neutral words. It never tells a
colleague's name but the writer's, words that were written for the house, what something costs
the house, or what a delicate case is about. A person reads it, changes it and sends it.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from crm.complaints.terms import CaseKind, Severity
from crm.guests.scripts import has_han
from crm.recovery.terms import LETTER_MAX, SUBJECT_MAX, LetterLanguage, OfferKind

Prevented = Literal["", "put", "helped"]
GRAVE = (Severity.SERIOUS, Severity.CRITICAL)
_SPOKEN = {
    OfferKind.WAIVED_LINE: {
        LetterLanguage.EN: "a line of your bill that we have waived",
        LetterLanguage.ZH: "免除账单一项",
    },
    OfferKind.VISIT: {
        LetterLanguage.EN: "a visit by one of our managers",
        LetterLanguage.ZH: "经理拜访",
    },
}
"""Offers whose names in the catalogue are told to colleagues, as deeds."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class LetterFacts:
    """What a draft may know of a case.

    ``address`` is the guest as the language addresses them, empty for somebody without a name.
    ``departments`` have done a task of the case; ``offers`` were given; both in the language of
    the letter. ``signer`` is empty when the writer was involved.
    """

    reference: str
    kind: CaseKind
    severity: Severity
    is_delicate: bool
    address: str
    is_visitor: bool
    category: str
    cause: str | None
    told_on: date
    room: str | None
    looked_into: bool
    departments: Sequence[str]
    offers: Sequence[str]
    prevention: Prevented
    check_on: date | None
    next_stay: bool
    hotel: str
    signer: str


@dataclass(frozen=True)
class Drafted:
    subject: str
    body: str


def draft(facts: LetterFacts, language: LetterLanguage) -> Drafted:
    """The letter as a proposal; paragraphs are parted by an empty line."""
    happening = "" if facts.is_delicate else happening_of(facts.category, facts.cause, language)
    says_room = facts.room and not facts.is_delicate and "room" not in happening
    body = _template(language).render(
        address=facts.address,
        kind=facts.kind.value,
        is_delicate=facts.is_delicate,
        is_grave=facts.is_delicate or facts.severity in GRAVE,
        happening=happening,
        day=day_in_words(facts.told_on, language),
        room=facts.room if says_room else "",
        looked_into=facts.looked_into,
        departments=[] if facts.is_delicate else list(facts.departments),
        offers=list(facts.offers),
        prevention=facts.prevention,
        check_day=day_in_words(facts.check_on, language) if facts.check_on else "",
        next_stay=facts.next_stay,
        hotel=facts.hotel,
        signer=facts.signer,
    )
    return Drafted(_subject(facts, language)[:SUBJECT_MAX], body.strip()[:LETTER_MAX])


def happening_of(category: str, cause: str | None, language: LetterLanguage) -> str:
    """What happened, in neutral words; empty for a word that the house added itself."""
    found = _happenings()
    words = found.get((category, cause or "")) or found.get((category, ""))
    if words is None:
        return ""
    return words[0] if language is LetterLanguage.EN else words[1]


def offer_in_words(kind: OfferKind, name: str, language: LetterLanguage) -> str:
    """What the guest was given as a sentence has it; ``name`` is the catalogue's own."""
    return _SPOKEN.get(kind, {}).get(language, name)


def day_in_words(day: date, language: LetterLanguage) -> str:
    """``3 November 2026``, ``2026年11月3日``."""
    if language is LetterLanguage.ZH:
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def language_for(languages: Sequence[str], name: str) -> LetterLanguage:
    """The guest's language where the house writes it; without one, the script of the name.

    ``languages`` are BCP 47 tags, the preferred one first.
    """
    for tag in languages:
        spoken = tag.partition("-")[0]
        if spoken in ("zh", "en"):
            return LetterLanguage(spoken)
    if languages or not has_han(name):
        return LetterLanguage.EN
    return LetterLanguage.ZH


def _subject(facts: LetterFacts, language: LetterLanguage) -> str:
    if language is LetterLanguage.ZH:
        about = "到访" if facts.is_visitor else "入住"
        return f"关于您在{facts.hotel}的{about}体验（{facts.reference}）"
    about = "visit to" if facts.is_visitor else "stay at"
    return f"Your {about} {facts.hotel} ({facts.reference})"


@cache
def _happenings() -> dict[tuple[str, str], tuple[str, str]]:
    place = files("crm.recovery") / "letters" / "happenings.csv"
    with place.open(encoding="utf-8") as lines:
        return {
            (row["category"], row["cause"]): (row["en"], row["zh"]) for row in csv.DictReader(lines)
        }


@cache
def _template(language: LetterLanguage) -> Template:
    """A letter of the house: plain text, in a sandbox, failing on a fact that it does not know."""
    sandbox = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    place = files("crm.recovery") / "letters" / f"{language.value}.txt"
    return sandbox.from_string(place.read_text(encoding="utf-8"))
