"""The public bookings format: real bookings of nobody, with all that is odd about them."""

import csv
import io
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.terms import GuestIdentity
from crm.intake.mapping import Reading, Setting
from crm.intake.presets.hotel_bookings import COLUMNS, HotelBookingsReader
from crm.intake.reading import SourceRow
from crm.intake.rules import check_row
from crm.intake.terms import ImportKind
from crm.kit.errors import Invalid
from crm.stays.terms import BookingChannel, StayStatus
from tests.crm.intake.conftest import House

BOOKINGS = Path(__file__).parents[2] / "data" / "hotel_bookings_every60th.csv"
TODAY = date(2026, 11, 24)
USUAL = {
    "hotel": "City Hotel", "is_canceled": "0", "lead_time": "10", "arrival_date_year": "2016",
    "arrival_date_month": "July", "arrival_date_day_of_month": "31",
    "stays_in_weekend_nights": "1", "stays_in_week_nights": "2", "adults": "2",
    "children": "1.0", "babies": "0", "meal": "BB", "country": "PRT",
    "market_segment": "Online TA", "distribution_channel": "TA/TO", "reserved_room_type": "A",
    "assigned_room_type": "D", "agent": "9.0", "company": "", "customer_type": "Transient",
    "adr": "62.333333", "total_of_special_requests": "1", "reservation_status": "Check-Out",
    "reservation_status_date": "2016-08-03",
}  # fmt: skip


def read(**changes: str) -> Reading:
    reader = HotelBookingsReader(list(COLUMNS), Setting(TODAY))
    cells = [(USUAL | changes)[name] for name in COLUMNS]
    reading = reader.read(SourceRow(2, "k", None, cells, 0))
    if not reading.faults:
        reading.faults += check_row(ImportKind.STAYS, reading.values, TODAY)
    return reading


def test_a_usual_row() -> None:
    values = read().values
    assert (values["arrival"], values["departure"], values["nights"]) == (
        date(2016, 7, 31), date(2016, 8, 3), 3,
    )  # fmt: skip
    assert (values["hotel"], values["rate"], values["currency"]) == ("CITY", 6233, "EUR")
    assert (values["channel"], values["company"]) == (BookingChannel.ONLINE_AGENCY, "Agent 9")
    assert (values["booked_on"], values["arriving_from"]) == (date(2016, 7, 21), "PT")
    assert (values["adults"], values["children"]) == (2, 1)


@pytest.mark.parametrize(
    ("changes", "name", "value"),
    [
        ({"adr": "-6.38"}, "rate", -638),
        ({"stays_in_weekend_nights": "0", "stays_in_week_nights": "0"}, "nights", 0),
        ({"country": "CN"}, "arriving_from", "CN"),
        ({"country": "CHN"}, "arriving_from", "CN"),
        ({"country": "TMP"}, "arriving_from", "TL"),
        ({"country": ""}, "arriving_from", None),
        ({"country": "NULL"}, "arriving_from", None),
        ({"agent": "", "company": ""}, "company", None),
        ({"company": "40.0"}, "company", "Company 40"),
        ({"children": ""}, "children", 0),
        ({"meal": "Undefined"}, "rate_code", None),
        ({"distribution_channel": "Undefined"}, "channel", None),
        ({"customer_type": "Contract"}, "identity", GuestIdentity.CORPORATE),
        ({"hotel": "Resort Hotel"}, "hotel", "RESORT"),
        ({"reservation_status": "No-Show"}, "status", StayStatus.NO_SHOW),
    ],
)
def test_what_is_odd_about_the_file(changes: dict[str, str], name: str, value: object) -> None:
    reading = read(**changes)
    assert reading.faults == []
    assert reading.values.get(name) == value


def test_a_cancellation_has_its_day() -> None:
    reading = read(reservation_status="Canceled", reservation_status_date="2016-07-25")
    assert reading.values["cancelled_on"] == date(2016, 7, 25)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"arrival_date_month": "Julember"}, "arrival_date_month", "not_a_date"),
        ({"arrival_date_month": "February"}, "arrival_date_day_of_month", "date_impossible"),
        ({"adr": "much"}, "adr", "not_an_amount"),
        ({"adr": "1e309"}, "adr", "amount_range"),
        ({"adr": "nan"}, "adr", "amount_range"),
        ({"adults": "-1"}, "adults", "number_range"),
        ({"reservation_status": "Gone"}, "reservation_status", "not_a_choice"),
        ({"hotel": ""}, "hotel", "required"),
    ],
)
def test_what_is_refused(changes: dict[str, str], column: str, code: str) -> None:
    assert (column, code) in [(f.column, f.code) for f in read(**changes).faults]


@given(st.sampled_from(COLUMNS), st.text(max_size=20))
def test_no_cell_can_make_more_than_a_fault(column: str, cell: str) -> None:
    reading = read(**{column: cell})
    assert reading.faults or "arrival" in reading.values


def test_another_file_is_refused_as_a_whole() -> None:
    with pytest.raises(Invalid) as caught:
        HotelBookingsReader(["hotel", "adr"], Setting(TODAY))
    assert caught.value.code == "column_missing"


def test_the_whole_file_stands_in_the_house_as_it_is(house: House) -> None:
    """Counts of the file by its own columns equal those of the stays."""
    house.run("stays", BOOKINGS.read_bytes(), preset="hotel-bookings")
    rows = list(csv.DictReader(io.StringIO(BOOKINGS.read_text())))
    stays = house.rows("stay")
    hotels = {h["id"]: h["name"] for h in house.rows("hotel")}
    assert Counter(hotels[s["hotel_id"]] for s in stays) == Counter(r["hotel"] for r in rows)
    words = {"Check-Out": "checked_out", "Canceled": "cancelled", "No-Show": "no_show"}
    assert Counter(s["status"] for s in stays) == Counter(
        words[r["reservation_status"]] for r in rows
    )
    assert sum(s["nights"] for s in stays) == sum(
        int(r["stays_in_weekend_nights"]) + int(r["stays_in_week_nights"]) for r in rows
    )
    assert sum(s["rate_minor"] for s in stays) == sum(round(float(r["adr"]) * 100) for r in rows)
    assert {s["guest_id"] for s in stays} == {None}
    assert house.count("guest") == 0


def test_all_rows_can_go_to_one_hotel(house: House) -> None:
    done = house.run("stays", BOOKINGS.read_bytes(), preset="hotel-bookings", hotel="HZ1")
    assert done.new == 1990
    assert {s["hotel_id"] for s in house.rows("stay")} == {house.hotel_id}
