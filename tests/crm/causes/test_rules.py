"""The arithmetic of causes and ratios against tables computed by hand, and by chance."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.causes import rules
from crm.causes.terms import Signal
from crm.notes.rules import watch_at
from crm.notes.terms import Shift

COUNTS = st.dictionaries(st.text(max_size=4), st.integers(0, 500), max_size=30)
PERIODS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 20_000)), max_size=40)


class TestPareto:
    def test_by_hand(self):
        """100 complaints: 45 + 25 + 20 + 10, so 45, 70, 90 and 100 per cent so far."""
        bars = rules.pareto({"food": 10, "noise": 45, "air": 25, "bath": 20, "bed": 0})
        assert [(bar.key, bar.cases) for bar in bars] == [
            ("noise", 45), ("air", 25), ("bath", 20), ("food", 10),
        ]  # fmt: skip
        assert [bar.share for bar in bars] == [0.45, 0.25, 0.20, 0.10]
        assert [bar.cumulative for bar in bars] == [0.45, 0.70, 0.90, 1.0]

    def test_equal_ones_stand_by_key_and_others_stand_last(self):
        bars = rules.pareto({"d": 2, "c": 2, "b": 2, "a": 1, "e": 2}, most=2)
        assert [(bar.key, bar.cases) for bar in bars] == [("b", 2), ("c", 2), (None, 5)]

    def test_of_nothing(self):
        assert rules.pareto({}) == rules.pareto({"noise": 0}) == []

    @given(COUNTS, st.integers(1, 20))
    def test_nothing_is_lost_and_the_order_falls(self, counts, most):
        bars = rules.pareto(counts, most)
        assert sum(bar.cases for bar in bars) == sum(counts.values())
        named = [bar.cases for bar in bars if bar.key is not None]
        assert named == sorted(named, reverse=True)
        assert len(named) <= most
        so_far = [bar.cumulative for bar in bars]
        assert so_far == sorted(so_far)
        assert not bars or so_far[-1] == 1.0
        assert sum(bar.share for bar in bars) == pytest.approx(1.0 if bars else 0.0)


class TestRatio:
    def test_by_hand(self):
        """18 complaints in 4,500 nights are 4 in 1,000."""
        assert rules.ratio(18, 4_500) == 4.0
        assert rules.ratio(0, 4_500) == 0.0
        assert rules.ratio(3, 0) is None


class TestChart:
    def test_limits_by_hand(self):
        """12 + 20 + 4 complaints in 4,000 + 4,000 + 1,000 nights: mean 36 ÷ 9 = 4 in 1,000.

        For n = 4: 4 ± 3·√(4 ÷ 4) = 1 and 7; for n = 1: 4 ± 3·√4 = −2, so 0, and 10.
        """
        chart = rules.u_chart([(12, 4_000), (20, 4_000), (4, 1_000)])
        assert chart.mean == 4.0
        assert [(p.ratio, p.lower, p.upper) for p in chart.points] == [
            (3.0, 1.0, 7.0), (5.0, 1.0, 7.0), (4.0, 0.0, 10.0),
        ]  # fmt: skip
        assert [p.expected for p in chart.points] == [16.0, 16.0, 4.0]
        assert [p.is_small for p in chart.points] == [False, False, True]
        assert not any(p.signals for p in chart.points)

    def test_beyond_the_limits(self):
        """Nine months of 4, one of 14 and one of 0, of 1,000 nights each: mean 50 ÷ 11 = 4.545,
        upper limit 4.545 + 3·2.132 = 10.942. With 4,000 nights, 16, 56 and 0: the lower limit is
        4.545 − 3·1.066 = 1.347."""
        small = rules.u_chart([(4, 1_000)] * 9 + [(14, 1_000), (0, 1_000)])
        assert small.points[0].upper == pytest.approx(10.942, abs=0.001)
        assert small.points[9].signals == (Signal.ABOVE,)
        assert small.points[10].signals == ()
        large = rules.u_chart([(16, 4_000)] * 5 + [(56, 4_000)] + [(16, 4_000)] * 4 + [(0, 4_000)])
        assert large.points[10].lower == pytest.approx(1.347, abs=0.001)
        assert large.points[10].signals == (Signal.BELOW,)

    def test_eight_in_a_row_on_one_side(self):
        """The mean of eight months of 5 and eight of 3 is 4; the eighth of each is marked."""
        chart = rules.u_chart([(5, 1_000)] * 8 + [(3, 1_000)] * 8)
        marked = [no for no, p in enumerate(chart.points) if Signal.RUN in p.signals]
        assert marked == [7, 15]

    def test_a_month_on_the_mean_ends_a_run_and_one_without_nights_does_not(self):
        five, three, four = [(5, 1_000)], [(3, 1_000)], [(4, 1_000)]
        broken = rules.u_chart(five * 4 + four + five * 4 + three * 8)
        assert [no for no, p in enumerate(broken.points) if p.signals] == [16]
        shut = rules.u_chart(five * 4 + [(0, 0)] + five * 4 + three * 8)
        assert [no for no, p in enumerate(shut.points) if p.signals] == [8, 16]
        assert shut.points[4].ratio is shut.points[4].upper is None

    def test_of_nothing(self):
        assert rules.u_chart([]) == rules.Chart(None, [])
        assert rules.u_chart([(3, 0)]).mean is None

    @given(PERIODS)
    def test_limits_hold_the_mean_and_are_never_negative(self, periods):
        chart = rules.u_chart(periods)
        assert len(chart.points) == len(periods)
        for point in chart.points:
            if point.ratio is None:
                continue
            assert 0 <= point.lower <= chart.mean <= point.upper
            beyond = point.ratio > point.upper or point.ratio < point.lower
            assert beyond == bool({Signal.ABOVE, Signal.BELOW} & set(point.signals))
        if chart.mean is not None:
            expected = sum(p.expected for p in chart.points)
            assert expected == pytest.approx(sum(c for c, _ in periods))

    @given(st.integers(1, 300), st.integers(100, 5_000), st.integers(2, 16))
    def test_more_nights_make_narrower_limits(self, complaints, nights, times):
        chart = rules.u_chart([(complaints, nights), (complaints * times, nights * times)])
        few, many = chart.points
        assert many.upper - chart.mean <= few.upper - chart.mean


class TestPercentile:
    @pytest.mark.parametrize(
        ("percent", "found"), [(5, 15), (30, 20), (40, 20), (50, 35), (100, 50)]
    )
    def test_by_hand(self, percent, found):
        """Of 15, 20, 35, 40, 50: places ⌈0.25⌉, ⌈1.5⌉, 2, ⌈2.5⌉ and 5."""
        assert rules.percentile([50, 15, 40, 20, 35], percent) == found

    def test_of_nothing(self):
        assert rules.percentile([], 50) is None

    @given(st.lists(st.integers(0, 99), min_size=1), st.integers(1, 100))
    def test_so_many_percent_do_not_exceed_it(self, values, percent):
        found = rules.percentile(values, percent)
        assert found in values
        assert sum(v <= found for v in values) * 100 >= percent * len(values)
        assert sum(v < found for v in values) * 100 < percent * len(values)


class TestProportion:
    def test_by_hand(self):
        """9 of 10, z² = 3.8415: (0.9 + 0.19207 ± 1.95996·√(0.009 + 0.0096036)) ÷ 1.38415
        = (1.09207 ± 0.26733) ÷ 1.38415 = 0.5958 and 0.9821 (Wilson)."""
        found = rules.proportion(9, 10)
        assert found.share == 0.9
        assert found.low == pytest.approx(0.5958, abs=0.0001)
        assert found.high == pytest.approx(0.9821, abs=0.0001)

    def test_of_nothing(self):
        assert rules.proportion(0, 0) == rules.Proportion(0, 0, None, None, None)

    @given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
    def test_holds_the_share_and_stays_within(self, told):
        found = rules.proportion(*told)
        assert 0 <= found.low <= found.share + 1e-12
        assert found.share - 1e-12 <= found.high <= 1


class TestNights:
    def test_over_two_months(self):
        """From 29 October to 3 November: 29, 30, 31 October and 1, 2 November."""
        slept = rules.nights_by_month(date(2026, 10, 29), date(2026, 11, 3), date(2026, 12, 1))
        assert list(slept) == [(date(2026, 10, 1), 3), (date(2026, 11, 1), 2)]

    def test_nights_to_come_are_not_slept(self):
        on = date(2026, 11, 20)
        assert list(rules.nights_by_month(on, date(2026, 11, 28), date(2026, 11, 24))) == [
            (date(2026, 11, 1), 4)
        ]
        assert list(rules.nights_by_month(on, on, date(2026, 12, 1))) == []
        assert list(rules.nights_by_month(on, date(2026, 11, 21), on)) == []

    @given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), st.integers(0, 500), st.integers(-9, 600))
    def test_every_night_once(self, arrival, nights, seen):
        departure, until = arrival + timedelta(days=nights), arrival + timedelta(days=seen)
        found = list(rules.nights_by_month(arrival, departure, until))
        assert sum(n for _, n in found) == max(0, min(nights, seen))
        assert len({month for month, _ in found}) == len(found)
        assert all(month.day == 1 for month, _ in found)

    def test_months(self):
        found = rules.months(date(2025, 11, 30), date(2026, 1, 1))
        assert found == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]

    def test_a_day_begins_on_the_hotel_s_clock(self):
        begun = rules.day_begins(date(2026, 3, 29), "Europe/Berlin")
        assert begun == datetime(2026, 3, 28, 23, tzinfo=UTC)
        assert rules.day_begins(date(2026, 3, 30), "Europe/Berlin") - begun == timedelta(hours=23)


@pytest.mark.parametrize("hour", range(24))
def test_shifts_are_those_of_the_handover(hour):
    at = datetime(2026, 11, 24, hour, 30, tzinfo=UTC)
    assert rules.shift_of_hour(hour) is watch_at(at, "UTC").shift
    assert rules.shift_of_hour(hour) in Shift
