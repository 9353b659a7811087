"""Keshi's own message format, for hotel systems that have none or can be taught one.

One message tells one thing about one reservation. It may carry any part of what the system
knows: a field that is left out says nothing, a null empties. Messages may come twice, late and
in any order; ``sent_at`` is the version. ``docs/`` shows an example of each kind.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from crm.guests.schemas import BirthdayIn
from crm.guests.terms import Gender, GuestIdentity, Title
from crm.intake.folding import Kind, News
from crm.intake.terms import EXTERNAL_ID_MAX
from crm.kit.schema import (
    Country,
    Currency,
    HotelCode,
    In,
    IsoDate,
    IsoInstant,
    IsoTime,
    Language,
    Lax,
    Line,
    Money,
    OptionalLine,
)
from crm.stays.schemas import (
    Asked,
    Code12,
    Code24,
    Code40,
    FolioPost,
    People,
    RoomNo,
    Score,
)
from crm.stays.terms import BookingChannel, BookingWay, Purpose

LINES_MAX = 500
TheirId = Annotated[Line, Field(max_length=EXTERNAL_ID_MAX)]
Source = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,39}$")]
PHONE_FIELDS = frozenset({"phone"})
ID_FIELDS = ("reservation_id", "profile_id", "line_id")


class MessageKind(StrEnum):
    RESERVATION = "reservation"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    FOLIO = "folio"


class GuestNews(In):
    """The guest of the reservation as the system has them; ``profile_id`` is its own number."""

    profile_id: TheirId | None = None
    name: Line | None = None
    family: Line | None = None
    given: Line | None = None
    latin: Line | None = None
    title: Annotated[Title | None, Lax] = None
    gender: Annotated[Gender | None, Lax] = None
    birthday: BirthdayIn | None = None
    nationality: Country | None = None
    language: Language | None = None
    phone: Annotated[OptionalLine, Field(max_length=60)] | None = None
    email: Annotated[OptionalLine, Field(max_length=120)] | None = None
    occupation: Annotated[Line, Field(max_length=80)] | None = None
    position: Annotated[Line, Field(max_length=80)] | None = None


class StayNews(In):
    """What the message tells of the reservation; only its number must be there."""

    reservation_id: TheirId
    confirmation_no: Code40 | None = None
    arrival_on: IsoDate | None = None
    departure_on: IsoDate | None = None
    eta: IsoTime | None = None
    room_no: RoomNo | None = None
    room_type_booked: Code12 | None = None
    room_type_used: Code12 | None = None
    channel: Annotated[BookingChannel | None, Lax] = None
    way: Annotated[BookingWay | None, Lax] = None
    market: Code40 | None = None
    rate_code: Code24 | None = None
    rate_minor: Money | None = None
    currency: Currency | None = None
    adults: People | None = None
    children: People | None = None
    purpose: Annotated[Purpose | None, Lax] = None
    identity: Annotated[GuestIdentity | None, Lax] = None
    group_name: Line | None = None
    arriving_from: Line | None = None
    wishes: Asked | None = None
    booked_on: IsoDate | None = None
    score: Score | None = None
    at: IsoInstant | None = None
    reinstated: bool = False


class FolioNews(FolioPost):
    """A folio line under the system's own number; ``void`` takes it back."""

    line_id: TheirId
    void: bool = False


class MessageIn(In):
    """One message of a hotel system."""

    message_id: TheirId
    source: Source
    sent_at: IsoInstant
    hotel: HotelCode
    kind: Annotated[MessageKind, Lax]
    stay: StayNews
    guest: GuestNews | None = None
    lines: Annotated[list[FolioNews], Field(max_length=LINES_MAX)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _lines_belong_to_folios(self) -> Self:
        if self.lines and self.kind is not MessageKind.FOLIO:
            raise PydanticCustomError("lines_kind", "only a folio message has lines")
        return self

    def body(self) -> dict[str, Any]:
        """What is kept of it: only the fields that were sent."""
        return self.model_dump(mode="json", exclude_unset=True, include={"stay", "guest", "lines"})


class _Body(In):
    stay: StayNews
    guest: GuestNews | None = None
    lines: list[FolioNews] = Field(default_factory=list)


def news_of(kind: str, sent_at: datetime, message_id: str, body: dict[str, Any]) -> News:
    """A stored message as the fold takes it."""
    said = _Body.model_validate_json(_as_json(body))
    stay = {name: getattr(said.stay, name) for name in said.stay.model_fields_set}
    guest = (
        {name: getattr(said.guest, name) for name in said.guest.model_fields_set}
        if said.guest
        else {}
    )
    return News(
        kind=Kind(kind),
        sent_at=sent_at,
        message_id=message_id,
        subject=stay.pop("reservation_id"),
        at=stay.pop("at", None),
        reinstated=stay.pop("reinstated", False),
        stay=stay,
        guest=guest,
        lines={line.line_id: None if line.void else _line(line) for line in said.lines},
    )


def _line(line: FolioNews) -> dict[str, Any]:
    return line.model_dump(exclude={"line_id", "void"})


def _as_json(body: dict[str, Any]) -> bytes:
    import json

    return json.dumps(body).encode()
