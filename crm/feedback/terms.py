"""Words of surveys and reviews."""

from enum import StrEnum


class FeedbackKind(StrEnum):
    SURVEY = "survey"
    REVIEW = "review"


class FeedbackNarrow(StrEnum):
    """What a list is narrowed to."""

    LOW = "low"
    NO_CASE = "no_case"
    UNREAD = "unread"


class SurveyState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    EXPIRED = "expired"


class ReviewFault(StrEnum):
    """Why a row of a file is left out."""

    SITE = "review_site"
    DATE = "review_date"
    DATE_TO_COME = "review_date_to_come"
    SCORE = "review_score"
    SCALE = "review_scale"
    WORDS = "review_words"
    TEXT = "review_text"


SCORE_MAX = 10
LOW_AT_MOST = 6
"""A score of so much or less is low, where a hotel has set nothing else."""
VALID_DAYS = 30
VALID_DAYS_MAX = 180
LOOK_BACK_DAYS = 3
"""The nightly asking reaches so many days of departures back, for a night that was missed."""
SMALL = 10
"""With fewer answers than this a month's mean moves by chance."""
MONTHS = 12
ANSWER_MAX = 2000
SITE_MAX = 60
EXTERNAL_ID_MAX = 120
AUTHOR_MAX = 120
TITLE_MAX = 200
REVIEW_MAX = 4000
LANGUAGE_MAX = 12
SCALES = (5, 10, 100)
"""The scales that a file may leave unsaid; a row may name any from 2 to 100."""
SCALE_LEAST, SCALE_MOST = 2, 100
ROWS_MAX = 2000
