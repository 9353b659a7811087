"""Moves of a stay, nights, and the divisions behind the derived figures."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.stays import rules
from crm.stays.terms import StayStatus

BOOKED, HERE, LEFT, CANCELLED, MISSED = StayStatus
DAY = date(2026, 11, 24)
numbers = st.integers(-(10**12), 10**12)


class TestMoves:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            (BOOKED, HERE),
            (BOOKED, CANCELLED),
            (BOOKED, MISSED),
            (HERE, LEFT),
            (HERE, BOOKED),
            (LEFT, HERE),
            (CANCELLED, BOOKED),
            (MISSED, BOOKED),
            (MISSED, HERE),
        ],
    )
    def test_these_are_allowed(self, before, after):
        assert rules.may_move(before, after)

    @pytest.mark.parametrize(
        ("before", "after"),
        [(BOOKED, LEFT), (CANCELLED, HERE), (CANCELLED, LEFT), (LEFT, CANCELLED), (HERE, MISSED)],
    )
    def test_these_are_not(self, before, after):
        assert not rules.may_move(before, after)

    def test_every_status_has_its_moves_and_none_stays_in_place(self):
        assert set(rules.MOVES) == set(StayStatus)
        assert not any(status in rules.MOVES[status] for status in StayStatus)

    def test_every_status_can_be_reached_from_a_booking(self):
        reached, todo = {BOOKED}, [BOOKED]
        while todo:
            for after in rules.MOVES[todo.pop()] - reached:
                reached.add(after)
                todo.append(after)
        assert reached == set(StayStatus)


class TestNights:
    def test_day_use_has_none(self):
        assert rules.nights_between(DAY, DAY) == 0

    def test_three(self):
        assert rules.nights_between(DAY, DAY + timedelta(days=3)) == 3


class TestSeenOn:
    @pytest.mark.parametrize(
        ("status", "arrival", "departure", "seen"),
        [
            (LEFT, -3, -1, -1),
            (HERE, -1, 2, 0),
            (HERE, -4, -1, -1),
            (HERE, 1, 2, 1),
            (BOOKED, -1, 2, None),
            (CANCELLED, -1, 2, None),
            (MISSED, -1, 2, None),
        ],
    )
    def test_is_the_last_day_that_is_sure(self, status, arrival, departure, seen):
        found = rules.seen_on(
            status, DAY + timedelta(days=arrival), DAY + timedelta(days=departure), DAY
        )
        assert found == (None if seen is None else DAY + timedelta(days=seen))


class TestStayNumber:
    @pytest.mark.parametrize(
        ("before", "status", "number"),
        [
            (0, BOOKED, 1),
            (0, None, 1),
            (13, BOOKED, 14),
            (14, HERE, 14),
            (14, LEFT, 14),
            (13, CANCELLED, 14),
            # A companion in house whose figures were not counted yet is still on a first stay.
            (0, HERE, 1),
        ],
    )
    def test_counts_the_stay_in_house_once(self, before, status, number):
        assert rules.stay_number(before, status) == number


class TestPer:
    @pytest.mark.parametrize(
        ("amount", "count", "each"),
        [
            (100, 3, 33),
            (200, 3, 67),
            (5, 2, 3),
            (-5, 2, -3),
            (7, 0, None),
            (0, 4, 0),
            (9, -1, None),
        ],
    )
    def test_rounds_half_away_from_zero(self, amount, count, each):
        assert rules.per(amount, count) == each

    @given(numbers, st.integers(1, 10**6))
    def test_is_never_more_than_half_a_unit_off(self, amount, count):
        each = rules.per(amount, count)
        assert each is not None
        assert abs(2 * (each * count - amount)) <= count


class TestDiscount:
    @pytest.mark.parametrize(
        ("amount", "discount", "per_mille"),
        [(90, 10, 100), (100, 0, 0), (0, 100, 1000), (0, 0, None), (-10, 5, None)],
    )
    def test_is_of_the_price_before_it(self, amount, discount, per_mille):
        assert rules.discount_per_mille(amount, discount) == per_mille

    @given(st.integers(0, 10**9), st.integers(0, 10**9))
    def test_lies_between_nothing_and_all(self, amount, discount):
        found = rules.discount_per_mille(amount, discount)
        assert found is None or 0 <= found <= 1000


class TestChangedFields:
    def test_names_only_what_differs(self):
        before = {"room_no": "1808", "adults": 2, "eta": None}
        assert rules.changed_fields(before, {"room_no": "1611", "adults": 2, "eta": None}) == [
            "room_no"
        ]


class TestFreeOf:
    def test_leaves_out_the_guest_and_repeats(self):
        assert rules.free_of([3, 1, 3, 2], 1) == [3, 2]
