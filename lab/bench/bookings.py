"""A file in the public hotel-bookings format, of any length, with what is odd about that one.

The shares of hotels, channels, countries, agents, meals and outcomes follow the published file
(119,390 bookings of two Portuguese hotels, 2015 to 2017), so do its odd cells: codes that are in no
ISO list, ``Undefined`` meals, ``9.0`` for agent 9, a negative rate, empty children, and the many
bookings of groups that equal one another in every cell. No booking is anybody's.
"""

import csv
import random
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROWS = 119_390
"""As many as the published file has."""

HEADER = [
    "hotel",
    "is_canceled",
    "lead_time",
    "arrival_date_year",
    "arrival_date_month",
    "arrival_date_week_number",
    "arrival_date_day_of_month",
    "stays_in_weekend_nights",
    "stays_in_week_nights",
    "adults",
    "children",
    "babies",
    "meal",
    "country",
    "market_segment",
    "distribution_channel",
    "is_repeated_guest",
    "previous_cancellations",
    "previous_bookings_not_canceled",
    "reserved_room_type",
    "assigned_room_type",
    "booking_changes",
    "deposit_type",
    "agent",
    "company",
    "days_in_waiting_list",
    "customer_type",
    "adr",
    "required_car_parking_spaces",
    "total_of_special_requests",
    "reservation_status",
    "reservation_status_date",
]

_FIRST_DAY, _DAYS = date(2015, 7, 1), 793
_COUNTRIES = (
    ("PRT", 41), ("GBR", 10), ("FRA", 9), ("ESP", 7), ("DEU", 6), ("ITA", 3), ("IRL", 3),
    ("BEL", 2), ("BRA", 2), ("NLD", 2), ("USA", 2), ("CHE", 2), ("CN", 1), ("AUT", 1),
    ("SWE", 1), ("CHN", 1), ("POL", 1), ("ISR", 1), ("RUS", 1), ("TMP", 0.05), ("", 0.4),
)  # fmt: skip
_AGENTS = (
    ("9.0", 26), ("", 14), ("240.0", 12), ("1.0", 6), ("14.0", 3), ("7.0", 3), ("6.0", 3),
    ("250.0", 3), ("241.0", 2), ("28.0", 2), ("8.0", 1), ("3.0", 1),
)  # fmt: skip
_CHANNELS = (
    (("Online TA", "TA/TO"), 47), (("Offline TA/TO", "TA/TO"), 20), (("Groups", "TA/TO"), 16),
    (("Direct", "Direct"), 11), (("Corporate", "Corporate"), 4), (("Groups", "Direct"), 1),
    (("Complementary", "Direct"), 0.6), (("Aviation", "Corporate"), 0.2),
    (("Undefined", "Undefined"), 0.01),
)  # fmt: skip
_MEALS = (("BB", 77), ("HB", 12), ("SC", 9), ("Undefined", 1), ("FB", 1))
_ROOMS = (("A", 70), ("D", 16), ("E", 6), ("F", 3), ("G", 2), ("B", 1), ("C", 1), ("H", 1))
_GUESTS = (("Transient", 75), ("Transient-Party", 21), ("Contract", 3), ("Group", 1))


def write_bookings(path: Path, rows: int = ROWS, seed: int = 2015) -> None:
    """Write ``rows`` bookings; the same rows and seed give the same file."""
    rng = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        left = rows
        while left:
            row = _booking(rng)
            like = (
                min(left, rng.choice((1, 1, 1, 1, 1, 1, 1, 2, 3, 10))) if row[14] == "Groups" else 1
            )
            out.writerows(row for _ in range(like))
            left -= like


def _booking(rng: random.Random) -> Sequence[object]:
    arrival = _FIRST_DAY + timedelta(days=rng.randrange(_DAYS))
    weekend, week = rng.choice((0, 0, 0, 1, 1, 2, 2)), rng.choice((0, 1, 1, 2, 2, 2, 3, 3, 4, 5))
    lead = min(int(rng.expovariate(1 / 104)), 700)
    status = _one(rng, (("Check-Out", 63), ("Canceled", 36), ("No-Show", 1)))
    leaves = arrival + timedelta(days=weekend + week)
    on = leaves if status == "Check-Out" else arrival - timedelta(days=rng.randrange(lead + 1))
    room = _one(rng, _ROOMS)
    market, channel = _one(rng, _CHANNELS)
    company = rng.choice(("40.0", "223.0", "153.0")) if rng.random() < 0.05 else ""
    rare = rng.random()
    return (
        _one(rng, (("City Hotel", 66), ("Resort Hotel", 34))), int(status != "Check-Out"), lead,
        arrival.year, f"{arrival:%B}", arrival.isocalendar().week, arrival.day, weekend, week,
        _one(rng, (("2", 76), ("1", 18), ("3", 5), ("0", 0.4))),
        "" if rare < 0.0001 else _one(rng, (("0.0", 93), ("1.0", 4), ("2.0", 3))),
        int(rng.random() < 0.006), _one(rng, _MEALS), _one(rng, _COUNTRIES), market, channel,
        int(rng.random() < 0.03), 0, 0, room, room if rng.random() < 0.87 else _one(rng, _ROOMS),
        _one(rng, (("0", 85), ("1", 11), ("2", 3))),
        _one(rng, (("No Deposit", 87), ("Non Refund", 12), ("Refundable", 0.1))),
        _agent(rng), company, 0, _one(rng, _GUESTS),
        "-6.38" if rare > 0.99999 else f"{max(0.0, rng.gauss(102, 48)):.{rng.choice((1, 2, 6))}f}",
        int(rng.random() < 0.06), _one(rng, (("0", 59), ("1", 28), ("2", 11), ("3", 2))),
        status, on.isoformat(),
    )  # fmt: skip


def _agent(rng: random.Random) -> str:
    """A few agents bring most bookings, some three hundred the rest."""
    return f"{rng.randrange(10, 535)}.0" if rng.random() < 0.24 else _one(rng, _AGENTS)


def _one(rng: random.Random, shares: Sequence[tuple[Any, float]]) -> Any:
    values, weights = zip(*shares, strict=True)
    return rng.choices(values, weights)[0]
