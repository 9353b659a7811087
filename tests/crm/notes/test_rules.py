"""Which shift it is and how far up a late task is told, on paper."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.notes.rules import can_follow, escalation_due, watch_at
from crm.notes.terms import Shift, TraceDeed, TraceState

ZONES = ("Asia/Shanghai", "Europe/London", "America/St_Johns", "UTC")
instants = st.datetimes(
    min_value=datetime(2024, 1, 1), max_value=datetime(2031, 12, 31), timezones=st.just(UTC)
)


class TestShifts:
    @pytest.mark.parametrize(
        ("local", "shift", "day"),
        [
            ("2026-11-24T06:59", Shift.NIGHT, 23),
            ("2026-11-24T07:00", Shift.EARLY, 24),
            ("2026-11-24T14:59", Shift.EARLY, 24),
            ("2026-11-24T15:00", Shift.LATE, 24),
            ("2026-11-24T23:00", Shift.NIGHT, 24),
            ("2026-11-25T00:30", Shift.NIGHT, 24),
        ],
    )
    def test_by_the_hotel_s_clock(self, local, shift, day):
        at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
        watch = watch_at(at, "Asia/Shanghai")
        assert (watch.shift, watch.on.day) == (shift, day)

    @given(at=instants, zone=st.sampled_from(ZONES))
    def test_every_instant_is_in_its_shift_and_the_next_begins_where_it_ends(self, at, zone):
        watch = watch_at(at, zone)
        assert watch.begins <= at < watch.ends
        after = watch_at(watch.ends, zone)
        assert after.begins.astimezone(UTC) == watch.ends.astimezone(UTC)
        assert after.shift is not watch.shift


class TestLateness:
    @given(minutes=st.integers(-5000, 5000))
    def test_rises_with_time_and_never_before_it_is_due(self, minutes):
        due = datetime(2026, 11, 24, 8, tzinfo=UTC)
        level = escalation_due(due, due + timedelta(minutes=minutes))
        assert level == (0 if minutes < 15 else 1 if minutes < 120 else 2)


def test_what_is_closed_can_only_be_opened_again():
    for state in (TraceState.DONE, TraceState.CANCELLED):
        assert [deed for deed in TraceDeed if can_follow(state, deed)] == [TraceDeed.REOPEN]
    assert not can_follow(TraceState.OPEN, TraceDeed.REOPEN)
