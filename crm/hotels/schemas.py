"""Hotels as they are opened and shown."""

from datetime import date, time
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from crm.hotels.terms import Cleanliness, DepartmentCode, LeapDayRule, RoomService
from crm.kit.schema import Country, Currency, HotelCode, In, IsoTime, Lax, Line, Out


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise PydanticCustomError(
            "time_zone", "must be an IANA time zone such as Asia/Shanghai"
        ) from None
    return value


TimeZone = Annotated[str, Field(max_length=40), AfterValidator(_known_zone)]


class HotelOpen(In):
    """A hotel to be opened in this installation."""

    code: HotelCode
    name: Line
    name_zh: Line
    time_zone: TimeZone
    currency: Currency
    country: Country


class HotelPatch(In):
    """Settings of a hotel to change; what is left out stays."""

    name: Line | None = None
    name_zh: Line | None = None
    check_in_at: IsoTime | None = None
    check_out_at: IsoTime | None = None
    leap_day_rule: Annotated[LeapDayRule | None, Lax] = None
    keeps_identity_documents: bool | None = None


class RoomsAdd(In):
    """Rooms by a pattern such as ``101-118, 201-218``, all of one type with the same features."""

    pattern: Annotated[Line, Field(max_length=1000)]
    room_type: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,12}$")]
    features: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Z]{2}\.[A-Z0-9]{1,16}$")]], Field(max_length=40)
    ] = Field(default_factory=list)


class RoomsAdded(Out):
    added: int
    known: int


class HotelRow(Out):
    id: UUID
    code: str
    name: str
    name_zh: str
    time_zone: str
    currency: str
    country: str
    business_on: date
    check_in_at: time
    check_out_at: time
    leap_day_rule: LeapDayRule
    keeps_identity_documents: bool
    is_demo: bool

    def called(self, language: str) -> str:
        """The hotel's name in the reader's language."""
        return self.name_zh if language.startswith("zh") else self.name


class DepartmentRow(Out):
    code: DepartmentCode
    name: str
    name_zh: str


class RoomRow(Out):
    no: str
    floor: str
    room_type: str
    features: list[str]
    cleanliness: Cleanliness
    service: RoomService
