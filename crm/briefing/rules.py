"""What stands on the page, computed on paper: who belongs in which section, and what fits on A4.

No database and no clock. A fact that the edition's department may not know never gets here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from uuid import UUID

from crm.briefing.schemas import Entry, Remark, Section
from crm.briefing.terms import Edition, SectionName
from crm.guests.terms import Calendar, GuestIdentity, VipLevel
from crm.loyalty.terms import Tier
from crm.preferences.terms import Sensitivity
from crm.profile import rules as card
from crm.profile.rules import BirthdayFacts, Case, CautionFacts, Claim
from crm.profile.schemas import Alert, Fit, Phrase, Side, Weight

TRACE = "trace.task"

LONG_STAY_NIGHTS = 14
BIRTHDAY_AHEAD = timedelta(days=7)
WISHES_TOLD = 3
MILESTONES = frozenset({5, 10, 15, 20, 25, 30, 40, 50, 75, 100})


@dataclass(frozen=True, slots=True)
class Staying:
    """One stay of the day as the edition's department knows it; ``at`` is a time or nothing."""

    stay_id: UUID
    side: Side
    guest_id: UUID | None = None
    name: str | None = None
    latin_name: str | None = None
    room: str | None = None
    at: str | None = None
    arrival_on: date = date.min
    departure_on: date = date.max
    nights: int = 1
    people: int = 1
    group: str | None = None
    identity: GuestIdentity | None = None
    tier: Tier | None = None
    vip: VipLevel | None = None
    number: int | None = None
    claims: Sequence[Claim] = ()
    cases: Sequence[Case] = ()
    caution: CautionFacts | None = None
    birthday: BirthdayFacts | None = None
    calendar: Calendar | None = None
    fit: Fit | None = None
    told: Sequence[tuple[Alert, str]] = ()
    """What the hotel's own rules say, each with the field that stands for it."""

    @property
    def is_due(self) -> bool:
        return self.side is Side.ARRIVALS

    def leaves(self, today: date) -> bool:
        return not self.is_due and self.departure_on <= today


@dataclass(frozen=True, slots=True)
class Promise:
    """A task that a department owes until a time of the day."""

    words: str
    at: str | None = None
    room: str | None = None
    name: str | None = None
    guest_id: UUID | None = None
    stay_id: UUID | None = None
    department: str | None = None
    is_late: bool = False
    is_promise: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """Everything that an edition is composed of."""

    edition: Edition
    today: date
    stays: Sequence[Staying]
    promises: Sequence[Promise] = ()


S = SectionName
PLANS: Mapping[Edition, Sequence[SectionName]] = {
    Edition.FRONT_DESK: (
        S.VIPS, S.CARE, S.ALERTS, S.ALLERGIES, S.RECOVERIES, S.PROMISES, S.BIRTHDAYS, S.OCCASIONS,
        S.ARRIVALS, S.FIRST_STAYS, S.GROUPS, S.LONG_STAYERS,
    ),
    Edition.HOUSEKEEPING: (
        S.VIPS, S.ALERTS, S.ALLERGIES, S.PROMISES, S.OCCASIONS, S.ROOMS_TO_SET, S.GROUPS,
        S.LONG_STAYERS,
    ),
    Edition.KITCHEN: (
        S.VIPS, S.ALERTS, S.ALLERGIES, S.PROMISES, S.BIRTHDAYS, S.OCCASIONS, S.AT_TABLE, S.GROUPS,
    ),
    Edition.MANAGERS: (
        S.VIPS, S.CARE, S.ALERTS, S.RECOVERIES, S.PROMISES, S.ALLERGIES, S.BIRTHDAYS, S.OCCASIONS,
        S.ARRIVALS, S.GROUPS, S.LONG_STAYERS,
    ),
}  # fmt: skip
"""Which sections each edition has, in the order of the page."""

FIRST_TO_FIT = (
    S.CARE, S.ALLERGIES, S.RECOVERIES, S.PROMISES, S.VIPS, S.ALERTS, S.ROOMS_TO_SET, S.AT_TABLE,
    S.BIRTHDAYS, S.OCCASIONS, S.ARRIVALS, S.GROUPS, S.LONG_STAYERS, S.FIRST_STAYS,
)  # fmt: skip
"""Whose entries are printed first when the page is too short for all: what protects people."""


def compose(day: Day) -> list[Section]:
    """The edition's sections with something in them; none at all on a day without news."""
    sections = [Section(name=name, entries=_SECTIONS[name](day)) for name in PLANS[day.edition]]
    return [section for section in sections if section.entries]


# ---------------------------------------------------------------- entries
def _entry(stay: Staying, remarks: Iterable[Remark | None] = ()) -> Entry:
    return Entry(
        stay_id=stay.stay_id,
        guest_id=stay.guest_id,
        at=stay.at if stay.is_due else None,
        room=stay.room,
        name=stay.name,
        latin_name=stay.latin_name,
        identity=stay.identity,
        tier=stay.tier,
        vip=stay.vip,
        number=stay.number,
        remarks=[remark for remark in remarks if remark is not None],
    )


def _remark(
    text: Phrase | str, field: str = "stay.history", weight: Weight = Weight.NOTE
) -> Remark:
    return Remark(weight=weight, field=field, text=text)


def _said(code: str, field: str = "stay.history", **values: str | int | date) -> Remark:
    return _remark(Phrase(code=f"briefing.{code}", values=dict(values)), field)


def _by_time(stay: Staying) -> tuple[bool, bool, str, int, str]:
    """Who comes first, then who is here, by door."""
    return (not stay.is_due, stay.at is None, stay.at or "", *_door(stay))


def _door(stay: Staying) -> tuple[int, str]:
    """Doors in their order: 803 comes before 1808, who has none comes last."""
    return (len(stay.room), stay.room) if stay.room else (99, "")


def _must_know(stay: Staying) -> list[Remark]:
    return [
        _remark(claim.text, field_of(claim), Weight.MUST_KNOW)
        for claim in stay.claims
        if card.is_must_know(claim)
    ]


def field_of(claim: Claim) -> str:
    """The field of the matrix under which a preference stands."""
    return f"preference.{claim.sensitivity.value}"


def _wishes(stay: Staying, wanted: Callable[[Claim], bool] = card.is_wish) -> Remark | None:
    """The first confirmed wishes in one remark; the heaviest field of them decides who reads."""
    told = [claim for claim in stay.claims if claim.confirmed and wanted(claim)][:WISHES_TOLD]
    if not told:
        return None
    special = next((c for c in told if c.sensitivity is not Sensitivity.NORMAL), told[0])
    what = " · ".join(claim.text for claim in told)
    return _said("wants", field_of(special), what=what)


# ---------------------------------------------------------------- sections
def _vips(day: Day) -> list[Entry]:
    """Who comes, who leaves, who is here; within these the highest level first."""

    def place(stay: Staying) -> tuple[int, str, tuple[bool, bool, str, int, str]]:
        moving = 0 if stay.is_due else 1 if stay.leaves(day.today) else 2
        return (moving, "" if moving == 0 else _level(stay), _by_time(stay))

    found = sorted((stay for stay in day.stays if stay.vip is not None), key=place)
    return [_entry(stay, (*_must_know(stay), _moving(stay, day), _wishes(stay))) for stay in found]


def _level(stay: Staying) -> str:
    return "" if stay.vip is None else str(9 - int(stay.vip.value[1:]))


def _moving(stay: Staying, day: Day) -> Remark | None:
    if day.edition is Edition.KITCHEN:
        return None
    if stay.is_due:
        return None if stay.room else _said("no_room")
    if stay.leaves(day.today):
        return _said("leaves_at", at=stay.at) if stay.at else _said("leaves_today")
    return _said("until", until=stay.departure_on)


def _care(day: Day) -> list[Entry]:
    """Marks for the desk, the heaviest first."""
    found = [
        (alert, stay)
        for stay in sorted(day.stays, key=_by_time)
        for alert in card.caution_alerts(stay.caution)
    ]
    found.sort(key=lambda pair: pair[0].weight is not Weight.MUST_KNOW)
    return [_entry(s, [_remark(a.text, "guest.caution", a.weight)]) for a, s in found]


def _alerts(day: Day) -> list[Entry]:
    """What the hotel's own rules say of the day's guests, the heaviest first."""
    heaviest = {weight: place for place, weight in enumerate(Weight)}
    found = [stay for stay in sorted(day.stays, key=_by_time) if stay.told]
    found.sort(key=lambda stay: min(heaviest[alert.weight] for alert, _ in stay.told))
    return [
        _entry(stay, [_remark(alert.text, field, alert.weight) for alert, field in stay.told])
        for stay in found
    ]


def _allergies(day: Day) -> list[Entry]:
    """What protects people: allergies, access, and what must always be known; diets for cooks."""
    diets = {"DT"} if day.edition is Edition.KITCHEN else set()
    found = []
    for stay in sorted(day.stays, key=_by_time):
        known = [c for c in stay.claims if _protects(c) or c.group in diets]
        if known:
            marks = [
                _remark(
                    claim.text,
                    field_of(claim),
                    Weight.MUST_KNOW if card.is_must_know(claim) else Weight.TAKE_CARE,
                )
                for claim in sorted(known, key=lambda c: not card.is_must_know(c))
            ]
            found.append(_entry(stay, marks))
    return found


def _recoveries(day: Day) -> list[Entry]:
    """Open cases of guests who are here or come today, and what went wrong last time."""
    found = [
        (not case.is_open, stay, card.case_alert(case))
        for stay in sorted(day.stays, key=_by_time)
        for case in card.cases_to_heed(stay.cases, day.today)
    ]
    found.sort(key=lambda one: one[0])
    return [_entry(s, [_remark(a.text, "complaint.flag", a.weight)]) for _, s, a in found]


def _promises(day: Day) -> list[Entry]:
    """Tasks due today; what is late comes first, what the guest was promised before the rest."""

    def place(promise: Promise) -> tuple[bool, bool, str]:
        return (not promise.is_late, not promise.is_promise, promise.at or "")

    return [_owed(promise) for promise in sorted(day.promises, key=place)]


def _owed(promise: Promise) -> Entry:
    weight = Weight.TAKE_CARE if promise.is_late or promise.is_promise else Weight.NOTE
    remarks = [_remark(promise.words, TRACE, weight)]
    if promise.is_late:
        remarks.append(_said("late", TRACE))
    return Entry(
        stay_id=promise.stay_id,
        guest_id=promise.guest_id,
        at=promise.at,
        room=promise.room,
        name=promise.name,
        remarks=remarks,
    )


def _birthdays(day: Day) -> list[Entry]:
    """Within the stay and the week ahead; how the guest wants it is said first."""
    found: list[tuple[date, Staying, BirthdayFacts]] = []
    for stay in day.stays:
        facts = stay.birthday
        if facts is None:
            continue
        until = min(stay.departure_on, day.today + BIRTHDAY_AHEAD)
        if card.is_birthday_near(facts.next_on, day.today, until):
            found.append((facts.next_on, stay, facts))
    found.sort(key=lambda one: (one[0], _by_time(one[1])))
    return [_entry(stay, _birthday(stay, facts)) for _, stay, facts in found]


def _birthday(stay: Staying, facts: BirthdayFacts) -> list[Remark | None]:
    code = "unwanted" if facts.unwanted else "private" if facts.in_private else "near"
    lunar = stay.calendar is Calendar.LUNAR
    cake = next((c for c in stay.claims if c.code in _CAKES and c.confirmed), None)
    weight = Weight.NOTE if code == "near" else Weight.TAKE_CARE
    said = Phrase(code=f"briefing.birthday_{code}", values={"day": facts.next_on})
    return [
        _remark(said, "guest.birthday", weight),
        _said("lunar", "guest.birthday") if lunar else None,
        None if cake is None or facts.unwanted else _remark(cake.text, field_of(cake)),
    ]


_CAKES = frozenset({"CE.CAKE", "CE.NOCAKE"})
_OCCASIONS = frozenset({"CE.ANNIV", "CE.HONEY", "CE.COFOUND"})


def _occasions(day: Day) -> list[Entry]:
    found = []
    for stay in sorted(day.stays, key=_by_time):
        marks = [_remark(c.text, field_of(c)) for c in stay.claims if c.code in _OCCASIONS]
        if marks:
            found.append(_entry(stay, marks))
    return found


def _arrivals(day: Day) -> list[Entry]:
    """Guests who have been here before and want something: round numbers first, then regulars."""
    found = [s for s in day.stays if s.is_due and s.vip is None and (s.number or 0) > 1]
    told = [(s, _known(s)) for s in found if not s.group]
    told = [(s, remarks) for s, remarks in told if remarks]
    told.sort(key=lambda pair: (pair[0].number not in MILESTONES, -(pair[0].number or 0)))
    return [_entry(stay, remarks) for stay, remarks in told]


def _known(stay: Staying) -> list[Remark]:
    """What to know of a guest who comes back; nothing to say of a second stay without wishes."""
    remarks = []
    if stay.number in MILESTONES and stay.number is not None:
        remarks.append(_said("milestone", "stay.count"))
    if stay.fit is not None and stay.fit.missing:
        missing = ", ".join(stay.fit.missing[:WISHES_TOLD])
        remarks.append(_said("room_lacks", "preference.normal", room=stay.fit.room, what=missing))
    if (wishes := _wishes(stay)) is not None:
        remarks.append(wishes)
    return remarks


def _first_stays(day: Day) -> list[Entry]:
    found = [s for s in day.stays if s.is_due and s.number == 1 and s.guest_id and not s.group]
    return [_entry(s) for s in sorted(found, key=_by_time) if s.vip is None]


def _rooms_to_set(day: Day) -> list[Entry]:
    """What housekeeping puts into the rooms of those who come today, by door."""
    found = []
    for stay in sorted((s for s in day.stays if s.is_due), key=_door):
        acting = [
            _remark(claim.instruction, field_of(claim))
            for claim in stay.claims
            if claim.confirmed and not _protects(claim) and not _settled(claim)
        ]
        if acting:
            found.append(_entry(stay, acting))
    return found


def _protects(claim: Claim) -> bool:
    """What stands among allergies and access on every edition."""
    return card.is_must_know(claim) or claim.group in {"AL", "AC"}


def _settled(claim: Claim) -> bool:
    """What choosing the room decides is nothing that housekeeping sets."""
    return card.concerns_the_room(claim) and claim.sensitivity is Sensitivity.NORMAL


def _at_table(day: Day) -> list[Entry]:
    """What people like to eat and drink, of those who come first and of those who are here."""
    found = []
    for stay in sorted(day.stays, key=_by_time):
        wishes = _wishes(stay, _is_food)
        if wishes is not None:
            found.append(_entry(stay, [wishes]))
    return found


def _is_food(claim: Claim) -> bool:
    return (
        card.topic_of(claim.code) == "food_drink"
        and claim.group not in ("AL", "DT")
        and claim.code not in _CAKES
        and card.is_wish(claim)
    )


def _groups(day: Day) -> list[Entry]:
    """Groups of two rooms and more: when, how many, and what several of them need."""
    by_name: dict[tuple[str, bool], list[Staying]] = {}
    for stay in day.stays:
        if stay.group:
            by_name.setdefault((stay.group, stay.is_due), []).append(stay)
    rows = [(name, due, stays) for (name, due), stays in by_name.items() if len(stays) > 1]
    rows.sort(key=lambda row: (not row[1], min((s.at for s in row[2] if s.at), default="~")))
    return [_group(name, due, stays, day) for name, due, stays in rows]


_NAMES_GROUPS = frozenset({Edition.FRONT_DESK, Edition.MANAGERS})
"""The editions of those who read who travels with whom."""


def _group(name: str, due: bool, stays: Sequence[Staying], day: Day) -> Entry:
    people = sum(stay.people for stay in stays)
    leaving = sum(stay.leaves(day.today) for stay in stays)
    remarks = [_said("group", "guest.identity", people=people, rooms=len(stays))]
    if leaving:
        remarks.append(_said("group_leaves", rooms=leaving))
    needs = Counter(
        (claim.text, field_of(claim))
        for stay in stays
        for claim in stay.claims
        if card.is_must_know(claim) or claim.group == "DT"
    )
    for (what, field), count in needs.most_common(WISHES_TOLD):
        some = Phrase(code="short.some", values={"count": count, "what": what})
        remarks.append(_remark(some, field, Weight.TAKE_CARE))
    return Entry(
        at=min((stay.at for stay in stays if stay.at), default=None) if due else None,
        name=name if day.edition in _NAMES_GROUPS else None,
        identity=GuestIdentity.GROUP,
        remarks=remarks,
    )


def _long_stayers(day: Day) -> list[Entry]:
    """Who stays two weeks and more, the longest here first."""
    found = [
        stay
        for stay in day.stays
        if not stay.is_due
        and (stay.nights >= LONG_STAY_NIGHTS or stay.identity is GuestIdentity.LONG_STAY)
    ]
    found.sort(key=lambda stay: (stay.arrival_on, _door(stay)))
    return [
        _entry(
            stay,
            [
                _said(
                    "night_of",
                    night=(day.today - stay.arrival_on).days,
                    nights=stay.nights,
                )
            ],
        )
        for stay in found
    ]


_SECTIONS: Mapping[SectionName, Callable[[Day], list[Entry]]] = {
    S.VIPS: _vips,
    S.CARE: _care,
    S.ALERTS: _alerts,
    S.ALLERGIES: _allergies,
    S.RECOVERIES: _recoveries,
    S.PROMISES: _promises,
    S.BIRTHDAYS: _birthdays,
    S.OCCASIONS: _occasions,
    S.ROOMS_TO_SET: _rooms_to_set,
    S.AT_TABLE: _at_table,
    S.ARRIVALS: _arrivals,
    S.FIRST_STAYS: _first_stays,
    S.GROUPS: _groups,
    S.LONG_STAYERS: _long_stayers,
}


# ---------------------------------------------------------------- one page
@dataclass(frozen=True, slots=True)
class Room:
    """How tall a section is in lines of the page, entry by entry."""

    name: SectionName
    entries: Sequence[float]
    heading: float = 1.7


PROTECTING = frozenset({S.CARE, S.ALLERGIES, S.PROMISES})
"""Sections whose entries are all printed before the others get more than a few."""

FEW, SEVERAL = 3, 8


def fit_to_page(sections: Sequence[Room], lines: float) -> dict[SectionName, int]:
    """How many entries of each section are printed, so that the page is one page.

    Every section keeps its heading, which says how many there are. All get a few entries, then
    those that protect people get theirs whole as far as the page goes, then the rest share.
    """
    left = lines - sum(section.heading for section in sections)
    order = sorted(sections, key=lambda section: FIRST_TO_FIT.index(section.name))
    protecting = [section for section in order if section.name in PROTECTING]
    shown = {section.name: 0 for section in sections}
    for turn, most in ((order, FEW), (protecting, None), (order, SEVERAL), (order, None)):
        for section in turn:
            for height in section.entries[shown[section.name] : most]:
                if height > left:
                    break
                left -= height
                shown[section.name] += 1
    return shown


_EM = {"wide": 1.0, "capital": 0.69, "digit": 0.63, "narrow": 0.31, "letter": 0.58}
_NARROW = frozenset(" .,:;'|!il()·-")


def ems(text: str) -> float:
    """About how wide a text is, in ems of its size; on the safe side for the fonts of the house."""
    return sum(_EM[_shape(char)] for char in text)


def _shape(char: str) -> str:
    if ord(char) > 0x2E7F:
        return "wide"
    if char in _NARROW:
        return "narrow"
    if char.isdigit():
        return "digit"
    return "capital" if char.isupper() else "letter"


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column ``width`` ems wide."""
    return max(1, ceil(ems(text) / width))
