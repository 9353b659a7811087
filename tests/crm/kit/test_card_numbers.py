"""Card numbers leave every text they stand in; other numbers stay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.kit.card_numbers import (
    CODE_REMOVED,
    REMOVED,
    is_card_number,
    scrubbed,
    without_cards,
)

# The issuers' published test numbers.
CARDS = (
    "4111111111111111", "4012888888881881", "4222222222222", "5555555555554444",
    "5105105105105100", "2223003122003222", "378282246310005", "371449635398431",
    "6011111111111117", "3530111333300000", "30569309025904", "38520000023237",
    "6200000000000005", "6759649826438453", "4000000000000000006",
)  # fmt: skip


def with_check_digit(head):
    return next(f"{head}{d}" for d in range(10) if is_card_number(f"{head}{d}"))


class TestCards:
    @pytest.mark.parametrize("number", CARDS)
    def test_are_recognised(self, number):
        assert is_card_number(number)

    @pytest.mark.parametrize("number", CARDS)
    @pytest.mark.parametrize("gap", ["", " ", "-", ".", "\u00a0", " - "[:2]])
    def test_are_cut_out_however_grouped(self, number, gap):
        grouped = gap.join(number[i : i + 4] for i in range(0, len(number), 4))
        cleaned, count = without_cards(f"Guarantee {grouped}, late arrival")
        assert (cleaned, count) == (f"Guarantee {REMOVED}, late arrival", 1)

    def test_in_full_width_digits(self):
        wide = "".join(chr(ord("０") + int(d)) for d in "4111111111111111")
        assert without_cards(f"卡号{wide}。") == (f"卡号{REMOVED}。", 1)

    @pytest.mark.parametrize(
        "text",
        [
            "4111 1111 1111 1111 12/27",
            "card:4111111111111111;exp 12/27",
            "12 4111 1111 1111 1111",
        ],
    )
    def test_beside_other_numbers(self, text):
        cleaned, count = without_cards(text)
        assert count == 1
        assert "1111" not in cleaned

    def test_two_in_one_text(self):
        cleaned, count = without_cards("4111111111111111 or 5555 5555 5555 4444")
        assert (cleaned, count) == (f"{REMOVED} or {REMOVED}", 2)

    @pytest.mark.parametrize(
        ("text", "cleaned"),
        [
            ("CVC 123", f"CVC {CODE_REMOVED}"),
            ("cvv: 1234 ok", f"cvv: {CODE_REMOVED} ok"),
            ("安全码：987", f"安全码：{CODE_REMOVED}"),
            ("room 123", "room 123"),
            ("cvc 12345", "cvc 12345"),
        ],
    )
    def test_security_codes_go_too(self, text, cleaned):
        assert without_cards(text)[0] == cleaned

    @given(st.integers(0, 10**14 - 1))
    def test_every_number_with_its_check_digit(self, middle):
        assert without_cards(with_check_digit(f"4{middle:014}")) == (REMOVED, 1)


class TestOthers:
    @pytest.mark.parametrize(
        "text",
        [
            "4111111111111112",
            "+86 138 0013 8000",
            "2026-11-24 15:30",
            "Rooms 1801 1802 1803 1804",
            "41111111111111111111111",
            "Invoice 91330106MA27XK1234",
            "",
        ],
    )
    def test_stay_as_they_are(self, text):
        assert without_cards(text) == (text, 0)

    @given(st.text(max_size=60))
    def test_text_without_digits_is_never_touched(self, text):
        plain = "".join(c for c in text if not c.isdecimal())
        assert without_cards(plain) == (plain, 0)

    @given(st.text(alphabet="0123456789 -./abc", max_size=60))
    def test_cleaning_twice_is_cleaning_once(self, text):
        once, _ = without_cards(text)
        assert without_cards(once) == (once, 0)


class TestDocuments:
    def test_every_depth_is_cleaned_and_counted(self):
        document = {
            "a": ["4111111111111111", {"b": "pay 5555555555554444", "n": 4111111111111111}],
            "ok": "Longjing tea",
            "none": None,
        }
        cleaned, count = scrubbed(document)
        assert count == 2
        assert cleaned["a"] == [REMOVED, {"b": f"pay {REMOVED}", "n": 4111111111111111}]
        assert (cleaned["ok"], cleaned["none"]) == ("Longjing tea", None)

    def test_a_phone_is_a_phone_up_to_fifteen_digits(self):
        looks = "4222222222222"
        phones = frozenset({"phone"})
        assert scrubbed({"phone": f"+{looks}"}, phones=phones) == ({"phone": f"+{looks}"}, 0)
        assert scrubbed({"phone": "4111111111111111"}, phones=phones) == ({"phone": REMOVED}, 1)
        assert scrubbed({"note": looks}, phones=phones) == ({"note": REMOVED}, 1)
