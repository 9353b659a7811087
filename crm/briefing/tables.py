"""The day's editions as they were made, and what a hotel decided about its papers."""

from datetime import date, datetime, time
from uuid import UUID

from sqlmodel import Field, SQLModel

from crm.briefing import terms
from crm.kit.dbtypes import Key, StrEnumText


class KeptBriefing(SQLModel, table=True):
    """One edition of one day in one language, sealed; it is deleted when the day is over."""

    __tablename__ = "kept_briefing"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    day: date = Field(primary_key=True)
    edition: terms.Edition = Field(sa_type=StrEnumText(terms.Edition), primary_key=True)
    language: terms.Paper = Field(sa_type=StrEnumText(terms.Paper), primary_key=True)
    made_at: datetime
    content_sealed: bytes


class PaperSetting(SQLModel, table=True):
    """A hotel's hour of the briefing, the language of its papers, the passphrase of its packs."""

    __tablename__ = "paper_setting"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    ready_at: time = terms.READY_AT
    language: terms.Paper = Field(sa_type=StrEnumText(terms.Paper))
    passphrase_sealed: bytes | None = None
    passphrase_set_at: datetime | None = None
    version: int = 1
