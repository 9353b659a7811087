"""How well a claim is known, which of two that cannot both be true gives way, who must look first.

Everything follows from the set of what was observed, so the order of arrival never matters: a note
typed offline that comes three days late leaves the file as if it had come in time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from crm.preferences.terms import (
    Lateness,
    ObservationState,
    Polarity,
    PreferenceSource,
    PreferenceStatus,
    RetiredWhy,
    ReviewPolicy,
    Sensitivity,
)

ACTS_FROM = 0.6
"""A claim acts by itself from this confidence on (users-and-screens.md, section 6)."""
REVIEWED_WITHIN = timedelta(hours=24)
AMBER_AFTER, RED_AFTER = timedelta(hours=24), timedelta(hours=48)
WITHDRAWN_WITHIN = timedelta(minutes=10)

_SAID = (PreferenceSource.TOLD, PreferenceSource.WRITTEN)
_WEIGHT = {
    PreferenceSource.IMPORTED: 0,
    PreferenceSource.SEEN: 1,
    PreferenceSource.SENSED: 2,
    PreferenceSource.TOLD: 3,
    PreferenceSource.WRITTEN: 4,
}


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One observation as far as it bears on a claim.

    ``day`` is the day of ``at`` in the hotel's zone. ``times`` is how many occasions one
    observation stands for, which only the house's own records and imports know. ``counts`` is
    false for what was withdrawn, rejected, or waits before anyone may see it.
    """

    id: UUID
    source: PreferenceSource
    at: datetime
    day: date
    stay_id: UUID | None = None
    value: str | None = None
    denies: bool = False
    ends_why: RetiredWhy | None = None
    times: int = 1
    confirms: bool = False
    """Known as confirmed before it had observations of its own."""
    counts: bool = True
    was_rejected: bool = False


@dataclass(frozen=True, kw_only=True)
class CodeFacts:
    """What the catalogue says about one code, as far as claims go."""

    code: str
    group: str
    polarity: Polarity = Polarity.LIKE
    sensitivity: Sensitivity = Sensitivity.NORMAL
    review_after_months: int | None = None
    group_max: int | None = None
    conflicts_with: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What follows from the evidence. ``evidence`` counts occasions; confidence is 0 to 1."""

    status: PreferenceStatus
    source: PreferenceSource
    evidence: int
    confidence: float
    value: str | None = None
    confirmed_at: datetime | None = None
    last_seen_at: datetime | None = None
    review_on: date | None = None
    retired_at: datetime | None = None
    retired_why: RetiredWhy | None = None


def standing_of(
    evidence: Iterable[Evidence], code: CodeFacts, today: date, *, stay_is_over: bool = False
) -> Standing:
    """How a claim stands today.

    Seen on one stay (or, where no stay is known, on one day) is *seen once*; on two of them *seen
    twice*, and it stays so however often: only a person's word makes it *confirmed*, which is the
    guest's (told, written) or a colleague's yes to what the records show (sensed). Past the code's
    review period since the last evidence, or after the one stay it was for, it is *expired*. A
    denial ends what was known up to then: one that was only seen cannot end what the guest said.
    """
    known = sorted({each.id: each for each in evidence}.values(), key=lambda e: (e.at, e.id))
    counting = [each for each in known if each.counts]
    denials = [each for each in counting if each.denies]
    held = [e for e in counting if not e.denies and not any(_ends(d, e) for d in denials)]
    if not held:
        return _ended(known, counting, denials)
    last = held[-1]
    occasions = _occasions(held)
    confirmations = [e.at for e in held if e.confirms or e.source in (*_SAID, _SENSED)]
    source = max((e.source for e in held), key=_WEIGHT.__getitem__)
    months = code.review_after_months
    review_on = None if months is None else months_after(last.day, months)
    if confirmations:
        status = PreferenceStatus.CONFIRMED
    elif occasions > 1:
        status = PreferenceStatus.SEEN_TWICE
    else:
        status = PreferenceStatus.SEEN_ONCE
    if stay_is_over or (review_on is not None and today > review_on):
        status = PreferenceStatus.EXPIRED
    return Standing(
        status=status,
        source=source,
        evidence=occasions,
        confidence=confidence_of(
            source, occasions, last_on=last.day, months=months, today=today,
            confirmed=bool(confirmations),
        ),
        value=next((e.value for e in reversed(held) if e.value is not None), None),
        confirmed_at=max(confirmations, default=None),
        last_seen_at=last.at,
        review_on=review_on,
    )  # fmt: skip


_SENSED = PreferenceSource.SENSED


def _ends(denial: Evidence, other: Evidence) -> bool:
    """A weak denial ends weak evidence only; what a colleague took away is gone in any case."""
    if denial.at < other.at:
        return False
    weak = denial.source not in _SAID and denial.ends_why is None
    return not weak or not (other.source in _SAID or other.confirms)


def _ended(
    known: Sequence[Evidence], counting: Sequence[Evidence], denials: Sequence[Evidence]
) -> Standing:
    """A claim of which nothing holds any more."""
    if denials:
        why = denials[-1].ends_why or RetiredWhy.DENIED
    elif any(each.was_rejected for each in known):
        why = RetiredWhy.REJECTED
    else:
        why = RetiredWhy.WITHDRAWN
    told = counting or known
    affirmed = [each for each in told if not each.denies] or list(told)
    return Standing(
        status=PreferenceStatus.RETIRED,
        source=max(
            (e.source for e in affirmed),
            key=_WEIGHT.__getitem__,
            default=PreferenceSource.SEEN,
        ),
        evidence=_occasions(each for each in counting if not each.denies),
        confidence=0.0,
        value=next((e.value for e in reversed(affirmed) if e.value is not None), None),
        last_seen_at=affirmed[-1].at if affirmed else None,
        retired_at=told[-1].at if told else None,
        retired_why=why,
    )


def _occasions(held: Iterable[Evidence]) -> int:
    """Different stays, and different days of what belongs to no stay; not sightings."""
    times: dict[UUID | date, int] = {}
    for each in held:
        key = each.stay_id or each.day
        times[key] = max(times.get(key, 0), each.times)
    return sum(times.values())


def confidence_of(
    source: PreferenceSource,
    occasions: int,
    *,
    last_on: date,
    months: int | None,
    today: date,
    confirmed: bool = False,
) -> float:
    """How far to trust a claim: seen once 0.3, on several stays 0.6, told 0.9, written 1.0.

    It holds for half of the code's review period, then falls in a straight line to half of it on
    the day of the review, and is nothing once that day is over.
    """
    if source is PreferenceSource.WRITTEN:
        base = 1.0
    elif source is PreferenceSource.TOLD:
        base = 0.9
    elif source is PreferenceSource.SENSED or occasions > 1 or confirmed:
        base = 0.6
    else:
        base = 0.3
    if months is None:
        return base
    end = months_after(last_on, months)
    if today > end:
        return 0.0
    age = max(0, (today - last_on).days) / max(1, (end - last_on).days)
    return round(base * (1.0 if age <= 0.5 else 1.5 - age), 3)


def acts_by_itself(status: PreferenceStatus, confidence: float, sensitivity: Sensitivity) -> bool:
    """Whether it is done without asking: confirmed, trusted, and nothing special."""
    return (
        status is PreferenceStatus.CONFIRMED
        and confidence >= ACTS_FROM
        and sensitivity is Sensitivity.NORMAL
    )


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - timedelta(days=1)).day))


# ---------------------------------------------------------------- what cannot both be true
@dataclass(frozen=True, kw_only=True)
class Rival:
    """A claim among the others of its guest and scope."""

    id: UUID
    code: CodeFacts
    standing: Standing


_HOLDING = (
    PreferenceStatus.SEEN_ONCE,
    PreferenceStatus.SEEN_TWICE,
    PreferenceStatus.CONFIRMED,
)
CROWDED_OUT = (Polarity.LIKE, Polarity.AVOID)


def giving_way(rivals: Iterable[Rival]) -> dict[UUID, UUID]:
    """Which claims are retired, and for which newer one.

    Of two codes that conflict, the older gives way when the newer is known as well or better; a
    weaker newcomer stands beside it and is shown as a contradiction. The same where a group holds
    more likes than its maximum; needs (allergies, access) are never crowded out.
    """
    alive = sorted(
        (each for each in rivals if each.standing.status in _HOLDING), key=_newest, reverse=True
    )
    gone: dict[UUID, UUID] = {}
    held: list[Rival] = []
    for each in alive:
        stronger = [h for h in held if _strength(h) >= _strength(each)]
        winner = next((h for h in stronger if conflict(h.code, each.code)), None)
        winner = winner or _crowding(each, held, stronger)
        if winner is None:
            held.append(each)
        else:
            gone[each.id] = winner.id
    return gone


def _crowding(each: Rival, held: Sequence[Rival], stronger: Sequence[Rival]) -> Rival | None:
    limit = each.code.group_max
    if limit is None or each.code.polarity not in CROWDED_OUT:
        return None
    same = [h for h in held if h.code.group == each.code.group and h.code.polarity in CROWDED_OUT]
    return next((h for h in stronger if h in same), None) if len(same) >= limit else None


def conflict(one: CodeFacts, other: CodeFacts) -> bool:
    """Whether two codes cannot both hold; either may name the other."""
    return other.code in one.conflicts_with or one.code in other.conflicts_with


def contradictions(rivals: Collection[tuple[UUID, CodeFacts]]) -> Mapping[UUID, list[UUID]]:
    """Which of the claims that are shown stand against each other."""
    return {
        mine: [theirs for theirs, other in rivals if theirs != mine and conflict(code, other)]
        for mine, code in rivals
    }


def _newest(rival: Rival) -> tuple[datetime, str, UUID]:
    return rival.standing.last_seen_at or _NEVER, rival.code.code, rival.id


_NEVER = datetime.min.replace(tzinfo=UTC)


def _strength(rival: Rival) -> int:
    """What the guest said beats what was noticed, several stays beat one."""
    if rival.standing.status is PreferenceStatus.CONFIRMED:
        return 3 if rival.standing.source in _SAID else 2
    return 2 if rival.standing.status is PreferenceStatus.SEEN_TWICE else 1


# ---------------------------------------------------------------- who looks first
_WITHIN_A_DAY = frozenset({"AL", "DT", "FV"})
_BEFORE_ANYONE = frozenset({"PR", "RC", "HT"})


def shipped_policy(group: str, sensitivity: Sensitivity) -> ReviewPolicy:
    """When the centre looks at a note of this group, as the product is delivered.

    Pillows, climate, beds and the like go straight in. Allergies and food count at once and are
    looked at within a day, since holding them back is more dangerous than a mistake. Faith,
    health, safety and all else that is sensitive is looked at before anyone sees it.
    """
    if group in _WITHIN_A_DAY:
        return ReviewPolicy.WITHIN_A_DAY
    if group in _BEFORE_ANYONE or sensitivity is not Sensitivity.NORMAL:
        return ReviewPolicy.BEFORE_ANYONE
    return ReviewPolicy.STRAIGHT_IN


def policy_for(
    group: str, sensitivity: Sensitivity, overrides: Mapping[str, ReviewPolicy]
) -> ReviewPolicy:
    """The hotel's own rule for the group, or the shipped one."""
    return overrides.get(group) or shipped_policy(group, sensitivity)


def counts(state: ObservationState, policy: ReviewPolicy, code: str | None) -> bool:
    """Whether an observation is evidence already."""
    if code is None:
        return False
    if state is ObservationState.WAITING:
        return policy is ReviewPolicy.WITHIN_A_DAY
    return state in (ObservationState.TAKEN, ObservationState.ACCEPTED)


def lateness(state: ObservationState, entered_at: datetime, now: datetime) -> Lateness:
    """The light of a note that waits: amber after 24 h, red after 48 h."""
    age = now - entered_at
    if state is not ObservationState.WAITING or age <= AMBER_AFTER:
        return Lateness.FRESH
    return Lateness.RED if age > RED_AFTER else Lateness.AMBER
