"""Arrivals prepared ahead, on real databases: by themselves, by people, by news."""

from datetime import date, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from crm.guests.tables import Relation
from crm.guests.terms import RelationKind, VipLevel
from crm.hotels.tables import Hotel
from crm.hotels.terms import DepartmentCode as D
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound
from crm.kit.ids import new_id
from crm.kit.tables import EventRow, JobRow
from crm.preferences import master
from crm.preferences.tables import HotelCode, Observation, Preference
from crm.preferences.terms import (
    ObservationState,
    PreferenceSource,
    PreferenceStatus,
    ReviewPolicy,
    Scope,
)
from crm.preparing import hearing, jobs, queries, service
from crm.preparing.schemas import PreparationChange, Ticking
from crm.preparing.tables import Preparation
from crm.preparing.terms import Eye, Readiness
from crm.staff import actor
from crm.staff.actor import Actor
from crm.staff.terms import Role
from crm.stays import service as stays
from crm.stays.schemas import StayBook, StayChange
from crm.stays.terms import StayStatus
from tests import factories
from tests.factories import TODAY, put

HOUSE = actor.system("test")


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    master.load(db)
    return factories.a_hotel(db)


@pytest.fixture
def centre(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.FILE_CENTRE, hotel_id, name="Mo Lan")
    return factories.an_actor(Role.FILE_CENTRE, hotel_id, staff_id)


def a_claim(db: Session, guest_id: UUID, code: str = "PL.BUCK", **more: Any) -> UUID:
    facts: dict[str, Any] = {
        "status": PreferenceStatus.CONFIRMED,
        "source": PreferenceSource.TOLD,
        "noted_at": clock.now(),
    }
    return put(db, Preference(guest_id=guest_id, code=code, **(facts | more))).id


def coming(db: Session, guest_id: UUID, hotel_id: UUID, days: int = 2, **more: Any) -> UUID:
    facts: dict[str, Any] = {
        "status": StayStatus.BOOKED,
        "arrival_on": TODAY + timedelta(days=days),
        "departure_on": TODAY + timedelta(days=days + 2),
        "room_no": None,
    }
    return factories.a_stay(db, guest_id, hotel_id, **(facts | more))


def items(db: Session, stay_id: UUID) -> set[tuple[str, str, str | None, bool]]:
    """(code, department, value, whether dropped) of a stay, as they lie."""
    rows = db.exec(select(Preparation).where(col(Preparation.stay_id) == stay_id)).all()
    for row in rows:
        db.refresh(row)
    return {(row.code, row.department, row.value, row.dropped_at is not None) for row in rows}


class TestByItself:
    def test_confirmed_wishes_become_items_once_however_often(
        self, db: Session, hotel_id: UUID
    ) -> None:
        guest_id = factories.a_guest(db)
        stay_id = coming(db, guest_id, hotel_id)
        a_claim(db, guest_id, "PL.BUCK")
        a_claim(db, guest_id, "CE.CAKE", value="mango")
        a_claim(db, guest_id, "TC.DESK")  # the room match judges it
        a_claim(db, guest_id, "AM.FLOWERS", status=PreferenceStatus.SEEN_TWICE)
        first = service.prepare_ahead(db, hotel_id, by=HOUSE)
        again = service.prepare_ahead(db, hotel_id, by=HOUSE)
        assert (first.added, again.added, again.renewed, again.dropped) == (2, 0, 0, 0)
        assert items(db, stay_id) == {
            ("PL.BUCK", D.HOUSEKEEPING, None, False),
            ("CE.CAKE", D.KITCHEN, "mango", False),
        }

    def test_neither_later_arrivals_nor_other_stays_wishes_nor_codes_switched_off(
        self, db: Session, hotel_id: UUID
    ) -> None:
        guest_id = factories.a_guest(db)
        later = coming(db, guest_id, hotel_id, days=3)
        near = coming(db, guest_id, hotel_id, days=1)
        a_claim(db, guest_id, "PL.FOAM", scope=Scope.THIS_STAY, stay_id=later)
        a_claim(db, guest_id, "PL.BUCK")
        a_claim(db, guest_id, "HY.SEALED", hotel_id=factories.a_hotel(db))
        put(db, HotelCode(hotel_id=hotel_id, code="PL.BUCK", is_active=False))
        service.prepare(db, [later, near], by=HOUSE)
        assert items(db, later) == items(db, near) == set()

    def test_a_changed_value_is_to_be_set_anew_and_a_lost_wish_is_dropped(
        self, db: Session, hotel_id: UUID, centre: Actor
    ) -> None:
        guest_id = factories.a_guest(db)
        stay_id = coming(db, guest_id, hotel_id)
        cake = db.get_one(Preference, a_claim(db, guest_id, "CE.CAKE", value="mango"))
        service.prepare(db, [stay_id], by=HOUSE)
        item_id = queries.arrival(db, stay_id, by=centre).items[0].id
        service.tick(db, item_id, by=centre)
        cake.value = "durian"
        assert service.prepare(db, [stay_id], by=HOUSE).renewed == 1
        assert queries.arrival(db, stay_id, by=centre).items[0].done_at is None
        cake.status = PreferenceStatus.RETIRED
        assert service.prepare(db, [stay_id], by=HOUSE).dropped == 1
        assert queries.arrival(db, stay_id, by=centre).items == []
        with pytest.raises(NotFound):
            service.tick(db, item_id, by=centre)

    def test_a_cancelled_stay_keeps_no_open_item(self, db: Session, hotel_id: UUID) -> None:
        guest_id = factories.a_guest(db)
        stay_id = coming(db, guest_id, hotel_id)
        a_claim(db, guest_id)
        service.prepare(db, [stay_id], by=HOUSE)
        stays.cancel(db, stay_id, by=HOUSE)
        service.prepare(db, [stay_id], by=HOUSE)
        assert items(db, stay_id) == {("PL.BUCK", D.HOUSEKEEPING, None, True)}

    def test_special_data_becomes_an_instruction_only_after_a_persons_word(
        self, db: Session, hotel_id: UUID, centre: Actor
    ) -> None:
        guest_id = factories.a_guest(db)
        stay_id = coming(db, guest_id, hotel_id, days=0, room_no="1808")
        claim_id = a_claim(db, guest_id, "AL.FEATHER")
        service.prepare(db, [stay_id], by=HOUSE)
        found = queries.arrival(db, stay_id, by=centre)
        assert found.items == []
        assert [look.eye for look in found.looks] == [Eye.UNCONFIRMED]
        assert found.looks[0].preference_ids == [claim_id]
        put(
            db,
            Observation(
                id=new_id(), guest_id=guest_id, hotel_id=hotel_id, code="AL.FEATHER",
                source=PreferenceSource.TOLD, observed_at=clock.now(), entered_at=clock.now(),
                policy=ReviewPolicy.BEFORE_ANYONE, state=ObservationState.ACCEPTED,
                reviewed_by=centre.id, preference_id=claim_id,
            ),
        )  # fmt: skip
        service.prepare(db, [stay_id], by=HOUSE)
        housekeeper = factories.an_actor(Role.HOUSEKEEPING, hotel_id)
        [doing] = queries.items_for_rooms(db, by=housekeeper)["1808"]
        assert (doing.text, doing.code) == ("Feather-free bedding", None)


class TestByPeople:
    @pytest.fixture
    def stay_id(self, db: Session, hotel_id: UUID) -> UUID:
        guest_id = factories.a_guest(db)
        a_claim(db, guest_id, "PL.BUCK")
        a_claim(db, guest_id, "CE.CAKE")
        stay_id = coming(db, guest_id, hotel_id, days=0, room_no="1208")
        service.prepare(db, [stay_id], by=HOUSE)
        return stay_id

    def test_who_ticks_is_kept_and_the_board_sees_how_many(
        self, db: Session, hotel_id: UUID, stay_id: UUID
    ) -> None:
        staff_id = factories.a_staff(db, Role.HOUSEKEEPING, hotel_id, name="Wang Fang")
        housekeeper = factories.an_actor(Role.HOUSEKEEPING, hotel_id, staff_id)
        rooms = queries.items_for_rooms(db, by=housekeeper, room_nos=["1208"])
        assert [doing.code for doing in rooms["1208"]] == ["PL.BUCK"]  # the cake is the kitchen's
        ticked = service.tick(db, rooms["1208"][0].id, by=housekeeper)
        assert ticked.done_by == "Wang Fang"
        assert service.tick(db, ticked.id, by=housekeeper) == ticked
        assert queries.figures_of(db, [stay_id]) == {stay_id: (1, 2)}
        assert service.tick(db, ticked.id, by=housekeeper, done=False).done_at is None
        kitchens = set(service.queries.arrival(db, stay_id, by=HOUSE_WITH(hotel_id)).items)
        cake = next(doing for doing in kitchens if doing.code == "CE.CAKE")
        with pytest.raises(NotFound):
            service.tick(db, cake.id, by=housekeeper)

    def test_a_change_names_the_version_it_saw(
        self, db: Session, stay_id: UUID, centre: Actor
    ) -> None:
        seen = queries.arrival(db, stay_id, by=centre)
        wanted = PreparationChange(ticks=[Ticking(id=seen.items[0].id, done=True)])
        service.change(db, stay_id, wanted, by=centre, version=seen.version)
        with pytest.raises(ChangedMeanwhile):
            service.change(db, stay_id, wanted, by=centre, version=seen.version)

    def test_what_is_new_after_the_mark_needs_eyes_again(
        self, db: Session, hotel_id: UUID, centre: Actor
    ) -> None:
        guest_id = factories.a_guest(db, vip=VipLevel.V2)
        stay_id = coming(db, guest_id, hotel_id)
        assert queries.arrival(db, stay_id, by=centre).readiness is Readiness.NEEDS_EYES
        service.mark_prepared(db, stay_id, by=centre, version=0)
        marked = queries.arrival(db, stay_id, by=centre)
        assert (marked.readiness, marked.prepared_by) == (Readiness.BY_PERSON, "Mo Lan")
        put(
            db,
            Observation(
                id=new_id(), guest_id=guest_id, hotel_id=hotel_id, words="likes the corner table",
                source=PreferenceSource.SEEN, observed_at=clock.now(), entered_at=clock.now(),
                policy=ReviewPolicy.BEFORE_ANYONE, state=ObservationState.WAITING,
            ),
        )  # fmt: skip
        now = queries.arrival(db, stay_id, by=centre)
        assert now.readiness is Readiness.NEEDS_EYES
        service.mark_prepared(db, stay_id, by=centre, version=now.version)
        service.reopen(db, stay_id, by=centre, version=now.version + 1)
        assert queries.arrival(db, stay_id, by=centre).readiness is Readiness.NEEDS_EYES

    def test_who_may_not(self, db: Session, hotel_id: UUID, stay_id: UUID) -> None:
        seen = queries.arrival(db, stay_id, by=factories.an_actor(Role.GENERAL_MANAGER, hotel_id))
        desk = factories.an_actor(Role.FRONT_DESK, hotel_id)
        with pytest.raises(NotAllowed):
            service.mark_prepared(db, stay_id, by=desk, version=seen.version)
        elsewhere = factories.an_actor(Role.FILE_CENTRE, factories.a_hotel(db))
        with pytest.raises(NotFound):
            service.change(
                db, stay_id, PreparationChange(prepared=True), by=elsewhere, version=seen.version
            )


def HOUSE_WITH(hotel_id: UUID) -> Actor:  # noqa: N802 - reads like HOUSE
    return factories.an_actor(Role.FILE_CENTRE, hotel_id)


class TestTheDay:
    def test_how_many_arrive_and_how_many_are_prepared(
        self, db: Session, hotel_id: UUID, centre: Actor
    ) -> None:
        coming(db, factories.a_guest(db), hotel_id, days=0, eta=time(15))
        coming(db, factories.a_guest(db), hotel_id, days=0, status=StayStatus.IN_HOUSE)
        coming(db, factories.a_guest(db, vip=VipLevel.V1), hotel_id, days=0)
        coming(db, factories.a_guest(db), hotel_id, days=0, status=StayStatus.CANCELLED)
        coming(db, factories.a_guest(db), hotel_id, days=2)
        day = queries.arrival_day(db, by=centre)
        assert (day.arrivals, day.prepared) == (3, 2)
        assert day.items[0].readiness is Readiness.NEEDS_EYES
        assert queries.day_counts(db, by=centre) == [
            (TODAY, 3, 2), (TODAY + timedelta(days=1), 0, 0), (TODAY + timedelta(days=2), 1, 1),
        ]  # fmt: skip
        for on in (TODAY - timedelta(days=1), TODAY + timedelta(days=3)):
            with pytest.raises(Invalid):
                queries.arrival_day(db, by=centre, on=on)

    def test_200_arrivals_cost_no_more_statements_than_two(
        self, db: Session, hotel_id: UUID, centre: Actor, queries: Any
    ) -> None:
        from crm.preparing.queries import arrival_day

        for _ in range(20):
            guest_id = factories.a_guest(db)
            a_claim(db, guest_id)
            coming(db, guest_id, hotel_id, days=0)
        service.prepare_ahead(db, hotel_id, by=HOUSE)
        with queries(9):
            assert arrival_day(db, by=centre).arrivals == 20

    def test_the_same_phone_is_a_possible_duplicate_but_not_of_a_relative(
        self, db: Session, hotel_id: UUID, centre: Actor
    ) -> None:
        guest_id, twin, wife = (factories.a_guest(db) for _ in range(3))
        for each in (guest_id, twin, wife):
            factories.a_contact(db, each, "+86 139 1234 5678")
        put(db, Relation(guest_id=wife, no=1, kind=RelationKind.SPOUSE, other_id=guest_id))
        stay_id = coming(db, guest_id, hotel_id)
        [look] = queries.arrival(db, stay_id, by=centre).looks
        assert (look.eye, look.guest_ids) == (Eye.DUPLICATE, [twin])


class TestByNews:
    def test_a_booking_and_what_is_learnt_put_jobs_that_prepare(
        self, db: Session, hotel_id: UUID
    ) -> None:
        guest_id = factories.a_guest(db)
        a_claim(db, guest_id)
        stay_id = stays.book(
            db,
            StayBook(
                hotel_id=hotel_id, guest_id=guest_id, arrival_on=TODAY + timedelta(days=1),
                departure_on=TODAY + timedelta(days=2),
            ),
            by=HOUSE,
        )  # fmt: skip
        db.flush()
        put_for = db.exec(select(JobRow).where(col(JobRow.name) == hearing.PREPARE_STAY)).all()
        jobs.prepare_stay(db, put_for[-1].payload)
        assert items(db, stay_id) == {("PL.BUCK", D.HOUSEKEEPING, None, False)}
        stays.change(db, stay_id, StayChange(arrival_on=date(2026, 12, 1),
                     departure_on=date(2026, 12, 2)), by=HOUSE)  # fmt: skip
        service.prepare(db, [stay_id], by=HOUSE)
        assert items(db, stay_id) == {("PL.BUCK", D.HOUSEKEEPING, None, True)}

    def test_the_hotels_day_moves_on_by_the_clock(self, db: Session, hotel_id: UUID) -> None:
        guest_id = factories.a_guest(db)
        a_claim(db, guest_id)
        stay_id = coming(db, guest_id, hotel_id, days=3)
        jobs.prepare_ahead(db, {})
        assert items(db, stay_id) == set()
        db.get_one(Hotel, hotel_id).business_on = TODAY + timedelta(days=1)
        db.flush()
        jobs.prepare_ahead(db, {})
        assert len(items(db, stay_id)) == 1

    def test_no_event_names_a_code(self, db: Session, hotel_id: UUID) -> None:
        guest_id = factories.a_guest(db)
        a_claim(db, guest_id)
        stay_id = coming(db, guest_id, hotel_id)
        service.prepare(db, [stay_id], by=HOUSE)
        told = db.exec(select(EventRow).where(col(EventRow.guest_id) == guest_id)).all()
        assert [event.payload for event in told] == [
            {"done": 0, "items": 1, "room_no": None, "stay_id": str(stay_id)}
        ]
