"""The board of the day and the floor of rooms, as each desk reads them."""

from datetime import time, timedelta

import pytest
from sqlalchemy import update

from crm.guests.tables import Guest
from crm.guests.terms import GuestIdentity, VipLevel
from crm.hotels.tables import Room
from crm.hotels.terms import Cleanliness, RoomService
from crm.kit.errors import NotAllowed
from crm.preferences.tables import Preference
from crm.preferences.terms import PreferenceSource, PreferenceStatus
from crm.profile.board import board
from crm.profile.floor import floor
from crm.profile.schemas import BoardFilter, FloorFilter, Side
from crm.stays import figures
from crm.stays.terms import StayStatus
from tests.crm.profile.planted import NOW, TODAY, chen
from tests.factories import a_guest, a_hotel, a_room, a_stay, an_actor, put


@pytest.fixture
def planted(db):
    return chen(db)


@pytest.fixture
def desk(planted):
    return an_actor("front_desk", planted.hotel)


def wish(db, guest, code, **more):
    facts = {"status": PreferenceStatus.CONFIRMED, "source": PreferenceSource.TOLD}
    put(db, Preference(guest_id=guest, code=code, noted_at=NOW, **(facts | more)))


def due(db, hotel, guest, **more):
    facts = {"status": StayStatus.BOOKED, "arrival_on": TODAY, "room_no": None}
    return a_stay(db, guest, hotel, **(facts | more))


class TestArrivals:
    def test_the_mock_s_row(self, db, planted, desk):
        (row,) = board(db, by=desk).rows
        assert (row.at, row.name, row.latin_name) == ("15:30", "陈静怡", "CHEN Jingyi")
        assert (row.tier, row.vip, row.room, row.room_ready) == ("platinum", "V3", "1808", True)
        assert (row.stay_number, row.nights, row.identity) == (3, 3, "corporate")
        assert [(f.weight, f.kind) for f in row.flags] == [
            ("must_know", "allergy"),
            ("take_care", "case"),
            ("note", "birthday"),
        ]
        assert [f.short for f in row.flags[:2]] == ["No peanuts anywhere", "Air conditioner noise"]
        assert row.wants == "high floor, away from the lift, quiet side"
        assert (row.prep_met, row.prep_wanted) == (5, 6)

    def test_counts_and_filters(self, db, planted, desk):
        due(db, planted.hotel, a_guest(db, "王芳", "Wang Fang"), eta=time(13))
        a_stay(db, a_guest(db, "李雷", "Li Lei"), planted.hotel)
        a_stay(db, a_guest(db, "韩梅", "Han Mei"), planted.hotel, departure_on=TODAY)
        found = board(db, by=desk)
        assert found.counts == {"arrivals": 2, "in_house": 2, "departures": 1}
        assert found.filters == {"vip": 1, "allergy": 1, "case": 1, "birthday": 1, "first": 1}
        assert [row.at for row in found.rows] == ["13:00", "15:30"]
        assert (found.prepared, found.to_prepare) == (0, 1)
        for mark, name in ((BoardFilter.FIRST, "王芳"), (BoardFilter.VIP, "陈静怡")):
            chosen = board(db, by=desk, only=mark)
            assert [row.name for row in chosen.rows] == [name]
            assert chosen.filters == found.filters

    def test_yesterday_s_overdue_are_due_and_the_forgotten_are_not(self, db, planted, desk):
        late = {"departure_on": TODAY + timedelta(days=1)}
        due(db, planted.hotel, a_guest(db), arrival_on=TODAY - timedelta(days=1), **late)
        due(db, planted.hotel, a_guest(db), arrival_on=TODAY - timedelta(days=40), **late)
        due(db, planted.hotel, a_guest(db), arrival_on=TODAY + timedelta(days=1),
            departure_on=TODAY + timedelta(days=2))  # fmt: skip
        assert board(db, by=desk).counts["arrivals"] == 2

    def test_a_booking_without_a_person(self, db, planted, desk):
        due(db, planted.hotel, None, eta=time(9))
        row = board(db, by=desk).rows[0]
        assert (row.guest_id, row.name, row.flags) == (None, "—", [])

    def test_stays_of_another_hotel_are_elsewhere(self, db, planted):
        other = an_actor("front_desk", a_hotel(db))
        assert board(db, by=other).rows == []

    def test_an_incognito_guest_is_an_alias_at_the_desk(self, db, planted, desk):
        db.connection().execute(
            update(Guest)
            .where(Guest.id == planted.guest)
            .values(is_incognito=True, alias="Ms Lake")
        )
        (row,) = board(db, by=desk).rows
        assert (row.name, row.latin_name) == ("Ms Lake", "")
        (row,) = board(db, by=an_actor("duty_manager", planted.hotel)).rows
        assert row.name == "陈静怡"

    def test_a_vip_level_that_lapsed_is_none(self, db, planted, desk):
        db.connection().execute(update(Guest).values(vip_until=TODAY - timedelta(days=1)))
        found = board(db, by=desk)
        assert (found.rows[0].vip, found.filters["vip"]) == (None, 0)

    def test_restaurants_see_no_rooms(self, db, planted):
        (row,) = board(db, by=an_actor("food_beverage", planted.hotel)).rows
        assert (row.room, row.at) == (None, None)
        assert [f.kind for f in row.flags] == ["allergy", "birthday"]

    def test_housekeeping_has_no_board(self, db, planted):
        with pytest.raises(NotAllowed):
            board(db, by=an_actor("housekeeping", planted.hotel))

    def test_takes_few_statements_however_many(self, db, planted, desk, queries):
        for _ in range(25):
            wish(db, guest := a_guest(db), "FL.HIGH")
            due(db, planted.hotel, guest)
        with queries(8):
            assert len(board(db, by=desk).rows) == 26


class TestGroups:
    def test_fold_into_one_line(self, db, planted, desk):
        for place in range(3):
            no = a_room(db, planted.hotel, f"120{place + 1}", features=["BD.TWIN"])
            guest = a_guest(db)
            wish(db, guest, "BD.TWIN")
            if place:
                wish(db, guest, "DT.VEGETARIAN")
            due(db, planted.hotel, guest, room_no=no, group_name="Aurora Tours", adults=2,
                eta=time(16 - place), identity=GuestIdentity.GROUP)  # fmt: skip
        wish(db, guest, "AL.EGG")
        rows = {row.name: row for row in board(db, by=desk).rows}
        group = rows["Aurora Tours"]
        assert (group.people, group.guest_id, group.room, group.at) == (6, None, "12F", "14:00")
        assert [(f.weight, f.short.values) for f in group.flags] == [
            ("must_know", {"count": 1, "what": "No egg"}),
            ("note", {"count": 2, "what": "Vegetarian"}),
        ]
        assert group.wants == "two single beds, vegetarian"
        assert (group.prep_met, group.prep_wanted) == (3, 3)
        assert len(rows) == 2

    def test_one_of_a_group_stands_alone(self, db, planted, desk):
        due(db, planted.hotel, a_guest(db, "王芳", "Wang Fang"), group_name="Aurora Tours")
        assert {row.name for row in board(db, by=desk).rows} == {"陈静怡", "王芳"}


class TestOtherSides:
    def test_in_house_by_departure_and_room(self, db, planted, desk):
        for room, days in (("1611", 2), ("1502", 2), ("1903", 0)):
            a_stay(db, a_guest(db), planted.hotel, room_no=room,
                   departure_on=TODAY + timedelta(days=days))  # fmt: skip
        found = board(db, by=desk, side=Side.IN_HOUSE)
        assert [(row.room, row.at) for row in found.rows] == [
            ("1903", "12:00"),
            ("1502", "11-26"),
            ("1611", "11-26"),
        ]
        leaving = board(db, by=desk, side=Side.DEPARTURES)
        assert [row.room for row in leaving.rows] == ["1903"]


class TestFloor:
    @pytest.fixture
    def keeper(self, planted):
        return an_actor("housekeeping", planted.hotel)

    def test_a_due_room_with_its_instructions(self, db, planted, keeper):
        found = floor(db, by=keeper, name="18")
        (door,) = found.rooms
        assert (door.no, door.situation, door.vip) == ("1808", "due", "V3")
        assert (door.state.code, door.state.values["eta"]) == ("door.due_at", "15:30")
        assert [(n.weight, n.text) for n in door.notes] == [
            ("must_know", "No peanuts anywhere"),
            ("note", "Cool room on arrival 23"),
            ("note", "Bed rail"),
        ]
        assert door.more == 1

    def test_names_and_phones_stay_away(self, db, planted, keeper):
        written = floor(db, by=keeper, name="18").model_dump_json()
        for secret in ("陈", "Chen", "8866", "Peanut", "allergy", "adrenaline"):
            assert secret not in written

    def test_in_chinese(self, db, planted, keeper):
        object.__setattr__(keeper, "language", "zh-Hans")
        (door,) = floor(db, by=keeper, name="18").rooms
        assert door.notes[0].text == "全程不用花生"

    @pytest.mark.parametrize(
        ("status", "leaves_in", "situation"),
        [
            (StayStatus.IN_HOUSE, 2, "in_house"),
            (StayStatus.IN_HOUSE, 0, "leaving"),
            (StayStatus.CHECKED_OUT, 0, "left"),
            (StayStatus.CHECKED_OUT, -1, "vacant"),
            (StayStatus.CANCELLED, 1, "vacant"),
        ],
    )
    def test_situations(self, db, planted, keeper, status, leaves_in, situation):
        a_room(db, planted.hotel, "1701")
        a_stay(db, a_guest(db), planted.hotel, status=status, room_no="1701",
               arrival_on=TODAY - timedelta(days=3),
               departure_on=TODAY + timedelta(days=leaves_in))  # fmt: skip
        (door,) = floor(db, by=keeper, name="17").rooms
        assert door.situation == situation

    def test_the_next_guest_s_notes_once_the_one_inside_leaves(self, db, planted, keeper):
        wish(db, inside := a_guest(db), "PL.BUCK")
        a_stay(db, inside, planted.hotel, room_no="1808", arrival_on=TODAY - timedelta(days=1),
               departure_on=TODAY)  # fmt: skip
        (door,) = floor(db, by=keeper, name="18").rooms
        assert (door.situation, door.state.code) == ("turn", "door.turn_at")
        assert door.notes[0].text == "No peanuts anywhere"

    def test_the_sign_on_the_door(self, db, planted, keeper):
        a_room(db, planted.hotel, "1702", service=RoomService.DO_NOT_DISTURB)
        a_stay(db, a_guest(db), planted.hotel, room_no="1702")
        (door,) = floor(db, by=keeper, name="17").rooms
        assert door.state.code == "door.in_house_dnd"

    def test_cleanliness_is_a_word(self, db, planted, keeper):
        db.connection().execute(update(Room).values(cleanliness=Cleanliness.DIRTY))
        (door,) = floor(db, by=keeper, name="18").rooms
        assert door.state.values["clean"].value == "dirty"

    def test_a_wish_seen_once_does_not_act_but_an_allergy_does(self, db, planted, keeper):
        a_room(db, planted.hotel, "1703")
        guest = a_guest(db, vip=VipLevel.V1)
        wish(db, guest, "PL.BUCK", status=PreferenceStatus.SEEN_ONCE)
        wish(db, guest, "AL.FEATHER", status=PreferenceStatus.SEEN_ONCE)
        a_stay(db, guest, planted.hotel, room_no="1703")
        (door,) = floor(db, by=keeper, name="17").rooms
        assert [n.text for n in door.notes] == ["Feather-free bedding"]

    def test_doors_in_order_with_filters(self, db, planted, keeper):
        for no in ("1811", "1802", "1810"):
            a_room(db, planted.hotel, no)
        a_stay(db, a_guest(db), planted.hotel, room_no="1802", departure_on=TODAY)
        found = floor(db, by=keeper, name="18")
        assert [door.no for door in found.rooms] == ["1802", "1808", "1810", "1811"]
        assert found.counts == {"all": 4, "noted": 1, "due": 1, "leaving": 1, "turn_down": 1}
        for only, rooms in (
            (FloorFilter.NOTED, ["1808"]),
            (FloorFilter.DUE, ["1808"]),
            (FloorFilter.LEAVING, ["1802"]),
        ):
            assert [d.no for d in floor(db, by=keeper, name="18", only=only).rooms] == rooms

    def test_the_lowest_floor_unless_named(self, db, planted, keeper):
        a_room(db, planted.hotel, "902")
        found = floor(db, by=keeper)
        assert (found.name, found.floors) == ("9", ["9", "18"])
        assert floor(db, by=keeper, name="77").name == "9"

    def test_takes_few_statements(self, db, planted, keeper, queries):
        figures.rebuild(db)
        with queries(11):
            floor(db, by=keeper, name="18")
