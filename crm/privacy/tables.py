"""Consents, append-only: the newest row of a channel and purpose is what holds."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key, StrEnumText
from crm.privacy import terms


class Consent(SQLModel, table=True):
    """One yes or no, with its proof: what was shown, when, where, by whom."""

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    channel: terms.ConsentChannel = Field(sa_type=StrEnumText(terms.ConsentChannel))
    purpose: terms.ConsentPurpose = Field(sa_type=StrEnumText(terms.ConsentPurpose))
    state: terms.ConsentState = Field(sa_type=StrEnumText(terms.ConsentState))
    words: str = Field(max_length=500)
    source: str = Field(max_length=40)
    at: datetime
    by_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
