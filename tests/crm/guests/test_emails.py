"""E-mail addresses: keys, relay addresses, masks, and the public isemail tests."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.emails import RELAY_DOMAINS, is_relay_address, masked_email, read_email

ISEMAIL = Path(__file__).parents[2] / "data" / "isemail_tests.xml"


def isemail_cases(category: str) -> list[str]:
    """Addresses of one category; the file writes control characters as U+2400 and up."""
    root = ET.parse(ISEMAIL).getroot()
    return [
        "".join(chr(ord(c) - 0x2400) if 0x2400 <= ord(c) <= 0x2420 else c for c in address)
        for test in root.iter("test")
        if test.findtext("category") == category and (address := test.findtext("address") or "")
    ]


class TestReading:
    @pytest.mark.parametrize(
        ("raw", "key"),
        [
            ("Jingyi.Chen@Example.COM", "jingyi.chen@example.com"),
            ("  jingyi@example.com\u3000", "jingyi@example.com"),
            ("ｊｉｎｇｙｉ＠example.com", "jingyi@example.com"),
            ("j.chen+hotel@example.com", "j.chen+hotel@example.com"),
            ("postmaster@münchen.example", "postmaster@xn--mnchen-3ya.example"),
            ("陈静怡@例子.example", "陈静怡@xn--fsqu00a.example"),
            ("o'brien@example.ie", "o'brien@example.ie"),
        ],
    )
    def test_the_key(self, raw: str, key: str) -> None:
        reading = read_email(raw)
        assert (reading.key, reading.valid) == (key, True)
        assert reading.raw == raw

    @pytest.mark.parametrize(
        "raw",
        [
            "",
            "none",
            "@example.com",
            "a@",
            "a@b",
            "a b@example.com",
            "a@example.com, b@example.com",
            "a@example.com\r\nBcc: x@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a@-example.com",
            "a@[127.0.0.1]",
            '"bank" <a@example.com>',
            "a" * 65 + "@example.com",
            "a@" + "b" * 64 + ".com",
            "a@" + "b." * 130 + "com",
            "guest@printer.local",
            "a@example.com\x00",
        ],
    )
    def test_what_is_no_single_address(self, raw: str) -> None:
        reading = read_email(raw)
        assert (reading.key, reading.valid, reading.relay) == (None, False, False)

    def test_everything_isemail_calls_an_error_is_refused(self) -> None:
        cases = isemail_cases("ISEMAIL_ERR")
        assert len(cases) > 50
        # Spaces around an address are trimmed by us, a line break at its end with them.
        accepted = {case for case in cases if case == case.strip() and read_email(case).valid}
        assert accepted == set()

    def test_everything_isemail_calls_plainly_valid_is_read(self) -> None:
        cases = isemail_cases("ISEMAIL_VALID_CATEGORY")
        refused = {case for case in cases if not read_email(case).valid}
        assert len(cases) - len(refused) >= 10
        # A bare top-level domain is right by the letter and a slip of the pen in a guest file.
        assert refused == REFUSED_THOUGH_VALID

    @given(st.text(max_size=80) | st.from_regex(r"[^@]{0,20}@[^@]{0,20}", fullmatch=True))
    def test_any_text_is_read_without_a_crash_and_keys_are_stable(self, raw: str) -> None:
        key = read_email(raw).key
        if key is not None:
            assert read_email(key).key == key
            assert key.count("@") == 1
            assert not any(c.isspace() for c in key)


class TestRelays:
    @pytest.mark.parametrize("domain", sorted(RELAY_DOMAINS))
    def test_agencies_addresses(self, domain: str) -> None:
        assert read_email(f"abc.123@{domain.upper()}").relay

    @pytest.mark.parametrize(
        "address", ["jingyi@booking.com", "a@notguest.booking.com", "a@example.com", "a@trip.com"]
    )
    def test_people_at_an_agency_have_their_own(self, address: str) -> None:
        assert not is_relay_address(address)

    def test_below_a_relay_domain(self) -> None:
        assert is_relay_address("a@x.guest.booking.com")


class TestMask:
    @pytest.mark.parametrize(
        ("address", "masked"),
        [
            ("jingyi@example.com", "j•••i@•••.com"),
            ("ab@example.com", "•••@•••"),
            ("nonsense", "•••@•••"),
        ],
    )
    def test_first_and_last_letter(self, address: str, masked: str) -> None:
        assert masked_email(address) == masked


REFUSED_THOUGH_VALID = {"test@io"}
