"""Offers, limits, and the ledger of what was given; no row of the ledger is ever deleted.

Whose guest a row is, which room and which category, its case tells: a merge of two guests
moves the cases and with them the ledger.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from crm.complaints.terms import Severity
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id
from crm.recovery import terms
from crm.staff.terms import Role


class RecoveryOffer(SQLModel, table=True):
    """One entry of a hotel's catalogue; without a row of its own the shipped one holds.

    Amounts are minor units of the hotel's currency. An empty list of categories fits all.
    """

    __tablename__ = "recovery_offer"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    code: str = Field(primary_key=True, max_length=terms.CODE_MAX)
    kind: terms.OfferKind = Field(sa_type=StrEnumText(terms.OfferKind))
    name_en: str = Field(max_length=terms.NAME_MAX)
    name_zh: str = Field(max_length=terms.NAME_MAX)
    cost_minor: int = Field(sa_type=BigInteger)
    value_minor: int = Field(sa_type=BigInteger)
    points: int = 0
    categories: list[str] = Field(sa_type=JsonDoc)
    least_severity: Severity = Field(sa_type=StrEnumText(Severity))
    is_on: bool = True
    version: int = 1


class RecoveryLimit(SQLModel, table=True):
    """How much a role may give by itself, in minor units; null is without limit."""

    __tablename__ = "recovery_limit"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    role: Role = Field(sa_type=StrEnumText(Role), primary_key=True)
    severity: Severity = Field(sa_type=StrEnumText(Severity), primary_key=True)
    case_minor: int | None = Field(default=None, sa_type=BigInteger)
    day_minor: int | None = Field(default=None, sa_type=BigInteger)
    version: int = 1


class ComplaintLetter(SQLModel, table=True):
    """A letter about a case, as a person wrote it; once sent it stays as it was."""

    __tablename__ = "complaint_letter"

    complaint_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="complaint.id")
    no: int = Field(primary_key=True)
    language: terms.LetterLanguage = Field(sa_type=StrEnumText(terms.LetterLanguage))
    subject: str = Field(max_length=terms.SUBJECT_MAX)
    body: str = Field(max_length=terms.LETTER_MAX)
    made_at: datetime
    made_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    changed_at: datetime
    changed_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    sent_how: terms.SentHow | None = Field(default=None, sa_type=StrEnumText(terms.SentHow))
    sent_at: datetime | None = None
    sent_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    version: int = 1


class Compensation(SQLModel, table=True):
    """One line of the ledger.

    ``authority_id`` is the colleague against whose limits it counts, on the hotel's day
    ``authority_on``: who gave it within the own limit, else who approved it. ``needs_role`` is
    the least role that may approve it.
    """

    __table_args__ = (
        Index("ix_compensation_complaint_id", "complaint_id"),
        Index("ix_compensation_hotel_id_state", "hotel_id", "state", "asked_at"),
        Index("ix_compensation_authority_id", "authority_id", "authority_on"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    complaint_id: UUID = Field(sa_type=Key, foreign_key="complaint.id")
    offer_code: str = Field(max_length=terms.CODE_MAX)
    kind: terms.OfferKind = Field(sa_type=StrEnumText(terms.OfferKind))
    name_en: str = Field(max_length=terms.NAME_MAX)
    name_zh: str = Field(max_length=terms.NAME_MAX)
    cost_minor: int = Field(sa_type=BigInteger)
    value_minor: int = Field(sa_type=BigInteger)
    points: int = 0
    currency: str = Field(max_length=3)
    severity: Severity = Field(sa_type=StrEnumText(Severity))
    state: terms.RecoveryState = Field(sa_type=StrEnumText(terms.RecoveryState))
    needs_role: Role | None = Field(default=None, sa_type=StrEnumText(Role))
    words: str | None = Field(default=None, max_length=terms.WORDS_MAX)
    asked_at: datetime
    asked_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    decided_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    decided_words: str | None = Field(default=None, max_length=terms.WORDS_MAX)
    given_at: datetime | None = None
    given_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    authority_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    authority_on: date | None = None
    version: int = 1
