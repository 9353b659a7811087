"""Hotels with their departments, room types and rooms."""

from datetime import date, time
from uuid import UUID

from sqlmodel import Field, SQLModel

from crm.hotels import terms
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id


class Hotel(SQLModel, table=True):
    """One house: its own clock, currency and business date; guests are the group's."""

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    code: str = Field(max_length=terms.CODE_MAX, unique=True)
    name: str = Field(max_length=terms.NAME_MAX)
    name_zh: str = Field(max_length=terms.NAME_MAX)
    time_zone: str = Field(max_length=40)
    currency: str = Field(max_length=3)
    country: str = Field(max_length=2)
    business_on: date
    check_in_at: time = time(15, 0)
    check_out_at: time = time(12, 0)
    leap_day_rule: terms.LeapDayRule = Field(
        default=terms.LeapDayRule.FEB_28, sa_type=StrEnumText(terms.LeapDayRule)
    )
    keeps_identity_documents: bool = False
    is_demo: bool = False


class Department(SQLModel, table=True):
    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    code: terms.DepartmentCode = Field(sa_type=StrEnumText(terms.DepartmentCode), primary_key=True)
    name: str = Field(max_length=terms.NAME_MAX)
    name_zh: str = Field(max_length=terms.NAME_MAX)


class RoomType(SQLModel, table=True):
    __tablename__ = "room_type"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    code: str = Field(max_length=terms.CODE_MAX, primary_key=True)
    name: str = Field(max_length=terms.NAME_MAX)
    name_zh: str = Field(max_length=terms.NAME_MAX)


class Room(SQLModel, table=True):
    """A room and what it has; features are preference codes it meets (``FL.HIGH``, ``BT.TUB``)."""

    hotel_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="hotel.id")
    no: str = Field(max_length=terms.ROOM_NO_MAX, primary_key=True)
    floor: str = Field(max_length=terms.ROOM_NO_MAX, index=True)
    room_type: str = Field(max_length=terms.CODE_MAX)
    features: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    cleanliness: terms.Cleanliness = Field(
        default=terms.Cleanliness.CLEAN, sa_type=StrEnumText(terms.Cleanliness)
    )
    service: terms.RoomService = Field(
        default=terms.RoomService.NONE, sa_type=StrEnumText(terms.RoomService)
    )
