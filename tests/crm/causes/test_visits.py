"""Who came back against whom: Newcombe's own table, weights by hand, visits by chance."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.causes import rules, visits
from crm.causes.terms import ReturnGroup, ReturnVerdict
from crm.causes.visits import Slept, Tally, Told

DAY = date(2026, 1, 10)


def on(day: int) -> date:
    return DAY + timedelta(days=day)


def slept(*stays: tuple[int, int]) -> list[Slept]:
    return [Slept(no, on(begin), on(end)) for no, (begin, end) in enumerate(stays)]


class TestNewcombe:
    @pytest.mark.parametrize(
        ("one", "two", "low", "high"),
        [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0000),
            ((10, 10), (0, 10), 0.6075, 1.0000),
        ],
    )
    def test_table_two_of_the_paper(self, one, two, low, high):
        """Newcombe 1998, table II, method 10, contrasts (a) to (h)."""
        found = rules.newcombe((one[0] / one[1], one[1]), (two[0] / two[1], two[1]))
        assert (round(found.low, 4), round(found.high, 4)) == (low, high)
        assert found.value == pytest.approx(one[0] / one[1] - two[0] / two[1])

    @given(st.data())
    def test_it_holds_the_difference_and_turns_with_its_sides(self, data):
        sides = []
        for _ in range(2):
            of = data.draw(st.integers(1, 400))
            sides.append((data.draw(st.integers(0, of)) / of, of))
        found, turned = rules.newcombe(*sides), rules.newcombe(*sides[::-1])
        assert -1 - 1e-9 <= found.low <= found.value + 1e-12
        assert found.value <= found.high + 1e-12 <= 1 + 1e-9
        assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


class TestCompare:
    def test_weights_by_hand(self):
        """30 guests in A, 10 in B; comparable 90 of whom 18 came back, and 10 of whom 6.

        Share of the comparable (30 · 0.2 + 10 · 0.6) ÷ 40 = 0.3; they are worth
        40² ÷ (30² ÷ 90 + 10² ÷ 10) = 1600 ÷ 20 = 80 guests. The group: 20 of 40 = 0.5.
        """
        a, b, alone = (2026, 0, 0), (2026, 0, 2), (2025, 3, 1)
        group = {a: Tally(30, 12), b: Tally(10, 8), alone: Tally(5, 5)}
        found = visits.compare(
            group, {a: Tally(90, 18), b: Tally(10, 6), (2026, 1, 0): Tally(9, 9)}
        )
        assert (found.guests, found.returned, found.unmatched) == (40, 20, 5)
        assert (found.comparable, found.worth) == (100, pytest.approx(80))
        assert found.comparable_share == pytest.approx(0.3)
        # Wilson 20 of 40: 0.3520-0.6480, 24 of 80: 0.2107-0.4076, so
        # 0.2 - √(0.1480² + 0.1076²) and 0.2 + √(0.1480² + 0.0893²).
        assert found.difference.value == pytest.approx(0.2)
        assert found.difference.low == pytest.approx(0.0170, abs=2e-4)
        assert found.difference.high == pytest.approx(0.3729, abs=2e-4)
        assert found.verdict is ReturnVerdict.MORE

    @pytest.mark.parametrize(
        ("group", "others", "verdict"),
        [
            (Tally(100, 10), Tally(400, 120), ReturnVerdict.FEWER),
            (Tally(100, 30), Tally(400, 120), ReturnVerdict.NO_DIFFERENCE),
            (Tally(19, 19), Tally(400, 0), ReturnVerdict.TOO_FEW),
            (Tally(400, 0), Tally(19, 19), ReturnVerdict.TOO_FEW),
            (Tally(20, 20), Tally(20, 0), ReturnVerdict.MORE),
        ],
    )
    def test_what_can_be_told(self, group, others, verdict):
        assert visits.compare({(2026, 0, 0): group}, {(2026, 0, 0): others}).verdict is verdict

    def test_with_nobody_beside(self):
        found = visits.compare({(2026, 0, 0): Tally(4, 1)}, {})
        assert (found.guests, found.unmatched, found.difference) == (0, 4, None)
        assert visits.compare({}, {}).verdict is ReturnVerdict.TOO_FEW

    @given(st.integers(1, 200), st.integers(1, 200), st.data())
    def test_one_stratum_needs_no_weights(self, guests, others, data):
        back, theirs = data.draw(st.integers(0, guests)), data.draw(st.integers(0, others))
        found = visits.compare({(1, 1, 1): Tally(guests, back)}, {(1, 1, 1): Tally(others, theirs)})
        assert found.worth == pytest.approx(others)
        assert found.comparable_share == pytest.approx(theirs / others)


class TestVisits:
    def test_by_hand(self):
        """Two stays on end are one visit; a night between begins another."""
        first, second = visits.visits_of(slept((0, 3), (3, 5), (6, 7)), 4)
        assert (first.begins, first.ends, first.keys) == (on(0), on(5), (0, 1))
        assert (first.earlier, first.again) == (4, on(6))
        assert (second.earlier, second.again) == (6, None)

    def test_a_short_stay_within_a_long_one_ends_nothing(self):
        (visit,) = visits.visits_of(slept((0, 10), (2, 3), (10, 12)))
        assert (visit.ends, visit.again) == (on(12), None)

    @given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 20)), max_size=12))
    def test_no_stay_is_lost_and_visits_lie_apart(self, stays):
        made = slept(*((begin, begin + nights) for begin, nights in stays))
        found = visits.visits_of(made[::-1])
        assert sorted(key for visit in found for key in visit.keys) == list(range(len(made)))
        for one, two in pairwise(found):
            assert one.ends < two.begins == one.again
            assert two.earlier == one.earlier + len(one.keys)
        assert not found or found[-1].again is None

    @pytest.mark.parametrize(
        ("earlier", "band"), [(0, 0), (1, 1), (2, 1), (3, 2), (40, 2)]
    )  # fmt: skip
    def test_strata(self, earlier, band):
        (visit,) = visits.visits_of(slept((0, 80)), earlier)
        assert visits.stratum_of(visit) == (2026, 0, band)
        (visit,) = visits.visits_of(slept((0, 81)), earlier)
        assert visits.stratum_of(visit) == (2026, 1, band)

    def test_the_last_day_of_waiting_counts(self):
        first, *_ = visits.visits_of(slept((0, 2), (182, 183)))
        assert visits.came_back(first, 180)
        assert not visits.came_back(first, 179)
        assert visits.is_over(first, 180, on(183))
        assert not visits.is_over(first, 180, on(182))

    def test_a_case_belongs_to_its_stay_else_to_the_last_begun(self):
        seen = visits.visits_of(slept((0, 2), (10, 12)))
        told = Told(0, on(11), True, 9, False)
        assert visits.visit_of_case(told, seen) == 0
        assert visits.visit_of_case(told._replace(stay="elsewhere"), seen) == 1
        assert visits.visit_of_case(told._replace(stay=None, opened_on=on(9)), seen) == 0
        assert visits.visit_of_case(told._replace(stay=None, opened_on=on(-1)), seen) is None

    def test_the_newest_answer_counts_and_anything_given(self):
        cases = [
            Told(0, DAY, True, 3, True), Told(0, DAY, True, 8, False),
            Told(0, DAY, True, None, False),
        ]  # fmt: skip
        guest = visits.followed((2026, 0, 0), True, cases)
        assert visits.groups_of(guest) == (
            ReturnGroup.ALL, ReturnGroup.SATISFIED, ReturnGroup.RECOVERED,
        )  # fmt: skip
        silent = visits.followed((2026, 0, 0), True, cases[2:])
        assert visits.groups_of(silent)[1:] == (ReturnGroup.NOT_REACHED, ReturnGroup.NOT_RECOVERED)
        assert visits.groups_of(guest._replace(satisfaction=6))[1] is ReturnGroup.UNSATISFIED
        assert visits.groups_of(guest._replace(satisfaction=7))[1] is ReturnGroup.SATISFIED
