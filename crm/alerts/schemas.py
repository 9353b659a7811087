"""Rules as they come in and are read. What they may ask is closed: unknown conditions are refused.

Two storeys and no more: a list of conditions, and lists in it. Each can be turned round, so that
and, or and not are all there, and nobody nests a rule until nobody understands it.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.alerts.terms import (
    CHOICES_MAX,
    ITEMS_MAX,
    KEY_MAX,
    KEY_OF_ALERT,
    NAME_MAX,
    TEXT_MAX,
    AlertKind,
    AlertWeight,
    Match,
    Moment,
    Place,
    RuleDeed,
    TierName,
)
from crm.guests.terms import GuestIdentity, VipLevel
from crm.hotels.terms import CODE_MAX, DepartmentCode
from crm.kit.schema import Id, In, Lax, Line, OptionalLine, Out
from crm.preferences.terms import CODE_MAX as PREFERENCE_CODE_MAX

Some: Any = Field(min_length=1, max_length=CHOICES_MAX)
AnyOrSome: Any = Field(default_factory=list, max_length=CHOICES_MAX)
Times = Annotated[int, Field(ge=1, le=1000)]
Months = Annotated[int, Field(ge=1, le=120)]
Nights = Annotated[int, Field(ge=0, le=1000)]
PreferenceCodeName = Annotated[str, Field(pattern=r"^[A-Z0-9.]+$", max_length=PREFERENCE_CODE_MAX)]
RoomTypeCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._-]+$", max_length=CODE_MAX)]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}$")]
AlertText = Annotated[Line, Field(max_length=TEXT_MAX)]
OptionalText = Annotated[OptionalLine | None, Field(max_length=TEXT_MAX)]


class _Condition(In):
    negated: bool = False
    """Holds where the condition does not."""


class IsVip(_Condition):
    """A VIP of one of these levels; of any, where none is named."""

    kind: Literal["vip"]
    any_of: list[Annotated[VipLevel, Lax]] = AnyOrSome


class HasTier(_Condition):
    """A member on one of these rungs; on any, where none is named."""

    kind: Literal["tier"]
    any_of: list[Annotated[TierName, Lax]] = AnyOrSome


class NthStay(_Condition):
    """The how-manieth stay in this hotel: from, up to, and every so many."""

    kind: Literal["nth_stay"]
    at_least: Times = 1
    at_most: Times | None = None
    every: Times | None = None


class FirstStay(_Condition):
    kind: Literal["first_stay"]


class IsIdentity(_Condition):
    """Individual, of a company, in a group, a long-stay guest …"""

    kind: Literal["identity"]
    any_of: list[Annotated[GuestIdentity, Lax]] = Some


class OfCompany(_Condition):
    """Travels for one of these companies; for any, where none is named."""

    kind: Literal["company"]
    any_of: list[Id] = AnyOrSome


class HasCode(_Condition):
    """One of these preference codes stands in the file."""

    kind: Literal["code"]
    any_of: list[PreferenceCodeName] = Some


class HasOpenCase(_Condition):
    kind: Literal["open_case"]


class StaleFile(_Condition):
    """Nobody has checked the file for so many months, or ever."""

    kind: Literal["stale_file"]
    months: Months = 12


class InRoomType(_Condition):
    kind: Literal["room_type"]
    any_of: list[RoomTypeCode] = Some


class StaysNights(_Condition):
    kind: Literal["nights"]
    at_least: Nights = 1
    at_most: Nights | None = None


class Speaks(_Condition):
    """The first of the guest's languages is one of these (``ja``, ``ko``)."""

    kind: Literal["language"]
    any_of: list[LanguageTag] = Some


class BirthdayInStay(_Condition):
    kind: Literal["birthday_in_stay"]


class LongStay(_Condition):
    """Two weeks and more, or filed as a long-stay guest."""

    kind: Literal["long_stay"]


class WithChildren(_Condition):
    kind: Literal["children"]


Condition = Annotated[
    IsVip | HasTier | NthStay | FirstStay | IsIdentity | OfCompany | HasCode | HasOpenCase
    | StaleFile | InRoomType | StaysNights | Speaks | BirthdayInStay | LongStay | WithChildren,
    Field(discriminator="kind"),
]  # fmt: skip


class Among(In):
    """A list inside the list: all of these, or any of these."""

    kind: Literal["group"]
    negated: bool = False
    match: Annotated[Match, Lax] = Match.ANY
    of: list[Condition] = Field(min_length=1, max_length=ITEMS_MAX)


Item = Annotated[
    IsVip | HasTier | NthStay | FirstStay | IsIdentity | OfCompany | HasCode | HasOpenCase
    | StaleFile | InRoomType | StaysNights | Speaks | BirthdayInStay | LongStay | WithChildren
    | Among,
    Field(discriminator="kind"),
]  # fmt: skip


class Who(In):
    """Which guests and stays a rule is about."""

    match: Annotated[Match, Lax] = Match.ALL
    of: list[Item] = Field(min_length=1, max_length=ITEMS_MAX)


class AlertRuleIn(In):
    """A rule: who, what, when and where. ``instruction`` is what the departments named read where
    the text, or what it follows from, is not for them."""

    name: Annotated[Line, Field(max_length=NAME_MAX)]
    who: Who
    text_en: AlertText
    text_zh: OptionalText = None
    weight: Annotated[AlertWeight, Lax] = AlertWeight.NOTE
    kind: Annotated[AlertKind, Lax] = AlertKind.WELCOME
    departments: list[Annotated[DepartmentCode, Lax]] = AnyOrSome
    instruction_en: OptionalText = None
    instruction_zh: OptionalText = None
    moments: list[Annotated[Moment, Lax]] = Field(min_length=1, max_length=len(Moment))
    places: list[Annotated[Place, Lax]] = Field(min_length=1, max_length=len(Place))
    position: Annotated[int, Field(ge=1, le=1000)] = 100

    @model_validator(mode="after")
    def _instructed(self) -> "AlertRuleIn":
        if bool(self.departments) != bool(self.instruction_en):
            raise PydanticCustomError(
                "alert_instruction", "departments and an instruction for them go together"
            )
        return self


class RuleStep(In):
    """Switch a rule on or off, or retire it."""

    deed: Annotated[RuleDeed, Lax]


class AlertAside(In):
    """Which alert of the card is put aside for this stay, or with ``again`` brought back."""

    key: Annotated[str, Field(pattern=KEY_OF_ALERT, max_length=KEY_MAX)]
    again: bool = False


class AsideMade(Out):
    """``changed`` is false where it was so already."""

    key: str
    again: bool
    changed: bool


class AlertRuleOut(Out):
    """A rule with how often it stood on a stay and was put aside, in the last ninety days."""

    id: UUID
    name: str
    who: Who
    text_en: str
    text_zh: str | None
    weight: AlertWeight
    kind: AlertKind
    departments: list[DepartmentCode]
    instruction_en: str | None
    instruction_zh: str | None
    moments: list[Moment]
    places: list[Place]
    position: int
    is_active: bool
    shipped_as: str | None
    changed_at: datetime
    changed_by: UUID | None
    version: int
    shown: int = 0
    put_aside: int = 0


class AlertRuleMade(Out):
    id: UUID
    version: int


class WouldMatch(Out):
    """How many of today's stays a rule would stand on."""

    arrivals: int
    of_arrivals: int
    in_house: int
    of_in_house: int
    departures: int
    of_departures: int
