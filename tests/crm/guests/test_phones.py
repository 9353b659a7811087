"""Phones in every way they arrive."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.phones import PhoneKind, masked_phone, read_phone, shown_phone

EXAMPLES = Path(__file__).parents[2] / "data" / "phone_examples_mobile.csv"
MOBILE = "+8613800138000"


def examples() -> list[dict[str, str]]:
    with EXAMPLES.open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


class TestReading:
    @pytest.mark.parametrize(
        "raw",
        [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "0086-13800138000",
            "00 86 138 0013 8000",
            "+86 138 0013 8000",
            "+86 (0) 138 0013 8000",
            "86 138 0013 8000",
            "８６１３８００１３８０００",
            "１３８００１３８０００",
            "＋８６　１３８－００１３－８０００",
            "13800138000 转 8",
            "138 0013 8000 ext. 12",
            "+86 138 0013 8000 x12",
            "13800138000#12",
            "13800138000（分机 12）".replace("（", " ").replace("）", ""),
            "tel:+86-138-0013-8000",
            "手机: 13800138000",
            "13800138000 (office)",
            "Mobile 138.0013.8000",
            "(0086) 13800138000",
            "١٣٨٠٠١٣٨٠٠٠",
        ],
    )
    def test_one_phone_in_many_writings(self, raw: str) -> None:
        reading = read_phone(raw, "CN")
        assert (reading.e164, reading.last4, reading.valid) == (MOBILE, "8000", True)
        assert reading.kind is PhoneKind.MOBILE
        assert reading.raw == raw

    @pytest.mark.parametrize(
        ("raw", "extension"),
        [
            ("0571-88886666 ext. 12", "12"),
            ("0571-88886666转8", "8"),
            ("0571-88886666 轉 801", "801"),
            ("0571-88886666 分机:801", "801"),
            ("0571-88886666", None),
        ],
    )
    def test_extension_is_no_part_of_the_number(self, raw: str, extension: str | None) -> None:
        reading = read_phone(raw)
        assert reading.e164 == "+8657188886666"
        assert reading.kind is PhoneKind.FIXED
        assert (reading.last4, reading.extension) == ("6666", extension)

    @pytest.mark.parametrize(
        ("raw", "region", "e164"),
        [
            ("008613800138000", "US", MOBILE),
            ("86-13800138000", "US", MOBILE),
            ("020 7946 0018", "GB", "+442079460018"),
            ("+44 (0)20 7946 0018", "CN", "+442079460018"),
            ("09 1234 5678", "TW", "+886912345678"),
            ("0039 06 6982 1234", "CN", "+390669821234"),
        ],
    )
    def test_other_countries(self, raw: str, region: str, e164: str) -> None:
        assert read_phone(raw, region).e164 == e164

    def test_every_public_example_in_both_forms(self) -> None:
        rows = examples()
        assert len(rows) == 244
        for row in rows:
            for raw in (row["international"], row["e164"]):
                reading = read_phone(raw, "CN")
                assert (reading.e164, reading.valid) == (row["e164"], True), row
            national = read_phone(row["national"], row["region"])
            assert (national.e164, national.valid) == (row["e164"], True), row

    @pytest.mark.parametrize(
        ("raw", "e164", "last4"),
        [
            ("+86 12345678901", "+8612345678901", "8901"),
            ("+86 100 0000 8866", "+8610000008866", "8866"),
            ("13800138000/13900139000", None, "9000"),
            ("1.38E+10", None, None),
            ("none", None, None),
            ("", None, None),
            ("12", None, "12"),
        ],
    )
    def test_what_is_not_valid_keeps_raw_and_tail(
        self, raw: str, e164: str | None, last4: str | None
    ) -> None:
        reading = read_phone(raw, "CN")
        assert (reading.e164, reading.last4, reading.valid) == (e164, last4, False)
        assert reading.kind is PhoneKind.UNKNOWN
        assert reading.raw == raw

    @given(st.text(max_size=60), st.sampled_from(["CN", "US", "DE", "ZZ"]))
    def test_any_text_is_read_without_a_crash(self, raw: str, region: str) -> None:
        reading = read_phone(raw, region)
        assert reading.raw == raw
        assert not reading.valid or reading.e164 is not None
        assert reading.e164 is None or reading.e164[1:].isascii()

    @given(st.sampled_from(examples()))
    def test_reading_e164_again_changes_nothing(self, row: dict[str, str]) -> None:
        first = read_phone(row["international"]).e164
        assert first is not None
        assert read_phone(first, "US").e164 == first


class TestShowing:
    @pytest.mark.parametrize(
        ("phone", "masked"),
        [
            (MOBILE, "+86 •••• 8000"),
            ("+442079460018", "+44 •••• 0018"),
            ("0571 8888 6666", "•••• 6666"),
            ("8000", "••••"),
            ("1234567", "••••"),
            ("", "••••"),
        ],
    )
    def test_masked(self, phone: str, masked: str) -> None:
        assert masked_phone(phone) == masked

    @given(st.from_regex(r"\+86[0-9]{11}", fullmatch=True))
    def test_the_mask_never_holds_more_than_four_digits_of_the_number(self, phone: str) -> None:
        assert sum(c.isdigit() for c in masked_phone(phone).removeprefix("+86")) <= 4

    def test_shown_in_groups(self) -> None:
        assert shown_phone(MOBILE) == "+86 138 0013 8000"
        assert shown_phone("+1") == "+1"
