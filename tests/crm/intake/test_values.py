"""Single cells: every way of writing, and nothing guessed where two readings are possible."""

from collections.abc import Callable
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.guests.phones import read_phone
from crm.intake import values as v
from crm.intake.faults import ROW_FAULTS, ValueRefused

ANY_CELL = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="0123456789/-.:, TZ年月日eE+", max_size=24),
    st.floats().map(str),
    st.dates().map(str),
)


def refusal(read: object, *args: object) -> str:
    with pytest.raises(ValueRefused) as caught:
        read(*args)  # type: ignore[operator]
    return caught.value.code


class TestDates:
    @pytest.mark.parametrize(
        "cell",
        [
            "2026-03-01", "2026/3/1", "2026.03.01", "2026年3月1日", "20260301", "1 Mar 2026",
            "01-MAR-2026", "March 1, 2026", "1st March 2026", "2026-03-01 00:00:00",
            "2026-03-01T14:30", "２０２６-０３-０１", " 2026-03-01 ",
        ],
    )  # fmt: skip
    def test_the_first_of_march(self, cell: str) -> None:
        assert v.read_date(cell) == date(2026, 3, 1)

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("03/04/2026", "date_ambiguous"),
            ("01/02/26", "date_two_digits"),
            ("45000", "date_serial"),
            ("2026-03-01T10:00Z", "date_zone"),
            ("2026-03-01T10:00+08:00", "date_zone"),
            ("2023-02-29", "date_impossible"),
            ("1900-02-29", "date_impossible"),
            ("2026-13-01", "date_impossible"),
            ("31/04/2026", "date_impossible"),
            ("0000-00-00", "date_range"),
            ("2567-01-01", "date_range"),
            ("9999-12-31", "date_range"),
            ("1700000000", "not_a_date"),
            ("闰六月初一", "not_a_date"),
            ("民国115年3月1日", "not_a_date"),
            ("soon", "not_a_date"),
        ],
    )
    def test_refused_with_the_right_code(self, cell: str, code: str) -> None:
        assert refusal(v.read_date, cell) == code

    def test_day_or_month_by_the_columns_format(self) -> None:
        assert v.read_date("03/04/2026", "dd/mm/yyyy") == date(2026, 4, 3)
        assert v.read_date("03/04/2026", "mm/dd/yyyy") == date(2026, 3, 4)
        assert refusal(v.read_date, "25/12/2026", "mm/dd/yyyy") == "date_impossible"

    def test_a_day_that_can_only_be_read_one_way(self) -> None:
        assert v.read_date("25/12/2026") == v.read_date("12/25/2026") == date(2026, 12, 25)
        assert v.read_date("05/05/2026") == date(2026, 5, 5)

    def test_day_numbers_count_only_where_the_workbook_types_them(self) -> None:
        assert v.read_date("45000", typed=True) == date(2023, 3, 15)
        assert v.read_date("45000.75", typed=True) == date(2023, 3, 15)

    def test_a_column_proves_its_order_or_not(self) -> None:
        assert v.likely_date_style(["01/02/2026", "25/12/2026"]) == "dd/mm/yyyy"
        assert v.likely_date_style(["01/02/2026", "12/25/2026"]) == "mm/dd/yyyy"
        assert v.likely_date_style(["01/02/2026"]) == "auto"
        assert v.likely_date_style(["25/01/2026", "01/25/2026"]) == "auto"

    @given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
    def test_what_is_written_in_full_is_read_back(self, day: date) -> None:
        for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日"):
            assert v.read_date(text) == day
        assert v.read_date(f"{day:%d/%m/%Y}", "dd/mm/yyyy") == day
        assert v.read_date(f"{day:%m/%d/%Y}", "mm/dd/yyyy") == day

    @pytest.mark.parametrize("cell", ["July", "jul", "7", "07", "七月", "7月", "7.0"])
    def test_month_names(self, cell: str) -> None:
        assert v.read_month(cell) == 7


class TestAmounts:
    @pytest.mark.parametrize(
        ("cell", "minor"),
        [
            ("1234.5", 123450), ("1234", 123400), ("-62", -6200), ("(62.00)", -6200),
            ("62.00-", -6200), ("¥1,234.50", 123450), ("￥１２.５", 1250), ("1.234,50", 123450),
            ("1 234,50", 123450), ("1'234.50", 123450), ("12,34", 1234), (".5", 50),
            ("0.125", None), ("1,234,567", 123456700), ("CNY 12.50", 1250), ("12.50元", 1250),
            ("−5", -500), ("0", 0), ("-0", 0),
        ],
    )  # fmt: skip
    def test_ways_of_writing(self, cell: str, minor: int | None) -> None:
        if minor is None:
            assert refusal(v.read_amount, cell, "CNY") == "amount_decimals"
        else:
            assert v.read_amount(cell, "CNY") == minor

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("1,234", "amount_ambiguous"), ("1.234", "amount_ambiguous"),
            ("1e309", "scientific"), ("1.5E+10", "scientific"), ("NaN", "not_an_amount"),
            ("Infinity", "not_an_amount"), ("1_000", "not_an_amount"), ("abc", "not_an_amount"),
            ("1,23,456.00", "not_an_amount"), ("1.2.3", "not_an_amount"), ("-", "not_an_amount"),
            ("99999999999999", "amount_range"), ("1" * 5000, "amount_range"),
        ],
    )  # fmt: skip
    def test_refused_with_the_right_code(self, cell: str, code: str) -> None:
        assert refusal(v.read_amount, cell, "CNY") == code

    def test_the_columns_format_settles_thousands(self) -> None:
        assert v.read_amount("1,234", "CNY", "1,234.56") == 123400
        assert v.read_amount("1.234", "CNY", "1.234,56") == 123400
        assert v.read_amount("1,234.50", "CNY", "1,234.56") == 123450
        assert refusal(v.read_amount, "1,234", "CNY", "1.234,56") == "amount_decimals"
        assert refusal(v.read_amount, "1.234.56", "CNY", "1,234.56") == "not_an_amount"

    def test_decimals_are_those_of_the_currency(self) -> None:
        assert v.read_amount("1234", "JPY") == 1234
        assert v.read_amount("12.5", "KWD") == 12500
        assert refusal(v.read_amount, "12.5", "JPY") == "amount_decimals"

    @given(st.integers(-(10**11), 10**11))
    def test_what_is_written_plainly_is_read_back(self, minor: int) -> None:
        sign, size = ("-" if minor < 0 else ""), abs(minor)
        assert v.read_amount(f"{sign}{size // 100}.{size % 100:02}", "CNY") == minor
        assert v.read_amount(f"{sign}{size // 100:,}.{size % 100:02}", "EUR") == minor


class TestNumbersAndIds:
    @pytest.mark.parametrize(
        ("cell", "found"),
        [("9.0", "9"), ("9", "9"), ("007", "007"), ("A-1", "A-1"), ("１２", "12")],
    )
    def test_ids(self, cell: str, found: str) -> None:
        assert v.read_id(cell, 40) == found

    def test_a_number_that_the_spreadsheet_cut_is_no_id(self) -> None:
        assert refusal(v.read_id, "1.38E+10", 40) == "scientific"

    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("-1", "number_range"), ("100", "number_range"), ("1.5", "not_a_number"),
            ("true", "not_a_number"), ("٣", "not_a_number"), ("1e3", "scientific"),
            ("9" * 30, "not_a_number"),
        ],
    )  # fmt: skip
    def test_whole_numbers_are_whole_and_within_bounds(self, cell: str, code: str) -> None:
        assert v.read_whole("2.0", 0, 99) == 2
        assert refusal(v.read_whole, cell, 0, 99) == code

    def test_yes_and_no_in_both_languages(self) -> None:
        assert [v.read_yes_no(c) for c in ("是", "Y", "1", "否", "no", "0")] == [True] * 3 + [
            False
        ] * 3
        assert refusal(v.read_yes_no, "maybe") == "not_a_yes_or_no"

    def test_times_of_day(self) -> None:
        assert v.read_clock("14:30").time() == time(14, 30)
        assert refusal(v.read_clock, "25:00") == "not_a_date"


class TestWords:
    @pytest.mark.parametrize(
        ("cell", "code"),
        [
            ("CN", "CN"), ("CHN", "CN"), ("China", "CN"), ("中国", "CN"), ("UK", "GB"),
            ("PRT", "PT"), ("TMP", "TL"), ("法国", "FR"), ("香港", "HK"), ("u.s.a.", "US"),
            ("Türkiye", "TR"), ("Turkey", "TR"),
        ],
    )  # fmt: skip
    def test_countries(self, cell: str, code: str) -> None:
        assert v.read_country(cell) == code

    def test_no_country(self) -> None:
        assert refusal(v.read_country, "XX") == "not_a_country"

    @pytest.mark.parametrize(
        ("cell", "tag"),
        [("en", "en"), ("中文", "zh"), ("zh-CN", "zh-Hans"), ("pt_BR", "pt-BR"), ("日语", "ja"),
         ("German", "de"), ("deu", "de")],
    )  # fmt: skip
    def test_languages(self, cell: str, tag: str) -> None:
        assert v.read_language(cell) == tag
        assert refusal(v.read_language, "klingon!") == "not_a_language"

    def test_currencies(self) -> None:
        assert [v.read_currency(c) for c in ("CNY", "rmb", "人民币")] == ["CNY"] * 3
        assert refusal(v.read_currency, "ABC") == "not_a_currency"

    def test_text_is_cleaned_or_refused(self) -> None:
        assert v.read_text("　 王  伟 ", 20) == "王 伟"
        assert refusal(v.read_text, "x" * 21, 20) == "too_long"
        assert refusal(v.read_text, "a\u202eb", 20) == "text_characters"
        assert refusal(v.read_text, "z" + "\u0301" * 30, 200) == "text_characters"


class TestContacts:
    @pytest.mark.parametrize(
        ("cell", "e164"),
        [
            ("13800138000", "+8613800138000"), ("138 0013 8000", "+8613800138000"),
            ("+86 138-0013-8000", "+8613800138000"), ("0086-13800138000", "+8613800138000"),
            ("１３８００１３８０００", "+8613800138000"), ("13800138000.0", "+8613800138000"),
        ],
    )  # fmt: skip
    def test_phones(self, cell: str, e164: str) -> None:
        assert v.read_phone_cell(cell, "CN").e164 == e164

    def test_no_phones(self) -> None:
        assert refusal(v.read_phone_cell, "1.38E+10", "CN") == "scientific"
        assert refusal(v.read_phone_cell, "ask him", "CN") == "not_a_phone"

    @given(st.from_regex(r"(\+86[ -]?)?1\d{2}[ -]?\d{4}[ -]?\d{4}", fullmatch=True))
    def test_the_short_way_reads_like_the_long_way(self, cell: str) -> None:
        short, long = v.read_phone_cell(cell, "CN"), read_phone(cell, "CN")
        assert (short.e164, short.valid, short.last4, short.kind) == (
            long.e164, long.valid, long.last4, long.kind,
        )  # fmt: skip

    def test_emails(self) -> None:
        assert v.read_email_cell(" Wang@Example.COM ").key == "wang@example.com"
        assert refusal(v.read_email_cell, "a@b.c, evil@x.y") == "not_an_email"


class TestNothingElseEverLeaves:
    @given(ANY_CELL)
    def test_a_reader_answers_or_refuses_with_a_known_code(self, cell: str) -> None:
        readers = (
            v.read_date,
            v.read_month,
            v.read_clock,
            v.read_yes_no,
            v.read_country,
            v.read_language,
            v.read_currency,
            v.read_email_cell,
            lambda c: v.read_date(c, "dd/mm/yyyy", typed=True),
            lambda c: v.read_amount(c, "CNY"),
            lambda c: v.read_amount(c, "JPY", "1.234,56"),
            lambda c: v.read_id(c, 10),
            lambda c: v.read_whole(c, -5, 5),
            lambda c: v.read_text(c, 10),
            lambda c: v.read_words(c, 10),
            lambda c: v.read_phone_cell(c, "CN"),
            v.read_choice({"a": "a"}),
        )
        for read in readers:
            assert _refusal_of(read, cell) in {None, *ROW_FAULTS}


def _refusal_of(read: Callable[[str], object], cell: str) -> str | None:
    try:
        read(cell)
    except ValueRefused as refused:
        return refused.code
    return None
