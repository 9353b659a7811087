"""Stays, their folio lines, and the running figures derived from both."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from crm.guests.terms import GuestIdentity
from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id
from crm.stays import terms

_IN_HOUSE = text("status = 'in_house'")


class Stay(SQLModel, table=True):
    """A reservation that becomes a stay. ``guest_id`` is null for a booking without a person.

    Money is in minor units of ``currency``; ``rate_minor`` is per night. ``nights`` is
    departure minus arrival (0 for day use).
    """

    __table_args__ = (
        CheckConstraint("departure_on >= arrival_on", name="dates"),
        Index("ix_stay_arrivals", "hotel_id", "arrival_on", "status"),
        Index("ix_stay_departures", "hotel_id", "departure_on", "status"),
        # With the hotel, so that reach is decided without reading the stays themselves.
        Index("ix_stay_of_guest", "guest_id", "arrival_on", "hotel_id"),
        Index(
            "ix_stay_room_in_house",
            "hotel_id",
            "room_no",
            sqlite_where=_IN_HOUSE,
            postgresql_where=_IN_HOUSE,
        ),
        Index("ix_stay_confirmation_no", "confirmation_no"),
        Index("ix_stay_company_id", "company_id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    status: terms.StayStatus = Field(sa_type=StrEnumText(terms.StayStatus))
    confirmation_no: str | None = Field(default=None, max_length=40)
    arrival_on: date
    departure_on: date
    nights: int
    eta: time | None = None
    channel: terms.BookingChannel | None = Field(
        default=None, sa_type=StrEnumText(terms.BookingChannel)
    )
    way: terms.BookingWay | None = Field(default=None, sa_type=StrEnumText(terms.BookingWay))
    market: str | None = Field(default=None, max_length=40)
    rate_code: str | None = Field(default=None, max_length=24)
    rate_minor: int | None = Field(default=None, sa_type=BigInteger)
    currency: str = Field(max_length=3)
    room_type_booked: str | None = Field(default=None, max_length=12)
    room_type_used: str | None = Field(default=None, max_length=12)
    room_no: str | None = Field(default=None, max_length=10)
    adults: int = 1
    children: int = 0
    purpose: terms.Purpose | None = Field(default=None, sa_type=StrEnumText(terms.Purpose))
    identity: GuestIdentity = Field(
        default=GuestIdentity.INDIVIDUAL, sa_type=StrEnumText(GuestIdentity)
    )
    company_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="company.id")
    group_name: str | None = Field(default=None, max_length=120)
    arriving_from: str | None = Field(default=None, max_length=120)
    wishes: str | None = Field(default=None, max_length=1000)
    score: int | None = None
    booked_on: date | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    cancelled_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 1


class Companion(SQLModel, table=True):
    """Another guest with a file who shares the stay."""

    __table_args__ = (Index("ix_companion_guest_id", "guest_id"),)

    stay_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="stay.id")
    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")


class FolioLine(SQLModel, table=True):
    """One thing consumed on a stay. ``amount_minor`` is what is paid, after discount, with tax."""

    __tablename__ = "folio_line"
    __table_args__ = (
        Index("ix_folio_line_guest_id", "guest_id"),
        Index("ix_folio_line_hotel_id_posted_on", "hotel_id", "posted_on"),
    )

    stay_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="stay.id")
    no: int = Field(primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")
    posted_on: date
    category: terms.FolioCategory = Field(sa_type=StrEnumText(terms.FolioCategory))
    outlet: str | None = Field(default=None, max_length=60)
    meal_period: terms.MealPeriod | None = Field(
        default=None, sa_type=StrEnumText(terms.MealPeriod)
    )
    covers: int | None = None
    text: str | None = Field(default=None, max_length=160)
    amount_minor: int = Field(sa_type=BigInteger)
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    tax_minor: int = Field(default=0, sa_type=BigInteger)
    payment_method: str | None = Field(default=None, max_length=24)
    currency: str = Field(max_length=3)


class GuestFigure(SQLModel, table=True):
    """Running figures of a guest at one hotel; equal to a rebuild from stays at any time."""

    __tablename__ = "guest_figure"

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    stays: int = 0
    nights: int = 0
    cancellations: int = 0
    no_shows: int = 0
    first_arrival_on: date | None = None
    last_departure_on: date | None = None
    last_room_no: str | None = Field(default=None, max_length=10)


class GuestSpend(SQLModel, table=True):
    """What a guest spent at one hotel in one year on one category, in one currency."""

    __tablename__ = "guest_spend"

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    year: int = Field(primary_key=True)
    category: terms.FolioCategory = Field(
        sa_type=StrEnumText(terms.FolioCategory), primary_key=True
    )
    currency: str = Field(max_length=3, primary_key=True)
    lines: int = 0
    covers: int = 0
    amount_minor: int = Field(default=0, sa_type=BigInteger)
    discount_minor: int = Field(default=0, sa_type=BigInteger)
    tax_minor: int = Field(default=0, sa_type=BigInteger)


class GuestOutlet(SQLModel, table=True):
    """How often a guest went to one outlet and what was spent there, for the favourites."""

    __tablename__ = "guest_outlet"

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    outlet: str = Field(max_length=60, primary_key=True)
    currency: str = Field(max_length=3, primary_key=True)
    lines: int = 0
    covers: int = 0
    amount_minor: int = Field(default=0, sa_type=BigInteger)
