"""Holds follow the cases, whatever the order in which news of them comes."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from campaigns.holds import hearing, jobs, queries, rules, service
from campaigns.holds.rules import CaseFacts
from campaigns.holds.tables import OutreachHold
from crm.complaints import service as complaints
from crm.complaints.schemas import CaseReopen
from crm.complaints.tables import Complaint, ComplaintStep
from crm.complaints.terms import ReopenWhy, StepKind
from crm.guests.tables import Guest
from crm.kit import clock
from crm.kit import jobs as all_jobs
from crm.kit.errors import NotAllowed, NotFound
from crm.kit.tables import EventRow
from tests.crm.complaints.made import SYSTEM, a_case, a_closing
from tests.factories import a_guest, a_hotel, an_actor

NOW = datetime(2026, 11, 24, 4, tzinfo=UTC)
AGAIN = CaseReopen(why=ReopenWhy.NOT_SOLVED, words="It hums again.")


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def guest(db):
    return a_guest(db)


def news_of(db, *kinds):
    query = select(EventRow).where(EventRow.kind.in_(kinds)).order_by(EventRow.id)
    return list(db.scalars(query).all())


def hear(db, events=None):
    """Deliver the news of cases, all of it unless some is named."""
    kinds = ("complaint.opened", "complaint.reopened", "complaint.closed")
    for event in news_of(db, *kinds) if events is None else events:
        jobs.follow_case(db, {"event_id": str(event.id)})


def told(db):
    return [event.kind.split(".")[1] for event in news_of(db, "outreach.held", "outreach.released")]


def close(db, hotel, case, score):
    row = db.get(Complaint, case.id)
    if score is None:
        row.reach_tries = 3
        db.add(row)
        db.flush()
    complaints.close_complaint(
        db, case.id, a_closing(db, hotel, satisfaction=score), by=SYSTEM, version=row.version
    )


class TestFollowing:
    def test_an_open_case_holds_and_a_content_guest_releases_at_once(self, db, hotel, guest):
        case = a_case(db, hotel, guest_id=guest)
        assert not queries.is_held(db, guest)
        hear(db)
        assert queries.is_held(db, guest)
        close(db, hotel, case, 7)
        hear(db)
        assert not queries.is_held(db, guest)
        assert told(db) == ["held", "released"]
        released = news_of(db, "outreach.released")[0]
        assert (released.guest_id, released.hotel_id) == (guest, hotel)
        assert released.payload == {"complaint_id": str(case.id), "is_still_held": False}

    @pytest.mark.parametrize("score", [6, 0, None])
    def test_others_wait_two_weeks_more(self, db, hotel, guest, score, frozen):
        with frozen(NOW):
            case = a_case(db, hotel, guest_id=guest)
            close(db, hotel, case, score)
            hear(db)
            assert queries.is_held(db, guest)
        with frozen(NOW + timedelta(days=14, seconds=-1)):
            service.release_due(db, by=jobs.BY)
            assert queries.is_held(db, guest)
        with frozen(NOW + timedelta(days=14)):
            assert not queries.is_held(db, guest)
            assert told(db) == ["held"]
            for _ in range(2):
                jobs.release_due(db, {})
            assert told(db) == ["held", "released"]
            assert db.get(OutreachHold, case.id).released_at == NOW + timedelta(days=14)

    @pytest.mark.parametrize("kind", ["praise", "suggestion"])
    def test_praise_and_suggestions_hold_nothing(self, db, hotel, guest, kind):
        a_case(db, hotel, guest_id=guest, kind=kind)
        hear(db)
        service.set_right(db, by=jobs.BY)
        assert not queries.is_held(db, guest)
        assert db.scalars(select(OutreachHold)).all() == []

    def test_a_reopened_case_holds_anew(self, db, hotel, guest):
        case = a_case(db, hotel, guest_id=guest)
        close(db, hotel, case, 9)
        hear(db)
        assert told(db) == []
        complaints.reopen(db, case.id, AGAIN, by=SYSTEM)
        hear(db)
        assert queries.is_held(db, guest)
        hold = queries.hold_of_case(db, case.id, by=SYSTEM)
        assert hold.since_at >= db.get(Complaint, case.id).opened_at
        assert (hold.until_at, hold.released_at, hold.is_in_force) == (None, None, True)

    def test_another_case_holds_on(self, db, hotel, guest):
        first, _ = (a_case(db, hotel, guest_id=guest) for _ in range(2))
        hear(db)
        close(db, hotel, first, 10)
        hear(db)
        assert queries.is_held(db, guest)
        assert news_of(db, "outreach.released")[0].payload["is_still_held"] is True

    def test_cases_that_nobody_told_of_are_found(self, db, hotel, guest):
        case = a_case(db, hotel, guest_id=guest)
        jobs.set_right(db, {})
        assert queries.is_held(db, guest)
        close(db, hotel, case, 8)
        jobs.set_right(db, {})
        assert not queries.is_held(db, guest)
        assert service.set_right(db, by=jobs.BY) is False

    def test_news_reaches_the_job(self, database):
        with database.writing() as db:
            hotel, guest = a_hotel(db), a_guest(db)
            a_case(db, hotel, guest_id=guest)
        assert hearing.FOLLOW_CASE in all_jobs.registered_names()
        assert all_jobs.work_off(database) > 0
        with database.reading() as db:
            assert queries.is_held(db, guest)


def test_any_order_of_news_leads_to_what_the_cases_tell(db, hotel, guest):
    """Opened, closed, reopened as it comes; news late, twice, shuffled, some before the end."""
    kinds = ("complaint.opened", "complaint.reopened", "complaint.closed")

    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        course=st.lists(
            st.tuples(st.none() | st.integers(0, 10), st.integers(0, 20), st.booleans()),
            min_size=1, max_size=4,
        ),
        ends_open=st.booleans(),
        seed=st.integers(0, 10**6),
    )  # fmt: skip
    def try_it(course, ends_open, seed):
        order = random.Random(seed)
        point = db.begin_nested()
        at = NOW
        with clock.frozen(at):
            case = a_case(db, hotel, guest_id=guest)
        for no, (score, days, hears) in enumerate(course):
            at += timedelta(days=days)
            with clock.frozen(at):
                close(db, hotel, case, score)
                if hears:
                    heard = news_of(db, *kinds)
                    hear(db, order.sample(heard, order.randint(0, len(heard))))
                if no + 1 < len(course) or ends_open:
                    complaints.reopen(db, case.id, AGAIN, by=SYSTEM)
        at += timedelta(days=order.randint(0, 20))
        with clock.frozen(at):
            late = news_of(db, *kinds) * 2
            order.shuffle(late)
            hear(db, late)
            row = db.get(Complaint, case.id)
            again = db.scalars(
                select(ComplaintStep.at)
                .where(ComplaintStep.complaint_id == case.id)
                .where(ComplaintStep.kind == StepKind.REOPENED)
            ).all()
            asked = rules.hold_of(
                CaseFacts(
                    kind=row.kind, has_guest=True, since_at=max([row.opened_at, *again]),
                    closed_at=row.closed_at, satisfaction=row.satisfaction,
                ),
                at,
            )  # fmt: skip
            hold = db.get(OutreachHold, case.id)
            assert (hold.since_at, hold.until_at, hold.released_at) == (
                asked.since_at, asked.until_at, asked.released_at,
            )  # fmt: skip
            assert queries.is_held(db, guest) is rules.in_force(asked, at)
            # Held and released take turns, and the last word is how it stands.
            assert told(db) == [("held", "released")[no % 2] for no in range(len(told(db)))]
            assert len(told(db)) % 2 == (asked.released_at is None)
        point.rollback()
        db.expire_all()

    try_it()


class TestMerging:
    def into(self, db, guest, other):
        db.execute(update(Guest).where(Guest.id == guest).values(merged_into_id=other))

    def test_a_merge_holds_both_and_an_unmerge_parts_them(self, db, hotel, guest):
        other = a_guest(db, "王芳", "Wang Fang")
        case = a_case(db, hotel, guest_id=guest)
        hear(db)
        manager = an_actor("general_manager", hotel)
        assert not queries.is_held(db, other)
        self.into(db, guest, other)
        assert queries.is_held(db, other)
        assert queries.is_held(db, guest)
        self.into(db, guest, None)
        assert queries.is_held(db, guest)
        assert not queries.is_held(db, other)
        assert queries.hold_of_case(db, case.id, by=manager).is_in_force

    def test_a_merge_that_moves_the_case_itself_moves_the_hold(self, db, hotel, guest):
        other = a_guest(db, "王芳", "Wang Fang")
        case = a_case(db, hotel, guest_id=guest)
        hear(db)
        db.execute(update(Complaint).where(Complaint.id == case.id).values(guest_id=other))
        assert queries.is_held(db, other)
        assert not queries.is_held(db, guest)

    def test_files_merged_in_a_circle_end(self, db, guest):
        other = a_guest(db, "王芳", "Wang Fang")
        self.into(db, guest, other)
        self.into(db, other, guest)
        assert not queries.is_held(db, guest)


class TestReading:
    def test_tells_cases_since_and_until(self, db, hotel, guest, frozen):
        manager = an_actor("general_manager", hotel)
        with frozen(NOW):
            first = a_case(db, hotel, guest_id=guest)
        with frozen(NOW + timedelta(days=1)):
            second = a_case(db, hotel, guest_id=guest)
            close(db, hotel, first, 3)
            hear(db)
            db.execute(update(Guest).where(Guest.id == guest).values(created_at_hotel=hotel))
            found = queries.holds_of(db, guest, by=manager)
        assert (found.is_held, found.since_at, found.until_at) == (True, NOW, None)
        assert [line.complaint_id for line in found.holds] == [second.id, first.id]
        with frozen(NOW + timedelta(days=2)):
            close(db, hotel, second, 8)
            hear(db)
            found = queries.holds_of(db, guest, by=manager)
        assert (found.is_held, found.until_at) == (True, NOW + timedelta(days=15))

    def test_is_for_those_who_read_cases(self, db, hotel, guest):
        for role in ("front_desk", "housekeeping", "marketing", "file_centre"):
            with pytest.raises(NotAllowed):
                queries.holds_of(db, guest, by=an_actor(role, hotel))

    def test_elsewhere_and_delicate_cases_are_told_to_nobody_else(self, db, hotel, guest):
        elsewhere = a_hotel(db)
        case = a_case(db, elsewhere, guest_id=guest)
        hear(db)
        db.execute(update(Guest).where(Guest.id == guest).values(created_at_hotel=hotel))
        manager = an_actor("duty_manager", hotel)
        assert queries.holds_of(db, guest, by=manager).is_held is (manager.reach == "group")
        assert queries.is_held(db, guest)
        if manager.reach != "group":
            with pytest.raises(NotFound):
                queries.hold_of_case(db, case.id, by=manager)
