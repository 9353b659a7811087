"""Words and stated bounds of the triage: below them it says nothing."""

from enum import StrEnum

CASES_LEAST = 200
"""So many closed cases with different words must be there before anything is learned."""
CASES_MOST = 10_000
"""The newest so many teach: what was said ten years ago was said of another house."""
LABEL_LEAST = 10
"""A category or severity with fewer cases is not learned, and so never suggested."""
GUESTS_LEAST = 3
"""A piece of text is learned only when so many different guests' cases hold it."""
PIECES_MOST = 5_000
FOLDS = 5

CATEGORY_ACCURACY = 0.70
SEVERITY_ACCURACY = 0.60
BETTER_BY = 0.05
"""So much better than always naming the most frequent answer, else it teaches nobody anything."""
CONFIDENCE = 0.50
"""A single answer less sure than this is kept back."""
KNOWN_LEAST = 3
"""A text with fewer pieces that were ever learned is too strange or too short to judge."""

UNLEARNED = ""
"""The answer "something else": the categories too small to be learned, put together."""
FORMAT = 1
"""Changes with the way text is cut and weighed; weights of another format are not asked."""


class Silence(StrEnum):
    """Why nothing is suggested."""

    NOT_LEARNED = "not_learned"
    TOO_FEW = "too_few"
    NOT_GOOD_ENOUGH = "not_good_enough"
    UNSURE = "unsure"
    QUIET = "quiet"


class Question(StrEnum):
    """What a text is asked for."""

    CATEGORY = "category"
    SEVERITY = "severity"


ACCURACY = {
    Question.CATEGORY: CATEGORY_ACCURACY,
    Question.SEVERITY: SEVERITY_ACCURACY,
}
