"""How satisfaction and credit follow from facts: on paper, without database or clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from crm.standing.terms import (
    ANSWER_YEARS,
    ANSWERS_MAX,
    CREDIT_YEARS,
    LATE_DAYS,
    MISSES_WATCHED,
    NO_SHOWS_WATCHED,
    ONE_IN,
    SATISFIED_FROM_TENTHS,
    UNSATISFIED_BELOW_TENTHS,
    Credit,
    Satisfaction,
    WhyCredit,
    WhySatisfaction,
)


@dataclass(frozen=True, order=True)
class Answer:
    """An answer of the guest, 0 to 10; ``about`` is the case, survey or stay that it is about."""

    on: date
    about: UUID
    why: WhySatisfaction
    hotel_id: UUID
    score: int


@dataclass(frozen=True, order=True)
class OpenCase:
    """A complaint that is not closed; ``on`` is the day it was opened."""

    on: date
    about: UUID
    hotel_id: UUID


@dataclass(frozen=True, order=True)
class Miss:
    """A booking that was not honoured; ``on`` is the day of arrival."""

    on: date
    about: UUID
    why: WhyCredit
    hotel_id: UUID


@dataclass(frozen=True)
class Facts:
    """All that is known of one person, in any order."""

    answers: Sequence[Answer] = ()
    open_cases: Sequence[OpenCase] = ()
    misses: Sequence[Miss] = ()
    stays: int = 0
    has_caution: bool = False


@dataclass(frozen=True)
class Standing:
    """The two classes; ``tenths`` is the mean answer times ten, None without one."""

    satisfaction: Satisfaction
    tenths: int | None
    credit: Credit

    @property
    def is_known(self) -> bool:
        return (
            self.satisfaction is not Satisfaction.NOT_KNOWN or self.credit is not Credit.NOT_KNOWN
        )


def years_before(day: date, years: int) -> date:
    """The same day of an earlier year; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def counted_answers(answers: Sequence[Answer], today: date) -> list[Answer]:
    """The answers that count, newest first: the last six of three years."""
    since = years_before(today, ANSWER_YEARS)
    return sorted((one for one in answers if one.on > since), reverse=True)[:ANSWERS_MAX]


def mean_tenths(newest_first: Sequence[Answer]) -> int | None:
    """The weighted mean times ten, each answer half the weight of the next newer one.

    In whole numbers, rounded half up: 9 after 4 is (2·9 + 4) ÷ 3 = 7.3.
    """
    if not newest_first:
        return None
    weights = [1 << older for older in reversed(range(len(newest_first)))]
    total = sum(weight * one.score for weight, one in zip(weights, newest_first, strict=True))
    return (20 * total + sum(weights)) // (2 * sum(weights))


def satisfaction_of(tenths: int | None, *, has_open_case: bool) -> Satisfaction:
    """From 7.0 satisfied, below 5.0 unsatisfied; with an open complaint nobody is satisfied."""
    if tenths is None:
        return Satisfaction.NOT_KNOWN
    if tenths < UNSATISFIED_BELOW_TENTHS:
        return Satisfaction.UNSATISFIED
    if tenths < SATISFIED_FROM_TENTHS or has_open_case:
        return Satisfaction.MIXED
    return Satisfaction.SATISFIED


def is_late(cancelled_on: date, arrival_on: date) -> bool:
    """Whether a cancellation came on the day before arrival or later."""
    return (arrival_on - cancelled_on).days <= LATE_DAYS


def counted_misses(misses: Sequence[Miss], today: date) -> list[Miss]:
    """The misses of the last two years, newest first."""
    since = years_before(today, CREDIT_YEARS)
    return sorted((one for one in misses if one.on > since), reverse=True)


def credit_of(facts: Facts, today: date) -> Credit:
    """Watched with a caution, or with misses; else good after a stay.

    Two no-shows, or three misses of both kinds, are watched when they are one in five bookings.
    """
    misses = counted_misses(facts.misses, today)
    no_shows = sum(one.why is WhyCredit.NO_SHOW for one in misses)
    is_often = no_shows >= NO_SHOWS_WATCHED or len(misses) >= MISSES_WATCHED
    if facts.has_caution or (is_often and len(misses) * ONE_IN >= len(misses) + facts.stays):
        return Credit.WATCH
    return Credit.GOOD if facts.stays else Credit.NOT_KNOWN


def standing_of(facts: Facts, today: date) -> Standing:
    """The standing that facts lead to, whatever their order."""
    tenths = mean_tenths(counted_answers(facts.answers, today))
    return Standing(
        satisfaction=satisfaction_of(tenths, has_open_case=bool(facts.open_cases)),
        tenths=tenths,
        credit=credit_of(facts, today),
    )
