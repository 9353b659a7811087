"""How often chance alone looks like a habit."""

from collections import Counter
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from crm.sensing.chance import critical, least_cases, rate_per_mille, tail

rates = st.integers(1, 1000)


class TestTail:
    def test_of_four_of_five_at_thirty_one_per_cent(self):
        assert isclose(tail(4, 5, 310), 5 * 0.31**4 * 0.69 + 0.31**5)

    @given(st.integers(1, 12), rates)
    def test_falls_with_every_case_and_begins_at_one(self, out_of, rate):
        tails = [tail(k, out_of, rate) for k in range(out_of + 1)]
        assert isclose(tails[0], 1.0)
        assert tails == sorted(tails, reverse=True)


class TestBaseRate:
    def test_is_never_nothing_and_never_above_one(self):
        assert rate_per_mille(0, 30) == 32
        assert rate_per_mille(30, 30) == 969
        assert rate_per_mille(0, 10**6) == 1


class TestLeastCases:
    def test_three_half_and_twice_the_house(self):
        assert least_cases(4, 10) == 3
        assert least_cases(10, 10) == 5
        assert least_cases(10, 310) == 7
        assert least_cases(10, 501) > 10


class TestCritical:
    def test_what_the_house_has_at_31_per_cent_needs_more_than_four_of_five(self):
        assert critical({310: 1}, 5, 0.05)[310] == 4
        assert critical(Counter([310, 250, 300, 400, 150, 60]), 5, 0.03)[310] == 5

    @given(
        st.dictionaries(rates, st.integers(1, 40), max_size=30),
        st.integers(3, 10),
        st.sampled_from([0.05, 0.03, 0.0025]),
    )
    def test_no_more_false_proposals_than_allowed_over_all_codes(self, tried, out_of, allowed):
        needed = critical(tried, out_of, allowed)
        false = sum(tried[rate] * tail(cases, out_of, rate) for rate, cases in needed.items())
        assert false <= allowed + 1e-12
        assert all(cases >= least_cases(out_of, rate) for rate, cases in needed.items())

    @given(st.integers(3, 10), rates, st.integers(1, 200))
    def test_more_codes_never_make_it_easier(self, out_of, rate, codes):
        alone, among = critical({rate: 1}, out_of, 0.05), critical({rate: codes}, out_of, 0.05)
        assert among.get(rate, out_of + 1) >= alone.get(rate, out_of + 1)
