"""No number and no address of the demo may reach a person."""

import random
import re

import phonenumbers
import pytest

from lab.demo.dressing import World
from lab.demo.unreachable import BLOCKS, CITY_LINES, KEPT_ENDINGS, Switchboard, is_unreachable

DRAMA = {"GB", "IE", "FR", "DE", "SE", "AU", "US", "CA"}
# Seoul's plan leaves 010-0 and 010-1 free, which the parsing library does not know.
PLAN_ONLY = {"KR"}


class TestBlocks:
    @pytest.mark.parametrize("country", sorted(BLOCKS))
    def test_every_number_has_the_right_shape(self, country: str) -> None:
        board = Switchboard(random.Random(country))
        for _ in range(20):
            phone = board.mobile(country)
            if phone is None:
                break
            parsed = phonenumbers.parse(phone)
            assert phonenumbers.is_possible_number(parsed), phone

    @pytest.mark.parametrize("country", sorted(BLOCKS.keys() - DRAMA - PLAN_ONLY))
    def test_outside_drama_ranges_no_number_is_in_use(self, country: str) -> None:
        board = Switchboard(random.Random(country))
        for _ in range(20):
            phone = board.mobile(country)
            assert phone is not None
            assert not phonenumbers.is_valid_number(phonenumbers.parse(phone)), phone

    @pytest.mark.parametrize("area", [area for _, area in CITY_LINES])
    def test_city_lines_start_with_ninety_and_have_eight_digits(self, area: str) -> None:
        line = Switchboard(random.Random(3)).city_line(area)
        assert re.fullmatch(rf"\+86{area}90\d{{6}}", line)
        assert is_unreachable(line)

    @pytest.mark.parametrize(
        "phone",
        ["+8613800138000", "+447911123456", "+12065550200", "+4930901820", "+8657187654321"],
    )
    def test_numbers_that_may_be_somebodys_are_not_ours(self, phone: str) -> None:
        assert not is_unreachable(phone)

    def test_an_exhausted_block_gives_no_number_instead_of_a_twin(self) -> None:
        board = Switchboard(random.Random(1))
        given = [board.mobile("SE") for _ in range(140)]
        found = [phone for phone in given if phone]
        assert len(found) == len(set(found))
        assert None in given


class TestWholeDemo:
    def test_no_phone_reaches_anybody(self, world: World) -> None:
        phones = [
            contact.value
            for person in world.people
            for contact in person.contacts
            if contact.kind == "phone"
        ] + [contact.phone for partner in world.partners for contact in partner.contacts]
        assert len(phones) > 500
        assert [phone for phone in phones if not is_unreachable(phone)] == []

    def test_every_address_ends_in_a_reserved_domain(self, world: World) -> None:
        mails = [
            contact.value
            for person in world.people
            for contact in person.contacts
            if contact.kind == "email"
        ] + [contact.email for partner in world.partners for contact in partner.contacts]
        assert len(mails) > 200
        assert {mail.rpartition("@")[2] for mail in mails} <= {
            "example.com", "example.org", "example.net",
        }  # fmt: skip
        assert all(mail.isascii() and not mail.startswith(("@", ".")) for mail in mails)

    def test_the_tours_endings_belong_to_the_cast_alone(self, world: World) -> None:
        endings = [
            contact.value[-4:]
            for person in world.people
            for contact in person.contacts
            if contact.kind == "phone"
        ]
        assert endings.count("8866") == 2
        assert "8866" in KEPT_ENDINGS

    def test_messaging_ids_are_impossible(self, world: World) -> None:
        handles = [
            contact.value
            for person in world.people
            for contact in person.contacts
            if contact.kind in {"wechat", "line", "other"}
        ]
        assert len(handles) > 100
        assert all(handle.startswith("~") for handle in handles)
