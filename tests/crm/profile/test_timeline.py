"""The timeline: every source in its place, pages without gaps or repeats, each reader's own."""

from datetime import timedelta

import pytest

from crm.kit.errors import Invalid, NotFound
from crm.profile.timeline import Family, timeline
from crm.stays.terms import StayStatus
from tests.crm.profile.planted import NOW, TODAY, chen
from tests.factories import a_hotel, a_stay, an_actor


@pytest.fixture
def planted(db):
    return chen(db)


@pytest.fixture
def read(db, planted):
    def pages(role="general_manager", size=50, **more):
        by = an_actor(role, more.pop("hotel", planted.hotel))
        items, cursor = [], None
        while True:
            page = timeline(db, planted.guest, by=by, cursor=cursor, limit=size, **more)
            items += page.items
            cursor = page.next
            if cursor is None:
                return items

    return pages


class TestLines:
    def test_newest_first_with_their_sentences(self, read):
        lines = [(line.kind, line.text.code.removeprefix("happened.")) for line in read()]
        assert lines[0] == ("stay", "stay_booked")
        assert ("note", "note") in lines
        assert ("stay", "stay_left_scored_room") in lines
        assert ("case", "case_closed") in lines
        assert ("points", "points") in lines
        assert ("tier", "tier") in lines
        assert ("contact", "consent_withdrawn") in lines
        dates = [line.at for line in read()]
        assert dates == sorted(dates, reverse=True)

    def test_a_stay_that_is_over_stands_on_the_day_it_ended(self, read):
        (left,) = [s for s in read(families=[Family.STAY]) if s.text.values.get("score") == 6]
        assert left.on == TODAY - timedelta(days=113)
        assert left.text.values | {"until": None} == {
            "nights": 2,
            "score": 6,
            "room": "1611",
            "until": None,
        }

    def test_the_day_is_the_hotel_s(self, read):
        (case,) = read(families=[Family.CASE], zone="Pacific/Auckland")
        assert case.at == NOW - timedelta(days=113, hours=14)
        assert case.on == TODAY - timedelta(days=113)

    @pytest.mark.parametrize("family", list(Family))
    def test_narrowed(self, read, family):
        kinds = {"stay": {"stay"}, "case": {"case"}, "points": {"points", "tier"},
                 "contact": {"contact"}, "note": {"note"}, "edit": set()}  # fmt: skip
        assert {line.kind for line in read(families=[family])} == kinds[family]


class TestPages:
    @pytest.mark.parametrize("size", [1, 2, 3, 7])
    def test_no_gap_and_no_repeat(self, db, planted, read, size):
        # Several on one day, so that the order within an instant is put to the test.
        for _ in range(4):
            a_stay(db, planted.guest, planted.hotel, status=StayStatus.CANCELLED,
                   arrival_on=TODAY - timedelta(days=50))  # fmt: skip
        whole = [(line.source, line.source_id) for line in read()]
        assert len(whole) == len(set(whole)) > 20
        assert [(line.source, line.source_id) for line in read(size=size)] == whole

    def test_a_broken_cursor_is_refused(self, db, planted):
        by = an_actor("general_manager", planted.hotel)
        for cursor in ("x", "WyIxIiwyLDNd", "WzEsMl0="):
            with pytest.raises(Invalid):
                timeline(db, planted.guest, by=by, cursor=cursor)


class TestReaders:
    def test_the_desk_reads_no_management_note(self, read):
        words = {line.text.values.get("words") for line in read("front_desk")}
        assert "Greets in the lobby" in words
        assert "Moves the annual meeting" not in words
        assert "Moves the annual meeting" in {ln.text.values.get("words") for ln in read()}

    def test_nobody_but_the_centre_reads_the_reason(self, read):
        assert "Peanut allergy" not in str(read("front_desk"))
        assert "Peanut allergy" not in str(read("general_manager"))
        assert "Peanut allergy" in str(read("file_centre"))

    def test_restaurants_read_points_and_tastes(self, read):
        kinds = {line.kind for line in read("food_beverage")}
        assert kinds == {"points", "tier", "note"}

    def test_out_of_reach_is_not_there(self, db, read):
        with pytest.raises(NotFound):
            read("front_desk", hotel=a_hotel(db))
