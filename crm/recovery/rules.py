"""Who may give how much, and what is worth a second look; computable on paper.

Amounts are minor units of the hotel's currency. The default limits follow the written example
of a hotel's authority table (agent 30, supervisor 150, duty manager 600 euros a case, above
that the general manager); by severity they are ours.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple
from uuid import UUID

from crm.complaints.terms import Severity
from crm.recovery.terms import MONEY_KINDS, Bound, OfferKind, PatternKind
from crm.staff.terms import Role

LADDER = (Role.DUTY_MANAGER, Role.GENERAL_MANAGER)
"""Roles with an authority of their own, the least first; the last one has no limit."""
EURO_MINOR = {
    "CNY": 800, "HKD": 900, "MOP": 900, "TWD": 3500, "JPY": 160, "KRW": 1500, "SGD": 150,
    "THB": 3800, "AUD": 170, "VND": 27_000,
}  # fmt: skip
"""Minor units of a currency that stand for one euro in the shipped amounts, round; else 100."""
_CASE_EUROS = {
    Severity.MINOR: 150, Severity.MODERATE: 300, Severity.SERIOUS: 600, Severity.CRITICAL: 600,
}  # fmt: skip
_DAYS_OF_CASES = 3
SEVERITIES = tuple(Severity)


class Limit(NamedTuple):
    """The most for one case and for one person's day; None is without limit."""

    case_minor: int | None
    day_minor: int | None


UNLIMITED = Limit(None, None)


class Decision(NamedTuple):
    """Within one's own limits, or what it goes beyond and the least role that may approve it."""

    within: bool
    beyond: Bound | None = None
    needs: Role | None = None


def euros(amount: int, currency: str) -> int:
    """A shipped amount in minor units of a currency, by `EURO_MINOR`."""
    return amount * EURO_MINOR.get(currency, 100)


def default_limit(role: Role, severity: Severity, currency: str) -> Limit:
    """What holds where a hotel has set nothing: the case's limit, three such cases a day."""
    if role is LADDER[-1]:
        return UNLIMITED
    case = euros(_CASE_EUROS[severity], currency)
    return Limit(case, case * _DAYS_OF_CASES)


def highest(holders: Iterable[str]) -> Role | None:
    """The highest role on the ladder among those that somebody holds."""
    held = set(holders)
    return next((role for role in reversed(LADDER) if role.value in held), None)


def decide(
    cost: int, on_case: int, today: int, role: Role, limits: Mapping[Role, Limit]
) -> Decision:
    """Whether ``role`` may give ``cost`` alone, on top of what the case and the day have had.

    ``on_case`` is everything approved or given on the case by anybody, so that an amount cut
    into parts counts whole; ``today`` is what counted against this person today. A day that is
    used up asks for another person of the same role, a case for the next role above.
    """
    own = limits[role]
    beyond = None
    if own.case_minor is not None and on_case + cost > own.case_minor:
        beyond = Bound.CASE
    elif own.day_minor is not None and today + cost > own.day_minor:
        beyond = Bound.DAY
    if beyond is None:
        return Decision(within=True)
    above = LADDER[LADDER.index(role) :]
    needs = next((r for r in above if _could(limits[r], cost, on_case)), LADDER[-1])
    return Decision(within=False, beyond=beyond, needs=needs)


def _could(limit: Limit, cost: int, on_case: int) -> bool:
    """Whether somebody of a role with a fresh day could give it."""
    return (limit.case_minor is None or on_case + cost <= limit.case_minor) and (
        limit.day_minor is None or cost <= limit.day_minor
    )


def fits(categories: Sequence[str], least: Severity, *, category: str, severity: Severity) -> bool:
    """Whether an offer is meant for a case; an empty list of categories fits every one."""
    grave_enough = SEVERITIES.index(severity) >= SEVERITIES.index(least)
    return grave_enough and (not categories or category in categories)


SATISFIED_FROM = 8
WORKED_MIN_CASES = 5


class Worked(NamedTuple):
    """Of ``cases`` closed with this kind of offer, so many guests said 8 of 10 or more."""

    kind: OfferKind
    cases: int
    satisfied: int


def worked_before(closings: Iterable[tuple[OfferKind, int]]) -> list[Worked]:
    """Kinds of offer with at least five answered closings, the most satisfying first.

    A closing is (kind given, answer 0 to 10), once a case and kind.
    """
    answers: dict[OfferKind, list[int]] = defaultdict(list)
    for kind, answer in closings:
        answers[kind].append(answer)
    found = [
        Worked(kind, len(those), sum(answer >= SATISFIED_FROM for answer in those))
        for kind, those in answers.items()
        if len(those) >= WORKED_MIN_CASES
    ]
    return sorted(found, key=lambda w: (-w.satisfied / w.cases, -w.cases, w.kind))


class Given(NamedTuple):
    """One line of the ledger as the totals and the patterns read it."""

    complaint_id: UUID
    staff_id: UUID | None
    guest_id: UUID | None
    room_no: str | None
    kind: OfferKind
    cost_minor: int
    value_minor: int
    points: int


class Total(NamedTuple):
    """Money, points and gifts of one guest or colleague in one total."""

    cases: int
    times: int
    money_minor: int
    points: int
    points_minor: int
    gifts: int
    gifts_minor: int
    cost_minor: int
    value_minor: int


def total(lines: Iterable[Given]) -> Total:
    """Sums of the costs to the hotel by what they were: money, points, and everything else."""
    those = list(lines)
    money = [one.cost_minor for one in those if one.kind in MONEY_KINDS]
    points = [one.cost_minor for one in those if one.kind is OfferKind.POINTS]
    gifts = [
        one.cost_minor
        for one in those
        if one.kind not in MONEY_KINDS and one.kind is not OfferKind.POINTS
    ]
    return Total(
        cases=len({one.complaint_id for one in those}),
        times=len(those),
        money_minor=sum(money),
        points=sum(one.points for one in those),
        points_minor=sum(points),
        gifts=len(gifts),
        gifts_minor=sum(gifts),
        cost_minor=sum(money) + sum(points) + sum(gifts),
        value_minor=sum(one.value_minor for one in those),
    )


CLERK_MIN_CASES = 8
CLERK_MIN_PEERS = 2
CLERK_TIMES = 3
ROOM_MIN_CASES = 3
ROOM_MIN_GUESTS = 2
CLAIMANT_MIN_CASES = 3


class Pattern(NamedTuple):
    """Something worth a second look: whose, how many cases, and the cost behind it.

    ``against_minor`` is what it is compared with, where it is compared.
    """

    kind: PatternKind
    key: UUID | str
    cases: int
    cost_minor: int
    against_minor: int | None = None


def patterns(lines: Sequence[Given]) -> list[Pattern]:
    """Flags over the lines of one hotel and period, the costliest of each kind first.

    * same clerk: at least 8 cases, and 3 times the median of what the colleagues (at least 2)
      gave in the same time;
    * same room: at least 3 cases of at least 2 guests;
    * serial claimant: at least 3 cases with something given.
    """
    by_staff: dict[UUID, list[Given]] = defaultdict(list)
    by_room: dict[str, list[Given]] = defaultdict(list)
    by_guest: dict[UUID, list[Given]] = defaultdict(list)
    for one in lines:
        if one.staff_id is not None:
            by_staff[one.staff_id].append(one)
        if one.room_no is not None:
            by_room[one.room_no].append(one)
        if one.guest_id is not None:
            by_guest[one.guest_id].append(one)
    found = _clerks(by_staff)
    for room, those in by_room.items():
        guests = {one.guest_id for one in those} - {None}
        if _cases(those) >= ROOM_MIN_CASES and len(guests) >= ROOM_MIN_GUESTS:
            found.append(Pattern(PatternKind.SAME_ROOM, room, _cases(those), _cost(those)))
    for guest, those in by_guest.items():
        if _cases(those) >= CLAIMANT_MIN_CASES:
            found.append(Pattern(PatternKind.SERIAL_CLAIMANT, guest, _cases(those), _cost(those)))
    order = list(PatternKind)
    return sorted(found, key=lambda p: (order.index(p.kind), -p.cost_minor, str(p.key)))


def _clerks(by_staff: Mapping[UUID, Sequence[Given]]) -> list[Pattern]:
    found = []
    for staff_id, those in by_staff.items():
        peers = [_cost(others) for other, others in by_staff.items() if other != staff_id]
        if _cases(those) < CLERK_MIN_CASES or len(peers) < CLERK_MIN_PEERS:
            continue
        usual = int(median(peers))
        if _cost(those) > 0 and _cost(those) >= CLERK_TIMES * usual:
            found.append(
                Pattern(PatternKind.SAME_CLERK, staff_id, _cases(those), _cost(those), usual)
            )
    return found


def _cases(lines: Iterable[Given]) -> int:
    return len({one.complaint_id for one in lines})


def _cost(lines: Iterable[Given]) -> int:
    return sum(one.cost_minor for one in lines)
