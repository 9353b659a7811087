"""What a card says, computed on paper: wishes, warnings, what to say, how whole the file is.

No database and no clock: queries bring the facts, `web.phrases` has the words.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from crm.complaints.terms import CaseKind, CaseStatus
from crm.guests.terms import CautionLevel
from crm.preferences.terms import Polarity, PreferenceStatus, Sensitivity
from crm.preferences.wording import with_value
from crm.profile.schemas import Alert, Fit, Phrase, Say, Weight, Wish, WishGroup
from crm.staff.terms import Sight

WARNINGS_SHOWN = 3
DOOR_NOTES = 3
BIRTHDAY_NEAR_DAYS = 7
CASE_REMEMBERED_DAYS = 730
SHORT_MAX = 28


# ---------------------------------------------------------------- preferences
@dataclass(frozen=True, slots=True)
class Claim:
    """One preference of a guest with its code, in the reader's language and sight."""

    code: str
    label: str
    need_to_know: str
    sensitivity: Sensitivity
    polarity: Polarity
    acts: frozenset[str]
    occasion: str
    conflicts: frozenset[str]
    status: PreferenceStatus
    evidence: int
    value: str | None = None
    words: str | None = None
    sight: Sight = Sight.CLEAR
    id: UUID | None = None
    version: int = 1

    @property
    def group(self) -> str:
        return self.code.partition(".")[0]

    @property
    def confirmed(self) -> bool:
        return self.status is PreferenceStatus.CONFIRMED

    @property
    def expired(self) -> bool:
        """Known once, and too old to act on: to be asked again."""
        return self.status is PreferenceStatus.EXPIRED

    @property
    def named_code(self) -> str | None:
        """The code, unless it names a reason that is not for this reader."""
        free = self.sight is Sight.CLEAR or self.sensitivity is Sensitivity.NORMAL
        return self.code if free else None

    @property
    def text(self) -> str:
        """The label with its value, or the instruction where the reason is not to be read."""
        base = self.label if self.sight is Sight.CLEAR else self.need_to_know
        return with_value(base, self.value)

    @property
    def instruction(self) -> str:
        """What those who act are told, whoever reads it."""
        return with_value(self.need_to_know, self.value)

    @property
    def detail(self) -> str | None:
        """Free words may tell the reason, so only those who read the label read them."""
        return self.words if self.sight is Sight.CLEAR else None


# Topics of the card, by the group of the code; single codes first.
_FOOD_IN_ROOM = frozenset(
    {"AM.WATER", "AM.WARMWATER", "AM.TEA", "AM.COFFEE", "AM.FRUIT", "AM.NOFRUIT", "AM.NOALC",
     "AM.MINISTOCK", "AM.SNACK", "CH.CHAIR", "CH.MENU", "CE.CAKE", "CE.NOCAKE"}
)  # fmt: skip
_IN_THE_BED = frozenset({"BD.FIRM", "BD.SOFT", "BD.BOARD", "BD.SIDE"})
TOPICS = ("room", "bed_climate", "food_drink", "service", "occasions")
_TOPIC_OF_GROUP = (
    dict.fromkeys(("FL", "RM", "VW", "BD", "BT", "SM", "AC"), "room")
    | dict.fromkeys(("PL", "LN", "CL", "LT", "HY"), "bed_climate")
    | dict.fromkeys(("DT", "FV", "AL"), "food_drink")
    | dict.fromkeys(("CE", "HB", "RD"), "occasions")
)


def topic_of(code: str) -> str:
    """Under which heading of the card a preference stands."""
    if code in _FOOD_IN_ROOM:
        return "food_drink"
    if code in _IN_THE_BED:
        return "bed_climate"
    return _TOPIC_OF_GROUP.get(code.partition(".")[0], "service")


def is_must_know(claim: Claim) -> bool:
    """Allergies, and what the catalogue says must always be known of health and safety."""
    if claim.group == "AL":
        return True
    return claim.sensitivity is not Sensitivity.NORMAL and claim.occasion == "always know"


_BIRTHDAY_CODES = frozenset({"CE.BDSOLAR", "CE.BDLUNAR", "CE.BDPRIVATE", "CE.BDNONE"})
_KNOWN_ELSEWHERE = _BIRTHDAY_CODES | {"CM.LANGZH", "CM.LANGEN", "CM.LANGOTH"}


def is_wish(claim: Claim) -> bool:
    """Neither a warning nor told elsewhere on the card."""
    return not is_must_know(claim) and claim.code not in _KNOWN_ELSEWHERE


def wish_groups(
    claims: Sequence[Claim], room: "RoomFacts | None" = None, last_room: str | None = None
) -> list[WishGroup]:
    """The wishes by topic, confirmed ones first; warnings are not repeated as wishes."""
    by_topic: dict[str, list[Wish]] = {topic: [] for topic in TOPICS}
    for claim in sorted(claims, key=lambda c: (c.expired, not c.confirmed)):
        if is_wish(claim):
            by_topic[topic_of(claim.code)].append(_wish(claim, room, last_room))
    return [
        WishGroup(topic=Phrase(code=f"topic.{topic}"), wishes=wishes)
        for topic, wishes in by_topic.items()
        if wishes
    ]


def _wish(claim: Claim, room: "RoomFacts | None", last_room: str | None) -> Wish:
    return Wish(
        code=claim.named_code,
        text=claim.text,
        detail=claim.detail,
        status=claim.status,
        confirmed=claim.confirmed,
        times_seen=claim.evidence,
        met=None if room is None or claim.expired else is_met(claim, room, last_room),
        preference_id=claim.id,
    )


# ---------------------------------------------------------------- rooms
@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room's number and the codes that it can satisfy."""

    no: str
    features: frozenset[str]


_BY_ROOM_NUMBER: dict[str, Callable[[str, str | None], bool | None]] = {
    "FL.NO4": lambda no, _: "4" not in no,
    "FL.NO13": lambda no, _: "13" not in no,
    "FL.LUCKY": lambda no, value: None if not value else value in no,
}


def concerns_the_room(claim: Claim) -> bool:
    """Whether choosing the room decides it: reservations act on it."""
    return "RES" in claim.acts


def is_met(claim: Claim, room: RoomFacts, last_room: str | None = None) -> bool | None:
    """Whether the room meets the wish; None when the room does not decide or nobody can tell."""
    if not concerns_the_room(claim):
        return None
    by_number = _BY_ROOM_NUMBER.get(claim.code)
    if by_number is not None:
        return by_number(room.no, claim.value)
    if claim.code == "RM.SAMEROOM":
        return None if last_room is None else room.no == last_room
    if claim.code in room.features:
        return True
    if claim.polarity is Polarity.AVOID:
        return not (claim.conflicts & room.features) if claim.conflicts else None
    return None if claim.code in _NEVER_A_FEATURE else False


_NEVER_A_FEATURE = frozenset({"RM.ADJACENT", "BL.COMPANY", "CM.VIAASSIST", "TR.LATEARR"})


def fit(claims: Iterable[Claim], room: RoomFacts, last_room: str | None = None) -> Fit | None:
    """``1808 meets 5 of 6``, over the confirmed wishes that a room decides; None without any."""
    judged = [
        (claim, met)
        for claim in claims
        if claim.confirmed and (met := is_met(claim, room, last_room)) is not None
    ]
    if not judged:
        return None
    return Fit(
        room=room.no,
        met=sum(met for _, met in judged),
        wanted=len(judged),
        missing=[claim.text for claim, met in judged if not met],
    )


# ---------------------------------------------------------------- complaints
@dataclass(frozen=True, slots=True)
class Case:
    """A complaint of the guest as the desk may know it."""

    number: int
    kind: CaseKind
    status: CaseStatus
    headline: str
    opened_on: date
    of_last_stay: bool
    check: str | None = None
    is_checked: bool = False

    @property
    def is_open(self) -> bool:
        return self.status is not CaseStatus.CLOSED


def cases_to_heed(cases: Iterable[Case], today: date) -> list[Case]:
    """Open complaints, and those of the last stay within two years; open ones first."""
    oldest = today - timedelta(days=CASE_REMEMBERED_DAYS)
    heeded = [
        case
        for case in cases
        if case.kind is CaseKind.COMPLAINT
        and (case.is_open or (case.of_last_stay and case.opened_on >= oldest))
    ]
    return sorted(heeded, key=lambda case: (not case.is_open, -case.number))


# ---------------------------------------------------------------- warnings
@dataclass(frozen=True, slots=True)
class BirthdayFacts:
    """The next celebration as seen from today, and how the guest wants it."""

    next_on: date
    in_private: bool
    unwanted: bool


@dataclass(frozen=True, slots=True)
class CautionFacts:
    level: CautionLevel
    until: date | None
    why: str | None = None


_HEAVIEST = {weight: place for place, weight in enumerate(Weight)}


def alerts(
    *,
    today: date,
    claims: Sequence[Claim],
    cases: Sequence[Case],
    caution: CautionFacts | None,
    birthday: BirthdayFacts | None,
    leaves_on: date | None,
    expired: Sequence[Claim] = (),
) -> list[Alert]:
    """All warnings, the heaviest first; the page shows three and counts the rest."""
    found = [
        *caution_alerts(caution),
        *(must_know_alert(claim) for claim in claims if is_must_know(claim)),
        *(ask_again_alert(claim) for claim in expired if is_must_know(claim)),
        *(case_alert(case) for case in cases_to_heed(cases, today)),
        *birthday_alerts(birthday, today, leaves_on),
        *(occasion_alert(claim) for claim in claims if claim.code in _OCCASIONS),
    ]
    return in_order(found)


def in_order(found: Iterable[Alert]) -> list[Alert]:
    """The heaviest first, else in the order they come."""
    return sorted(found, key=lambda alert: _HEAVIEST[alert.weight])


def caution_alerts(caution: CautionFacts | None) -> list[Alert]:
    """The mark for the desk in words, never an icon alone."""
    if caution is None:
        return []
    refuse = caution.level is CautionLevel.DO_NOT_READMIT
    code = f"caution.{caution.level.value}"
    values: dict[str, str | int | date] = {}
    if caution.why:
        code, values = f"{code}_why", {"why": caution.why}
    if refuse and caution.until:
        code, values = f"{code}_until", values | {"until": caution.until}
    return [
        Alert(
            weight=Weight.MUST_KNOW if refuse else Weight.TAKE_CARE,
            kind="caution",
            text=Phrase(code=code, values=dict(values)),
            short=Phrase(code=f"short.{caution.level.value}"),
        )
    ]


def must_know_alert(claim: Claim) -> Alert:
    kind = "allergy" if claim.group == "AL" else "must_know"
    text = claim.text if not claim.detail else f"{claim.text}. {claim.detail}"
    return Alert(weight=Weight.MUST_KNOW, kind=kind, text=text, short=shortened(claim.text))


def ask_again_alert(claim: Claim) -> Alert:
    """An allergy does not end because nobody asked: it stays, lighter, with the question."""
    return Alert(
        weight=Weight.TAKE_CARE,
        kind="allergy" if claim.group == "AL" else "must_know",
        text=Phrase(code="must_know.ask_again", values={"what": claim.text}),
        short=shortened(claim.text),
    )


def case_alert(case: Case) -> Alert:
    """An open case, or what went wrong last time with what to ask now."""
    values: dict[str, str | int | date] = {"no": case.number, "what": case.headline}
    if case.is_open:
        code = "case.open"
    elif case.check:
        code = "case.last_stay_checked" if case.is_checked else "case.last_stay_check"
        values |= {"check": case.check}
    else:
        code = "case.last_stay"
    short: Phrase | str = (
        Phrase(code="short.open_case") if case.is_open else shortened(case.headline)
    )
    return Alert(
        weight=Weight.TAKE_CARE, kind="case", text=Phrase(code=code, values=dict(values)),
        short=short, key=f"case:{case.number}",
    )  # fmt: skip


def birthday_alerts(
    birthday: BirthdayFacts | None, today: date, leaves_on: date | None
) -> list[Alert]:
    """A birthday within the stay, or within a week where there is none."""
    if birthday is None or not is_birthday_near(birthday.next_on, today, leaves_on):
        return []
    if birthday.unwanted:
        code = "birthday.unwanted"
    else:
        code = "birthday.private" if birthday.in_private else "birthday.near"
    return [
        Alert(
            weight=Weight.NOTE,
            kind="birthday",
            text=Phrase(code=code, values={"day": birthday.next_on}),
            short=Phrase(code="short.birthday"),
            key=f"birthday:{birthday.next_on:%Y}",
        )
    ]


def is_birthday_near(next_on: date, today: date, leaves_on: date | None) -> bool:
    until = leaves_on or today + timedelta(days=BIRTHDAY_NEAR_DAYS)
    return today <= next_on <= until


_OCCASIONS = frozenset({"CE.ANNIV", "CE.HONEY"})


def occasion_alert(claim: Claim) -> Alert:
    return Alert(
        weight=Weight.NOTE,
        kind="occasion",
        text=claim.text,
        short=shortened(claim.text),
        key=f"occasion:{claim.code}",
    )


def shortened(text: str, limit: int = SHORT_MAX) -> str:
    """At most ``limit`` characters, cut at a word where there is one."""
    if len(text) <= limit:
        return text
    cut = text[:limit]
    head, space, _ = text[: limit + 1].rpartition(" ")
    return (head if space and len(head) > limit // 2 else cut).rstrip(" ,;:") + "…"


# ---------------------------------------------------------------- say this
_CHINESE_SPEAKERS = frozenset({"CN", "TW", "HK", "MO"})


def spoken_language(languages: Sequence[str], nationality: str | None) -> str:
    """``zh`` or ``en``: in which of the two the desk greets; the guest's first one counts."""
    for tag in languages:
        first = tag.partition("-")[0]
        if first in ("zh", "yue"):
            return "zh"
        if first == "en":
            return "en"
    if not languages and nationality in _CHINESE_SPEAKERS:
        return "zh"
    return "en"


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the say-this line is made of; ``name_there`` is in the guest's language."""

    language: str
    name_there: str
    name_here: str
    number: int
    is_here: bool
    has_left: bool = False
    has_stay: bool = True


def say(
    greeting: Greeting,
    *,
    today: date,
    birthday: BirthdayFacts | None,
    leaves_on: date | None,
    cases: Sequence[Case],
) -> Say:
    """The line for the desk; it never mentions money."""
    moment = _moment(greeting)
    heeded = cases_to_heed(cases, today)
    private = None
    if birthday and is_birthday_near(birthday.next_on, today, leaves_on):
        if birthday.unwanted:
            private = Phrase(code="say.birthday_unwanted")
        elif birthday.in_private:
            private = Phrase(code="say.birthday_private", values={"day": birthday.next_on})
    recovery = None
    if heeded:
        code = "say.recovery_open" if heeded[0].is_open else "say.recovery"
        recovery = Phrase(code=code, values={"what": heeded[0].headline})
    return Say(
        to_guest=Phrase(
            code=f"greet.{moment}", values={"name": greeting.name_there}, language=greeting.language
        ),
        to_staff=Phrase(
            code=f"say.{moment}", values={"name": greeting.name_here, "nth": greeting.number}
        ),
        in_private=private,
        recovery=recovery,
    )


def _moment(greeting: Greeting) -> str:
    """first, back, here, goodbye, or known for a guest without a stay."""
    if greeting.has_left:
        return "goodbye"
    if greeting.is_here:
        return "here"
    if not greeting.has_stay:
        return "known"
    return "first" if greeting.number <= 1 else "back"


# ---------------------------------------------------------------- the file
FILE_FACTS = (
    "name", "title", "birthday", "nationality", "language", "phone", "email", "message_id",
    "address", "work", "consent", "checked",
)  # fmt: skip
CHECKED_WITHIN_DAYS = 365


def file_percent(present: Collection[str]) -> tuple[int, list[str]]:
    """How many of the twelve basic facts are there, in percent, and which are missing."""
    missing = [fact for fact in FILE_FACTS if fact not in present]
    there = len(FILE_FACTS) - len(missing)
    return round(100 * there / len(FILE_FACTS)), missing


# ---------------------------------------------------------------- spend
# Cut points in minor units between low, middle, high and top, by order of magnitude only.
_BANDS: dict[str, tuple[int, int, int]] = {
    "CNY": (500_000, 2_000_000, 8_000_000),
    "HKD": (550_000, 2_200_000, 8_800_000),
    "MOP": (550_000, 2_200_000, 8_800_000),
    "TWD": (2_200_000, 8_800_000, 35_000_000),
    "JPY": (100_000, 400_000, 1_600_000),
    "KRW": (950_000, 3_800_000, 15_000_000),
    "SGD": (95_000, 380_000, 1_500_000),
    "THB": (2_400_000, 9_600_000, 38_000_000),
    "USD": (70_000, 280_000, 1_100_000),
    "EUR": (65_000, 260_000, 1_000_000),
    "GBP": (55_000, 220_000, 880_000),
    "CHF": (60_000, 240_000, 960_000),
    "AUD": (105_000, 420_000, 1_700_000),
    "CAD": (95_000, 380_000, 1_500_000),
}


def spend_band(amount_minor: int, currency: str) -> str | None:
    """none, low, middle, high or top; None for a currency without cut points."""
    if amount_minor <= 0:
        return "none"
    cuts = _BANDS.get(currency)
    if cuts is None:
        return None
    return ("low", "middle", "high", "top")[sum(amount_minor >= cut for cut in cuts)]
