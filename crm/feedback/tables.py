"""Surveys and reviews, and what a hotel sets for them.

Whose guest a survey is, its stay tells: a merge of two guests moves the stays and with them the
surveys. A review names its author and no guest.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from crm.feedback import terms
from crm.kit.dbtypes import Key
from crm.kit.ids import new_id


class Survey(SQLModel, table=True):
    """One question after one stay; its link is made from the id and ``expires_at``, never kept.

    ``answered_on`` is the hotel's day of the answer, for figures by month.
    """

    __table_args__ = (
        UniqueConstraint("stay_id"),
        Index("ix_survey_hotel_id_id", "hotel_id", "id"),
        Index("ix_survey_hotel_id_answered_on", "hotel_id", "answered_on", "id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    stay_id: UUID = Field(sa_type=Key, foreign_key="stay.id")
    made_at: datetime
    made_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    expires_at: datetime
    answered_at: datetime | None = None
    answered_on: date | None = None
    language: str | None = Field(default=None, max_length=terms.LANGUAGE_MAX)
    score: int | None = None
    words: str | None = Field(default=None, max_length=terms.ANSWER_MAX)
    may_call: bool = False
    complaint_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="complaint.id")
    read_at: datetime | None = None
    read_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    version: int = 1


class SurveySetting(SQLModel, table=True):
    """What a hotel sets; without a row it asks nobody by itself."""

    __tablename__ = "survey_setting"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    is_on: bool = False
    low_at_most: int = terms.LOW_AT_MOST
    valid_days: int = terms.VALID_DAYS
    version: int = 1


class GuestReview(SQLModel, table=True):
    """What somebody wrote about the hotel on a site; ``score_tenths`` is 0 to 100 of any scale."""

    __tablename__ = "guest_review"
    __table_args__ = (
        UniqueConstraint("hotel_id", "site", "external_id"),
        Index("ix_guest_review_hotel_id_written_on", "hotel_id", "written_on", "id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    site: str = Field(max_length=terms.SITE_MAX)
    external_id: str = Field(max_length=terms.EXTERNAL_ID_MAX)
    written_on: date
    score: str = Field(max_length=12)
    scale: int
    score_tenths: int
    author: str | None = Field(default=None, max_length=terms.AUTHOR_MAX)
    language: str | None = Field(default=None, max_length=terms.LANGUAGE_MAX)
    title: str | None = Field(default=None, max_length=terms.TITLE_MAX)
    words: str | None = Field(default=None, max_length=terms.REVIEW_MAX)
    imported_at: datetime
    imported_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    complaint_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="complaint.id")
    read_at: datetime | None = None
    read_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    version: int = 1
