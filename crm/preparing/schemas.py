"""Arrivals, what is set for them and what needs eyes, as they are read and changed."""

from datetime import date, datetime, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.guests.terms import GuestIdentity, VipLevel
from crm.hotels.terms import DepartmentCode
from crm.kit.schema import Id, In, Out
from crm.preparing.terms import Eye, Readiness, Stage
from crm.stays.terms import StayStatus

TICKS_MAX = 100


class Doing(Out):
    """One item in the words of its reader. ``code`` is null where it would name a reason."""

    id: UUID
    stay_id: UUID
    code: str | None
    department: DepartmentCode
    stage: Stage
    text: str
    done_at: datetime | None
    done_by: str | None
    """The name of the colleague who ticked it."""


class Look(Out):
    """One reason why an arrival needs eyes.

    ``texts`` are wordings of the codes concerned, as far as this reader may read them;
    ``months`` belongs to a stale file; ``guest_ids`` are files that may be the same person;
    ``observation_id`` is a note that waits for the centre.
    """

    eye: Eye
    texts: list[str] = Field(default_factory=list)
    months: int | None = None
    guest_ids: list[UUID] = Field(default_factory=list)
    observation_id: UUID | None = None
    preference_ids: list[UUID] = Field(default_factory=list)


class Arrival(Out):
    """One stay that is to come, or came today, with how far it is."""

    stay_id: UUID
    guest_id: UUID | None
    name: str
    ref: str | None
    vip: VipLevel | None
    identity: GuestIdentity
    status: StayStatus
    arrival_on: date
    nights: int
    eta: time | None
    room_no: str | None
    stay_number: int
    readiness: Readiness
    looks: list[Look]
    items: list[Doing]
    done: int
    checked_on: date | None
    prepared_at: datetime | None
    prepared_by: str | None
    version: int


class ArrivalDay(Out):
    """The arrivals of one day: ``38 arrivals, 33 prepared``; those that need eyes come first."""

    on: date
    today: date
    arrivals: int
    prepared: int
    items: list[Arrival]


class Ticking(In):
    """One item set, or not set after all."""

    id: Id
    done: bool


class PreparationChange(In):
    """What to change of one arrival; what is left out stays.

    ``prepared`` is a person's word that they saw everything which needs eyes, or that it is
    open again; ``ticks`` name items of this stay.
    """

    prepared: bool | None = None
    ticks: Annotated[list[Ticking], Field(max_length=TICKS_MAX)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.prepared is None and not self.ticks:
            raise PydanticCustomError("needed", "name what to change")
        return self
