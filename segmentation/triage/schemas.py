"""What a text sounds like, and how well that is known."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from crm.complaints.terms import Severity
from crm.kit.schema import In, Out, Words
from segmentation.triage.terms import Question, Silence


class Sounding(In):
    """What a guest said, as far as it was typed."""

    words: Annotated[Words, Field(max_length=2000)]


class Suggestion(Out):
    """What words sound like; null where nothing is suggested, and ``silence`` says why.

    Sureness is the model's own, from 0 to 1.
    """

    category: str | None = None
    category_en: str | None = None
    category_zh: str | None = None
    category_sureness: float | None = None
    severity: Severity | None = None
    severity_sureness: float | None = None
    silence: Silence | None = None


class LabelFigures(Out):
    """One category or severity: its cases and how many were found, how often it was said and how
    often rightly. The label is empty for the categories too small to be learned."""

    label: str
    name_en: str | None = None
    name_zh: str | None = None
    cases: int
    right: int
    spoken: int
    spoken_right: int


class QuestionFigures(Out):
    """What a cross-validation counted: of ``cases`` that were kept back, ``right`` were answered
    rightly; ``spoken`` times the answer was sure enough to be said. ``needs`` is the share of
    right answers (0 to 1) below which nothing is suggested."""

    question: Question
    cases: int
    right: int
    accuracy: float
    commonest: float
    needs: float
    spoken: int
    spoken_right: int
    is_good_enough: bool
    labels: list[LabelFigures]


class TriageReport(Out):
    """How well the suggestions of a hotel do, and why there are none if there are none."""

    silence: Silence | None
    trained_at: datetime | None
    cases: int
    cases_needed: int
    confidence: float
    questions: list[QuestionFigures]
