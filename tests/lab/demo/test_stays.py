"""Stays must be possible: one guest a room, one room a guest, folios that fit the nights."""

import random
from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.demo.bookings import RoomBook, overlaps
from lab.demo.dressing import World
from lab.demo.house import garden, lakeview

FIRST = date(2026, 1, 1)
spans = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 300), st.integers(1, 20)), max_size=60)


class TestRoomBook:
    @given(spans)
    def test_never_gives_a_night_twice(self, wanted: list[tuple[int, int, int]]) -> None:
        book = RoomBook(garden(), FIRST)
        nights: set[tuple[str, int]] = set()
        for room, start, length in wanted:
            no = ("101", "102", "103")[room]
            arrival = FIRST + timedelta(days=start)
            departure = arrival + timedelta(days=length)
            asked = {(no, start + n) for n in range(length)}
            if asked & nights:
                assert not book.is_free(no, arrival, departure)
                with pytest.raises(ValueError, match="taken twice"):
                    book.take(no, arrival, departure)
            else:
                book.take(no, arrival, departure)
                nights |= asked

    def test_finds_another_kind_but_never_gives_away_the_suites(self) -> None:
        book = RoomBook(lakeview(), FIRST)
        rng = random.Random(4)
        after = FIRST + timedelta(days=1)
        while room := book.find(rng, "STW", FIRST, after):
            book.take(room.no, FIRST, after)
        free = [r.kind for r in lakeview().rooms if book.is_free(r.no, FIRST, after)]
        assert set(free) == {"STE", "PRS", "ACK"}
        assert book.taken_on(FIRST) == 180 - len(free)
        assert book.taken_on(after) == 0


class TestHouse:
    def test_has_180_rooms_with_distinct_numbers_and_no_unlucky_floor(self) -> None:
        rooms = lakeview().rooms
        assert len({room.no for room in rooms}) == 180
        assert not {room.floor for room in rooms} & {4, 13, 14}

    @pytest.mark.parametrize(
        ("no", "has", "lacks"),
        [
            ("1808", {"FL.HIGH", "RM.AWAYLIFT", "BD.KING", "RM.QUIET", "SM.NON"}, {"BT.TUB"}),
            ("1207", {"RM.QUIET", "BT.TUB"}, set()),
            ("708", {"AC.ROLLIN"}, set()),
            ("2208", {"FL.HIGH", "FL.CLUB", "BT.TUB"}, set()),
        ],
    )
    def test_the_mocks_rooms_have_what_the_mocks_say(
        self, no: str, has: set[str], lacks: set[str]
    ) -> None:
        room = lakeview().room(no)
        assert has <= room.features
        assert not lacks & room.features


class TestStays:
    def test_no_room_is_held_twice_on_a_night(self, world: World) -> None:
        assert overlaps(world.stays) == []

    def test_the_check_itself_sees_an_overlap(self, world: World) -> None:
        held = next(stay for stay in world.stays if stay.occupies and stay.nights > 1)
        assert overlaps([held, held]) == [(held.confirmation, held.confirmation)]

    def test_nobody_sleeps_in_two_rooms_at_once(self, world: World) -> None:
        nights: Counter[tuple[object, date]] = Counter()
        for stay in world.stays:
            if stay.status in {"checked_out", "in_house"}:
                for guest in (stay.guest, *stay.companions):
                    for n in range(stay.nights):
                        nights[guest, stay.arrival + timedelta(days=n)] += 1
        assert [key for key, held in nights.items() if held > 1 and key[0] is not None] == []

    def test_nobody_leaves_before_coming(self, world: World) -> None:
        for stay in world.stays:
            assert stay.departure > stay.arrival
            assert stay.booked_on <= stay.arrival
            if stay.checked_in_at and stay.checked_out_at:
                assert stay.checked_out_at > stay.checked_in_at

    def test_status_fits_the_day(self, world: World) -> None:
        for stay in world.stays:
            if stay.status == "checked_out":
                assert stay.departure < world.today
                assert stay.checked_out_at is not None
            elif stay.status == "in_house":
                assert stay.arrival < world.today <= stay.departure
            elif stay.status == "booked":
                assert stay.arrival >= world.today

    def test_one_room_line_a_night_spent(self, world: World) -> None:
        for stay in world.stays:
            rooms = [line.on for line in stay.lines if line.kind == "room"]
            if stay.status in {"checked_out", "in_house"}:
                spent = (min(stay.departure, world.today) - stay.arrival).days
                assert rooms == [stay.arrival + timedelta(days=n) for n in range(spent)]
            else:
                assert stay.lines == ()

    def test_folio_money_adds_up(self, world: World) -> None:
        for stay in world.stays:
            assert stay.spent == sum(line.amount for line in stay.lines)
            for line in stay.lines:
                assert line.amount >= 0
                assert line.discount >= 0
                assert 0 <= line.tax <= line.amount
                assert line.amount == 0 or abs(line.tax - line.amount * 6 / 106) <= 1
                assert stay.arrival <= line.on < stay.departure

    def test_confirmations_are_unique(self, world: World) -> None:
        numbers = [stay.confirmation for stay in world.stays]
        assert len(numbers) == len(set(numbers))

    def test_rooms_used_exist_and_are_of_the_kind_written_down(self, world: World) -> None:
        kinds = {(h.code, room.no): room.kind for h in world.hotels for room in h.rooms}
        for stay in world.stays:
            if stay.room:
                assert kinds[stay.hotel, stay.room] == stay.kind_used
            else:
                assert stay.status in {"booked", "cancelled", "no_show"}

    def test_business_comes_on_weekdays_and_leisure_at_weekends(self, world: World) -> None:
        share: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for stay in world.stays:
            if stay.is_past and stay.market in {"corporate", "leisure"}:
                share[stay.market][stay.arrival.weekday() in (4, 5)] += 1
        corporate, leisure = share["corporate"], share["leisure"]
        assert corporate[1] / sum(corporate) < 0.2
        assert leisure[1] / sum(leisure) > 0.35
