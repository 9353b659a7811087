"""Dates, money, phones and counts as people of two languages write them."""

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web import formats

TODAY = date(2026, 11, 24)


class TestMoney:
    @pytest.mark.parametrize(
        ("minor", "currency", "language", "written"),
        [
            (412000, "CNY", "en", "¥4,120.00"),
            (412000, "CNY", "zh-Hans", "¥4,120.00"),
            (-25600, "CNY", "en", "−¥256.00"),
            (5, "EUR", "en", "€0.05"),
            (1500, "JPY", "en", "JP¥1,500"),
            (99999, "KWD", "en", "KWD 99.999"),
            (None, "CNY", "en", "—"),
        ],
    )
    def test_writes_minor_units(self, minor, currency, language, written):
        assert formats.money(minor, currency, language) == written

    def test_can_leave_the_cents_away(self):
        assert formats.money(412050, "CNY", "en", whole=True) == "¥4,120"

    @pytest.mark.parametrize(
        ("minor", "language", "written"),
        [
            (8_241_000, "en", "¥82k"),
            (8_241_000, "zh-Hans", "¥8.2万"),
            (412_000, "en", "¥4,120"),
            (412_000, "zh-Hans", "¥4,120"),
            (123_456_700, "en", "¥1.2M"),
            (0, "en", "¥0"),
            (None, "zh-Hans", "—"),
        ],
    )
    def test_is_short_where_room_is_short(self, minor, language, written):
        assert formats.money_short(minor, "CNY", language) == written

    @given(st.integers(min_value=-(10**15), max_value=10**15), st.sampled_from(["en", "zh-Hans"]))
    def test_loses_no_cent(self, minor, language):
        digits = "".join(c for c in formats.money(minor, "CNY", language) if c.isdigit())
        assert int(digits) == abs(minor)


class TestDays:
    @pytest.mark.parametrize(
        ("on", "language", "written"),
        [
            (date(2026, 11, 3), "en", "3 Nov"),
            (date(2026, 11, 3), "zh-Hans", "11月3日"),
            (date(2024, 2, 29), "en", "29 Feb 2024"),
            (date(2024, 2, 29), "zh-Hans", "2024年2月29日"),
            (None, "en", "—"),
        ],
    )
    def test_name_the_year_only_when_it_is_another(self, on, language, written):
        assert formats.day(on, language, TODAY) == written

    def test_are_long_in_the_head_of_a_page(self):
        assert formats.day_long(TODAY, "en") == "Tue 24 Nov 2026"
        assert formats.day_long(TODAY, "zh-Hans") == "2026年11月24日 周二"
        assert formats.day_long(None, "en") == "—"

    @pytest.mark.parametrize(
        ("on", "written"),
        [
            (TODAY, "today"),
            (date(2026, 11, 25), "tomorrow"),
            (date(2026, 11, 23), "yesterday"),
            (date(2026, 11, 27), "in 3 days"),
            (date(2026, 11, 14), "10 days ago"),
            (date(2026, 12, 24), "24 Dec"),
            (None, "—"),
        ],
    )
    def test_are_told_from_today(self, on, written):
        assert formats.relative_day(on, TODAY, "en") == written

    def test_are_told_from_today_in_chinese(self):
        assert formats.relative_day(date(2026, 11, 27), TODAY, "zh-Hans") == "3 天后"

    @pytest.mark.parametrize(
        ("on", "written"),
        [(TODAY, "today"), (date(2026, 1, 6), "6 Jan"), (date(2024, 8, 1), "Aug 2024")],
    )
    def test_are_shortest_in_a_timeline(self, on, written):
        assert formats.day_near(on, "en", TODAY) == written

    def test_a_birthday_can_be_on_leap_day(self):
        assert formats.day_of_year(2, 29, "en") == "29 Feb"
        assert formats.day_of_year(2, 29, "zh-Hans") == "2月29日"


class TestClock:
    AT = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)

    def test_is_that_of_the_hotel_s_wall(self):
        assert formats.clock(self.AT, "Asia/Shanghai") == "15:30"
        assert formats.clock(time(9, 5), "Asia/Shanghai") == "09:05"
        assert formats.clock(None, "Asia/Shanghai") == "—"

    def test_a_moment_has_its_day_there_too(self):
        late = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
        assert formats.moment(late, "en", "Asia/Shanghai", TODAY) == "24 Nov, 02:00"
        assert formats.moment(late, "zh-Hans", "Asia/Shanghai", TODAY) == "11月24日 02:00"
        assert formats.moment(None, "en", "Asia/Shanghai") == "—"


class TestCounts:
    @pytest.mark.parametrize(
        ("count", "written"),
        [
            (1, "1st"),
            (2, "2nd"),
            (3, "3rd"),
            (4, "4th"),
            (11, "11th"),
            (12, "12th"),
            (13, "13th"),
            (21, "21st"),
            (52, "52nd"),
            (101, "101st"),
            (111, "111th"),
        ],
    )
    def test_are_counted_as_one_speaks(self, count, written):
        assert formats.ordinal(count, "en") == written

    def test_are_counted_in_chinese(self):
        assert formats.ordinal(14, "zh-Hans") == "第14次"

    def test_long_stays_are_told_in_months(self):
        assert formats.nights_short(3, "en") == "3 n"
        assert formats.nights_short(270, "en") == "9 months"
        assert formats.nights_short(270, "zh-Hans") == "9 个月"

    def test_have_their_thousands_apart(self):
        assert formats.number(6840, "en") == "6,840"
        assert formats.number(None, "en") == "—"


class TestPhone:
    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("+8613800008866", "+86 138 0000 8866"),
            ("+4930123456", "+49 30 123456"),
            ("+86 138 •••• 8866", "+86 138 •••• 8866"),
            ("0571-8800", "0571-8800"),
            ("+1", "+1"),
            ("", "—"),
            (None, "—"),
        ],
    )
    def test_is_grouped_for_reading_aloud(self, text, written):
        assert formats.phone(text) == written

    @given(st.text(max_size=40))
    def test_never_fails_on_what_stands_in_a_file(self, text):
        assert formats.phone(text)


class TestNames:
    def test_of_languages_and_countries_are_the_reader_s(self):
        assert formats.language_name("zh", "en") == "Chinese"
        assert formats.language_name("zh-Hans", "zh-Hans") == "中文"
        assert formats.language_name("xx", "en") == "xx"
        assert formats.country_name("DE", "zh-Hans") == "德国"
        assert formats.country_name(None, "en") == "—"
