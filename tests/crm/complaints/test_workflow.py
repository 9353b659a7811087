"""Cases from the first word to the next stay, and what is refused on the way."""

from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from hypothesis.stateful import run_state_machine_as_test as run
from sqlalchemy import select

from crm.complaints import queries, rules, service
from crm.complaints.boarding import board
from crm.complaints.schemas import (
    CaseAmend,
    CaseHandOver,
    CaseMove,
    CaseReopen,
    TaskIn,
)
from crm.complaints.terms import BoardView, CaseStatus
from crm.guests.tables import Guest
from crm.kit import clock
from crm.kit.errors import (
    ChangedMeanwhile,
    Conflict,
    CrmError,
    Invalid,
    NotAllowed,
    NotFound,
    RuleBroken,
)
from crm.kit.tables import EventRow
from tests.crm.complaints.made import a_case, a_closing
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor

S = CaseStatus


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def manager(db, hotel):
    return an_actor("duty_manager", hotel, a_staff(db, "duty_manager", hotel))


@pytest.fixture
def guest(db, hotel):
    return a_guest(db, created_at_hotel=hotel)


def moved(db, case, to, by, version=None):
    return service.move(db, case.id, CaseMove(to=to, words="Done."), by=by, version=version)


def sheet(db, case, by):
    return queries.complaint(db, case.id, by=by)


class TestTaken:
    def test_by_housekeeping_which_gets_a_number_only(self, db, hotel, guest):
        by = an_actor("housekeeping", hotel, a_staff(db, "housekeeping", hotel))
        stay = a_stay(db, guest, hotel, status="in_house", room_no="1605")
        made = a_case(db, hotel, by=by, stay_id=stay, room_no=None)
        assert set(made.model_dump()) == {"id", "number", "reference"}
        with pytest.raises(NotAllowed):
            sheet(db, made, by)
        manager = an_actor("duty_manager", hotel)
        found = sheet(db, made, manager)
        assert (found.guest_id, found.room_no, found.room_now) == (guest, "1605", "1605")
        assert found.first_reply_due_at is not None
        assert found.due_at is not None

    def test_twice_with_one_id_is_one_case(self, db, hotel):
        identity = uuid4()
        first, again = (a_case(db, hotel, id=identity) for _ in range(2))
        assert first == again
        with pytest.raises(service.CaseKnown):
            a_case(db, a_hotel(db), id=identity)

    def test_several_of_one_conversation_with_a_visitor(self, db, hotel, manager):
        talk = uuid4()
        one, two = (
            a_case(db, hotel, talk_id=talk, source="visitor", visitor_name="Mr Wu", headline=words)
            for words in ("Cold soup", "Slow waiter")
        )
        assert [c.headline for c in sheet(db, one, manager).talk] == ["Slow waiter"]
        assert sheet(db, two, manager).visitor_name == "Mr Wu"

    def test_for_a_merged_file_is_refused(self, db, hotel, guest):
        kept = a_guest(db, created_at_hotel=hotel)
        db.get(Guest, guest).merged_into_id = kept
        db.flush()
        with pytest.raises(RuleBroken, match="merged"):
            a_case(db, hotel, guest_id=guest)

    def test_about_a_colleague_is_not_read_by_that_colleague(self, db, hotel, manager):
        made = a_case(db, hotel, is_sensitive=True, staff_ids=[manager.staff_id])
        with pytest.raises(NotFound):
            sheet(db, made, manager)
        other = an_actor("general_manager", hotel)
        assert [p.id for p in sheet(db, made, other).staff] == [manager.staff_id]

    def test_of_tomorrow_or_elsewhere_is_refused(self, db, hotel, manager):
        with pytest.raises(Invalid):
            a_case(db, hotel, happened_at=clock.now() + timedelta(hours=1))
        with pytest.raises(NotFound):
            a_case(db, a_hotel(db), by=manager)


class TestMoved:
    def test_two_managers_at_once(self, db, hotel, manager):
        made = a_case(db, hotel)
        assert moved(db, made, S.INVESTIGATING, manager, version=1).version == 2
        with pytest.raises(ChangedMeanwhile):
            moved(db, made, S.RECOVERING, manager, version=1)
        assert sheet(db, made, manager).status is S.INVESTIGATING

    def test_stops_and_starts_the_clocks(self, db, hotel, manager):
        made = a_case(db, hotel)
        assert sheet(db, made, manager).first_replied_at is None
        moved(db, made, S.ACKNOWLEDGED, manager)
        moved(db, made, S.TOLD_GUEST, manager)
        told = sheet(db, made, manager)
        assert told.first_replied_at is not None
        assert told.solved_at is not None
        moved(db, made, S.RECOVERING, manager)
        assert sheet(db, made, manager).solved_at is None

    def test_never_to_closed_or_back(self, db, hotel, manager):
        made = a_case(db, hotel)
        moved(db, made, S.INVESTIGATING, manager)
        for to in (S.CLOSED, S.REOPENED, S.RECEIVED):
            with pytest.raises(RuleBroken):
                moved(db, made, to, manager)

    def test_is_a_manager_s(self, db, hotel):
        made = a_case(db, hotel)
        with pytest.raises(NotAllowed):
            moved(db, made, S.INVESTIGATING, an_actor("front_desk", hotel))

    def test_pauses_move_the_deadline(self, db, hotel, manager):
        begun = clock.now()
        with clock.frozen(begun):
            made = a_case(db, hotel)
            before = sheet(db, made, manager).due_at
            service.pause(db, made.id, "The guest is out.", by=manager)
            with pytest.raises(Conflict):
                service.pause(db, made.id, "Again.", by=manager)
        with clock.frozen(begun + timedelta(minutes=30)):
            service.resume(db, made.id, "Back.", by=manager)
            with pytest.raises(Conflict):
                service.resume(db, made.id, "Again.", by=manager)
        after = sheet(db, made, manager)
        assert after.due_at - before == timedelta(minutes=30)
        assert [s.kind for s in after.steps] == ["taken", "paused", "resumed"]

    def test_handed_over_to_who_handles_cases(self, db, hotel, manager):
        made = a_case(db, hotel)
        desk = a_staff(db, "front_desk", hotel)
        for wrong in (CaseHandOver(words="?"), CaseHandOver(to_staff_id=desk, words="Take it.")):
            with pytest.raises(Invalid):
                service.hand_over(db, made.id, wrong, by=manager)
        to = CaseHandOver(to_staff_id=manager.staff_id, words="Mine.")
        service.hand_over(db, made.id, to, by=manager)
        assert sheet(db, made, manager).owner_name == "Ms duty_manager"

    def test_put_right_and_tasks_and_gifts_are_signed(self, db, hotel, manager):
        made = a_case(db, hotel)
        before = sheet(db, made, manager).due_at
        service.amend(db, made.id, CaseAmend(severity="critical"), by=manager)
        task = TaskIn(id=uuid4(), department="ENG", words="Oil the fan.", due_at=clock.now())
        for _ in range(2):
            service.put_task(db, made.id, task, by=manager)
        currency = sheet(db, made, manager).currency
        for words, cost in (("Breakfast", 8_800), ("Fruit", 3_000)):
            service.note_given(
                db, made.id, words=words, cost_minor=cost, currency=currency, by=manager
            )
        after = sheet(db, made, manager)
        assert after.due_at < before
        assert [t.words for t in after.tasks] == ["Oil the fan."]
        assert (after.given, after.cost_minor) == ("Breakfast; Fruit", 11_800)
        assert [s.kind for s in after.steps] == ["taken", "noted", "task", "given", "given"]
        assert after.version == 5

    def test_a_visitor_s_case_can_have_tasks(self, db, hotel, manager):
        made = a_case(db, hotel, room_no=None, source="visitor", visitor_name="Mr Wu")
        task = TaskIn(department="FB", words="Call him.", due_at=clock.now())
        assert service.put_task(db, made.id, task, by=manager).origin == "complaint"


class TestClosed:
    @pytest.mark.parametrize(
        ("missing", "code"),
        [
            ("satisfaction", "case_feedback"),
            ("cause", "case_cause_needed"),
            ("prevention", "case_prevention"),
        ],
    )
    def test_not_without(self, db, hotel, manager, missing, code):
        made = a_case(db, hotel)
        with pytest.raises(Invalid) as refused:
            service.close_complaint(
                db, made.id, a_closing(db, hotel, **{missing: None}), by=manager
            )
        assert refused.value.code == code
        assert sheet(db, made, manager).status is S.RECEIVED

    def test_unheard_after_three_tries(self, db, hotel, manager):
        made = a_case(db, hotel)
        closing = a_closing(db, hotel, satisfaction=None)
        for _ in range(3):
            with pytest.raises(Invalid):
                service.close_complaint(db, made.id, closing, by=manager)
            service.not_reached(db, made.id, "No answer.", by=manager)
        service.close_complaint(db, made.id, closing, by=manager)
        assert sheet(db, made, manager).status is S.CLOSED

    def test_praise_closes_simply(self, db, hotel, manager):
        made = a_case(db, hotel, kind="praise")
        bare = a_closing(db, hotel, satisfaction=None, cause=None, prevention=None)
        service.close_complaint(db, made.id, bare, by=manager)
        assert sheet(db, made, manager).preventions == []

    def test_a_check_is_done_once_at_a_later_stay(self, db, hotel, manager, guest):
        made = a_case(db, hotel, guest_id=guest)
        closing = a_closing(db, hotel, next_stay_check="Quiet side.")
        service.close_complaint(db, made.id, closing, by=manager)
        other = a_stay(db, a_guest(db), hotel)
        with pytest.raises(NotFound):
            service.check_done(db, made.id, other, by=manager)
        stay = a_stay(db, guest, hotel)
        desk = an_actor("front_desk", hotel, a_staff(db, "front_desk", hotel))
        for _ in range(2):
            service.check_done(db, made.id, stay, by=desk)
        found = sheet(db, made, manager)
        assert (found.check.stay_id, found.check.done_by) == (stay, desk.staff_id)
        assert [s.words for s in found.steps][-1] == "Checked at arrival: Quiet side."

    def test_prevention_is_looked_at_on_a_later_day(self, db, hotel, manager):
        made = a_case(db, hotel)
        closing = a_closing(db, hotel)
        early = closing.prevention.model_copy(
            update={"check_back_on": TODAY.replace(year=TODAY.year - 2)}
        )
        with pytest.raises(Invalid):
            service.close_complaint(
                db, made.id, closing.model_copy(update={"prevention": early}), by=manager
            )

    def test_reopened_within_thirty_days_with_its_clocks_anew(self, db, hotel, manager):
        begun = clock.now()
        with clock.frozen(begun):
            made = a_case(db, hotel)
            first = sheet(db, made, manager).due_at
            service.close_complaint(db, made.id, a_closing(db, hotel), by=manager)
            with pytest.raises(RuleBroken):
                moved(db, made, S.RECOVERING, manager)
        again = CaseReopen(why="came_back", words="It hums again.")
        with clock.frozen(begun + timedelta(days=31)), pytest.raises(RuleBroken):
            service.reopen(db, made.id, again, by=manager)
        with clock.frozen(begun + timedelta(days=2)):
            service.reopen(db, made.id, again, by=manager)
        found = sheet(db, made, manager)
        assert (found.status, found.reopened, found.closed_at) == (S.REOPENED, 1, None)
        assert found.due_at - first == timedelta(days=2)
        with pytest.raises(Conflict):
            service.reopen(db, made.id, again, by=manager)
        db.flush()
        kinds = db.connection().scalars(select(EventRow.kind).order_by(EventRow.id)).all()
        assert kinds == ["complaint.opened", "complaint.closed", "complaint.reopened"]


class TestBoard:
    def test_in_house_first_then_by_the_time_that_is_left(self, db, hotel, manager, guest):
        stay = a_stay(db, guest, hotel, status="in_house", room_no="1605")
        gone = a_case(db, hotel, severity="critical")
        slow = a_case(db, hotel, severity="minor")
        here = a_case(db, hotel, severity="minor", stay_id=stay)
        filed = a_case(db, hotel)
        service.close_complaint(db, filed.id, a_closing(db, hotel), by=manager)
        cards = board(db, by=manager).cards
        assert [card.id for card in cards] == [here.id, gone.id, slow.id, filed.id]
        assert (cards[0].room_now, cards[0].guest_name) == ("1605", "陈佳怡 Chen Jiayi")
        assert board(db, by=manager, only="mine").cards == []

    @pytest.mark.parametrize("view", [None, *BoardView])
    def test_every_view_tells_the_counts_of_all(self, db, hotel, guest, view):
        duty = a_staff(db, "duty_manager", hotel)
        by = an_actor("duty_manager", hotel, staff_id=duty)
        stay = a_stay(
            db, guest, hotel, status="in_house", room_no="1605", departure_on=TODAY
        )  # fmt: skip
        a_case(db, hotel)
        a_case(db, hotel, stay_id=stay)
        mine = a_case(db, hotel)
        service.hand_over(db, mine.id, CaseHandOver(to_staff_id=duty, words="Mine."), by=by)
        back = a_case(db, hotel)
        service.close_complaint(db, back.id, a_closing(db, hotel), by=by)
        again = CaseReopen(why="not_solved", words="It hums again.")
        service.reopen(db, back.id, again, by=by)
        found = board(db, by=by, only=view)
        counts = {each: len(board(db, by=by, only=each).cards) for each in BoardView}
        assert counts == found.counts
        assert found.all_count == len(board(db, by=by).cards) == 4
        assert (counts["mine"], counts["leaving_today"], counts["reopened"]) == (1, 1, 1)

    def test_another_hotel_s_are_not_on_it(self, db, hotel, manager):
        a_case(db, a_hotel(db))
        assert board(db, by=manager).cards == []


def test_no_walk_leaves_the_machine(db, hotel, manager):
    """Whatever is tried on a case, in any order: a legal state, and one step for each success."""
    run(
        lambda: Walk(db, hotel, manager),
        settings=settings(
            max_examples=12,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


class Walk(RuleBasedStateMachine):
    def __init__(self, db, hotel, by):
        super().__init__()
        self.db, self.hotel, self.by = db, hotel, by
        self.closing = a_closing(db, hotel)

    @initialize()
    def taken(self):
        self.case = a_case(self.db, self.hotel)
        self.status, self.done = S.RECEIVED, 1

    def tried(self, may, verb, *args):
        try:
            after = verb(self.db, self.case.id, *args, by=self.by)
        except CrmError:
            assert not may
            return
        assert may
        self.status, self.done = after.status, self.done + 1

    @rule(to=st.sampled_from(CaseStatus))
    def go(self, to):
        may = rules.may_move(self.status, to) and to not in rules.BY_THEIR_OWN_VERBS
        self.tried(may, service.move, CaseMove(to=to, words="On."))

    @rule()
    def close(self):
        self.tried(self.status is not S.CLOSED, service.close_complaint, self.closing)

    @rule()
    def again(self):
        again = CaseReopen(why="not_solved", words="Again.")
        self.tried(self.status is S.CLOSED, service.reopen, again)

    @rule()
    def remark(self):
        self.tried(self.status is not S.CLOSED, service.note_step, "Seen.")

    @invariant()
    def is_told_right(self):
        found = sheet(self.db, self.case, self.by)
        assert found.status is self.status
        assert len(found.steps) == found.version == self.done
        assert found.steps[-1].status_after is self.status
        assert (found.solved_at is not None) == rules.is_solved(self.status)
        assert (found.closed_at is not None) == (self.status is S.CLOSED)
