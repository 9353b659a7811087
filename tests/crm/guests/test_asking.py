"""What a typed query can be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.asking import read_query


class TestKinds:
    @pytest.mark.parametrize(
        ("q", "expected"),
        [
            ("8866", {"phone_digits": "8866", "phone_last4": "8866", "room": "8866"}),
            ("138 0013 8000", {"phone_e164": "+8613800138000", "tokens": ()}),
            ("0086-13800138000", {"phone_e164": "+8613800138000"}),
            ("１３８００１３８０００", {"phone_e164": "+8613800138000"}),
            ("+44 20 7946 0018", {"phone_e164": "+442079460018"}),
            ("00138000", {"phone_digits": "00138000", "phone_last4": "8000"}),
            ("123", {"phone_digits": None, "room": "123"}),
            ("1808", {"room": "1808"}),
            ("a1808", {"room": "A1808"}),
            ("12-03", {"room": None, "code": "12-03"}),
            ("jingyi@", {"email_prefix": "jingyi@"}),
            ("Jingyi.Chen@Example.com", {"email_prefix": "jingyi.chen@example.com"}),
            ("jingyi.chen", {"email_prefix": "jingyi.chen"}),
            ("@example.com", {"email_prefix": None}),
            ("chen", {"email_prefix": None, "letters": "chen", "may_have_a_typo": True}),
            ("che", {"letters": "che", "may_have_a_typo": False}),
            ("chenjinyi", {"letters": "chenjinyi", "may_have_a_typo": True}),
            ("陈静", {"letters": "", "room": None, "code": None, "plate": None}),
            ("G-7Q4K2M", {"guest_ref": "G-7Q4K2M"}),
            ("g7q4k2m", {"guest_ref": "G-7Q4K2M"}),
            ("G-7Q4K2", {"guest_ref": None}),
            ("C-1042", {"complaint_no": 1042}),
            ("c1042", {"complaint_no": 1042}),
            ("bk-2024/991", {"code": "BK-2024/991"}),
            ("浙A·12345", {"plate": "浙a12345", "code": None}),
            ("浙AD12345", {"plate": "浙ad12345"}),
            ("", {"is_empty": True}),
            ("   ", {"is_empty": True}),
            ('%_\\"*', {"is_empty": True}),
            ("NEAR( * -", {"is_empty": False, "letters": "near"}),
        ],
    )
    def test_table(self, q: str, expected: dict[str, object]) -> None:
        plan = read_query(q)
        assert {name: getattr(plan, name) for name in expected} == expected

    def test_the_region_decides_what_a_national_number_is(self) -> None:
        assert read_query("020 7946 0018", "GB").phone_e164 == "+442079460018"

    @given(st.text(max_size=400))
    def test_any_text_is_read_and_bounded(self, q: str) -> None:
        plan = read_query(q)
        assert plan == read_query(q)
        assert len(plan.text) <= 100
        assert len(plan.tokens) <= 500
        assert plan.phone_digits is None or plan.phone_digits.isascii()
