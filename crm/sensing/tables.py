"""Habits as proposals with their evidence, what is usual in each house, and how far a pass is."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id
from crm.preferences.terms import CODE_MAX, VALUE_MAX
from crm.sensing import terms

_OPEN = text("state = 'open'")


class Habit(SQLModel, table=True):
    """What one guest did on ``cases`` of the last ``out_of`` stays at which it could be seen.

    ``value`` is empty where the code asks for none. ``base_per_mille`` is how often the house has
    it, ``lift_percent`` how much more often the guest does. ``threshold`` is the floor (or the
    minute of the day) that the code is about. ``against_code`` is a confirmed wish that it
    contradicts.
    """

    __table_args__ = (
        UniqueConstraint("guest_id", "code", "value"),
        Index(
            "ix_habit_open",
            "hotel_id",
            "last_case_on",
            "id",
            sqlite_where=_OPEN,
            postgresql_where=_OPEN,
        ),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    """Where it was last seen."""
    code: str = Field(max_length=CODE_MAX, foreign_key="preference_code.code")
    value: str = Field(default="", max_length=VALUE_MAX)
    occasion: terms.Occasion = Field(sa_type=StrEnumText(terms.Occasion))
    cases: int
    out_of: int
    base_per_mille: int
    lift_percent: int
    threshold: int | None = None
    against_code: str | None = Field(
        default=None, max_length=CODE_MAX, foreign_key="preference_code.code"
    )
    last_case_on: date
    found_at: datetime
    state: terms.HabitState = Field(sa_type=StrEnumText(terms.HabitState))
    answered_at: datetime | None = None
    answered_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    cases_when_answered: int | None = None
    version: int = 1


class BaseRate(SQLModel, table=True):
    """How usual something is in one hotel: ``cases`` of its last ``stays`` with the occasion."""

    __tablename__ = "base_rate"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    occasion: terms.Occasion = Field(sa_type=StrEnumText(terms.Occasion), primary_key=True)
    code: str = Field(max_length=CODE_MAX, primary_key=True)
    value: str = Field(default="", max_length=VALUE_MAX, primary_key=True)
    cases: int
    stays: int
    counted_at: datetime


class FolioRule(SQLModel, table=True):
    """A hotel's own words on folios: what its dishes, teas and outlets are called."""

    __tablename__ = "folio_rule"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    no: int = Field(primary_key=True)
    words: str = Field(max_length=terms.WORDS_MAX)
    """One or several, separated by ``|``."""
    code: str = Field(max_length=CODE_MAX, foreign_key="preference_code.code")
    value: str = Field(default="", max_length=VALUE_MAX)


class SensingPass(SQLModel, table=True):
    """A nightly pass over all guests: how far it has come, so that it goes on after a stop."""

    __tablename__ = "sensing_pass"

    day: date = Field(primary_key=True)
    after_guest_id: UUID | None = Field(default=None, sa_type=Key)
    guests: int = 0
    proposed: int = 0
    started_at: datetime
    done_at: datetime | None = None
