"""Rows of the guests' files: names, contact data, search keys, memberships, wishes, consents.

Names and search keys are made by the very functions that a registration uses.
"""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from crm.guests.birthdays import Birthday
from crm.guests.indexing import key_values
from crm.guests.keys import search_keys
from crm.guests.rows import name_values, repeated_names
from crm.guests.terms import Calendar
from crm.kit.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH
from crm.loyalty.rules import member_number
from lab.bench.house.names import names_of
from lab.bench.house.plan import Plan, mix

Rows = dict[str, list[tuple[Any, ...]]]

COLUMNS: dict[str, tuple[str, ...]] = {
    "guest": (
        "id", "ref", "state", "name_native", "name_latin", "title", "gender", "birth_calendar",
        "birth_year", "birth_month", "birth_day", "birth_leap", "nationality", "languages",
        "company_id", "identity", "vip", "vip_why", "vip_until", "is_incognito", "in_private",
        "last_seen_on", "created_at", "created_at_hotel", "updated_at", "version",
    ),
    "guest_name": ("guest_id", "no", "kind", "full", "family", "given", "pinyin", "language"),
    "contact_point": (
        "guest_id", "no", "kind", "use", "raw", "norm", "last4", "is_primary", "is_valid",
        "is_shared", "is_relay",
    ),
    "guest_search": (
        "id", "guest_id", "name_key", "pinyin", "pinyin_initials", "birth_mmdd", "doc", "version",
    ),
    "address": (
        "guest_id", "no", "use", "street", "city", "postal_code", "country", "is_primary",
    ),
    "consent": (
        "guest_id", "no", "channel", "purpose", "state", "words", "source", "at", "hotel_id",
    ),
    "membership": (
        "id", "guest_id", "number", "state", "joined_on", "tier", "tier_until", "points", "version",
    ),
    "tier_change": ("membership_id", "no", "at", "tier_before", "tier", "until", "why"),
    "point_entry": (
        "membership_id", "no", "at", "kind", "points", "source", "source_id", "words",
    ),
    "preference": (
        "id", "guest_id", "code", "status", "source", "scope", "hotel_id", "evidence", "noted_at",
        "confirmed_at", "version",
    ),
}  # fmt: skip

_VIPS = {0: "V1", 1: "V2", 2: "V3", 3: "V4"}
_TIERS = ("member", "member", "member", "silver", "silver", "gold", "platinum", "diamond")
_CITIES = ("Hangzhou", "Shanghai", "Beijing", "Shenzhen", "Chengdu", "London", "Berlin", "Tokyo")
_MOBILE = ("135", "136", "137", "138", "139", "150", "151", "158", "186", "188")
_STATUS = ("confirmed", "confirmed", "seen_once", "seen_twice", "confirmed")
CODES = (
    "FL.HIGH", "FL.LOW", "RM.AWAYLIFT", "RM.QUIET", "BD.KING", "SM.NON", "BT.TUB", "PL.BUCK",
    "CL.COOL", "LN.DUVETWARM", "FV.NOCORIANDER", "AM.WARMWATER", "AM.TEA", "SV.CLEANPM",
    "BL.FAPIAO", "CH.RAIL", "CE.CAKE", "AM.COFFEE", "AM.FRUIT", "AL.PEANUT",
)  # fmt: skip


def reference(no: int) -> str:
    """The guest's short reference: every number another one, in no order."""
    value, text = no * 0x2545F491 % 2**30, ""
    for _ in range(REFERENCE_LENGTH):
        value, place = divmod(value, 32)
        text += REFERENCE_ALPHABET[place]
    return f"G-{text}"


class Files:
    """Makes the rows of guests by their numbers."""

    def __init__(self, plan: Plan, hotels: Sequence[bytes], companies: Sequence[Any]) -> None:
        self.plan, self.hotels, self.companies = plan, hotels, companies

    def rows(self, part: range) -> Rows:
        rows: Rows = defaultdict(list)
        rng = random.Random(f"{self.plan.size.seed}:guests:{part.start}")
        for no in part:
            self._guest(rows, rng, no)
        return rows

    def _guest(self, rows: Rows, rng: random.Random, no: int) -> None:
        plan, key = self.plan, self.plan.guest_keys[no]
        names, female = names_of(rng)
        native = len(names) > 1
        made = f"{plan.days[plan.guest_from[no]]} 08:00:00.000000"
        born = self._born(rng)
        company = rng.choice(self.companies) if rng.random() < 0.2 else None
        repeated = repeated_names(names)
        vip = _VIPS.get(rng.randrange(200))
        gender = None if female is None else "female" if female else "male"
        seen = plan.last_seen[no]
        rows["guest"].append((
            key, reference(no), "active", repeated["name_native"], repeated["name_latin"],
            {"female": "ms", "male": "mr"}.get(gender or ""), gender,
            born and born.calendar.value, born and born.year, born and born.month,
            born and born.day, False, "CN" if native else rng.choice(("GB", "DE", "FR", "US")),
            '["zh-Hans"]' if native else '["en"]', company and company.id,
            "corporate" if company else "individual", vip, vip and "A regular of the house",
            vip and plan.days[-1], False, False, plan.days[seen] if seen >= 0 else None,
            made, self.hotels[plan.home(no)], made, 1,
        ))  # fmt: skip
        for place, name in enumerate(names, 1):
            values = name_values(key, place, name)  # type: ignore[arg-type]
            rows["guest_name"].append(tuple(values[c] for c in COLUMNS["guest_name"]))
        self._contacts(rows, rng, no, key, names[-1].full, native)
        keys = search_keys(
            names, birthday=born, company=[company.name, company.name_latin] if company else ()
        )
        values = {"id": plan.search_numbers[no], **key_values(key, keys)}  # type: ignore[arg-type]
        rows["guest_search"].append(tuple(values[c] for c in COLUMNS["guest_search"]))
        if rng.random() < 0.3:
            rows["address"].append(
                (key, 1, "home", f"{no % 900 + 1} Lake Road", rng.choice(_CITIES), None,
                 "CN" if native else "GB", True)
            )  # fmt: skip
        if rng.random() < 0.4:
            self._consents(rows, rng, no, key, made)

    def _born(self, rng: random.Random) -> Birthday | None:
        """Four in ten are known; of these one in ten by the moon."""
        if rng.random() > 0.4:
            return None
        if rng.random() < 0.1:
            return Birthday(rng.randrange(1, 13), rng.randrange(1, 30), None, Calendar.LUNAR)
        day = date(1945, 1, 1) + timedelta(days=rng.randrange(60 * 365))
        return Birthday(day.month, day.day, day.year)

    def _contacts(
        self, rows: Rows, rng: random.Random, no: int, key: bytes, latin: str, native: bool
    ) -> None:
        number = f"{rng.randrange(10**8):08}"
        head = rng.choice(_MOBILE)
        raw = f"{head} {number[:4]} {number[4:]}" if native else f"+86 {head} {number}"
        rows["contact_point"].append(
            (key, 1, "phone", "private", raw, f"+86{head}{number}", number[4:], True, True, False,
             False)
        )  # fmt: skip
        if no % 5 > 1:
            word = "".join(char for char in latin.lower() if char.isascii() and char.isalpha())
            email = f"{word}{no}@example.com"
            rows["contact_point"].append(
                (key, 2, "email", "private", email, email, None, True, True, False, False)
            )

    def _consents(self, rows: Rows, rng: random.Random, no: int, key: bytes, made: str) -> None:
        hotel = self.hotels[self.plan.home(no)]
        for place, channel in enumerate(rng.sample(("email", "sms", "wechat"), 2), 1):
            state = "given" if rng.random() < 0.8 else "withdrawn"
            rows["consent"].append(
                (key, place, channel, "marketing", state, "I would like offers by this channel.",
                 "desk", made, hotel)
            )  # fmt: skip

    # ------------------------------------------------------------ members
    def members(self, part: range) -> Rows:
        """Each third or so guest, with a ledger of four entries that sums up to the balance."""
        rows: Rows = defaultdict(list)
        plan, many = self.plan, self.plan.size.members
        for no in part:
            guest = no * plan.size.guests // many
            day = plan.guest_from[guest]
            key = plan.key("membership", no, day)
            tier = _TIERS[mix(no, 8) % len(_TIERS)]
            joined = plan.days[day]
            until = None if tier == "member" else plan.days[-1]
            points = [500 + mix(no, 9 + place) % 3_000 for place in range(3)]
            points.append(-(mix(no, 12) % 500) - 1)
            rows["membership"].append(
                (key, plan.guest_keys[guest], member_number(10_000_000 + no), "active", joined,
                 tier, until, sum(points), 1)
            )  # fmt: skip
            if tier != "member":
                at = f"{joined} 12:00:00.000000"
                why = "Nights of the year"
                rows["tier_change"].append((key, 1, at, "member", tier, until, why))
            for place, each in enumerate(points, 1):
                at = f"{plan.days[min(day + 30 * place, 1825)]} 11:00:00.000000"
                kind = "earned" if each > 0 else "redeemed"
                rows["point_entry"].append(
                    (key, place, at, kind, each, "bench", f"{no}:{place}", None)
                )
        return rows

    # ------------------------------------------------------------ wishes
    def wishes(self, part: range) -> Rows:
        """Regulars are better known: the earlier a file, the more is in it."""
        rows: Rows = defaultdict(list)
        plan, size = self.plan, self.plan.size
        for no in part:
            place = no / size.preferences
            guest = int(size.guests * place**1.3)
            day = min(plan.guest_from[guest] + mix(no, 13) % 400, 1825)
            status = _STATUS[mix(no, 14) % len(_STATUS)]
            at = f"{plan.days[day]} 10:00:00.000000"
            rows["preference"].append(
                (plan.key("preference", no, day), plan.guest_keys[guest],
                 CODES[(no + mix(guest, 15)) % len(CODES)], status, "seen", "always", None,
                 2 if status == "seen_twice" else 1, at, at if status == "confirmed" else None, 1)
            )  # fmt: skip
        return rows
