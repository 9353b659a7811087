"""The public "hotel booking demand" format (Antonio, Almeida, Nunes 2019): stays without people.

The file names nobody, so nobody is made up: each row becomes a stay without a guest file, and
rows that are equal to the byte are bookings of their own, told apart by their number. What the
file knows of the person (the country) and of the booking (agent, company, market) is kept.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from crm.guests.terms import GuestIdentity
from crm.hotels.schemas import HotelOpen
from crm.intake import values as v
from crm.intake.faults import Fault, ValueRefused
from crm.intake.mapping import Reading, Setting, Values, refused
from crm.intake.memo import ColumnMemo
from crm.intake.places import country_of
from crm.intake.reading import SourceRow
from crm.intake.terms import ColumnRule, ImportKind
from crm.intake.workbook import NUMBER
from crm.stays.terms import BookingChannel, StayStatus

NAME = "hotel-bookings"
SYSTEM = "hotel-bookings"
KIND = ImportKind.STAYS
CURRENCY = "EUR"
HOTELS = {"City Hotel": "CITY", "Resort Hotel": "RESORT"}

OPENINGS = {
    "city": HotelOpen(
        code="CITY",
        name="City Hotel",
        name_zh="城市酒店",
        time_zone="Europe/Lisbon",
        currency=CURRENCY,
        country="PT",
    ),
    "resort": HotelOpen(
        code="RESORT",
        name="Resort Hotel",
        name_zh="度假酒店",
        time_zone="Europe/Lisbon",
        currency=CURRENCY,
        country="PT",
    ),
}
"""The two hotels of the file, opened when they are not in the house yet."""

COLUMNS = (
    "hotel", "is_canceled", "lead_time", "arrival_date_year", "arrival_date_month",
    "arrival_date_day_of_month", "stays_in_weekend_nights", "stays_in_week_nights", "adults",
    "children", "babies", "meal", "country", "market_segment", "distribution_channel",
    "reserved_room_type", "assigned_room_type", "agent", "company", "customer_type", "adr",
    "total_of_special_requests", "reservation_status", "reservation_status_date",
)  # fmt: skip

_STATUSES = {
    "check-out": StayStatus.CHECKED_OUT,
    "canceled": StayStatus.CANCELLED,
    "no-show": StayStatus.NO_SHOW,
}
_IDENTITIES = {
    "transient": GuestIdentity.INDIVIDUAL,
    "transient-party": GuestIdentity.GROUP,
    "group": GuestIdentity.GROUP,
    "contract": GuestIdentity.CORPORATE,
}
_CHANNELS = {
    "direct": BookingChannel.DIRECT,
    "corporate": BookingChannel.CORPORATE,
    "gds": BookingChannel.GDS,
    "ta/to": BookingChannel.AGENCY,
}
_UNKNOWN = {"", "undefined", "null"}


class HotelBookingsReader:
    """Reads rows of the format into fields of a stay."""

    kind = KIND

    def __init__(self, header: list[str], _: Setting) -> None:
        places = {name.casefold(): place for place, name in enumerate(header)}
        missing = [name for name in COLUMNS if name not in places]
        if missing:
            raise refused("column_missing", "/preset")
        self._columns = [(name, places[name], ColumnMemo(_tidied(name))) for name in _READERS]
        self.rules = dict.fromkeys(
            ("hotel", "arrival", "departure", "nights", "status", "rate", "currency", "adults",
             "children", "channel", "market", "identity", "company", "room_type_booked",
             "room_type_used", "arriving_from", "booked_on", "cancelled_on", "rate_code",
             "wishes"), ColumnRule.OVERWRITE,
        )  # fmt: skip

    def column_of(self, name: str) -> str:
        return name

    def read(self, row: SourceRow) -> Reading:
        """The stay a row tells of, or the faults that keep it out."""
        if row.fault is not None:
            return Reading(faults=[Fault("", row.fault)])
        reading = Reading()
        read: dict[str, Any] = {}
        cells = row.cells
        for name, place, memo in self._columns:
            read[name], code = memo[cells[place]]
            if code is not None and not (name == "agent" and read["company"]):
                reading.faults.append(Fault(name, code))
        arrival = _arrival(read)
        if arrival is None:
            reading.faults.append(Fault("arrival_date_day_of_month", "date_impossible"))
        elif not reading.faults:
            reading.values = _values(read, arrival)
        return reading


def _arrival(read: dict[str, Any]) -> date | None:
    """None for a day that no month has; any day where its parts have faults of their own."""
    parts = [read[f"arrival_date_{part}"] for part in ("year", "month", "day_of_month")]
    try:
        return date.min if None in parts else date(*parts)
    except ValueError:
        return None


def _values(read: dict[str, Any], arrival: date) -> Values:
    """The fields of a stay; departure by the nights, which may be none."""
    nights = read["stays_in_weekend_nights"] + read["stays_in_week_nights"]
    status: StayStatus = read["reservation_status"]
    values: Values = {
        "arrival": arrival,
        "nights": nights,
        "departure": arrival + timedelta(days=nights),
        "booked_on": arrival - timedelta(days=read["lead_time"]),
        "status": status.value,
        "adults": read["adults"],
        "children": read["children"] + read["babies"],
        "hotel": read["hotel"],
        "identity": read["customer_type"],
        "currency": CURRENCY,
        "rate": read["adr"],
    }
    if status is StayStatus.CANCELLED:
        values["cancelled_on"] = read["reservation_status_date"]
    for field, column in _AS_IT_IS:
        if read[column] is not None:
            values[field] = read[column]
    _channel(read, values)
    _partner(read, values)
    return values


_AS_IT_IS = (
    ("arriving_from", "country"),
    ("market", "market_segment"),
    ("room_type_booked", "reserved_room_type"),
    ("room_type_used", "assigned_room_type"),
    ("rate_code", "meal"),
    ("wishes", "total_of_special_requests"),
)


def _channel(read: dict[str, Any], values: Values) -> None:
    channel: BookingChannel | None = read["distribution_channel"]
    if (
        channel is BookingChannel.AGENCY
        and (read["market_segment"] or "").casefold() == "online ta"
    ):
        channel = BookingChannel.ONLINE_AGENCY
    if channel is not None:
        values["channel"] = channel.value


def _partner(read: dict[str, Any], values: Values) -> None:
    """The company that pays, else the agent; the file knows both by number only."""
    for column, word, kind in (("company", "Company", "corporate"), ("agent", "Agent", "agency")):
        if (number := read[column]) is not None:
            if number:
                values["company"], values["company_kind"] = f"{word} {number}", kind
            return


# ---------------------------------------------------------------- single cells
def _tidied(name: str) -> Callable[[str], Any]:
    """The reader of a column, for a cell as it stands in the file."""
    read = _READERS[name]
    return lambda cell: read(cell.removeprefix(NUMBER).strip())


def _unless_unknown(read: Callable[[str], Any], otherwise: Any = None) -> Callable[[str], Any]:
    return lambda cell: otherwise if cell.casefold() in _UNKNOWN else read(cell)


def _count(low: int = 0, high: int = 2000) -> Callable[[str], int]:
    return lambda cell: v.read_whole(cell, low, high)


def _text(limit: int) -> Callable[[str], str]:
    return lambda cell: v.read_text(cell, limit)


def _hotel(cell: str) -> str:
    if not cell:
        raise ValueRefused("required")
    return HOTELS.get(cell) or hotel_code(cell)


def hotel_code(name: str) -> str:
    """A code for a hotel that the file names: its first words in capitals."""
    code = re.sub(r"[^A-Z0-9]", "", name.upper().removesuffix("HOTEL"))[:12]
    if len(code) < 2:
        raise ValueRefused("hotel_unknown")
    return code


def _status(cell: str) -> StayStatus:
    if (status := _STATUSES.get(cell.casefold())) is None:
        raise ValueRefused("not_a_choice")
    return status


def _country(cell: str) -> str:
    """Not every code of the file is in ISO 3166; one that is not is kept as written."""
    return country_of(cell) or v.read_text(cell, 120)


def _wishes(cell: str) -> str | None:
    wishes = v.read_whole(cell, 0, 2000)
    if not wishes:
        return None
    return f"{wishes} special requests" if wishes > 1 else "1 special request"


def _rate(cell: str) -> int:
    """Average daily rate; a published file has a negative one, and rates such as 62.333333."""
    try:
        number = float(cell)
    except ValueError:
        raise ValueRefused("not_an_amount") from None
    if not -1e9 < number < 1e9:
        raise ValueRefused("amount_range")
    return round(number * 100)


_READERS: dict[str, Callable[[str], Any]] = {
    "hotel": _hotel,
    "lead_time": _count(),
    "arrival_date_year": _count(1970, 2099),
    "arrival_date_month": v.read_month,
    "arrival_date_day_of_month": _count(1, 31),
    "stays_in_weekend_nights": _count(),
    "stays_in_week_nights": _count(),
    "adults": _count(),
    "children": _unless_unknown(_count(), 0),
    "babies": _unless_unknown(_count(), 0),
    "meal": _unless_unknown(_text(12)),
    "country": _unless_unknown(_country),
    "market_segment": _unless_unknown(_text(40)),
    "distribution_channel": lambda cell: _CHANNELS.get(cell.casefold()),
    "reserved_room_type": _unless_unknown(_text(12)),
    "assigned_room_type": _unless_unknown(_text(12)),
    "company": _unless_unknown(lambda cell: v.read_id(cell, 40)),
    "agent": _unless_unknown(lambda cell: v.read_id(cell, 40)),
    "customer_type": lambda cell: _IDENTITIES.get(cell.casefold(), GuestIdentity.INDIVIDUAL).value,
    "adr": _rate,
    "total_of_special_requests": _unless_unknown(_wishes),
    "reservation_status": _status,
    "reservation_status_date": v.read_date,
}
"""Every column that says something, in the order in which faults are told."""
