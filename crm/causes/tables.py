"""Room nights by month, counted ahead: to add up millions of stays takes longer than a page."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import Key


class RoomNightMonth(SQLModel, table=True):
    """Occupied room nights of a hotel in the month that begins on ``month_on``.

    Counted from the stays as they were at ``counted_at``, up to the night before ``until_on``;
    made anew every night, and never true by anything but the stays.
    """

    __tablename__ = "room_night_month"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    month_on: date = Field(primary_key=True)
    nights: int
    until_on: date
    counted_at: datetime
