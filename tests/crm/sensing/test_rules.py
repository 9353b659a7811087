"""Which habits a guest's stays show, and how a proposal stands after each look."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.preferences.terms import PreferenceStatus, RetiredWhy, Sensitivity
from crm.sensing import rules
from crm.sensing.finding import Claim, judged
from crm.sensing.rules import Before, Found, Rates, Seen, Trait
from crm.sensing.terms import HabitState, Occasion

DAY = date(2026, 11, 20)
HIGH, TUB, TEA = Trait("FL.HIGH"), Trait("BT.TUB"), Trait("AM.TEA", "Longjing 龙井")
S, O = HabitState, Occasion  # noqa: E741
CONFIRMED, RETIRED = PreferenceStatus.CONFIRMED, PreferenceStatus.RETIRED


def stay(ago, *room, no=None, folio=None, hotel=0):
    left = DAY - timedelta(days=30 * ago)
    return Seen(hotel, left, no or str(100 + ago), (room, None, folio, None, None))


def stays(*shown):
    return [stay(ago, *traits) for ago, traits in enumerate(shown)]


def rates(high=120, tub=150, stays=1000, hotel=0):
    return Rates(
        [
            (hotel, O.ROOM, HIGH, high * stays // 1000, stays),
            (hotel, O.ROOM, TUB, tub * stays // 1000, stays),
            (hotel, O.FOLIO, TEA, stays // 20, stays),
        ]
    )


def codes(found):
    return [one.trait for one in found]


def found(*days_ago, code="FL.HIGH", value=""):
    days = tuple(DAY - timedelta(days=ago) for ago in days_ago)
    return Found(Trait(code, value), O.ROOM, 0, len(days), 5, 120, days)


class TestHabits:
    def test_four_of_five_where_the_house_has_one_in_eight(self):
        (one,) = rules.habits_of(stays([HIGH], [HIGH], [], [HIGH], [HIGH]), rates())
        assert (one.trait, one.cases, one.out_of) == (HIGH, 4, 5)
        assert one.base_per_mille == 121
        assert one.lift_percent == 661

    def test_the_same_is_none_where_the_house_has_it_often(self):
        shown = stays([HIGH], [HIGH], [], [HIGH], [HIGH])
        assert rules.habits_of(shown, rates(high=400)) == []

    def test_two_stays_are_none(self):
        assert rules.habits_of(stays([HIGH], [HIGH]), rates(high=10)) == []

    def test_a_house_that_knows_few_stays_says_nothing(self):
        assert rules.habits_of(stays(*[[HIGH]] * 6), rates(stays=29)) == []

    def test_stays_where_it_could_not_be_seen_do_not_count_against_it(self):
        shown = [stay(0, HIGH), *(stay(n)._replace(shown=(None,) * 5) for n in range(1, 6))]
        shown += [stay(n, HIGH) for n in range(6, 10)]
        (one,) = rules.habits_of(shown, rates())
        assert (one.cases, one.out_of) == (5, 5)

    def test_a_changed_wish_is_seen_on_the_last_five_stays(self):
        shown = stays(*[[TUB]] * 5, *[[HIGH]] * 5)
        assert codes(rules.habits_of(shown, rates(high=300)))[0] == TUB

    def test_older_than_the_last_ten_stays_is_forgotten(self):
        assert rules.habits_of(stays(*[[]] * 10, *[[HIGH]] * 10), rates()) == []

    def test_what_the_house_has_never_seen_is_rare(self):
        tea = Trait("AM.TEA", "Spring bud")
        shown = [stay(n, folio=(tea,)) for n in range(4)]
        assert codes(rules.habits_of(shown, rates())) == [tea]

    def test_hotels_are_weighed_by_where_the_stays_were(self):
        both = Rates([(0, O.ROOM, HIGH, 900, 1000), (1, O.ROOM, HIGH, 50, 1000)])
        there = [stay(n, HIGH, hotel=1) for n in range(5)]
        here = [stay(n, HIGH, hotel=0) for n in range(5)]
        assert codes(rules.habits_of(there, both)) == [HIGH]
        assert rules.habits_of(here, both) == []
        assert rules.habits_of([*there[:2], *here[:3]], both) == []

    def test_in_one_and_the_same_room_only_the_room_is_proposed(self):
        same = rules.with_repeats([stay(n, HIGH, TUB, no="1808") for n in range(6)])
        known = Rates([(0, O.AGAIN, rules.SAME_ROOM, 5, 1000), (0, O.ROOM, HIGH, 90, 1000)])
        assert codes(rules.habits_of(same, known)) == [rules.SAME_ROOM]

    @given(st.lists(st.lists(st.sampled_from([HIGH, TUB]), unique=True), max_size=14))
    def test_are_as_often_as_they_say(self, shown):
        for one in rules.habits_of(stays(*shown), rates(high=60, tub=60)):
            looked = shown[: one.out_of]
            assert one.cases == sum(one.trait in traits for traits in looked) == len(one.days)
            assert one.cases >= 3
            assert 2 * one.cases >= one.out_of
            assert list(one.days) == sorted(one.days, reverse=True)


class TestSameRoom:
    def test_compares_with_the_stay_before_in_the_same_hotel(self):
        told = rules.with_repeats(
            [stay(0, no="5"), stay(1, no="7", hotel=1), stay(2, no="5"), stay(3, no="6")]
        )
        again = [one.shown[1] for one in told]
        assert again == [(rules.SAME_ROOM,), None, (), None]

    def test_by_chance_is_the_sum_of_squared_shares_within_a_kind(self):
        assert rules.chance_of_same_room({("K", "1"): 50, ("K", "2"): 50}) == (50, 100)
        assert rules.chance_of_same_room({("K", "1"): 1, ("T", "2"): 1}) == (2, 2)


class TestFloors:
    def test_the_house_s_own_mark_comes_first(self):
        assert rules.high_floors([3, 4, 5, 6, 7, 8], [7, 8]) == (6, 5)

    def test_else_the_upper_third_is_high(self):
        assert rules.high_floors(list(range(1, 13)), []) == (9, 5)

    def test_a_low_house_has_no_high_floors(self):
        assert rules.high_floors([1, 2, 3], []) == (None, None)


class TestStanding:
    @pytest.mark.parametrize(
        ("before", "shown", "after"),
        [
            (None, None, None),
            (None, found(1), S.OPEN),
            (S.OPEN, None, S.FADED),
            (S.FADED, found(1), S.OPEN),
            (S.OPEN, found(1), S.OPEN),
            (S.DISMISSED, None, S.DISMISSED),
            (S.DISMISSED, found(1, 2, 40, 50), S.DISMISSED),
            (S.DISMISSED, found(1, 2, 3, 40), S.OPEN),
            (S.ACCEPTED, found(1, 2), S.ACCEPTED),
        ],
    )
    def test_follows_from_the_answer_and_the_cases_since(self, before, shown, after):
        answered = DAY - timedelta(days=10)
        stood = None if before is None else Before(before, answered)
        assert rules.standing(stood, shown) is after


CONFLICTS = {"FL.HIGH": {"FL.LOW"}, "PL.DOWN": {"AL.FEATHER"}}


class TestClaims:
    def claim(self, code, *, value=None, status=CONFIRMED, **more):
        facts = {"sensitivity": Sensitivity.NORMAL, "retired_why": None, "retired_on": None}
        return Claim(code, value, status, **(facts | more))

    def test_known_ones_are_not_proposed(self):
        assert judged([found(1)], [self.claim("FL.HIGH")], CONFLICTS) == []
        tea = found(1, code="AM.TEA", value="Longjing 龙井")
        assert judged([tea], [self.claim("AM.TEA", value="longjing")], {}) == []
        assert judged([tea], [self.claim("AM.TEA", value="Pu'er")], {}) == [(tea, None)]

    def test_expired_ones_are(self):
        expired = self.claim("FL.HIGH", status=PreferenceStatus.EXPIRED)
        assert judged([found(1)], [expired], {}) == [(found(1), None)]

    def test_contradicted_ones_ask_whether_the_wish_has_changed(self):
        assert judged([found(1)], [self.claim("FL.LOW")], CONFLICTS) == [(found(1), "FL.LOW")]

    def test_nothing_is_asked_that_would_name_an_allergy(self):
        feather = self.claim("AL.FEATHER", sensitivity=Sensitivity.SPECIAL)
        assert judged([found(1, code="PL.DOWN")], [feather], CONFLICTS) == []

    @pytest.mark.parametrize(("days", "proposed"), [((1, 2, 30), False), ((1, 2, 3), True)])
    def test_taken_off_the_file_needs_as_many_new_cases(self, days, proposed):
        gone = self.claim(
            "FL.HIGH",
            status=RETIRED,
            retired_why=RetiredWhy.DENIED,
            retired_on=DAY - timedelta(days=10),
        )
        assert bool(judged([found(*days)], [gone], {})) is proposed
