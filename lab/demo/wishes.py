"""Preferences as claims with evidence: who noted what, how often it was seen, who confirmed."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from lab.demo.bookings import at_hotel
from lab.demo.keys import Keyring
from lab.demo.people import Person
from lab.demo.stays import DemoStay


@dataclass(frozen=True)
class Wish:
    """One thing known about one guest."""

    key: UUID
    guest: UUID
    code: str
    status: str
    source: str
    noted_at: datetime
    by: str
    department: str
    value: str = ""
    words: str = ""
    evidence: int = 1
    confirmed_at: datetime | None = None
    stay: UUID | None = None
    scope: str = "always"


# code, weight, who sees it first, possible values
COMMON: tuple[tuple[str, int, str, tuple[str, ...]], ...] = (
    ("FL.HIGH", 16, "FO", ()), ("RM.QUIET", 14, "FO", ()), ("RM.AWAYLIFT", 10, "FO", ()),
    ("BD.KING", 12, "FO", ()), ("BD.TWIN", 7, "FO", ()), ("VW.WATER", 12, "FO", ()),
    ("SM.NON", 9, "FO", ()), ("FL.NO4", 6, "FO", ()), ("RM.SAMEROOM", 3, "FO", ()),
    ("PL.BUCK", 6, "HK", ("1", "2")), ("PL.FOAM", 5, "HK", ()), ("PL.EXTRA", 6, "HK", ("2",)),
    ("PL.LOW", 4, "HK", ()), ("BD.FIRM", 4, "HK", ()), ("LN.DUVETWARM", 5, "HK", ()),
    ("LN.DUVETLIGHT", 4, "HK", ()), ("CL.COOL", 8, "HK", ("20", "21", "22", "23")),
    ("CL.WARM", 5, "HK", ("25", "26")), ("CL.ACOFF", 3, "HK", ()), ("LT.BLACKOUT", 3, "HK", ()),
    ("BT.TUB", 6, "FO", ()), ("AM.WARMWATER", 9, "HK", ()), ("AM.WATER", 6, "HK", ("still",)),
    ("AM.TEA", 9, "HK", ("Longjing", "Pu'er", "Tieguanyin", "jasmine")),
    ("AM.COFFEE", 5, "FB", ("oat milk", "espresso")), ("AM.NOALC", 2, "HK", ()),
    ("AM.YOGA", 2, "HK", ()), ("AM.NOLILY", 1, "HK", ()), ("AM.IRON", 4, "HK", ()),
    ("FV.NOCORIANDER", 5, "FB", ()), ("FV.SPICY", 4, "FB", ()), ("FV.MILD", 5, "FB", ()),
    ("FV.DISH", 4, "FB", ("West Lake fish", "Dongpo pork", "beggar's chicken")),
    ("FV.SEATWINDOW", 4, "FB", ()), ("FV.NOICE", 3, "FB", ()),
    ("SV.CLEANAM", 4, "HK", ()), ("SV.CLEANPM", 5, "HK", ("14:00", "15:00")),
    ("SV.TURNDOWN", 4, "HK", ()), ("SV.LATEOUT", 5, "FO", ()), ("SV.EARLYIN", 4, "FO", ()),
    ("SV.WAKE", 2, "FO", ("06:00", "06:30")), ("BL.FAPIAO", 8, "FO", ()),
    ("TR.AIRPORT", 3, "FO", ()), ("TR.EV", 2, "FO", ()), ("RD.PAPER", 2, "FO", ("Caixin",)),
    ("HB.GOLF", 2, "MKT", ()), ("HB.TEACULT", 3, "MKT", ()), ("HB.RUN", 2, "MKT", ()),
    ("DT.VEGETARIAN", 2, "FB", ()), ("DT.NOBEEF", 1, "FB", ()), ("DT.NOPORK", 1, "FB", ()),
    ("AL.PEANUT", 1, "FB", ()), ("AL.SHELL", 1, "FB", ()), ("AL.LACTOSE", 1, "FB", ()),
    ("AL.FEATHER", 1, "HK", ()), ("CM.WECHAT", 4, "FO", ()), ("CE.BDPRIVATE", 1, "FO", ()),
)  # fmt: skip
CLASHES = (
    {"BD.KING", "BD.TWIN"}, {"CL.COOL", "CL.WARM"}, {"FV.SPICY", "FV.MILD"},
    {"SV.CLEANAM", "SV.CLEANPM"}, {"LN.DUVETWARM", "LN.DUVETLIGHT"}, {"PL.BUCK", "PL.FOAM"},
)  # fmt: skip
SPOTTED_BY = {
    "FO": ("desk", "desk2"),
    "HK": ("housekeeper", "housekeeper2"),
    "FB": ("restaurant",),
    "MKT": ("marketing",),
}
_CODES = [row[0] for row in COMMON]
_WEIGHTS = [row[1] for row in COMMON]
_ROW = {row[0]: row for row in COMMON}


def wishes_of(
    rng: random.Random, person: Person, stays: Sequence[DemoStay], keyring: Keyring
) -> Iterator[Wish]:
    """What was noticed over the stays: more of a regular, nothing of most first-timers."""
    past = [stay for stay in stays if stay.status in {"checked_out", "in_house"}]
    if not past:
        return
    count = min(9, round(rng.triangular(0, 1.6 + len(past) * 0.7, 0.6)))
    for code in _pick(rng, count):
        yield _wish(rng, person, code, past, keyring)


def _pick(rng: random.Random, count: int) -> list[str]:
    chosen: list[str] = []
    for code in rng.choices(_CODES, _WEIGHTS, k=count):
        clash = any(code in pair and pair & set(chosen) for pair in CLASHES)
        if code not in chosen and not clash:
            chosen.append(code)
    return chosen


def _wish(
    rng: random.Random, person: Person, code: str, past: Sequence[DemoStay], keyring: Keyring
) -> Wish:
    _, _, department, values = _ROW[code]
    stay = rng.choice(past)
    noted = min(at_hotel(stay.arrival, 21, rng.randrange(60)), at_hotel(past[-1].departure, 9))
    told = rng.random() < 0.4 or code.startswith(("AL.", "DT."))
    evidence = 1 if told else min(len(past), rng.choice((1, 1, 2, 2, 3)))
    status = "confirmed" if told else ("seen_once" if evidence == 1 else "seen_twice")
    if not told and evidence > 1 and rng.random() < 0.4:
        status = "confirmed"
    confirmed = noted + timedelta(minutes=rng.randrange(2, 600)) if status == "confirmed" else None
    return Wish(
        key=keyring.key(noted),
        guest=person.key,
        code=code,
        status=status,
        source="told" if told else "seen",
        noted_at=noted,
        by=rng.choice(SPOTTED_BY[department]),
        department=department,
        value=rng.choice(values) if values else "",
        evidence=evidence,
        confirmed_at=confirmed,
        stay=stay.key,
    )
