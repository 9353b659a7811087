"""Working hours: the vectors that were agreed, both changes of the clocks, and Hypothesis against
a model that walks minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.complaints.calendars import (
    WEEKDAYS,
    CalendarUnfit,
    NeverOpen,
    WorkCalendar,
    due_at,
    horizon_at,
    joined,
    warn_at,
    working_minutes,
    working_time,
)

OFFICE = {day: [["09:00", "17:00"]] for day in WEEKDAYS[:5]}
NIGHT = {day: [["22:00", "06:00"]] for day in WEEKDAYS}
SHANGHAI, BERLIN, LORD_HOWE = "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe"
MINUTE = timedelta(minutes=1)


def at(text, zone=SHANGHAI):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shown(instant, zone=SHANGHAI):
    return instant.astimezone(ZoneInfo(zone)).strftime("%a %H:%M")


class TestAgreed:
    def test_friday_afternoon_goes_on_on_monday(self):
        office = WorkCalendar(SHANGHAI, OFFICE)
        assert shown(due_at(office, at("2026-11-20 16:00"), 240)) == "Mon 12:00"

    def test_a_holiday_is_left_out(self):
        office = WorkCalendar(SHANGHAI, OFFICE, holidays=["2026-11-23"])
        assert shown(due_at(office, at("2026-11-23 10:00"), 240)) == "Tue 13:00"

    def test_a_pause_moves_the_deadline_by_its_working_time(self):
        office, start = WorkCalendar(SHANGHAI, OFFICE), at("2026-11-23 10:00")
        half_an_hour = (at("2026-11-23 11:00"), at("2026-11-23 11:30"))
        assert shown(due_at(office, start, 240, [half_an_hour])) == "Mon 14:30"
        over_night = (at("2026-11-23 16:30"), at("2026-11-24 09:15"))
        assert shown(due_at(office, start, 420, [over_night])) == "Tue 09:45"
        later = (at("2026-11-23 15:00"), at("2026-11-23 16:00"))
        assert shown(due_at(office, start, 240, [later])) == "Mon 14:00"

    @pytest.mark.parametrize(
        ("due", "warned"), [("09:30", "Fri 16:30"), ("10:00", "Mon 09:00"), ("12:00", "Mon 11:00")]
    )
    def test_the_warning_is_an_hour_of_working_time_before(self, due, warned):
        office = WorkCalendar(SHANGHAI, OFFICE)
        found = warn_at(office, at("2026-11-19 09:00"), at(f"2026-11-23 {due}"), 60)
        assert shown(found) == warned

    def test_a_warning_never_comes_before_the_case(self):
        office, start = WorkCalendar(SHANGHAI, OFFICE), at("2026-11-23 10:00")
        assert warn_at(office, start, at("2026-11-23 10:20"), 60) == start

    def test_ending_work_ends_the_day_not_the_next_morning(self):
        office = WorkCalendar(SHANGHAI, OFFICE)
        assert shown(due_at(office, at("2026-11-20 16:00"), 60)) == "Fri 17:00"

    def test_a_make_up_day_has_its_own_hours(self):
        office = WorkCalendar(
            SHANGHAI, OFFICE, ["2026-11-21"], {"2026-11-21": [["10:00", "12:00"]]}
        )
        assert shown(due_at(office, at("2026-11-20 16:00"), 120)) == "Sat 11:00"

    def test_a_shift_over_midnight_belongs_to_the_day_it_begins(self):
        nights = WorkCalendar(SHANGHAI, NIGHT, holidays=["2026-11-24"])
        assert shown(due_at(nights, at("2026-11-23 23:00"), 7 * 60)) == "Tue 06:00"
        assert shown(due_at(nights, at("2026-11-23 23:00"), 8 * 60)) == "Wed 23:00"

    def test_shifts_that_overlap_count_once(self):
        two = WorkCalendar(SHANGHAI, {"mon": [["08:00", "14:00"], ["12:00", "18:00"]]})
        assert shown(due_at(two, at("2026-11-23 08:00"), 540)) == "Mon 17:00"


class TestChangesOfTheClocks:
    """In Berlin 29 March 2026 has no 02:00 to 03:00; 25 October has it twice."""

    def test_a_night_in_spring_has_an_hour_less(self):
        nights = WorkCalendar(BERLIN, NIGHT)
        assert (
            working_minutes(nights, at("2026-03-28 22:00", BERLIN), at("2026-03-29 12:00", BERLIN))
            == 420
        )
        assert shown(due_at(nights, at("2026-03-28 22:00", BERLIN), 300), BERLIN) == "Sun 04:00"

    def test_a_night_in_autumn_has_an_hour_more(self):
        nights = WorkCalendar(BERLIN, NIGHT)
        assert (
            working_minutes(nights, at("2026-10-24 22:00", BERLIN), at("2026-10-25 12:00", BERLIN))
            == 540
        )
        assert shown(due_at(nights, at("2026-10-24 22:00", BERLIN), 360), BERLIN) == "Sun 03:00"

    def test_an_hour_that_does_not_exist_is_skipped(self):
        early = WorkCalendar(BERLIN, {"sun": [["02:30", "05:00"]]})
        found = due_at(early, at("2026-03-29 00:00", BERLIN), 60)
        assert found == datetime(2026, 3, 29, 2, tzinfo=UTC)

    def test_the_doubled_hour_belongs_to_its_window_whole(self):
        whole = WorkCalendar(BERLIN, {"sun": [["02:00", "03:00"]]})
        assert (
            working_minutes(whole, at("2026-10-25 00:00", BERLIN), at("2026-10-25 09:00", BERLIN))
            == 120
        )

    @pytest.mark.parametrize(("end", "minutes"), [("02:00", 240), ("02:30", 330), ("03:00", 360)])
    def test_a_night_that_ends_with_the_doubled_hour(self, end, minutes):
        nights = WorkCalendar(BERLIN, {"sat": [["22:00", end]]})
        span = at("2026-10-24 12:00", BERLIN), at("2026-10-25 12:00", BERLIN)
        assert working_minutes(nights, *span) == minutes

    def test_round_the_clock_is_elapsed_time(self):
        always = WorkCalendar(BERLIN, None)
        start = at("2026-03-28 12:00", BERLIN)
        assert due_at(always, start, 1440) == start.astimezone(UTC) + timedelta(days=1)
        assert shown(due_at(always, start, 1440), BERLIN) == "Sun 13:00"

    def test_a_day_that_a_country_left_out(self):
        apia = WorkCalendar("Pacific/Apia", {day: [["00:00", "24:00"]] for day in WEEKDAYS})
        start = at("2011-12-29 12:00", "Pacific/Apia")
        assert working_minutes(apia, start, start.astimezone(UTC) + timedelta(days=2)) == 2880


class TestUnfit:
    @pytest.mark.parametrize("hours", [{}, {"mon": []}])
    def test_what_never_opens_is_an_error_not_a_loop(self, hours):
        with pytest.raises(NeverOpen):
            due_at(WorkCalendar(SHANGHAI, hours), at("2026-11-23 10:00"), 1)
        with pytest.raises(NeverOpen):
            horizon_at(WorkCalendar(SHANGHAI, hours), at("2026-11-23 10:00"), 1)

    def test_a_minute_a_week_does_not_meet_a_year(self):
        seldom = WorkCalendar(SHANGHAI, {"mon": [["09:00", "09:01"]]})
        with pytest.raises(NeverOpen):
            due_at(seldom, at("2026-11-23 10:00"), 525_600)

    def test_make_up_days_that_are_over_do_not_open(self):
        past = WorkCalendar(SHANGHAI, {}, (), {"2026-11-20": [["09:00", "17:00"]]})
        assert shown(due_at(past, at("2026-11-20 09:00"), 60)) == "Fri 10:00"
        with pytest.raises(NeverOpen):
            due_at(past, at("2026-11-23 10:00"), 60)

    @pytest.mark.parametrize(
        ("zone", "hours", "holidays"),
        [
            ("Mars/Olympus", OFFICE, []),
            ("../etc", OFFICE, []),
            (SHANGHAI, {"monday": [["09:00", "17:00"]]}, []),
            (SHANGHAI, {"mon": [["9:00", "17:00"]]}, []),
            (SHANGHAI, {"mon": [["09:00"]]}, []),
            (SHANGHAI, {"mon": ["09:00-17:00"]}, []),
            (SHANGHAI, {"mon": [["24:00", "02:00"]]}, []),
            (SHANGHAI, {"mon": [["09:00", "25:00"]]}, []),
            (SHANGHAI, {"mon": 9}, []),
            (SHANGHAI, OFFICE, ["2026-02-30"]),
            (SHANGHAI, OFFICE, [7]),
        ],
    )
    def test_what_makes_no_sense_is_told(self, zone, hours, holidays):
        with pytest.raises(CalendarUnfit):
            WorkCalendar(zone, hours, holidays)

    def test_a_pause_that_ends_before_it_begins(self):
        with pytest.raises(CalendarUnfit):
            joined([(at("2026-11-23 11:00"), at("2026-11-23 10:00"))])


# ------------------------------------------------------------------ Hypothesis
def clock_time(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


windows = st.lists(
    st.tuples(st.integers(0, 95), st.integers(1, 96)).map(
        lambda pair: [clock_time(pair[0] * 15), clock_time((pair[0] * 15 + pair[1] * 15) % 1440)]
    ),
    max_size=2,
)
DAYS = {
    SHANGHAI: date(2026, 11, 20),
    BERLIN: date(2026, 3, 27),
    LORD_HOWE: date(2026, 4, 3),  # its clocks change by half an hour
    "America/New_York": date(2026, 10, 30),
}


@st.composite
def calendars(draw):
    zone = draw(st.sampled_from(sorted(DAYS)))
    first = DAYS[zone]
    near = st.integers(0, 6).map(lambda n: (first + timedelta(days=n)).isoformat())
    hours = draw(st.dictionaries(st.sampled_from(WEEKDAYS), windows, max_size=7))
    holidays = draw(st.lists(near, max_size=2))
    extra_days = draw(st.dictionaries(near, windows, max_size=2))
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    return WorkCalendar(zone, hours, holidays, extra_days), start


spans = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 600)), max_size=3)


def pauses_of(start, drawn):
    return [(start + a * MINUTE, start + (a + b) * MINUTE) for a, b in drawn]


BEFORE = 3 * 1440


@cache
def walls_of(zone):
    """What the wall shows minute by minute, from three days before the first day on."""
    first = DAYS[zone]
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - BEFORE * MINUTE
    shown = ((start + n * MINUTE).astimezone(ZoneInfo(zone)) for n in range(14 * 1440))
    return [wall.replace(tzinfo=None) for wall in shown]


def slow_minutes(calendar):
    """For each minute from the first day on whether work goes on in it: a window is on once the
    wall has shown its beginning or later, and until it shows less than its end for the last time.
    """
    walls = walls_of(calendar.zone.key)
    on = [False] * len(walls)
    for no in range(1, 10):
        day = walls[no * 1440].date()
        near = range((no - 1) * 1440, (no + 4) * 1440)
        midnight = datetime.combine(day, time())
        for begins, ends in calendar.windows_of(day):
            opens, closes = midnight + begins * MINUTE, midnight + ends * MINUTE
            begun = next(n for n in near if walls[n] >= opens)
            over = max(n for n in near if walls[n] < closes)
            on[begun : over + 1] = [True] * (over + 1 - begun)
    return on[BEFORE:]


@given(calendars(), st.integers(0, 3000), st.integers(0, 900), spans)
def test_equals_the_slow_model(made, offset, minutes, held):
    calendar, first = made
    start, span = first + offset * MINUTE, 8000 - offset
    pauses = pauses_of(first, held)
    on = slow_minutes(calendar)
    for begins, length in held:
        on[begins : begins + length] = [False] * length
    on = on[offset:8000]
    assert working_minutes(calendar, start, start + span * MINUTE, pauses) == sum(on)
    if sum(on) < minutes:
        return
    counted, expected = 0, start
    for n, works in enumerate(on):
        if counted == minutes:
            break
        counted += works
        expected = start + (n + 1) * MINUTE
    assert due_at(calendar, start, minutes, pauses) == (expected if minutes else start)


@given(calendars(), st.integers(0, 3000), st.integers(0, 2000), st.integers(0, 2000), spans)
def test_later_promises_are_due_later_and_nothing_is_lost(made, offset, some, more, held):
    calendar, first = made
    start, pauses = first + offset * MINUTE, pauses_of(first, held)
    try:
        both = due_at(calendar, start, some + more, pauses)
        one = due_at(calendar, start, some, pauses)
    except NeverOpen:
        return
    assert start <= one <= both
    assert due_at(calendar, one, more, pauses) == both or more == 0
    assert working_time(calendar, start, both, pauses) == (some + more) * MINUTE
    warned = warn_at(calendar, start, both, more, pauses)
    assert one <= warned <= both
    assert working_time(calendar, warned, both, pauses) == more * MINUTE


@given(calendars(), st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 4000), spans)
def test_working_time_adds_up(made, a, b, c, held):
    calendar, first = made
    one, two, three = (first + n * MINUTE for n in sorted((a, b, c)))
    pauses = pauses_of(first, held)
    assert working_time(calendar, one, two, pauses) + working_time(
        calendar, two, three, pauses
    ) == working_time(calendar, one, three, pauses)


@given(calendars(), st.integers(0, 3000), st.integers(0, 500), st.integers(0, 5000))
def test_the_horizon_is_the_warning_seen_from_the_other_side(made, offset, minutes, until):
    calendar, first = made
    now, due = first + offset * MINUTE, first + (offset + until) * MINUTE
    try:
        horizon = horizon_at(calendar, now, minutes)
    except NeverOpen:
        return
    assert (due <= horizon) == (working_time(calendar, now, due) <= minutes * MINUTE)
