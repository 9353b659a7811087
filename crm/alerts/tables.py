"""A hotel's rules with their older versions, on which stays they stood, and what was put aside."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from crm.alerts import terms
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id


class AlertBook(SQLModel, table=True):
    """Which edition of its rules a hotel has: a new key at every change, so that what was read
    may be kept as long as the edition is the same, by any process and after a restore."""

    __tablename__ = "alert_book"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    edition: UUID = Field(sa_type=Key)


class AlertRule(SQLModel, table=True):
    """A rule: who, what, when, where. Off until somebody switches it on; retired, never deleted."""

    __tablename__ = "alert_rule"
    __table_args__ = (Index("ix_alert_rule_hotel_id", "hotel_id", "position"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    name: str = Field(max_length=terms.NAME_MAX)
    who: dict[str, Any] = Field(sa_type=JsonDoc)
    text_en: str = Field(max_length=terms.TEXT_MAX)
    text_zh: str | None = Field(default=None, max_length=terms.TEXT_MAX)
    weight: terms.AlertWeight = Field(sa_type=StrEnumText(terms.AlertWeight))
    kind: terms.AlertKind = Field(sa_type=StrEnumText(terms.AlertKind))
    departments: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    instruction_en: str | None = Field(default=None, max_length=terms.TEXT_MAX)
    instruction_zh: str | None = Field(default=None, max_length=terms.TEXT_MAX)
    moments: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    places: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    position: int = 100
    is_active: bool = False
    shipped_as: str | None = Field(default=None, max_length=40)
    changed_at: datetime
    changed_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    retired_at: datetime | None = None
    version: int = 1


class AlertRuleVersion(SQLModel, table=True):
    """How a rule read before it was changed; ``no`` is the version that it was."""

    __tablename__ = "alert_rule_version"

    rule_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="alert_rule.id")
    no: int = Field(primary_key=True)
    definition: dict[str, Any] = Field(sa_type=JsonDoc)
    replaced_at: datetime
    replaced_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")


class AlertShowing(SQLModel, table=True):
    """That a rule stood on a stay, counted once however often it was looked at."""

    __tablename__ = "alert_showing"
    __table_args__ = (Index("ix_alert_showing_stay_id", "stay_id"),)

    rule_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="alert_rule.id")
    stay_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="stay.id")
    first_at: datetime


class AlertDismissal(SQLModel, table=True):
    """Somebody put an alert aside for the rest of a stay."""

    __tablename__ = "alert_dismissal"
    __table_args__ = (
        Index("ix_alert_dismissal_guest_id", "guest_id"),
        Index("ix_alert_dismissal_rule_id", "rule_id"),
    )

    stay_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="stay.id")
    alert_key: str = Field(max_length=terms.KEY_MAX, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    rule_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="alert_rule.id")
    put_aside_at: datetime
    put_aside_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
