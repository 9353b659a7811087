"""Cases: numbered in their hotel, known by flag or in full, never deleted."""

import pytest
from sqlalchemy import select

from crm.complaints import queries, service
from crm.complaints.schemas import ComplaintOpen
from crm.complaints.service import ComplaintAlreadyClosed
from crm.kit.errors import NotAllowed, NotFound
from crm.kit.tables import EventRow
from crm.staff.actor import system
from tests.crm.complaints.made import a_closing
from tests.factories import a_guest, a_hotel, an_actor

BY = system("test")
OPENING = ComplaintOpen(
    source="in_house",
    category="noise",
    severity="moderate",
    headline="Air conditioner noise",
    words="It hums.",
    room_no="1611",
)


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def closing(db, hotel):
    return a_closing(db, hotel)


@pytest.fixture
def guest(db, hotel):
    return a_guest(db, created_at_hotel=hotel)


def opened(db, hotel, guest=None, **more):
    facts = OPENING.model_dump() | {"guest_id": guest} | more
    return service.open_complaint(db, hotel, ComplaintOpen(**facts), by=BY)


class TestOpen:
    def test_numbers_run_in_each_hotel(self, db, hotel):
        other = a_hotel(db)
        numbers = [opened(db, where).reference for where in (hotel, hotel, other, hotel)]
        assert numbers == ["C-1001", "C-1002", "C-1001", "C-1003"]

    def test_has_a_first_step_and_news(self, db, hotel, guest):
        made = opened(db, hotel, guest)
        sheet = queries.complaint(db, made.id, by=an_actor("duty_manager", hotel))
        assert [(s.no, s.status_after) for s in sheet.steps] == [(1, "received")]
        db.flush()
        (row,) = db.connection().execute(select(EventRow.kind, EventRow.payload))
        assert row.kind == "complaint.opened"
        assert "hums" not in str(row.payload)

    def test_of_a_guest_out_of_reach_is_refused(self, db, hotel):
        stranger = a_guest(db)
        with pytest.raises(NotFound):
            service.open_complaint(
                db,
                hotel,
                OPENING.model_copy(update={"guest_id": stranger}),
                by=an_actor("front_desk", hotel),
            )


class TestClose:
    def test_keeps_what_was_given(self, db, hotel, closing):
        made = opened(db, hotel)
        service.note_given(
            db, made.id, words="Breakfast waived", cost_minor=25_600, currency="CNY", by=BY
        )
        service.close_complaint(db, made.id, closing, by=BY)
        sheet = queries.complaint(db, made.id, by=an_actor("general_manager", hotel))
        assert (sheet.status, sheet.given, sheet.cost_minor, sheet.version) == (
            "closed",
            "Breakfast waived",
            25_600,
            3,
        )
        assert [s.words for s in sheet.steps] == [
            "Taken down.", "Breakfast waived", "Moved to 1808.",
        ]  # fmt: skip
        with pytest.raises(ComplaintAlreadyClosed):
            service.close_complaint(db, made.id, closing, by=BY)

    def test_another_hotel_s_case_is_not_there(self, db, hotel, closing):
        made = opened(db, hotel)
        with pytest.raises(NotFound):
            service.close_complaint(db, made.id, closing, by=an_actor("duty_manager", a_hotel(db)))


class TestReaders:
    def test_the_desk_knows_that_and_not_what_was_given(self, db, hotel, guest):
        made = opened(db, hotel, guest)
        desk = an_actor("front_desk", hotel)
        (row,) = queries.complaints(db, by=desk, guest_id=guest).items
        assert (row.reference, row.headline) == ("C-1001", "Air conditioner noise")
        with pytest.raises(NotAllowed):
            queries.complaint(db, made.id, by=desk)

    def test_restaurants_know_nothing(self, db, hotel):
        opened(db, hotel)
        with pytest.raises(NotAllowed):
            queries.complaints(db, by=an_actor("food_beverage", hotel))

    def test_delicate_ones_are_the_managers(self, db, hotel):
        opened(db, hotel, is_sensitive=True)
        assert queries.complaints(db, by=an_actor("front_desk", hotel)).items == []
        assert len(queries.complaints(db, by=an_actor("duty_manager", hotel)).items) == 1

    def test_pages_and_filters(self, db, hotel, closing):
        made = [opened(db, hotel) for _ in range(5)]
        service.close_complaint(db, made[0].id, closing, by=BY)
        by = an_actor("duty_manager", hotel)
        first = queries.complaints(db, by=by, limit=3)
        rest = queries.complaints(db, by=by, limit=3, cursor=first.next)
        assert [r.number for r in first.items + rest.items] == [1005, 1004, 1003, 1002, 1001]
        assert rest.next is None
        assert [r.number for r in queries.complaints(db, by=by, is_open=False).items] == [1001]
        assert len(queries.complaints(db, by=by, is_open=True).items) == 4
        assert len(queries.complaints(db, by=by, status="received").items) == 4

    def test_has_open(self, db, hotel, guest, closing):
        made = opened(db, hotel, guest)
        assert queries.has_open(db, guest)
        service.close_complaint(db, made.id, closing, by=BY)
        assert not queries.has_open(db, guest)
