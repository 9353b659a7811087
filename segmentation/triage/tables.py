"""What a hotel's closed cases taught, as numbers; made anew by every lesson."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import JsonDoc, Key
from crm.kit.ids import new_id


class TriageModel(SQLModel, table=True):
    """The last lesson of a hotel.

    ``cases``: closed cases with different words that it was learned from. ``figures``: by question
    what a cross-validation counted (`segmentation.triage.learning`). ``weights`` hold pieces of
    text that cases of several guests have in common, never a whole text and no name; null when
    there were too few cases. ``lesson_id`` is new with every lesson.
    """

    __tablename__ = "triage_model"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    lesson_id: UUID = Field(default_factory=new_id, sa_type=Key)
    trained_at: datetime
    cases: int
    category_permille: int | None = None
    severity_permille: int | None = None
    figures: dict[str, Any] = Field(sa_type=JsonDoc)
    weights: dict[str, Any] | None = Field(default=None, sa_type=JsonDoc)
