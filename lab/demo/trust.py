"""VIP levels, caution flags, consents and notes: what the house thinks, and what guests allow."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from lab.demo.bookings import at_hotel
from lab.demo.keys import Keyring
from lab.demo.people import Consent, Level, Person

VIP_WHY = {
    "V1": ("Chairman of a key account", "Guest of the city government"),
    "V2": ("General manager of a key account", "Long-standing friend of the house"),
    "V3": ("Decides where his company stays", "Editor of a travel magazine", "More than 20 stays"),
    "V4": ("Recovering from a serious complaint", "First visit of a new key account"),
}
CAUTIONS: tuple[tuple[str, str], ...] = (
    ("take_care", "Two neighbours complained about loud music."),
    ("take_care", "Minibar disputed at the last check-out; show the list."),
    ("take_care", "Smoked in a non-smoking room; room needed airing for a day."),
    ("ask_manager", "City ledger of the company is 90 days overdue."),
    ("ask_manager", "Asked for another guest's room number; say nothing."),
    ("do_not_readmit", "Damaged a suite and left without paying; police report on file."),
)
NOTES: tuple[tuple[str, str, str, str], ...] = (
    ("FO", "service", "arrival", "Prefers to be greeted in the lobby, not called in the room."),
    ("FO", "service", "departure", "Collects the receipt at the desk, wants it printed."),
    ("HK", "service", "stay", "Puts the second pillow on the chair; leave it there."),
    ("HK", "service", "stay", "Own yoga mat by the window, do not fold."),
    ("HK", "department", "stay", "Leaves the AC at 26 °C; do not turn it down."),
    ("FB", "service", "dining", "Sits by the window with the newspaper, comes at 7.15."),
    ("FB", "service", "dining", "Orders noodles after ten at night; keep some stock ready."),
    ("FO", "management", "courtesy", "Considers moving the company's annual meeting to us."),
    ("FO", "service", "family", "Mother came along; asked for a wheelchair at the entrance."),
    ("HK", "service", "remark", "Tea drunk, coffee untouched every day."),
    ("FO", "department", "payment", "Company pays the room, minibar goes on his own card."),
)
RESTRICTED: tuple[tuple[str, str], ...] = (
    ("incident", "Left in an ambulance on the second night; the family knows. Do not ask."),
    ("incident", "A dispute with another guest in the bar; both were asked to keep apart."),
    ("courtesy", "Negotiates a contract for 900 nights; speak to the manager before any offer."),
)
"""For named colleagues only."""
PROOFS = (
    ("registration card, signed", "Tick on the registration card"),
    ("booking page", "Tick on the booking page, double opt-in"),
    ("front desk, said", "Asked at check-in, said yes"),
)
LEVEL_BY = "gm"


@dataclass(frozen=True)
class Jotting:
    """A note."""

    key: UUID
    guest: UUID
    level: str
    department: str
    words: str
    at: datetime
    by: str
    kind: str = "remark"
    readers: tuple[str, ...] = ()


def vip(rng: random.Random, level: str, today: date) -> Level:
    since = today - timedelta(days=rng.randrange(20, 500))
    return Level(level, rng.choice(VIP_WHY[level]), since, date(today.year + 1, 12, 31), LEVEL_BY)


def caution(rng: random.Random, today: date, at: int) -> Level:
    code, why = CAUTIONS[at % len(CAUTIONS)]
    until = None if code == "do_not_readmit" else today + timedelta(days=rng.randrange(60, 400))
    return Level(code, why, today - timedelta(days=rng.randrange(10, 300)), until, "duty")


def consents(rng: random.Random, person: Person, born_on: date) -> Iterator[Consent]:
    """What the guest answered, channel by channel; one in nine took a yes back later."""
    kinds = {contact.kind for contact in person.contacts}
    source, words = rng.choice(PROOFS)
    at = at_hotel(born_on, 16, rng.randrange(60))
    asked = [("email", "email"), ("phone", "sms"), ("wechat", "wechat")]
    for kind, channel in asked:
        if kind not in kinds:
            continue
        granted = rng.random() < (0.55 if channel != "sms" else 0.3)
        yield Consent(channel, "marketing", granted, at, f"{source}|{words}")
        if granted and rng.random() < 0.11:
            later = at + timedelta(days=rng.randrange(1, 200))
            yield Consent(channel, "marketing", False, later, "letter|Asked to stop")
        if granted or rng.random() < 0.5:
            yield Consent(channel, "greetings", True, at, f"{source}|{words}")


def notes(rng: random.Random, person: Person, day: date, keyring: Keyring) -> Iterator[Jotting]:
    department, level, kind, words = rng.choice(NOTES)
    at = at_hotel(day, rng.randrange(8, 22), rng.randrange(60))
    by = {"FO": "desk", "HK": "housekeeper", "FB": "restaurant"}[department]
    yield Jotting(keyring.key(at), person.key, level, department, words, at, by, kind)


def restricted(guests: Sequence[UUID], now: datetime, keyring: Keyring) -> Iterator[Jotting]:
    """By the duty manager, for the manager and the guest-file centre."""
    for n, ((kind, words), guest) in enumerate(zip(RESTRICTED, guests, strict=False)):
        at = now - timedelta(days=9 + 31 * n, minutes=17 * n)
        yield Jotting(
            keyring.key(at), guest, "restricted", "FO", words, at, "duty", kind, ("gm", "files")
        )
