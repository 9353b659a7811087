"""Stays and folio lines as they come in and go out."""

from datetime import date, datetime, time
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.guests.terms import GuestIdentity
from crm.kit.schema import (
    Count,
    Currency,
    Id,
    In,
    IsoDate,
    IsoTime,
    Lax,
    Line,
    Money,
    Out,
    Words,
)
from crm.stays.terms import (
    BookingChannel,
    BookingWay,
    FolioCategory,
    MealPeriod,
    Purpose,
    StayStatus,
)

NIGHTS_MAX = 1500
PEOPLE_MAX = 200
COMPANIONS_MAX = 20


Code12 = Annotated[Line, Field(max_length=12)]
Code24 = Annotated[Line, Field(max_length=24)]
Code40 = Annotated[Line, Field(max_length=40)]
RoomNo = Annotated[Line, Field(max_length=10)]
People = Annotated[int, Field(ge=0, le=PEOPLE_MAX)]
Score = Annotated[int, Field(ge=0, le=10)]
Asked = Annotated[Words, Field(max_length=1000)]


def _check_dates(arrival_on: date | None, departure_on: date | None) -> None:
    if arrival_on is None or departure_on is None:
        return
    if departure_on < arrival_on:
        raise PydanticCustomError("dates_order", "departure must not lie before arrival")
    if (departure_on - arrival_on).days > NIGHTS_MAX:
        raise PydanticCustomError("dates_span", f"a stay lasts at most {NIGHTS_MAX} nights")


class StayFacts(In):
    """The facts of a stay that a booking brings and a change may replace."""

    eta: IsoTime | None = None
    channel: Annotated[BookingChannel | None, Lax] = None
    way: Annotated[BookingWay | None, Lax] = None
    market: Code40 | None = None
    rate_code: Code24 | None = None
    rate_minor: Money | None = None
    currency: Currency | None = None
    room_type_booked: Code12 | None = None
    room_type_used: Code12 | None = None
    room_no: RoomNo | None = None
    adults: People = 1
    children: People = 0
    purpose: Annotated[Purpose | None, Lax] = None
    identity: Annotated[GuestIdentity, Lax] = GuestIdentity.INDIVIDUAL
    company_id: Id | None = None
    group_name: Line | None = None
    arriving_from: Line | None = None
    wishes: Asked | None = None
    confirmation_no: Code40 | None = None
    booked_on: IsoDate | None = None


class StayBook(StayFacts):
    """A new booking. Without ``currency`` the hotel's is taken; ``guest_id`` may be missing."""

    hotel_id: Id
    guest_id: Id | None = None
    arrival_on: IsoDate
    departure_on: IsoDate
    companion_ids: Annotated[list[Id], Field(max_length=COMPANIONS_MAX)] = Field(
        default_factory=list
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_dates(self.arrival_on, self.departure_on)
        return self


class StayChange(StayFacts):
    """What to change; a field that is left out stays as it is, a null empties it."""

    arrival_on: IsoDate | None = None
    departure_on: IsoDate | None = None
    score: Score | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_dates(self.arrival_on, self.departure_on)
        return self


class FolioPost(In):
    """One thing consumed; ``amount_minor`` is what is paid, after discount, with tax."""

    posted_on: IsoDate
    category: Annotated[FolioCategory, Lax]
    outlet: Annotated[Line, Field(max_length=60)] | None = None
    meal_period: Annotated[MealPeriod | None, Lax] = None
    covers: Count | None = None
    text: Annotated[Line, Field(max_length=160)] | None = None
    amount_minor: Money
    discount_minor: Money = 0
    tax_minor: Money = 0
    payment_method: Code24 | None = None
    currency: Currency | None = None


class StayRow(Out):
    """A stay in a list."""

    id: UUID
    hotel_id: UUID
    guest_id: UUID | None
    status: StayStatus
    confirmation_no: str | None
    arrival_on: date
    departure_on: date
    nights: int
    eta: time | None
    channel: BookingChannel | None
    room_type_booked: str | None
    room_type_used: str | None
    room_no: str | None
    adults: int
    children: int
    purpose: Purpose | None
    identity: GuestIdentity
    company_id: UUID | None
    group_name: str | None
    score: int | None
    rate_code: str | None
    rate_minor: int | None
    currency: str | None
    version: int


class StaySheet(StayRow):
    """A stay in full."""

    way: BookingWay | None
    market: str | None
    arriving_from: str | None
    wishes: str | None
    booked_on: date | None
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    cancelled_at: datetime | None
    companion_ids: list[UUID] = Field(default_factory=list)


class FolioLineOut(Out):
    stay_id: UUID
    no: int
    hotel_id: UUID
    posted_on: date
    category: FolioCategory
    outlet: str | None
    meal_period: MealPeriod | None
    covers: int | None
    text: str | None
    amount_minor: int
    discount_minor: int
    tax_minor: int
    payment_method: str | None
    currency: str


class YearSpend(Out):
    """A guest's spend of one year, category and currency over the reader's hotels."""

    year: int
    category: FolioCategory
    currency: str
    lines: int
    covers: int
    amount_minor: int
    discount_minor: int
    tax_minor: int


class FavouriteOutlet(Out):
    outlet: str
    currency: str
    lines: int
    covers: int
    amount_minor: int


class Consumption(Out):
    """What a guest consumes, derived from running figures. Rates are null where there is
    nothing to divide by; ``discount_rate`` is discount ÷ (amount + discount), in per mille."""

    currency: str
    total_minor: int
    nights: int
    per_night_minor: int | None
    per_cover_minor: int | None
    discount_per_mille: int | None
    years: list[YearSpend]
    outlets: list[FavouriteOutlet]


class GuestFigures(Out):
    """A guest's running figures at one hotel."""

    hotel_id: UUID
    stays: int
    nights: int
    cancellations: int
    no_shows: int
    first_arrival_on: date | None
    last_departure_on: date | None
    last_room_no: str | None
