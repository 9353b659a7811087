"""Whether a rule holds for a guest and a stay: on paper, the same answer for the same facts."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from crm.alerts.schemas import Among, HasCode, Who
from crm.alerts.terms import AlertKind, AlertWeight, Match, Moment, Place
from crm.guests.terms import GuestIdentity
from crm.stays.terms import StayStatus

LONG_STAY_NIGHTS = 14
DAYS_IN_MONTH = 30.44


@dataclass(frozen=True, slots=True)
class Facts:
    """What a rule may ask about a guest and one stay. ``file_age`` is in days since the file was
    last checked, None when nobody ever did."""

    vip: str | None = None
    tier: str | None = None
    stay_number: int = 1
    identity: str = GuestIdentity.INDIVIDUAL.value
    company_id: UUID | None = None
    codes: frozenset[str] = frozenset()
    has_open_case: bool = False
    file_age: int | None = None
    room_type: str | None = None
    nights: int = 0
    languages: tuple[str, ...] = ()
    birthday_in_stay: bool = False
    children: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is applied: the conditions read once, the texts of both languages."""

    id: UUID
    position: int
    who: Who
    weight: AlertWeight
    kind: AlertKind
    text_en: str
    text_zh: str | None
    departments: frozenset[str] = frozenset()
    instruction_en: str | None = None
    instruction_zh: str | None = None
    moments: frozenset[Moment] = frozenset(Moment)
    places: frozenset[Place] = frozenset(Place)
    fields: frozenset[str] = field(default_factory=frozenset)

    def text(self, *, chinese: bool) -> str:
        return (self.text_zh if chinese else None) or self.text_en

    def instruction(self, *, chinese: bool) -> str | None:
        return (self.instruction_zh if chinese else None) or self.instruction_en

    @property
    def key(self) -> str:
        """Its name among the alerts of a stay."""
        return f"rule:{self.id}"


def matches(rule: Rule, facts: Facts, moment: Moment, place: Place) -> bool:
    """Whether the rule stands here, now, on this guest and stay."""
    return moment in rule.moments and place in rule.places and is_about(rule.who, facts)


def matching(
    rules: Iterable[Rule], facts: Facts, moments: Collection[Moment], place: Place
) -> list[Rule]:
    """The rules that stand at one of these moments: the heaviest first, then in their order."""
    found = [
        rule for rule in rules if any(matches(rule, facts, moment, place) for moment in moments)
    ]
    return sorted(found, key=lambda rule: (_WEIGHTS[rule.weight], rule.position, rule.id))


_WEIGHTS = {weight: place for place, weight in enumerate(AlertWeight)}


def is_about(who: Who, facts: Facts) -> bool:
    """Whether the conditions hold, wherever and whenever."""
    return _list_holds(who.match, who.of, facts)


def _list_holds(match: Match, items: Iterable[Any], facts: Facts) -> bool:
    holds = (_holds(item, facts) for item in items)
    return all(holds) if match is Match.ALL else any(holds)


def _holds(item: Any, facts: Facts) -> bool:
    if isinstance(item, Among):
        return _list_holds(item.match, item.of, facts) is not item.negated
    return _ASKS[item.kind](item, facts) is not item.negated


def _among(value: str | None, chosen: Collection[str]) -> bool:
    """One of those chosen; any at all, where none is."""
    return value is not None and (not chosen or value in chosen)


def _nth(item: Any, facts: Facts) -> bool:
    number = facts.stay_number
    if number < item.at_least or (item.at_most is not None and number > item.at_most):
        return False
    return item.every is None or number % item.every == 0


def _stale(item: Any, facts: Facts) -> bool:
    return facts.file_age is None or facts.file_age > item.months * DAYS_IN_MONTH


def _company(item: Any, facts: Facts) -> bool:
    return facts.company_id is not None and (not item.any_of or facts.company_id in item.any_of)


def _nights(item: Any, facts: Facts) -> bool:
    most = item.at_most
    return bool(facts.nights >= item.at_least and (most is None or facts.nights <= most))


def _speaks(item: Any, facts: Facts) -> bool:
    first = facts.languages[0].partition("-")[0] if facts.languages else None
    return first in item.any_of


def _long_stay(_: Any, facts: Facts) -> bool:
    return facts.nights >= LONG_STAY_NIGHTS or facts.identity == GuestIdentity.LONG_STAY


_ASKS: dict[str, Callable[[Any, Facts], bool]] = {
    "vip": lambda item, facts: _among(facts.vip, item.any_of),
    "tier": lambda item, facts: _among(facts.tier, item.any_of),
    "nth_stay": _nth,
    "first_stay": lambda _, facts: facts.stay_number <= 1,
    "identity": lambda item, facts: facts.identity in item.any_of,
    "company": _company,
    "code": lambda item, facts: not facts.codes.isdisjoint(item.any_of),
    "open_case": lambda _, facts: facts.has_open_case,
    "stale_file": _stale,
    "room_type": lambda item, facts: facts.room_type in item.any_of,
    "nights": _nights,
    "language": _speaks,
    "birthday_in_stay": lambda _, facts: facts.birthday_in_stay,
    "long_stay": _long_stay,
    "children": lambda _, facts: facts.children > 0,
}

_FIELDS = {
    "vip": "guest.vip", "tier": "loyalty.tier",
    "nth_stay": "stay.count", "first_stay": "stay.count",
    "identity": "guest.identity", "company": "guest.work", "open_case": "complaint.flag",
    "stale_file": "guest.file", "room_type": "stay.history", "nights": "stay.history",
    "language": "guest.language", "birthday_in_stay": "guest.birthday",
    "long_stay": "stay.history", "children": "stay.history",
}  # fmt: skip
"""The field of the policy that a condition tells something about; codes go by their own sights."""


def leaves_of(who: Who) -> list[Any]:
    """The single conditions, those of inner lists too."""
    return [leaf for item in who.of for leaf in (item.of if isinstance(item, Among) else [item])]


def fields_asked(who: Who) -> frozenset[str]:
    """The fields that somebody must see to be told what the rule says."""
    return frozenset(_FIELDS[leaf.kind] for leaf in leaves_of(who) if leaf.kind in _FIELDS)


def codes_asked(who: Who) -> frozenset[str]:
    """The preference codes that the rule asks for."""
    return frozenset(
        code for leaf in leaves_of(who) if isinstance(leaf, HasCode) for code in leaf.any_of
    )


def is_flat(who: Who) -> bool:
    """Whether the rule has no inner list, so that the form can hold it."""
    return not any(isinstance(item, Among) for item in who.of)


def moments_of(
    status: StayStatus, arrival_on: date, departure_on: date, today: date
) -> frozenset[Moment]:
    """Which moments of its stay a guest is in on a business day."""
    if status is StayStatus.BOOKED:
        return frozenset({Moment.BOOKING if arrival_on > today else Moment.CHECK_IN})
    if status is StayStatus.IN_HOUSE:
        leaves = {Moment.CHECK_OUT} if departure_on <= today else set()
        return frozenset({Moment.IN_HOUSE} | leaves)
    return frozenset()
