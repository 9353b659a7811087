"""Hotels open with their departments, rooms come by pattern, the business date only goes on."""

from datetime import UTC, date, datetime, time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from sqlmodel import Session

from crm.hotels import queries, service
from crm.hotels.schemas import HotelOpen, HotelPatch, RoomsAdd
from crm.hotels.service import read_room_pattern
from crm.hotels.terms import DepartmentCode, LeapDayRule
from crm.kit import clock
from crm.kit.errors import Conflict, CrmError, Invalid, NotFound
from crm.kit.ids import new_id
from crm.staff.actor import system
from crm.staff.terms import Role
from tests.factories import TODAY, a_hotel, an_actor

OPENING = {
    "code": "LVH",
    "name": "Lakeview Hotel",
    "name_zh": "湖景酒店",
    "time_zone": "Asia/Shanghai",
    "currency": "CNY",
    "country": "CN",
}


class TestOpening:
    def test_brings_departments_and_the_day_of_the_place(self, db: Session) -> None:
        with clock.frozen(datetime(2026, 11, 24, 17, tzinfo=UTC)):
            identity = service.open_hotel(db, HotelOpen.model_validate(OPENING))
        hotel = queries.hotel(db, identity)
        assert hotel.business_on == date(2026, 11, 25)
        assert not hotel.keeps_identity_documents
        assert (hotel.called("zh-Hans"), hotel.called("en")) == ("湖景酒店", "Lakeview Hotel")
        codes = {row.code for row in queries.departments_of(db, identity)}
        assert codes == set(DepartmentCode)

    def test_a_code_is_taken_once(self, db: Session) -> None:
        service.open_hotel(db, HotelOpen.model_validate(OPENING))
        with pytest.raises(Conflict):
            service.open_hotel(db, HotelOpen.model_validate(OPENING))

    @pytest.mark.parametrize(
        "bad",
        [
            {"code": "lvh"},
            {"code": ""},
            {"time_zone": "Mars/Base"},
            {"time_zone": "../etc/passwd"},
            {"currency": "yuan"},
            {"name": " "},
        ],
    )
    def test_bad_facts_are_refused(self, bad: dict[str, str]) -> None:
        with pytest.raises(ValidationError):
            HotelOpen.model_validate(OPENING | bad)


class TestFinding:
    def test_within_reach(self, db: Session) -> None:
        one, two = a_hotel(db, "ONE"), a_hotel(db, "TWO")
        mine = queries.hotels_of(db, by=an_actor(Role.IT, one))
        assert [row.code for row in mine] == ["ONE"]
        assert {row.id for row in queries.hotels_of(db, by=system())} >= {one, two}

    def test_by_code(self, db: Session) -> None:
        identity = a_hotel(db, "ONE")
        assert queries.hotel_by_code(db, "ONE").id == identity
        with pytest.raises(NotFound) as refused:
            queries.hotel_by_code(db, "NIX")
        assert "NIX" in refused.value.message
        with pytest.raises(NotFound):
            queries.hotel(db, new_id())


class TestAmending:
    def test_changes_what_is_given_and_names_it(self, db: Session) -> None:
        identity = a_hotel(db)
        patch = HotelPatch.model_validate(
            {"check_in_at": "14:30", "leap_day_rule": "1mar", "name": "Lakeside Hotel"}
        )
        assert service.amend_hotel(db, identity, patch) == ["check_in_at", "leap_day_rule"]
        hotel = queries.hotel(db, identity)
        assert (hotel.check_in_at, hotel.leap_day_rule) == (time(14, 30), LeapDayRule.MAR_1)
        assert service.amend_hotel(db, identity, patch) == []

    @pytest.mark.parametrize("bad", ["25:00", "noon", "14:30:60", "T1430", "14:30Z", "１４:30", 14])
    def test_a_time_is_a_time(self, bad: object) -> None:
        with pytest.raises(ValidationError):
            HotelPatch.model_validate({"check_in_at": bad})

    def test_a_time_that_was_read_can_be_written_back(self) -> None:
        assert HotelPatch.model_validate({"check_in_at": "14:30:00"}).check_in_at == time(14, 30)


class TestBusinessDate:
    def test_goes_on_and_never_back(self, db: Session) -> None:
        identity = a_hotel(db)
        service.roll_business_date(db, identity, date(2026, 11, 25))
        assert queries.hotel(db, identity).business_on == date(2026, 11, 25)
        with pytest.raises(Invalid):
            service.roll_business_date(db, identity, TODAY)
        with pytest.raises(NotFound):
            service.roll_business_date(db, new_id(), TODAY)


class TestPattern:
    @pytest.mark.parametrize(
        ("pattern", "rooms"),
        [
            ("101", ["101"]),
            ("101-103", ["101", "102", "103"]),
            ("101–102", ["101", "102"]),
            ("101-102, 201-202", ["101", "102", "201", "202"]),
            ("101，102；103", None),
            ("101；103", None),
            ("101;102 103", ["101", "102", "103"]),
            ("0901-0903", ["0901", "0902", "0903"]),
            ("101, 101-102", ["101", "102"]),
            ("", None),
            ("103-101", None),
            ("1-100000", None),
            ("1-2001", None),
            ("1-1001, 1002-2002", None),
            ("10A", None),
            ("-5", None),
            ("101-", None),
        ],
    )
    def test_reads_numbers_as_on_the_doors(self, pattern: str, rooms: list[str] | None) -> None:
        if rooms is None:
            with pytest.raises(Invalid):
                read_room_pattern(pattern)
        else:
            assert read_room_pattern(pattern) == rooms

    @given(st.text(max_size=60))
    def test_never_breaks(self, pattern: str) -> None:
        try:
            found = read_room_pattern(pattern)
        except CrmError:
            return
        assert len(found) == len(set(found)) <= service.ROOMS_AT_ONCE

    @given(st.lists(st.integers(100, 2999), min_size=1, max_size=30, unique=True))
    def test_reads_back_what_was_written(self, numbers: list[int]) -> None:
        assert read_room_pattern(", ".join(map(str, numbers))) == [str(no) for no in numbers]


class TestRooms:
    def test_are_added_once_with_their_floor(self, db: Session) -> None:
        identity = a_hotel(db)
        numbers = read_room_pattern("101-102, 1808, 7")
        added = service.add_rooms(db, identity, numbers, room_type="DLX", features=["FL.HIGH"])
        assert added == 4
        again = service.add_rooms(db, identity, numbers, room_type="SUP", features=[])
        assert again == 0
        rooms = {room.no: room for room in queries.rooms_of(db, identity)}
        assert {no: room.floor for no, room in rooms.items()} == {
            "101": "1",
            "102": "1",
            "1808": "18",
            "7": "0",
        }
        assert all(room.room_type == "DLX" for room in rooms.values())
        assert [room.no for room in queries.rooms_of(db, identity, floor="1")] == ["101", "102"]

    def test_of_two_hotels_do_not_meet(self, db: Session) -> None:
        one, two = a_hotel(db), a_hotel(db)
        service.add_rooms(db, one, ["101"], room_type="DLX", features=[])
        assert service.add_rooms(db, two, ["101"], room_type="DLX", features=[]) == 1

    @pytest.mark.parametrize("feature", ["sea view", "FLHIGH", "fl.high", "FL." + "X" * 17])
    def test_features_are_codes(self, feature: str) -> None:
        with pytest.raises(ValidationError):
            RoomsAdd(pattern="101", room_type="DLX", features=[feature])


def test_an_unknown_hotel_has_nothing(db: Session) -> None:
    nobody: UUID = new_id()
    assert queries.rooms_of(db, nobody) == []
    assert queries.departments_of(db, nobody) == []
