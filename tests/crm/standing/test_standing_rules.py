"""Satisfaction and credit: tables computed by hand, and facts in any order."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.standing import rules
from crm.standing.rules import Answer, Facts, Miss, OpenCase
from crm.standing.terms import Credit, Satisfaction, WhyCredit, WhySatisfaction

TODAY = date(2026, 11, 24)
HOTEL = UUID(int=1)


def answers(*scores, first_on=TODAY):
    """Newest first, a day apart."""
    return [
        Answer(first_on - timedelta(days=no), UUID(int=no), WhySatisfaction.SURVEY, HOTEL, score)
        for no, score in enumerate(scores)
    ]


def misses(*kinds, on=TODAY):
    return [
        Miss(on - timedelta(days=no), UUID(int=no), kind, HOTEL) for no, kind in enumerate(kinds)
    ]


OPEN = [OpenCase(TODAY, UUID(int=9), HOTEL)]
GONE, LATE = WhyCredit.NO_SHOW, WhyCredit.LATE_CANCELLATION


@pytest.mark.parametrize(
    ("scores", "tenths", "open_cases", "satisfaction"),
    [
        ((), None, [], Satisfaction.NOT_KNOWN),
        ((), None, OPEN, Satisfaction.NOT_KNOWN),
        ((7,), 70, [], Satisfaction.SATISFIED),
        ((7,), 70, OPEN, Satisfaction.MIXED),
        ((6,), 60, [], Satisfaction.MIXED),
        ((5,), 50, [], Satisfaction.MIXED),
        ((4,), 40, [], Satisfaction.UNSATISFIED),
        ((0,), 0, [], Satisfaction.UNSATISFIED),
        ((4,), 40, OPEN, Satisfaction.UNSATISFIED),
        # (2·9 + 4) ÷ 3 = 7.33
        ((9, 4), 73, [], Satisfaction.SATISFIED),
        # (2·4 + 9) ÷ 3 = 5.67
        ((4, 9), 57, [], Satisfaction.MIXED),
        # (4·3 + 2·8 + 10) ÷ 7 = 5.43
        ((3, 8, 10), 54, [], Satisfaction.MIXED),
        # Six count: (32·10 + 16·10 + 8·10 + 4·10 + 2·10 + 10) ÷ 63, the seventh does not.
        ((10, 10, 10, 10, 10, 10, 0), 100, [], Satisfaction.SATISFIED),
    ],
)
def test_satisfaction(scores, tenths, open_cases, satisfaction):
    found = rules.standing_of(Facts(answers=answers(*scores), open_cases=open_cases), TODAY)
    assert (found.tenths, found.satisfaction) == (tenths, satisfaction)


@pytest.mark.parametrize(
    ("on", "counts"), [(date(2023, 11, 25), True), (date(2023, 11, 24), False)]
)
def test_answers_of_three_years_count(on, counts):
    found = rules.standing_of(Facts(answers=answers(2, first_on=on)), TODAY)
    assert (found.satisfaction is Satisfaction.UNSATISFIED) is counts


def test_three_years_before_a_leap_day():
    assert rules.years_before(date(2028, 2, 29), 3) == date(2025, 2, 28)


@pytest.mark.parametrize(
    ("facts", "credit"),
    [
        ({}, Credit.NOT_KNOWN),
        ({"stays": 1}, Credit.GOOD),
        ({"has_caution": True, "stays": 9}, Credit.WATCH),
        ({"misses": misses(GONE), "stays": 1}, Credit.GOOD),
        ({"misses": misses(GONE)}, Credit.NOT_KNOWN),
        ({"misses": misses(GONE, GONE), "stays": 8}, Credit.WATCH),
        ({"misses": misses(GONE, GONE), "stays": 9}, Credit.GOOD),
        ({"misses": misses(GONE, LATE, LATE), "stays": 57}, Credit.GOOD),
        ({"misses": misses(LATE, LATE), "stays": 1}, Credit.GOOD),
        ({"misses": misses(LATE, LATE, LATE)}, Credit.WATCH),
        ({"misses": misses(GONE, LATE, LATE), "stays": 3}, Credit.WATCH),
        ({"misses": misses(GONE, GONE, on=date(2024, 11, 24)), "stays": 1}, Credit.GOOD),
    ],
)
def test_credit(facts, credit):
    assert rules.credit_of(Facts(**facts), TODAY) is credit


@pytest.mark.parametrize(
    ("cancelled", "late"),
    [(date(2026, 11, 20), False), (date(2026, 11, 22), False), (date(2026, 11, 23), True),
     (date(2026, 11, 24), True), (date(2026, 11, 25), True)],
)  # fmt: skip
def test_late(cancelled, late):
    assert rules.is_late(cancelled, TODAY) is late


_DAYS = st.integers(0, 1500).map(lambda days: TODAY - timedelta(days=days))
_KEYS = st.uuids()
_ANSWERS = st.lists(
    st.builds(
        Answer, _DAYS, _KEYS, st.sampled_from(WhySatisfaction), st.just(HOTEL), st.integers(0, 10)
    ),
    max_size=9,
)
_MISSES = st.lists(
    st.builds(Miss, _DAYS, _KEYS, st.sampled_from([GONE, LATE]), st.just(HOTEL)), max_size=5
)


@given(answers=_ANSWERS, misses=_MISSES, stays=st.integers(0, 3), order=st.randoms())
def test_facts_in_any_order_lead_to_the_same(answers, misses, stays, order):
    found = rules.standing_of(Facts(answers=answers, misses=misses, stays=stays), TODAY)
    order.shuffle(answers)
    order.shuffle(misses)
    again = rules.standing_of(Facts(answers=answers, misses=misses, stays=stays), TODAY)
    assert found == again
    scores = [one.score for one in rules.counted_answers(answers, TODAY)]
    assert (found.tenths is None) is (not scores)
    if found.tenths is not None:
        assert min(scores) * 10 <= found.tenths <= max(scores) * 10


@given(scores=st.lists(st.integers(0, 10), min_size=1, max_size=6), worse=st.integers(1, 10))
def test_the_newest_counts_most(scores, worse):
    """A worse newest answer never makes the mean better."""
    before = rules.mean_tenths(answers(*scores))
    after = rules.mean_tenths(answers(max(0, scores[0] - worse), *scores[1:]))
    assert after <= before
