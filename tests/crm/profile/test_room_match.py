"""Which free room fits a stay best: what counts, what comes first, what is free at all."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.hotels.terms import Cleanliness
from crm.kit.errors import NotAllowed, NotFound, RuleBroken
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.profile.room_match import free_rooms, room_match
from crm.stays.terms import StayStatus
from tests.crm.profile.planted import NOW, TODAY, chen
from tests.factories import a_guest, a_hotel, a_room, a_stay, an_actor, put

ALL = ["FL.HIGH", "RM.AWAYLIFT", "RM.QUIET", "BD.KING", "SM.NON", "BT.TUB"]


@pytest.fixture
def planted(db):
    return chen(db)


@pytest.fixture
def desk(planted):
    return an_actor("front_desk", planted.hotel)


def names(match):
    return [choice.room for choice in match.rooms]


class TestRanking:
    def test_the_mock_s_sentence(self, db, planted, desk):
        a_room(db, planted.hotel, "1812", features=ALL)
        a_room(db, planted.hotel, "0301", features=["RM.AWAYLIFT"])
        found = room_match(db, planted.due, by=desk)
        assert names(found) == ["1812", "1808", "0301"]
        best, own, last = found.rooms
        assert (best.met, best.wanted, best.missing) == (6, 6, [])
        assert (own.met, own.wanted, own.missing, own.is_assigned) == (5, 6, ["Bathtub"], True)
        assert last.met == 1
        assert (found.free, found.wanted) == (3, 6)

    def test_a_wish_that_was_only_seen_decides_between_equals(self, db, planted, desk):
        facts = {"status": PreferenceStatus.SEEN_ONCE, "source": PreferenceSource.SEEN}
        put(db, Preference(guest_id=planted.guest, code="VW.WATER", noted_at=NOW, **facts))
        a_room(db, planted.hotel, "1801", features=ALL)
        a_room(db, planted.hotel, "1899", features=[*ALL, "VW.WATER"])
        found = room_match(db, planted.due, by=desk)
        assert names(found)[:2] == ["1899", "1801"]
        assert (found.rooms[0].met, found.rooms[0].wanted) == (6, 6)

    def test_a_need_stands_above_all_counting(self, db, planted, desk):
        facts = {"status": PreferenceStatus.CONFIRMED, "source": PreferenceSource.TOLD}
        put(db, Preference(guest_id=planted.guest, code="AC.ROLLIN", noted_at=NOW, **facts))
        a_room(db, planted.hotel, "0105", features=["AC.ROLLIN"])
        found = room_match(db, planted.due, by=desk)
        assert names(found) == ["0105", "1808"]
        assert [bool(choice.fails) for choice in found.rooms] == [False, True]
        assert len(found.needs) == 1

    def test_without_wishes_the_ready_rooms_come_in_door_order(self, db, planted, desk):
        stay = a_stay(db, a_guest(db), planted.hotel, status=StayStatus.BOOKED, room_no=None,
                      arrival_on=TODAY)  # fmt: skip
        a_room(db, planted.hotel, "902")
        a_room(db, planted.hotel, "901", cleanliness=Cleanliness.DIRTY)
        assert names(room_match(db, stay, by=desk)) == ["902", "901"]


class TestFree:
    def test_taken_out_of_order_and_other_types_are_left_out(self, db, planted, desk):
        hotel = planted.hotel
        for no in ("1901", "1902", "1903", "1904"):
            a_room(db, hotel, no, features=ALL)
        a_room(db, hotel, "1905", room_type="STE")
        a_room(db, hotel, "1906", cleanliness=Cleanliness.OUT_OF_ORDER)
        a_stay(db, a_guest(db), hotel, room_no="1901")
        a_stay(db, a_guest(db), hotel, room_no="1902", status=StayStatus.BOOKED,
               arrival_on=TODAY + timedelta(days=2))  # fmt: skip
        a_stay(db, a_guest(db), hotel, room_no="1903", status=StayStatus.BOOKED,
               arrival_on=TODAY + timedelta(days=3))  # fmt: skip
        a_stay(db, a_guest(db), hotel, room_no="1904", departure_on=TODAY)
        found = room_match(db, planted.due, by=desk)
        assert names(found) == ["1903", "1904", "1808"]
        assert [choice.leaves_first for choice in found.rooms] == [False, True, False]

    def test_a_guest_in_house_may_move_and_a_gone_one_needs_no_room(self, db, planted, desk):
        a_room(db, planted.hotel, "1809")
        here = a_stay(db, planted.guest, planted.hotel, room_no="1809")
        assert room_match(db, here, by=desk).rooms[0].room in {"1808", "1809"}
        with pytest.raises(RuleBroken):
            room_match(db, planted.past, by=desk)

    def test_a_booking_without_a_person_has_no_wishes(self, db, planted, desk):
        stay = a_stay(db, None, planted.hotel, status=StayStatus.BOOKED, room_no=None,
                      arrival_on=TODAY)  # fmt: skip
        assert room_match(db, stay, by=desk).wanted == 0

    def test_is_for_those_who_place_guests_in_their_own_hotel(self, db, planted):
        with pytest.raises(NotAllowed):
            room_match(db, planted.due, by=an_actor("housekeeping", planted.hotel))
        with pytest.raises(NotFound):
            room_match(db, planted.due, by=an_actor("front_desk", a_hotel(db)))

    def test_reads_a_handful_of_statements(self, db, planted, desk, queries):
        for place in range(30):
            a_room(db, planted.hotel, f"20{place:02}", features=ALL)
        with queries(4):
            assert room_match(db, planted.due, by=desk).free == 31


days = st.integers(0, 12).map(lambda number: TODAY + timedelta(days=number))


@st.composite
def spans(draw, status=None):
    first = draw(days)
    return SimpleNamespace(
        room_no=draw(st.sampled_from(["1", "2", "3"])),
        status=status or draw(st.sampled_from([StayStatus.BOOKED, StayStatus.IN_HOUSE])),
        arrival_on=first,
        departure_on=first + timedelta(days=draw(st.integers(0, 5))),
    )


def nights(stay):
    count = max(1, (stay.departure_on - stay.arrival_on).days)
    return {stay.arrival_on + timedelta(days=number) for number in range(count)}


@given(spans(), st.lists(spans(), max_size=8))
def test_a_room_is_free_exactly_when_no_night_is_shared(stay, others):
    rooms = [
        SimpleNamespace(no=no, floor="1", cleanliness=Cleanliness.CLEAN, features=[])
        for no in ("1", "2", "3")
    ]
    free = {room.no for room in free_rooms(rooms, others, stay)}
    taken = {other.room_no for other in others if nights(other) & nights(stay)}
    assert free == {"1", "2", "3"} - taken
