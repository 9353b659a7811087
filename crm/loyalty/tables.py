"""Memberships, the history of their tiers, and the append-only points ledger."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id
from crm.loyalty import terms


class Membership(SQLModel, table=True):
    """``points`` repeats the sum of the ledger, written in the same transaction."""

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id", unique=True)
    number: str = Field(max_length=20, unique=True)
    state: terms.MembershipState = Field(
        default=terms.MembershipState.ACTIVE, sa_type=StrEnumText(terms.MembershipState)
    )
    joined_on: date
    tier: terms.Tier = Field(default=terms.Tier.MEMBER, sa_type=StrEnumText(terms.Tier))
    tier_until: date | None = None
    points: int = 0
    referred_by_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    version: int = 1


class TierChange(SQLModel, table=True):
    __tablename__ = "tier_change"

    membership_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="membership.id")
    no: int = Field(primary_key=True)
    at: datetime
    tier_before: terms.Tier | None = Field(default=None, sa_type=StrEnumText(terms.Tier))
    tier: terms.Tier = Field(sa_type=StrEnumText(terms.Tier))
    until: date | None = None
    why: str = Field(max_length=300)
    by_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")


class PointEntry(SQLModel, table=True):
    __tablename__ = "point_entry"
    __table_args__ = (UniqueConstraint("source", "source_id", "kind"),)

    membership_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="membership.id")
    no: int = Field(primary_key=True)
    at: datetime
    kind: terms.PointKind = Field(sa_type=StrEnumText(terms.PointKind))
    points: int
    source: str = Field(max_length=32)
    source_id: str = Field(max_length=80)
    words: str | None = Field(default=None, max_length=160)
    expires_on: date | None = None
    by_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
