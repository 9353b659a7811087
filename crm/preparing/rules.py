"""What an arrival needs, computed on paper: what departments do, and what needs eyes.

No database and no clock: queries and services bring the facts.
"""

from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from crm.hotels.terms import DepartmentCode
from crm.preferences.terms import PreferenceStatus, Sensitivity
from crm.preparing.terms import (
    CHECKED_WITHIN_MONTHS,
    REGULAR_STAYS,
    VIP_CHECKED_WITHIN_MONTHS,
    Eye,
    Readiness,
    Stage,
)

_D = DepartmentCode
SERVING = frozenset(
    {_D.HOUSEKEEPING, _D.KITCHEN, _D.FOOD_AND_BEVERAGE, _D.FRONT_OFFICE, _D.CONCIERGE,
     _D.GUEST_RELATIONS, _D.SECURITY, _D.ENGINEERING, _D.SPA, _D.RESERVATIONS}
)  # fmt: skip
"""Departments that do something for a stay; sales and marketing act on other days."""

_STAGES = {
    "pre-arrival": Stage.BEFORE,
    "arrival": Stage.ARRIVAL,
    "each meal": Stage.STAY,
    "always know": Stage.STAY,
    "on departure": Stage.STAY,
}
"""By the catalogue's occasion. What recurs daily or at turn-down is told on the floor each day
and has no tick of its own here."""


def stage_of(occasion: str) -> Stage | None:
    """When an item of a code with this occasion is due; None when it recurs and is not ticked."""
    return _STAGES.get(occasion)


# ---------------------------------------------------------------- what departments do
@dataclass(frozen=True, slots=True)
class Wish:
    """One claim of a guest with what its code says, as far as preparing needs it.

    ``by_person``: somebody of the house took responsibility for it (the centre's yes), which
    special-category and restricted data needs before it becomes an instruction.
    """

    preference_id: UUID
    code: str
    value: str | None
    status: PreferenceStatus
    sensitivity: Sensitivity
    acts: frozenset[str]
    occasion: str
    conflicts: frozenset[str]
    by_person: bool = False

    @property
    def confirmed(self) -> bool:
        return self.status is PreferenceStatus.CONFIRMED

    @property
    def acts_by_itself(self) -> bool:
        """Only a confirmed wish acts; a special or restricted one after a person's word."""
        return self.confirmed and (self.sensitivity is Sensitivity.NORMAL or self.by_person)


class Action(NamedTuple):
    """What one department does: the value of the wish, and the claim behind it."""

    value: str | None
    preference_id: UUID | None


Place = tuple[str, DepartmentCode]
"""A code and the department that acts on it."""


def contradictions(wishes: Sequence[Wish]) -> set[tuple[str, str]]:
    """Pairs of codes that cannot both hold, each pair in alphabetical order."""
    known = {wish.code for wish in wishes}
    return {
        (min(wish.code, other), max(wish.code, other))
        for wish in wishes
        for other in wish.conflicts & known
        if other != wish.code
    }


def actions(wishes: Sequence[Wish]) -> dict[Place, Action]:
    """What each department does for the stay, by code; contradicting wishes wait for a person.

    Reservations' part of an ordinary wish is the choice of the room, which the room match
    judges: it is no item to tick.
    """
    unclear = {code for pair in contradictions(wishes) for code in pair}
    found: dict[Place, Action] = {}
    for wish in sorted(wishes, key=lambda one: (one.code, one.value or "", one.preference_id)):
        if not wish.acts_by_itself or wish.code in unclear or stage_of(wish.occasion) is None:
            continue
        for department in _departments(wish):
            found.setdefault((wish.code, department), Action(wish.value, wish.preference_id))
    return found


def _departments(wish: Wish) -> list[DepartmentCode]:
    known = {code.value for code in SERVING}
    acting = [DepartmentCode(code) for code in sorted(wish.acts & known)]
    if wish.sensitivity is Sensitivity.NORMAL:
        acting = [one for one in acting if one is not DepartmentCode.RESERVATIONS]
    return acting


class Changes(NamedTuple):
    """How to bring the items of a stay to what is wanted."""

    add: dict[Place, Action]
    renew: dict[Place, Action]
    drop: set[Place]


class Item(NamedTuple):
    """An item as it stands."""

    value: str | None
    preference_id: UUID | None
    dropped: bool


def changes(wanted: Mapping[Place, Action], present: Mapping[Place, Item]) -> Changes:
    """What to add, to renew (another value or claim, or wanted again) and to drop.

    >>> changes({}, {})
    Changes(add={}, renew={}, drop=set())
    """
    return Changes(
        add={place: action for place, action in wanted.items() if place not in present},
        renew={
            place: action
            for place, action in wanted.items()
            if place in present and present[place] != Item(*action, dropped=False)
        },
        drop={place for place, item in present.items() if place not in wanted and not item.dropped},
    )


# ---------------------------------------------------------------- what needs eyes
def is_regular(stays: int) -> bool:
    return stays >= REGULAR_STAYS


def months_between(earlier: date, later: date) -> int:
    """Whole months from one day to another; the end of a shorter month counts as reached.

    >>> months_between(date(2026, 8, 31), date(2026, 11, 30))
    3
    """
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    is_month_end = later.day == monthrange(later.year, later.month)[1]
    return months if later.day >= earlier.day or is_month_end else months - 1


def months_unchecked(
    *, stays: int, is_vip: bool, checked_on: date | None, made_on: date, today: date
) -> int | None:
    """For how many months nobody went through the file, where that is too long; else None.

    Only the files of regulars and VIPs grow stale; a new file counts as gone through.
    """
    if not is_vip and not is_regular(stays):
        return None
    months = months_between(checked_on or made_on, today)
    limit = VIP_CHECKED_WITHIN_MONTHS if is_vip else CHECKED_WITHIN_MONTHS
    return months if months >= limit else None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an arriving guest besides the wishes."""

    stays: int
    is_vip: bool
    checked_on: date | None
    made_on: date
    has_phone: bool
    has_birthday: bool
    waiting: Sequence[UUID] = ()
    """Notes about the guest that the centre has not looked at."""
    alike: Sequence[UUID] = ()
    """Other files that may be the same person."""


class Glance(NamedTuple):
    """One reason to look, with what it is about."""

    eye: Eye
    about: str = ""

    @property
    def key(self) -> str:
        """By which the person's "I saw it" is remembered."""
        return f"{self.eye.value}:{self.about}" if self.about else self.eye.value


def glances(wishes: Sequence[Wish], known: Known, today: date) -> list[Glance]:
    """Everything about an arrival that needs a person, the weightiest first.

    Gaps in the file count for regulars and VIPs only: a newcomer's are filled at check-in.
    """
    found = [
        *(Glance(Eye.CONTRADICTION, f"{a}/{b}") for a, b in sorted(contradictions(wishes))),
        *(Glance(Eye.UNCONFIRMED, code) for code in _unconfirmed(wishes)),
        *(Glance(Eye.WAITING, str(each)) for each in sorted(known.waiting)),
        *(Glance(Eye.DUPLICATE, str(each)) for each in sorted(known.alike)),
    ]
    months = months_unchecked(
        stays=known.stays,
        is_vip=known.is_vip,
        checked_on=known.checked_on,
        made_on=known.made_on,
        today=today,
    )
    if months is not None:
        found.append(Glance(Eye.STALE, str(months)))
    if known.is_vip or is_regular(known.stays):
        if not known.has_phone:
            found.append(Glance(Eye.NO_PHONE))
        if not known.has_birthday:
            found.append(Glance(Eye.NO_BIRTHDAY))
    return found


def _unconfirmed(wishes: Iterable[Wish]) -> list[str]:
    """Special or restricted claims that would act but for a person's word."""
    return sorted(
        {
            wish.code
            for wish in wishes
            if wish.confirmed and not wish.acts_by_itself and stage_of(wish.occasion) is not None
        }
    )


def settled_keys(found: Iterable[Glance]) -> list[str]:
    """What a person has seen who marks the arrival prepared; months may go on counting."""
    return sorted({_lasting(glance) for glance in found})


def _lasting(glance: Glance) -> str:
    return glance.eye.value if glance.eye is Eye.STALE else glance.key


def readiness(
    found: Sequence[Glance], *, marked_at: datetime | None, settled: Collection[str]
) -> Readiness:
    """Prepared by itself where nothing needs eyes, by a person who saw all of it, or not."""
    if not found:
        return Readiness.BY_PERSON if marked_at else Readiness.BY_ITSELF
    if marked_at is not None and all(_lasting(glance) in settled for glance in found):
        return Readiness.BY_PERSON
    return Readiness.NEEDS_EYES
