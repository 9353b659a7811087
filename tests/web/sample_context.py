"""The facts that the front desk's templates are drawn from, with one believable day of them.

The classes say which names the templates read; ``crm.profile.schemas`` carries the same names.
"""

from datetime import date
from typing import NamedTuple


class Alert(NamedTuple):
    weight: str  # must_know, take_care, note
    text: str
    short: str = ""  # one or two words for the board


class Wish(NamedTuple):
    text: str
    confirmed: bool = True
    times_seen: int = 0
    detail: str | None = None
    met: bool | None = None  # by the room assigned; None: does not depend on the room


class WishGroup(NamedTuple):
    topic: str
    wishes: tuple[Wish, ...]


class Fit(NamedTuple):
    room: str
    met: int
    wanted: int
    missing: tuple[str, ...]


class Say(NamedTuple):
    to_guest: str  # in the guest's language
    to_staff: str  # the same in the reader's language
    in_private: str = ""
    recovery: str = ""


class StayNow(NamedTuple):
    status: str  # booked, in_house, checked_out
    arrival_on: date
    departure_on: date
    eta: str | None
    room: str | None
    room_type: str
    room_ready: bool
    nights: int
    rate: str
    adults: int
    children: int
    channel: str


class Figures(NamedTuple):
    stays: int
    nights: int
    spend_minor: int | None  # None: the reader sees only the band
    spend_band: str | None
    currency: str
    points: int | None


class Contact(NamedTuple):
    id: str
    kind: str
    shown: str  # masked unless the role's sight is clear
    masked: bool


class Birthday(NamedTuple):
    calendar: str  # solar, lunar
    month: int
    day: int
    leap_month: bool
    year: int | None
    next_on: date | None


class Consent(NamedTuple):
    channel: str
    allowed: bool


class Link(NamedTuple):
    relation: str
    name: str
    guest_id: str | None
    note: str = ""


class Happening(NamedTuple):
    on: date
    kind: str  # stay, case, points, contact, note, edit
    text: str
    href: str | None = None


class FileQuality(NamedTuple):
    percent: int
    checked_on: date | None


class Company(NamedTuple):
    id: str
    name: str


class Card(NamedTuple):
    guest_id: str
    reference: str
    version: int
    name: str
    latin_name: str
    title: str
    pronounced: str
    languages: tuple[str, ...]
    identity: str
    tier: str | None
    vip: str | None
    company: Company | None
    say: Say
    stay: StayNow | None
    alerts: tuple[Alert, ...]
    fit: Fit | None
    wishes: tuple[WishGroup, ...]
    figures: Figures
    segment: str | None
    contacts: tuple[Contact, ...]
    birthday: Birthday | None
    consents: tuple[Consent, ...]
    scores: tuple[int, ...]
    file: FileQuality
    links: tuple[Link, ...]
    timeline: tuple[Happening, ...]
    membership_no: str | None = None


class BoardRow(NamedTuple):
    stay_id: str
    guest_id: str
    version: int
    identity: str
    at: str | None  # ETA, or when to leave
    name: str
    latin_name: str
    tier: str | None
    vip: str | None
    room: str | None
    room_ready: bool
    stay_number: int
    nights: int
    flags: tuple[Alert, ...]
    wants: str
    people: int = 1
    prep_met: int | None = None
    prep_wanted: int | None = None


class Board(NamedTuple):
    side: str  # arrivals, in_house, departures
    on: date
    counts: dict[str, int]
    filters: dict[str, int]
    chosen: str | None
    rows: tuple[BoardRow, ...]
    prepared: int = 0
    to_prepare: int = 0


TODAY = date(2026, 11, 24)

CHEN = Card(
    guest_id="0190b6d0-0000-7000-8000-000000000001",
    reference="G-7Q4K2M",
    version=7,
    name="陈静怡",
    latin_name="CHEN Jingyi",
    title="ms",
    pronounced="Chén Jìngyí",
    languages=("zh", "en"),
    identity="corporate",
    tier="platinum",
    vip="V3",
    company=Company("0190b6d0-0000-7000-8000-0000000000c1", "Hengrui Medical"),
    say=Say(
        "陈女士，欢迎回来！", "Ms Chen, welcome back. 14th stay.", "Birthday tomorrow: in private"
    ),
    stay=StayNow(
        "booked",
        TODAY,
        date(2026, 11, 27),
        "15:30",
        "1808",
        "Deluxe king",
        True,
        3,
        "CORP-HR",
        2,
        1,
        "company",
    ),
    alerts=(
        Alert("must_know", "Peanut allergy, severe. No nut amenities in 1808.", "peanuts"),
        Alert(
            "take_care",
            "Last stay: air conditioner noise, moved at 23:40 (case C-1042, closed). "
            "Ask how 1808 sounds after 30 minutes.",
            "AC noise",
        ),
        Alert(
            "note", "Birthday tomorrow. Greet in private, not in front of colleagues.", "birthday"
        ),
    ),
    fit=Fit("1808", 5, 6, ("bathtub",)),
    wishes=(
        WishGroup(
            "Room",
            (
                Wish("High floor", met=True),
                Wish("Far from lift", met=True),
                Wish("King bed", met=True),
                Wish("Bathtub", met=False),
            ),
        ),
        WishGroup(
            "Bed, climate",
            (
                Wish("Buckwheat pillow"),
                Wish("23 °C"),
                Wish("Second blanket", confirmed=False, times_seen=1),
            ),
        ),
        WishGroup(
            "Food, drink",
            (
                Wish("No coriander"),
                Wish("Warm water"),
                Wish("Longjing tea", confirmed=False, times_seen=2),
            ),
        ),
        WishGroup(
            "Service",
            (Wish("Clean after 14:00"), Wish("Fapiao to company"), Wish("Child bed rail")),
        ),
    ),
    figures=Figures(14, 37, 8_241_000, None, "CNY", 6840),
    segment="Loyal, spending up",
    contacts=(
        Contact("p1", "phone", "+86 138 •••• 8866", masked=True),
        Contact("e1", "email", "c•••@•••.example", masked=True),
    ),
    birthday=Birthday("lunar", 10, 17, False, None, date(2026, 11, 25)),
    consents=(Consent("wechat", True), Consent("email", True), Consent("sms", False)),
    scores=(9, 9, 6),
    file=FileQuality(92, date(2026, 8, 3)),
    links=(
        Link("spouse", "周文", "0190b6d0-0000-7000-8000-000000000002", "travels with"),
        Link("assistant", "王秘书", "0190b6d0-0000-7000-8000-000000000003", "books"),
        Link("referred", "3 guests", None),
    ),
    timeline=(
        Happening(TODAY, "note", "Pre-arrival note read by Housekeeping 18F, Kitchen"),
        Happening(date(2026, 11, 22), "contact", "WeChat: asked for airport car"),
        Happening(date(2026, 8, 3), "stay", "1611, 2 nights. Score 6"),
        Happening(
            date(2026, 8, 2),
            "case",
            "C-1042 AC noise. Moved to 1808, breakfast waived. Closed in 19 h",
        ),
        Happening(date(2026, 8, 2), "note", "Second blanket, seen by housekeeping"),
        Happening(date(2026, 6, 11), "stay", "1808, 3 nights. Score 9"),
        Happening(date(2026, 6, 10), "points", "+693, tier Gold → Platinum"),
        Happening(date(2026, 2, 14), "contact", "Spring Festival card, signed by GM"),
        Happening(date(2026, 1, 6), "stay", "1808, 2 nights. Score 9"),
    ),
)
