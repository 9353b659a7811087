"""Visits, who is comparable with whom, and whether guests came back: pure, for all of a hotel.

Whoever complains is not just anybody: who stays often has more to complain of, and comes back
more often anyway. So guests with a complaint are set against guests without one who left in the
same quarter and had been here as often before.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from crm.causes import rules
from crm.causes.terms import CONTENT_FROM, RETURNS_LEAST, ReturnGroup, ReturnVerdict
from crm.kit.errors import mark

DEFINITION = mark(
    "Came back: guests who arrived in the same hotel again within the days after their visit had "
    "ended ÷ guests of the group. Stays that follow each other without a night between are one "
    "visit. A guest counts once in a quarter."
)
COMPARABLE_DEFINITION = mark(
    "Comparable guests: their visit ended in the same quarter, they had as many stays here before "
    "it (none, one or two, more), and they had no complaint about this visit or in the 365 days "
    "before its end. They are weighted so that quarters and earlier stays are as in the group they "
    "stand beside."
)
GROUPS_DEFINITION = mark(
    "Satisfied: the newest closed case of the visit was answered with 7 or more of 10. Not "
    "reached: nobody got an answer. With recovery: something was given to the guest."
)
LEFT_OUT_DEFINITION = mark(
    "Left out: guests whose days are not over, guests with a case that is still open, and guests "
    "without anybody comparable."
)
DIFFERENCE_DEFINITION = mark(
    "Difference: share of the group minus share of the comparable guests with its interval of 95 "
    "per cent (Newcombe 1998, method 10; weighted guests count for as many as their weights are "
    "worth, Kish 1965). An interval that holds zero tells no difference; with fewer than 20 guests "
    "on a side nothing is told. A difference is no proof of what caused it."
)
DEFINITIONS = (
    DEFINITION, COMPARABLE_DEFINITION, GROUPS_DEFINITION, LEFT_OUT_DEFINITION,
    DIFFERENCE_DEFINITION,
)  # fmt: skip

Stratum = tuple[int, int, int]
"""Year and quarter (from 0) in which a visit ended, and the band of earlier stays (from 0)."""


class Slept(NamedTuple):
    """A stay as it was slept."""

    key: object
    arrival: date
    departure: date


class Visit(NamedTuple):
    """Stays without a night between them; ``earlier`` stays lie before them.

    ``again`` is when the guest arrived next, if at all.
    """

    begins: date
    ends: date
    keys: tuple[object, ...]
    earlier: int
    again: date | None


def visits_of(stays: Iterable[Slept], earlier: int = 0) -> list[Visit]:
    """The visits of one guest, oldest first; ``earlier`` stays lie before these."""
    found: list[Visit] = []
    before = earlier
    for stay in sorted(stays, key=lambda s: (s.arrival, s.departure)):
        last = found[-1] if found else None
        if last is not None and stay.arrival <= last.ends:
            found[-1] = last._replace(
                ends=max(last.ends, stay.departure), keys=(*last.keys, stay.key)
            )
            continue
        if last is not None:
            found[-1] = last._replace(again=stay.arrival)
            before = last.earlier + len(last.keys)
        found.append(Visit(stay.arrival, stay.departure, (stay.key,), before, None))
    return found


def stratum_of(visit: Visit) -> Stratum:
    band = 0 if visit.earlier == 0 else 1 if visit.earlier <= 2 else 2
    return visit.ends.year, (visit.ends.month - 1) // 3, band


def came_back(visit: Visit, days: int) -> bool:
    """Whether the guest arrived again on one of the ``days`` after the day of departure."""
    return visit.again is not None and (visit.again - visit.ends).days <= days


def is_over(visit: Visit, days: int, today: date) -> bool:
    """Whether all days after a visit have passed, so that it is known who came back."""
    return visit.ends + timedelta(days=days) < today


class Told(NamedTuple):
    """A case of one guest. ``is_known`` is false where the reader may not know of it."""

    stay: object
    opened_on: date
    is_closed: bool
    satisfaction: int | None
    is_recovered: bool
    is_known: bool = True


def visit_of_case(case: Told, visits: Sequence[Visit]) -> int | None:
    """Which visit a case is about: that of its stay, else the last begun before it was told."""
    if case.stay is not None:
        for place, visit in enumerate(visits):
            if case.stay in visit.keys:
                return place
    begun = [place for place, visit in enumerate(visits) if visit.begins <= case.opened_on]
    return begun[-1] if begun else None


class Followed(NamedTuple):
    """A guest with closed cases about a visit, and whether he came back."""

    stratum: Stratum
    is_back: bool
    satisfaction: int | None
    is_recovered: bool


def followed(stratum: Stratum, is_back: bool, cases: Sequence[Told]) -> Followed:
    """Of the cases of one visit the newest answer counts, and anything that was given."""
    answers = [c.satisfaction for c in cases if c.satisfaction is not None]
    return Followed(
        stratum, is_back, answers[-1] if answers else None, any(c.is_recovered for c in cases)
    )


def groups_of(guest: Followed) -> tuple[ReturnGroup, ...]:
    """All, one by the answer, one by what was given."""
    if guest.satisfaction is None:
        answer = ReturnGroup.NOT_REACHED
    elif guest.satisfaction >= CONTENT_FROM:
        answer = ReturnGroup.SATISFIED
    else:
        answer = ReturnGroup.UNSATISFIED
    given = ReturnGroup.RECOVERED if guest.is_recovered else ReturnGroup.NOT_RECOVERED
    return ReturnGroup.ALL, answer, given


class Tally(NamedTuple):
    """So many guests, and how many of them came back."""

    guests: int
    back: int


class Compared(NamedTuple):
    """A group against comparable guests; None of shares and difference where there is nobody."""

    guests: int
    returned: int
    unmatched: int
    comparable: int
    worth: float
    comparable_share: float | None
    difference: rules.Difference | None
    verdict: ReturnVerdict


def compare(group: Mapping[Stratum, Tally], others: Mapping[Stratum, Tally]) -> Compared:
    """The share that came back against that of comparable guests, directly standardised.

    With m_s guests of the group and n_s comparable ones in stratum s, and p_s the share of these
    that came back: comparable share = Σ m_s·p_s ÷ Σ m_s. Each comparable guest has the weight
    m_s ÷ n_s, so together they are worth (Σ weights)² ÷ Σ weights² = (Σ m_s)² ÷ Σ (m_s² ÷ n_s)
    guests of equal weight (L. Kish, Survey Sampling, 1965, 11.7). Strata without comparable
    guests are left out of both sides.
    """
    pairs = [(own, others[at]) for at, own in group.items() if at in others and own.guests]
    guests = sum(own.guests for own, _ in pairs)
    returned = sum(own.back for own, _ in pairs)
    unmatched = sum(own.guests for own in group.values()) - guests
    comparable = sum(other.guests for _, other in pairs)
    if not guests:
        return Compared(0, 0, unmatched, 0, 0.0, None, None, ReturnVerdict.TOO_FEW)
    share = sum(own.guests * other.back / other.guests for own, other in pairs) / guests
    worth = guests**2 / sum(own.guests**2 / other.guests for own, other in pairs)
    share = min(1.0, max(0.0, share))
    difference = rules.newcombe((returned / guests, guests), (share, worth))
    return Compared(
        guests, returned, unmatched, comparable, worth, share, difference,
        _verdict(difference, min(guests, worth)),
    )  # fmt: skip


def _verdict(difference: rules.Difference, fewest: float) -> ReturnVerdict:
    if fewest < RETURNS_LEAST:
        return ReturnVerdict.TOO_FEW
    if difference.low > 0:
        return ReturnVerdict.MORE
    return ReturnVerdict.FEWER if difference.high < 0 else ReturnVerdict.NO_DIFFERENCE
