"""Rows of stays with their folio lines, and of complaint cases."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from lab.bench.house.files import Rows
from lab.bench.house.plan import IN_HOUSE, PAST, Plan, mix

COLUMNS: dict[str, tuple[str, ...]] = {
    "stay": (
        "id", "hotel_id", "guest_id", "status", "confirmation_no", "arrival_on", "departure_on",
        "nights", "eta", "channel", "way", "rate_code", "rate_minor", "currency",
        "room_type_booked", "room_type_used", "room_no", "adults", "children", "purpose",
        "identity", "company_id", "score", "booked_on", "checked_in_at", "checked_out_at",
        "cancelled_at", "created_at", "updated_at", "version",
    ),
    "folio_line": (
        "stay_id", "no", "hotel_id", "guest_id", "posted_on", "category", "outlet", "meal_period",
        "covers", "text", "amount_minor", "discount_minor", "tax_minor", "payment_method",
        "currency",
    ),
    "complaint": (
        "id", "hotel_id", "number", "kind", "source", "guest_id", "stay_id", "room_no", "category",
        "severity", "headline", "department", "is_sensitive", "status", "opened_at", "closed_at",
        "satisfaction", "cost_minor", "currency", "next_stay_check", "version",
        "reach_tries", "reopened",
    ),
    "complaint_step": ("complaint_id", "no", "at", "kind", "status_after", "words"),
}  # fmt: skip

CURRENCY = "CNY"
TYPES = ("STD", "DLX", "EXE", "STE")
ROOMS_A_FLOOR = 20
_CHANNELS = ("direct", "online_agency", "corporate", "agency", "walk_in", "group")
_SPENT = (
    ("restaurant", "Lake Restaurant", "dinner"), ("bar", "Bamboo Bar", "late"),
    ("restaurant", "Garden Café", "lunch"), ("spa", "Spa", None), ("minibar", None, None),
    ("laundry", None, None), ("breakfast", "Garden Café", "breakfast"), ("other", None, None),
)  # fmt: skip
_CASES = (
    ("noise", "Noise from the corridor at night"), ("cleanliness", "Bathroom was not clean"),
    ("service", "Waited long at check-in"), ("facility", "Air conditioner too loud"),
)  # fmt: skip


def room_no(place: int) -> str:
    return f"{3 + place // ROOMS_A_FLOOR}{place % ROOMS_A_FLOOR + 1:02}"


class Visits:
    """Makes the rows of stays by their numbers."""

    def __init__(self, plan: Plan, hotels: Sequence[bytes], companies: Sequence[Any]) -> None:
        self.plan, self.hotels, self.companies = plan, hotels, companies

    def rows(self, part: range) -> Rows:
        rows: Rows = defaultdict(list)
        lines = self.plan.lines_of(part)
        for no in part:
            self._stay(rows, no, lines.get(no, 0))
        return rows

    def _stay(self, rows: Rows, no: int, lines: int) -> None:
        plan, days = self.plan, self.plan.days
        standing, status = plan.standing(no), plan.status(no)
        begins, ends = plan.stay_day[no], plan.leaves(no)
        chance = mix(no, 20)
        booked = max(0, begins - chance % 45)
        key = plan.key("stay", no, min(booked, 1826))
        guest, hotel = plan.guest_keys[plan.stay_guest[no]], self.hotels[plan.hotel(no)]
        stayed = status in ("checked_out", "in_house")
        room = room_no(plan.room(no)) if stayed or chance % 3 else None
        kind = TYPES[chance % len(TYPES)]
        rate = 60_000 + chance % 90_000
        company = chance % 5 == 0
        arrived = f"{days[begins]} 07:{chance % 60:02}:00.000000" if stayed else None
        left = f"{days[ends]} 03:{chance % 60:02}:00.000000" if status == "checked_out" else None
        ended = f"{days[max(booked, begins - 1)]} 09:00:00.000000"
        cancelled = ended if status == "cancelled" else None
        made = f"{days[booked]} 06:00:00.000000"
        rows["stay"].append((
            key, hotel, guest, status, f"BK{no:08}", days[begins], days[ends], ends - begins,
            f"{14 + chance % 8}:{chance % 60:02}:00.000000" if standing > IN_HOUSE else None,
            _CHANNELS[chance % len(_CHANNELS)], "interface", f"BAR{chance % 4}", rate, CURRENCY,
            kind, kind if stayed else None, room, 1 + chance % 2, 0,
            "business" if chance % 2 else "leisure", "corporate" if company else "individual",
            self.companies[chance % len(self.companies)].id if company else None,
            6 + chance % 5 if left and chance % 10 < 3 else None, days[booked], arrived, left,
            cancelled, made, left or arrived or cancelled or made, 1 + stayed + bool(left),
        ))  # fmt: skip
        for place in range(1, lines + 1):
            self._line(rows, key, hotel, guest, place, mix(no, 20 + place), rate, begins, ends)

    def _line(
        self, rows: Rows, key: bytes, hotel: bytes, guest: bytes, place: int, chance: int,
        rate: int, begins: int, ends: int,
    ) -> None:  # fmt: skip
        nights = max(1, ends - begins)
        day = self.plan.days[min(begins + place % nights, 1826)]
        if place == 1:
            amount = rate * nights
            rows["folio_line"].append(
                (key, 1, hotel, guest, day, "room", None, None, None, None, amount, 0, amount // 20,
                 "card", CURRENCY)
            )  # fmt: skip
            return
        category, outlet, meal = _SPENT[chance % len(_SPENT)]
        amount = 3_000 + chance % 60_000
        rows["folio_line"].append(
            (key, place, hotel, guest, day, category, outlet, meal, 1 + chance % 3 if outlet else
             None, None, amount, 0, amount // 20, "card", CURRENCY)
        )  # fmt: skip

    # ------------------------------------------------------------ cases
    def cases(self, part: range) -> Rows:
        """Complaints of past stays; one in a hundred is still open."""
        rows: Rows = defaultdict(list)
        plan, size = self.plan, self.plan.size
        for no in part:
            # The later half of the history, since older cases are archived.
            stay = plan.in_house_from // 2 + no * (plan.in_house_from // 2) // size.cases
            if plan.standing(stay) != PAST or plan.status(stay) != "checked_out":
                stay -= 1
            self._case(rows, no, stay)
        return rows

    def _case(self, rows: Rows, no: int, stay: int) -> None:
        plan, days, chance = self.plan, self.plan.days, mix(no, 40)
        day = plan.leaves(stay)
        key = plan.key("complaint", no, day)
        booked = max(0, plan.stay_day[stay] - mix(stay, 20) % 45)
        category, headline = _CASES[chance % len(_CASES)]
        is_open = chance % 100 == 0 and day > 1700
        opened = f"{days[day]} 04:00:00.000000"
        closed = None if is_open else f"{days[min(day + 1, 1826)]} 05:00:00.000000"
        stayed = plan.status(stay) == "checked_out"
        rows["complaint"].append((
            key, self.hotels[plan.hotel(stay)], 1_000 + no, "complaint", "in_house",
            plan.guest_keys[plan.stay_guest[stay]], plan.key("stay", stay, min(booked, 1826)),
            room_no(plan.room(stay)) if stayed else None, category, "moderate", headline, "FO",
            False, "received" if is_open else "closed", opened, closed,
            None if is_open else 3, 0, CURRENCY,
            "Ask whether the room is quiet" if category == "noise" else None, 1 if is_open else 2,
            0, 0,
        ))  # fmt: skip
        rows["complaint_step"].append((key, 1, opened, "taken", "received", headline))
        if closed:
            rows["complaint_step"].append(
                (key, 2, closed, "moved", "closed", "Put right, guest told")
            )
