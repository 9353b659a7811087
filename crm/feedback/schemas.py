"""Surveys and reviews as they are made, answered and read."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.complaints.terms import CODE_MAX, Severity
from crm.feedback import terms
from crm.feedback.terms import FeedbackKind, SurveyState
from crm.kit.schema import Id, In, IsoDate, Lax, Line, Out, Words


class SurveyAsk(In):
    """The stay after which a guest is asked."""

    stay_id: Id


class SurveyLink(Out):
    """What is handed to the guest; ``link`` lets its holder answer once until ``expires_at``.

    It is null in an answer that an Idempotency-Key brings back: no link is kept.
    """

    id: UUID
    stay_id: UUID
    state: SurveyState
    link: str | None
    made_at: datetime
    expires_at: datetime
    answered_at: datetime | None
    version: int


class SurveyAnswer(In):
    """How it was, 0 to 10, in the guest's own words, and whether somebody may call back."""

    score: Annotated[int, Field(ge=0, le=terms.SCORE_MAX)]
    words: Annotated[Words, Field(max_length=terms.ANSWER_MAX)] | None = None
    may_call: bool = False


class SurveyInvitation(Out):
    """What the holder of a link may know: the hotel and when the stay ended, never who."""

    hotel_name: str
    hotel_name_zh: str
    left_on: date
    language: str

    def called(self, language: str) -> str:
        """The hotel's name in a language."""
        return self.hotel_name_zh if language.startswith("zh") else self.hotel_name


class FeedbackRow(Out):
    """An answered survey or a review; ``score`` is 0 to 10 with one decimal.

    ``guest`` is who answered a survey, within the reader's reach; ``author`` who signed a review.
    """

    kind: FeedbackKind
    id: UUID
    hotel_id: UUID
    on: date
    score: float
    is_low: bool
    words: str | None
    language: str | None
    may_call: bool
    stay_id: UUID | None
    guest_id: UUID | None
    guest: str | None
    room_no: str | None
    site: str | None
    external_id: str | None
    author: str | None
    title: str | None
    as_written: str | None
    complaint_id: UUID | None
    reference: str | None
    read_at: datetime | None
    version: int


class FeedbackCase(In):
    """How the case is opened; what is left out is taken from the score and the words."""

    category: Annotated[Line, Field(max_length=CODE_MAX)] | None = None
    severity: Annotated[Severity | None, Lax] = None


class SettingIn(In):
    """Whether guests are asked the night after they left, what is low, how long a link holds."""

    is_on: bool
    low_at_most: Annotated[int, Field(ge=0, le=9)] = terms.LOW_AT_MOST
    valid_days: Annotated[int, Field(ge=1, le=terms.VALID_DAYS_MAX)] = terms.VALID_DAYS


class SettingSheet(Out):
    is_on: bool
    low_at_most: int
    valid_days: int
    version: int


class ReviewIn(In):
    """One review as a file tells it, tidied."""

    site: Annotated[Line, Field(max_length=terms.SITE_MAX)]
    external_id: Annotated[Line, Field(max_length=terms.EXTERNAL_ID_MAX)]
    written_on: IsoDate
    score: Annotated[Line, Field(max_length=12)]
    scale: Annotated[int, Field(ge=terms.SCALE_LEAST, le=terms.SCALE_MOST)]
    score_tenths: Annotated[int, Field(ge=0, le=100)]
    author: Annotated[Line, Field(max_length=terms.AUTHOR_MAX)] | None = None
    language: Annotated[Line, Field(max_length=terms.LANGUAGE_MAX)] | None = None
    title: Annotated[Line, Field(max_length=terms.TITLE_MAX)] | None = None
    words: Annotated[Words, Field(max_length=terms.REVIEW_MAX)] | None = None


class SourceLine(Out):
    """A line of a file: its number, its cells, and what was wrong with it before it was read."""

    line: int
    cells: list[str]
    fault: str | None = None


class LineFault(Out):
    """A line that is left out; ``fault`` is a stable code."""

    line: int
    fault: str


class ReviewsLook(Out):
    """What a file holds, before and after it is brought in.

    ``fresh`` are new to the house, ``known`` were there already or stand twice in the file.
    ``brought_in`` says whether the fresh ones are in the house now.
    """

    rows: int
    fresh: int
    known: int
    low: int
    faults: list[LineFault]
    samples: list[ReviewIn]
    brought_in: bool


class MonthFigures(Out):
    """``mean`` 0 to 10, ``net`` −100 to 100; null where nobody answered."""

    month_on: date
    answers: int
    mean: float | None
    recommend: int
    criticise: int
    net: float | None
    is_small: bool


class KindFigures(Out):
    """Figures of one kind over the months, and of all of them together."""

    kind: FeedbackKind
    total: MonthFigures
    months: list[MonthFigures]


class FiguresSheet(Out):
    """The last twelve months; ``asked`` surveys were made in them, ``definitions`` say how all is
    counted."""

    first: date
    last: date
    asked: int
    kinds: list[KindFigures]
    definitions: list[str]
