"""A company is found in any script, its contract says where it stands, birthdays exist."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.companies import rules
from crm.companies.terms import BirthCalendar, ContractState

TODAY = date(2026, 11, 24)
SOLAR, LUNAR = BirthCalendar.SOLAR, BirthCalendar.LUNAR


class TestCompanyKey:
    @pytest.mark.parametrize(
        ("name", "latin", "key"),
        [
            ("恒瑞医疗", "Hengrui Medical", "hengruiyiliao|恒瑞医疗|hengrui medical|hryl"),
            ("Müller Messtechnik", None, "muller messtechnik"),
            ("IBM", None, "ibm"),
            ("重庆银行", None, "chongqingyinhang|重庆银行|cqyh"),
            ("Green & Shore, Ltd.", None, "green shore ltd"),
            ("한림화장품", "Hanlim Cosmetics", None),
        ],
    )
    def test_holds_pinyin_names_and_initials(
        self, name: str, latin: str | None, key: str | None
    ) -> None:
        made = rules.company_key(name, latin)
        if key is not None:
            assert made == key
        assert rules.is_named(made, rules.fold_name(name))

    def test_traditional_and_simplified_meet(self) -> None:
        assert rules.company_key("興業銀行").split("|")[1] == rules.fold_name("兴业银行")

    @given(st.text(max_size=200), st.text(max_size=200))
    def test_fits_its_column_and_holds_no_wild_card(self, name: str, latin: str) -> None:
        key = rules.company_key(name, latin)
        assert len(key) <= rules.KEY_MAX
        assert not set("%_\\") & set(key)

    @given(st.text(max_size=80))
    def test_folding_twice_is_folding_once(self, text: str) -> None:
        assert rules.fold_name(rules.fold_name(text)) == rules.fold_name(text)

    @given(st.text(min_size=1, max_size=60))
    def test_case_does_not_matter(self, text: str) -> None:
        assert rules.fold_name(text.casefold()) == rules.fold_name(text)


class TestContractState:
    @pytest.mark.parametrize(
        ("starts", "ends", "state"),
        [
            (1, 400, ContractState.COMING),
            (0, 400, ContractState.RUNNING),
            (-300, 61, ContractState.RUNNING),
            (-300, 60, ContractState.ENDS_SOON),
            (-300, 0, ContractState.ENDS_SOON),
            (-300, -1, ContractState.ENDED),
        ],
    )
    def test_by_days_from_today(self, starts: int, ends: int, state: ContractState) -> None:
        start, end = TODAY + timedelta(days=starts), TODAY + timedelta(days=ends)
        assert rules.contract_state(start, end, TODAY) is state

    def test_the_running_one_that_lasts_longest_counts(self) -> None:
        spans = [
            (date(2026, 1, 1), date(2026, 12, 31)),
            (date(2026, 6, 1), date(2027, 6, 30)),
            (date(2028, 1, 1), date(2028, 12, 31)),
        ]
        found = rules.leading_contract(spans, TODAY)
        assert found == (date(2027, 6, 30), ContractState.RUNNING)

    def test_then_the_next_to_come_then_the_last_that_ended(self) -> None:
        old = (date(2024, 1, 1), date(2024, 12, 31))
        older = (date(2023, 1, 1), date(2023, 12, 31))
        coming = (date(2027, 1, 1), date(2027, 12, 31))
        later = (date(2029, 1, 1), date(2029, 12, 31))
        assert rules.leading_contract([old, later, coming], TODAY) == (
            coming[1],
            ContractState.COMING,
        )
        assert rules.leading_contract([older, old], TODAY) == (old[1], ContractState.ENDED)
        assert rules.leading_contract([], TODAY) is None


class TestBirthdayFault:
    @pytest.mark.parametrize(
        ("calendar", "year", "month", "day", "leap", "fault"),
        [
            (SOLAR, None, 2, 29, False, None),
            (SOLAR, 2024, 2, 29, False, None),
            (SOLAR, 2023, 2, 29, False, "birthday_impossible"),
            (SOLAR, None, 4, 31, False, "birthday_impossible"),
            (SOLAR, None, 13, 1, False, "birthday_impossible"),
            (SOLAR, None, 6, 1, True, "birthday_leap_flag"),
            (LUNAR, None, 12, 30, False, None),
            (LUNAR, None, 1, 31, False, "birthday_impossible"),
            (LUNAR, 2025, 6, 1, True, None),
            (LUNAR, 2025, 5, 1, True, "birthday_no_leap_month"),
            (LUNAR, 2028, 12, 30, False, "birthday_impossible"),
            (LUNAR, 2029, 12, 30, False, None),
        ],
    )
    def test_by_the_calendar(
        self,
        calendar: BirthCalendar,
        year: int | None,
        month: int,
        day: int,
        leap: bool,
        fault: str | None,
    ) -> None:
        assert rules.birthday_fault(calendar, year, month, day, leap=leap) == fault


class TestMasks:
    @pytest.mark.parametrize(
        ("phone", "shown"),
        [("+86 571 8888 2207", "•••• 2207"), ("12345", "••••"), (None, None), ("", None)],
    )
    def test_a_phone_shows_its_last_four(self, phone: str | None, shown: str | None) -> None:
        assert rules.masked_phone(phone) == shown

    @pytest.mark.parametrize(
        ("email", "shown"),
        [("wang.fang@example.com", "w•••@example.com"), ("odd", None), (None, None)],
    )
    def test_an_address_shows_its_first_letter(self, email: str | None, shown: str | None) -> None:
        assert rules.masked_email(email) == shown
