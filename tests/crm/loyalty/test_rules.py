"""Membership numbers and the signs of entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.loyalty import rules
from crm.loyalty.terms import PointKind

serials = st.integers(0, 10**8 - 1)


class TestNumbers:
    @pytest.mark.parametrize(("serial", "number"), [(0, "8000000003"), (12345678, "8123456785")])
    def test_known_ones(self, serial, number):
        assert rules.member_number(serial) == number

    @given(serials)
    def test_every_number_is_one_of_ours(self, serial):
        number = rules.member_number(serial)
        assert rules.is_member_number(number)
        assert rules.is_member_number(f"{number[:4]} {number[4:7]}-{number[7:]}")

    @given(serials, st.integers(1, 9), st.integers(1, 9))
    def test_one_wrong_digit_is_noticed(self, serial, place, shift):
        number = rules.member_number(serial)
        wrong = str((int(number[place]) + shift) % 10)
        assert not rules.is_member_number(number[:place] + wrong + number[place + 1 :])

    @given(serials, st.integers(1, 8))
    def test_two_neighbours_swapped_are_noticed(self, serial, place):
        number = rules.member_number(serial)
        pair = {number[place], number[place + 1]}
        swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
        # Luhn cannot tell 09 from 90, and equal digits are no swap.
        assert rules.is_member_number(swapped) is (len(pair) == 1 or pair == {"0", "9"})

    @pytest.mark.parametrize("text", ["", "812345678", "7123456785", "812345678５", "81234567855"])
    def test_others_are_none(self, text):
        assert not rules.is_member_number(text)

    @pytest.mark.parametrize("serial", [-1, 10**8])
    def test_a_serial_has_its_length(self, serial):
        with pytest.raises(ValueError, match="8 digits"):
            rules.member_number(serial)


class TestSigns:
    @pytest.mark.parametrize(
        ("kind", "points", "fits"),
        [
            (PointKind.EARNED, 5, True),
            (PointKind.EARNED, -5, False),
            (PointKind.REDEEMED, -5, True),
            (PointKind.REDEEMED, 5, False),
            (PointKind.ADJUSTED, 5, True),
            (PointKind.ADJUSTED, -5, True),
            (PointKind.REVERSED, -5, True),
            (PointKind.ADJUSTED, 0, False),
        ],
    )
    def test_gifts_add_and_takings_take(self, kind, points, fits):
        assert rules.sign_fits(kind, points) is fits
