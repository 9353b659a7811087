"""Habits as they are read, with their evidence as a phrase, and a hotel's own words on folios."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from crm.kit.schema import In, Line, OptionalLine, Out
from crm.preferences.terms import CODE_MAX, VALUE_MAX, Polarity
from crm.sensing.terms import OWN_RULES_MAX, WORDS_MAX, HabitState, Occasion


class Evidence(Out):
    """A sentence by its code with what fills its places; the doors know languages."""

    code: str
    values: dict[str, str | int]


class Against(Out):
    """A wish on file that the habit contradicts: has it changed?"""

    code: str
    text: str


class HabitRow(Out):
    """What a guest did again and again, proposed to be noted.

    ``base_per_mille`` is how often the house has it, ``lift_percent`` how much more often the
    guest does (200: twice as often).
    """

    id: UUID
    guest_id: UUID
    hotel_id: UUID
    code: str
    group: str
    text: str
    label: str
    value: str | None
    polarity: Polarity
    occasion: Occasion
    cases: int
    out_of: int
    base_per_mille: int
    lift_percent: int
    evidence: Evidence
    against: Against | None
    last_case_on: date
    found_at: datetime
    state: HabitState
    answered_at: datetime | None
    version: int


def _no_empty_word(words: str) -> str:
    if not all(word.strip() for word in words.split("|")):
        raise ValueError("needs a word on each side of a bar")
    return "|".join(word.strip() for word in words.split("|"))


class FolioRuleIn(In):
    """Words on a hotel's folios that speak for a code, several separated by ``|``."""

    words: Annotated[Line, Field(max_length=WORDS_MAX), AfterValidator(_no_empty_word)]
    code: Annotated[Line, Field(max_length=CODE_MAX)]
    value: Annotated[OptionalLine, Field(max_length=VALUE_MAX)] = ""


class FolioRulesIn(In):
    """All of a hotel's own rules in their order: the first that fits a line speaks for it."""

    rules: Annotated[list[FolioRuleIn], Field(max_length=OWN_RULES_MAX)]


class FolioRuleOut(Out):
    words: str
    code: str
    value: str


class FolioRulesOut(Out):
    rules: list[FolioRuleOut]
