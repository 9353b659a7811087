"""What guests have said, for the floors above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class SurveyMade(Event):
    """A guest can be asked; sending the link is somebody else's work."""

    kind: ClassVar[str] = "survey.made"
    survey_id: UUID
    stay_id: UUID


@dataclass(frozen=True, kw_only=True)
class SurveyAnswered(Event):
    """``score`` is 0 to 10; ``complaint_id`` is the case that a low one has opened."""

    kind: ClassVar[str] = "survey.answered"
    survey_id: UUID
    stay_id: UUID
    score: int
    complaint_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewsImported(Event):
    """A file was brought in: so many reviews were new, so many of them low."""

    kind: ClassVar[str] = "review.imported"
    reviews: int
    low: int
