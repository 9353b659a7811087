"""The classes of every guest of whom something is known, for lists and for choosing whom to ask.

They repeat what cases, surveys and stays tell; one guest is read from those themselves.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key, StrEnumText
from crm.standing import terms


class GuestStanding(SQLModel, table=True):
    """``tenths`` is the mean answer times ten. A file that was merged has no row of its own."""

    __tablename__ = "guest_standing"
    __table_args__ = (
        Index("ix_guest_standing_satisfaction", "satisfaction", "guest_id"),
        Index("ix_guest_standing_credit", "credit", "guest_id"),
    )

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    satisfaction: terms.Satisfaction = Field(sa_type=StrEnumText(terms.Satisfaction))
    tenths: int | None = None
    credit: terms.Credit = Field(sa_type=StrEnumText(terms.Credit))
    changed_at: datetime


class StandingPass(SQLModel, table=True):
    """How far the nightly pass is: begun again, it goes on after this guest."""

    __tablename__ = "standing_pass"

    day: date = Field(primary_key=True)
    after_guest_id: UUID | None = Field(default=None, sa_type=Key)
    guests: int = 0
    changed: int = 0
    started_at: datetime
    done_at: datetime | None = None
