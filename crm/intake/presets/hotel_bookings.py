"""The public "hotel booking demand" format (Antonio, Almeida, Nunes 2019): stays without people.

The file names nobody, so nobody is made up: each row becomes a stay without a guest file, and
rows that are equal to the byte are bookings of their own, told apart by their number. What the
file knows of the person (the country) and of the booking (agent, company, market) is kept.
"""

import re
from datetime import date, timedelta
from typing import Any

from crm.guests.terms import GuestIdentity
from crm.hotels.schemas import HotelOpen
from crm.intake import values as v
from crm.intake.faults import Fault, ValueRefused
from crm.intake.mapping import Reading, Setting, Values, refused
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
        self._places = {name: places[name] for name in COLUMNS}
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
        cells = {
            name: row.cells[place].removeprefix(NUMBER).strip()
            for name, place in self._places.items()
        }
        reading = Reading()
        for part in (_dates, _state, _people, _booking, _money):
            part(cells, reading)
        return reading


def _take(reading: Reading, column: str, read: Any, cell: str) -> Any:
    try:
        return read(cell)
    except ValueRefused as refusal:
        reading.faults.append(Fault(column, refusal.code))
        return None


def _whole(cell: str) -> int:
    return v.read_whole(cell, 0, 2000)


def _maybe_whole(cell: str) -> int:
    return 0 if cell.casefold() in _UNKNOWN else _whole(cell)


def _dates(cells: dict[str, str], reading: Reading) -> None:
    """Arrival from year, month name and day; departure by the nights, which may be none."""
    year = _take(reading, "arrival_date_year", lambda c: v.read_whole(c, 1970, 2099),
                 cells["arrival_date_year"])  # fmt: skip
    month = _take(reading, "arrival_date_month", v.read_month, cells["arrival_date_month"])
    day = _take(reading, "arrival_date_day_of_month", lambda c: v.read_whole(c, 1, 31),
                cells["arrival_date_day_of_month"])  # fmt: skip
    nights = [
        _take(reading, column, _whole, cells[column])
        for column in ("stays_in_weekend_nights", "stays_in_week_nights")
    ]
    lead = _take(reading, "lead_time", _whole, cells["lead_time"])
    if reading.faults:
        return
    try:
        arrival = date(year, month, day)
    except ValueError:
        reading.faults.append(Fault("arrival_date_day_of_month", "date_impossible"))
        return
    reading.values |= {
        "arrival": arrival,
        "nights": sum(nights),
        "departure": arrival + timedelta(days=sum(nights)),
        "booked_on": arrival - timedelta(days=lead),
    }


def _state(cells: dict[str, str], reading: Reading) -> None:
    status = _STATUSES.get(cells["reservation_status"].casefold())
    if status is None:
        reading.faults.append(Fault("reservation_status", "not_a_choice"))
        return
    reading.values["status"] = status.value
    on = _take(reading, "reservation_status_date", v.read_date, cells["reservation_status_date"])
    if status is StayStatus.CANCELLED:
        reading.values["cancelled_on"] = on


def _people(cells: dict[str, str], reading: Reading) -> None:
    adults = _take(reading, "adults", _whole, cells["adults"])
    children = _take(reading, "children", _maybe_whole, cells["children"])
    babies = _take(reading, "babies", _maybe_whole, cells["babies"])
    reading.values |= {"adults": adults, "children": (children or 0) + (babies or 0)}
    country = cells["country"]
    if country.casefold() not in _UNKNOWN:
        # Not every code of the file is in ISO 3166; one that is not is kept as written.
        reading.values["arriving_from"] = country_of(country) or _take(
            reading, "country", lambda c: v.read_text(c, 120), country
        )


def _booking(cells: dict[str, str], reading: Reading) -> None:
    values: Values = reading.values
    hotel = cells["hotel"]
    if not hotel:
        reading.faults.append(Fault("hotel", "required"))
        return
    values["hotel"] = HOTELS.get(hotel) or _take(reading, "hotel", hotel_code, hotel)
    channel = _CHANNELS.get(cells["distribution_channel"].casefold())
    market = cells["market_segment"]
    if channel is BookingChannel.AGENCY and market.casefold() == "online ta":
        channel = BookingChannel.ONLINE_AGENCY
    if channel is not None:
        values["channel"] = channel.value
    if market.casefold() not in _UNKNOWN:
        values["market"] = _take(reading, "market_segment", lambda c: v.read_text(c, 40), market)
    identity = _IDENTITIES.get(cells["customer_type"].casefold(), GuestIdentity.INDIVIDUAL)
    values["identity"] = identity.value
    for field, column in (
        ("room_type_booked", "reserved_room_type"),
        ("room_type_used", "assigned_room_type"),
        ("rate_code", "meal"),
    ):
        if cells[column].casefold() not in _UNKNOWN:
            values[field] = _take(reading, column, lambda c: v.read_text(c, 12), cells[column])
    _partner(cells, reading)


def _partner(cells: dict[str, str], reading: Reading) -> None:
    """The company that pays, else the agent; the file knows both by number only."""
    for column, word, kind in (("company", "Company", "corporate"), ("agent", "Agent", "agency")):
        cell = cells[column]
        if cell.casefold() in _UNKNOWN:
            continue
        if number := _take(reading, column, lambda c: v.read_id(c, 40), cell):
            reading.values |= {"company": f"{word} {number}", "company_kind": kind}
        return


def hotel_code(name: str) -> str:
    """A code for a hotel that the file names: its first words in capitals."""
    code = re.sub(r"[^A-Z0-9]", "", name.upper().removesuffix("HOTEL"))[:12]
    if len(code) < 2:
        raise ValueRefused("hotel_unknown")
    return code


def _money(cells: dict[str, str], reading: Reading) -> None:
    values = reading.values
    values["currency"] = CURRENCY
    values["rate"] = _take(reading, "adr", _rate, cells["adr"])
    wishes = _take(reading, "total_of_special_requests", _maybe_whole,
                   cells["total_of_special_requests"])  # fmt: skip
    if wishes:
        values["wishes"] = f"{wishes} special requests" if wishes > 1 else "1 special request"


def _rate(cell: str) -> int:
    """Average daily rate; a published file has a negative one, and rates such as 62.333333."""
    try:
        number = float(cell)
    except ValueError:
        raise ValueRefused("not_an_amount") from None
    if not -1e9 < number < 1e9:
        raise ValueRefused("amount_range")
    return round(number * 100)
