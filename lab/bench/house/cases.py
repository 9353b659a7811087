"""Rows of ten years of complaints: closed in hundreds of thousands, and what is open now.

The house keeps five years of stays, so cases of the five before name a guest but no stay, as the
cases of an archive do. The last ones are open, about guests in house: what a board shows.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from lab.bench.house.files import Rows
from lab.bench.house.plan import HOTELS, YEARS_DAYS, Plan, mix
from lab.bench.house.visits import CURRENCY, room_no

DAYS = 3_652
FIRST_NO = 1_000_000
"""Above the numbers of the house's other cases."""
OPEN_EACH = 40
"""Open cases of each hotel, at most a fifth of all."""
COLUMNS: dict[str, tuple[str, ...]] = {
    "complaint": (
        "id", "hotel_id", "number", "kind", "source", "guest_id", "stay_id", "room_no", "category",
        "cause", "severity", "headline", "words", "department", "is_sensitive", "status",
        "opened_at", "first_reply_due_at", "due_at", "first_replied_at", "solved_at", "closed_at",
        "satisfaction", "given", "cost_minor", "currency", "reach_tries", "reopened", "version",
    ),
    "complaint_step": ("complaint_id", "no", "at", "kind", "status_after", "words"),
}  # fmt: skip
_KINDS = (
    ("noise", "air_conditioner", "ENG", "Air conditioner too loud"),
    ("noise", "corridor", "HK", "Noise from the corridor at night"),
    ("noise", "neighbours", "SEC", "The neighbours were loud"),
    ("cleanliness", "bathroom", "HK", "Bathroom was not clean"),
    ("service", "waiting", "FO", "Waited long at check-in"),
    ("billing", "wrong_amount", "ACC", "A bill that was not his"),
    ("food", "quality", "KIT", "Cold breakfast"),
)
_WORDS = "It kept us awake until three, and nobody came when we called. 空调整夜作响，睡不着。"
_SEVERITIES = ("minor", "moderate", "moderate", "serious", "critical")
_OPEN = ("received", "acknowledged", "investigating", "recovering", "told_guest")
_STEPS = (("taken", "received"), ("moved", "investigating"), ("moved", "recovering"),
          ("moved", "closed"))  # fmt: skip


class Cases:
    """Makes the rows of ``plan.size.more_cases`` cases by their numbers, oldest first."""

    def __init__(self, plan: Plan, hotels: Sequence[bytes]) -> None:
        self.plan, self.hotels = plan, hotels
        self.total = plan.size.more_cases
        self.open_from = self.total - min(HOTELS * OPEN_EACH, self.total // 5)

    def rows(self, part: range) -> Rows:
        rows: Rows = defaultdict(list)
        for no in part:
            if no < self.open_from:
                self._closed(rows, no)
            else:
                self._open(rows, no)
        return rows

    def _closed(self, rows: Rows, no: int) -> None:
        """Of the stays that began on its day, or of a guest whose stays are no longer kept."""
        plan = self.plan
        day = YEARS_DAYS - DAYS + no * DAYS // self.open_from
        if day < 0:
            guest = mix(no, 50) % plan.size.guests // 5 * 5
            self._row(rows, no, day, plan.home(guest), guest, None, is_open=False)
            return
        a_day = max(1, plan.in_house_from // YEARS_DAYS)
        stay = day * plan.in_house_from // YEARS_DAYS + mix(no, 50) % a_day
        self._of_stay(rows, no, day, min(stay, plan.in_house_from - 1), is_open=False)

    def _open(self, rows: Rows, no: int) -> None:
        plan = self.plan
        place, hotel = divmod(no - self.open_from, HOTELS)
        each = plan.size.in_house
        stay = plan.in_house_from + hotel * each + place % each
        self._of_stay(rows, no, YEARS_DAYS, stay, is_open=True)

    def _of_stay(self, rows: Rows, no: int, day: int, stay: int, *, is_open: bool) -> None:
        plan = self.plan
        self._row(rows, no, day, plan.hotel(stay), plan.stay_guest[stay], stay, is_open=is_open)

    def _row(
        self, rows: Rows, no: int, day: int, hotel: int, guest: int, stay: int | None, *,
        is_open: bool,
    ) -> None:  # fmt: skip
        """Opened at some minute of its day; an open one as the day began in the house."""
        plan, chance = self.plan, mix(no, 51)
        key = plan.key("more_cases", no, day)
        on = plan.first_day + timedelta(days=day)
        told = -480 if is_open else chance % 1_080
        opened = _at(on, told)
        later = [_at(on, told + (5 if is_open else 60) + 30 * step) for step in range(5)]
        category, cause, department, headline = _KINDS[chance // 7 % len(_KINDS)]
        status = _OPEN[no % len(_OPEN)] if is_open else "closed"
        stay_key = room = None
        if stay is not None:
            booked = max(0, plan.stay_day[stay] - mix(stay, 20) % 45)
            stay_key, room = plan.key("stay", stay, min(booked, YEARS_DAYS)), plan.room(stay)
        rows["complaint"].append((
            key, self.hotels[hotel], FIRST_NO + no, "complaint", "in_house",
            plan.guest_keys[guest], stay_key, None if room is None else room_no(room), category,
            None if is_open else cause, _SEVERITIES[chance // 11 % len(_SEVERITIES)], headline,
            _WORDS, department, False, status, opened, later[0],
            _at(on, 480 + chance % 1_440) if is_open else later[3],
            None if status == "received" else later[0], None if is_open else later[3],
            None if is_open else later[4],
            None if is_open or chance % 9 == 0 else chance // 13 % 11,
            "Fruit and a card" if not is_open and chance % 3 == 0 else None,
            3_000 if not is_open and chance % 3 == 0 else 0, CURRENCY, 0, 0, 1 if is_open else 4,
        ))  # fmt: skip
        steps = _STEPS if not is_open else (_STEPS[0], ("moved", status))
        for place, (kind, after) in enumerate(steps[: 1 if status == "received" else None], 1):
            rows["complaint_step"].append((key, place, later[place - 1], kind, after, headline))


def _at(on: date, minutes: int) -> str:
    """So many minutes after a day began in UTC, as the databases keep it."""
    day, rest = divmod(minutes, 1_440)
    return f"{on + timedelta(days=day)} {rest // 60:02}:{rest % 60:02}:00.000000"
