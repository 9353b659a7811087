"""Traces: put once, done once, handed on, told upwards once a level and never after done."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.audit.tables import AuditRow
from crm.hotels.tables import Department
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.kit.tables import EventRow
from crm.notes import queries, service
from crm.notes.handing_over import handover
from crm.notes.schemas import TraceIn, TraceStep
from crm.notes.service import TraceKnown, finish_trace, put_trace, step
from crm.notes.terms import TraceDeed, TraceOrigin, TraceState
from crm.staff.actor import system
from tests.factories import a_guest, a_hotel, a_staff, a_stay, an_actor, put

HK, ENG, FO = (
    DepartmentCode.HOUSEKEEPING,
    DepartmentCode.ENGINEERING,
    DepartmentCode.FRONT_OFFICE,
)


class House:
    def __init__(self, db):
        self.db, self.hotel = db, a_hotel(db)
        for code in (HK, ENG, FO):
            put(db, Department(hotel_id=self.hotel, code=code, name=code, name_zh=code))
        self.guest = a_guest(db)
        self.stay = a_stay(db, self.guest, self.hotel)

    def one(self, role, hotel=None):
        hotel = hotel or self.hotel
        return an_actor(role, hotel, a_staff(self.db, role, hotel))

    def task(self, *, department=HK, words="Extra bed", minutes=60, **more):
        more = {"stay_id": self.stay} | more
        due = clock.now() + timedelta(minutes=minutes)
        return TraceIn(department=department, words=words, due_at=due, **more)

    def news(self, kind):
        return [
            row.payload
            for row in self.db.execute(select(EventRow).where(EventRow.kind == kind)).scalars()
        ]


@pytest.fixture
def house(db):
    return House(db)


@pytest.fixture
def desk(house):
    return house.one("front_desk")


@pytest.fixture
def keeper(house):
    return house.one("housekeeping")


class TestPutting:
    def test_the_stay_tells_the_guest_and_the_room(self, db, house, desk):
        made = put_trace(db, house.task(is_promise=True), by=desk)
        assert (made.guest_id, made.room_no, made.department) == (house.guest, "1808", HK)
        assert made.guest_name == "陈佳怡 Chen Jiayi"
        assert (made.state, made.escalation, made.is_late) == (TraceState.OPEN, 0, False)
        assert house.news("trace.put")[0]["department"] == "HK"
        assert "Extra bed" not in str(house.news("trace.put"))
        assert db.execute(select(AuditRow).where(AuditRow.subject == "trace")).one()

    def test_the_same_id_again_is_the_same_task(self, db, house, desk):
        asked = house.task(id=new_id())
        first = put_trace(db, asked, by=desk)
        assert put_trace(db, asked, by=desk) == first
        with pytest.raises(TraceKnown):
            put_trace(db, asked.model_copy(update={"words": "A cot"}), by=desk)
        assert len(house.news("trace.put")) == 1

    def test_the_house_puts_one_for_a_stay(self, db, house):
        made = put_trace(
            db, house.task(), by=system(), origin=TraceOrigin.PREPARATION, origin_id=house.stay
        )
        assert (made.hotel_id, made.origin, made.put_by) == (house.hotel, "preparation", None)

    def test_needs_something_to_be_about(self, db, house, desk):
        with pytest.raises(Invalid, match="which guest"):
            put_trace(db, house.task(stay_id=None), by=desk)
        assert put_trace(db, house.task(stay_id=None, room_no="0901"), by=desk).guest_id is None

    def test_refuses_what_is_not_of_the_house(self, db, house, desk):
        with pytest.raises(Invalid, match="department"):
            put_trace(db, house.task(department=DepartmentCode.SPA), by=desk)
        other = a_hotel(db)
        far = a_guest(db, "远客", "Yuan Ke")
        with pytest.raises(NotFound):
            put_trace(db, house.task(stay_id=a_stay(db, far, other)), by=desk)
        with pytest.raises(NotFound):
            put_trace(db, house.task(stay_id=None, guest_id=far), by=desk)
        near = a_guest(db, created_at_hotel=house.hotel)
        with pytest.raises(Invalid, match="another guest"):
            put_trace(db, house.task(guest_id=near), by=desk)
        with pytest.raises(NotAllowed):
            put_trace(db, house.task(), by=house.one("marketing"))


class TestSeeing:
    def test_a_department_sees_its_own_and_what_it_asked_for(self, db, house, desk, keeper):
        ours = put_trace(db, house.task(), by=desk)
        put_trace(db, house.task(department=FO), by=desk)
        asked = put_trace(db, house.task(department=ENG), by=_in(keeper, HK))
        assert {one.id for one in queries.traces_due(db, keeper)} == {ours.id, asked.id}
        assert len(queries.traces_due(db, desk)) == 3
        assert [one.id for one in queries.traces_due(db, desk, HK)] == [ours.id]

    def test_housekeeping_reads_the_room_and_no_name(self, db, house, desk, keeper):
        put_trace(db, house.task(), by=desk)
        (seen,) = queries.traces_due(db, keeper)
        assert (seen.room_no, seen.guest_id, seen.guest_name) == ("1808", None, None)

    def test_another_hotel_sees_nothing(self, db, house, desk):
        made = put_trace(db, house.task(), by=desk)
        stranger = an_actor("front_desk", a_hotel(db))
        assert queries.traces_due(db, stranger) == []
        with pytest.raises(NotFound):
            queries.trace(db, made.id, by=stranger)

    def test_pages_go_on_where_they_ended(self, db, house, desk):
        made = [put_trace(db, house.task(minutes=n), by=desk).id for n in (3, 1, 2)]
        first = queries.traces(db, by=desk, limit=2, guest_id=house.guest)
        rest = queries.traces(db, by=desk, limit=2, cursor=first.next)
        assert [one.id for one in [*first.items, *rest.items]] == [made[1], made[2], made[0]]
        assert rest.next is None
        with pytest.raises(Invalid):
            queries.traces(db, by=desk, cursor="bm9uZQ==")


class TestSteps:
    def test_done_with_a_remark_and_undone(self, db, house, desk, keeper):
        made = put_trace(db, house.task(), by=desk)
        done = finish_trace(db, made.id, by=keeper, words="A cot, too", version=made.version)
        assert (done.state, done.closed_words, done.version) == (TraceState.DONE, "A cot, too", 2)
        assert done.closed_by_name == "Ms housekeeping"
        assert house.news("trace.done")[0]["version"] == 2
        with pytest.raises(RuleBroken):
            finish_trace(db, made.id, by=keeper)
        again = step(db, made.id, TraceStep(deed=TraceDeed.REOPEN), by=keeper)
        assert (again.state, again.closed_at, again.closed_by_name) == (TraceState.OPEN, None, None)

    def test_two_at_once(self, db, house, desk, keeper):
        made = put_trace(db, house.task(), by=desk)
        finish_trace(db, made.id, by=desk, version=made.version)
        with pytest.raises(ChangedMeanwhile):
            finish_trace(db, made.id, by=keeper, version=made.version)

    def test_handed_to_another_department_which_has_not_seen_it(self, db, house, desk, keeper):
        made = put_trace(db, house.task(), by=desk)
        step(db, made.id, TraceStep(deed=TraceDeed.TAKE), by=keeper)
        given = step(
            db,
            made.id,
            TraceStep(deed=TraceDeed.HAND_OVER, department=ENG, words="A leak"),
            by=keeper,
        )
        assert (given.department, given.handed_from, given.owner_id) == (ENG, HK, None)
        assert given.handed_words == "A leak"
        (part,) = handover(db, by=desk).parts
        assert (part.department, part.unseen) == (ENG, 1)
        for wrong in (None, ENG):
            with pytest.raises(Invalid):
                step(db, made.id, TraceStep(deed=TraceDeed.HAND_OVER, department=wrong), by=desk)

    def test_cancelled_with_a_reason_only(self, db, house, desk):
        made = put_trace(db, house.task(), by=desk)
        with pytest.raises(Invalid, match="why"):
            step(db, made.id, TraceStep(deed=TraceDeed.CANCEL), by=desk)
        gone = step(db, made.id, TraceStep(deed=TraceDeed.CANCEL, words="Guest left"), by=desk)
        assert (gone.state, gone.closed_words) == (TraceState.CANCELLED, "Guest left")


class TestEscalation:
    def test_once_a_level_and_never_after_done(self, db, house, desk, frozen):
        made = put_trace(db, house.task(minutes=10), by=desk)
        done = put_trace(db, house.task(minutes=10), by=desk)
        finish_trace(db, done.id, by=desk)
        told = []
        for minutes in (24, 25, 26, 129, 130, 131, 900):
            with frozen(made.due_at + timedelta(minutes=minutes - 10)):
                told.append(service.escalate_late(db))
        assert told == [0, 1, 0, 0, 1, 0, 0]
        assert [each["level"] for each in house.news("trace.escalated")] == [1, 2]
        assert queries.trace(db, made.id, by=desk).escalation == 2
        assert queries.trace(db, done.id, by=desk).escalation == 0

    def test_a_worker_that_slept_tells_the_highest_level_once(self, db, house, desk, frozen):
        made = put_trace(db, house.task(minutes=0), by=desk)
        with frozen(made.due_at + timedelta(days=1)):
            assert service.escalate_late(db) == 1
        assert [each["level"] for each in house.news("trace.escalated")] == [2]


class TestHandover:
    def test_the_unseen_stay_on_top_until_this_shift_has_seen_them(self, db, house, desk, keeper):
        early = put_trace(db, house.task(minutes=1), by=desk)
        later = put_trace(db, house.task(minutes=2), by=desk)
        step(db, early.id, TraceStep(deed=TraceDeed.SEEN), by=keeper)
        (part,) = handover(db, by=keeper).parts
        assert [line.trace.id for line in part.lines] == [later.id, early.id]
        assert part.lines[1].seen_by_name == "Ms housekeeping"
        step(db, early.id, TraceStep(deed=TraceDeed.SEEN), by=keeper)  # a second look is none

    def test_the_next_shift_begins_with_all_of_them(self, db, house, desk, frozen):
        made = put_trace(db, house.task(minutes=600), by=desk)
        step(db, made.id, TraceStep(deed=TraceDeed.SEEN), by=desk)
        assert handover(db, by=desk).unseen == 0
        with frozen(clock.now() + timedelta(hours=9)):
            assert handover(db, by=desk).unseen == 1

    def test_taking_is_seeing_and_says_who_has_it(self, db, house, desk):
        made = put_trace(db, house.task(), by=desk)
        taken = step(db, made.id, TraceStep(deed=TraceDeed.TAKE), by=desk)
        assert (taken.owner_id, taken.owner_name) == (desk.id, "Ms front_desk")
        (part,) = handover(db, by=desk).parts
        assert part.unseen == 0
        back = step(db, made.id, TraceStep(deed=TraceDeed.PUT_BACK), by=desk)
        assert back.owner_id is None

    def test_what_was_closed_stands_below(self, db, house, desk):
        made = put_trace(db, house.task(), by=desk)
        finish_trace(db, made.id, by=desk)
        found = handover(db, by=desk)
        assert found.parts == []
        assert [one.id for one in found.done_before] == [made.id]


def _in(by, department):
    object.__setattr__(by, "department", department)
    return by
