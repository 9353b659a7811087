"""The clocks of a case on both databases: set, moved with the departure, told once a level."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlmodel import col

from crm.complaints import clocks, promises, targets, watching
from crm.complaints.jobs import WATCH
from crm.complaints.tables import (
    Complaint,
    ComplaintEscalation,
    ComplaintPause,
    ComplaintStep,
)
from crm.complaints.targets import TargetIn, WorkHoursIn
from crm.complaints.terms import CaseClock, CaseKind, CaseStatus, Severity, StepKind
from crm.hotels.terms import DepartmentCode
from crm.kit import clock, jobs
from crm.kit.errors import ChangedMeanwhile, NotAllowed, NotFound
from crm.kit.tables import EventRow
from crm.stays.tables import Stay
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor, put

OPENED = datetime(2026, 11, 24, 2, tzinfo=UTC)  # Tuesday, ten in the morning in Hangzhou
NOON = time(12)
HOUR = timedelta(hours=1)
OFFICE = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def a_case(db, hotel, **more):
    """A case as it is opened, with its clocks set."""
    facts = {
        "hotel_id": hotel, "number": 1001, "source": "in_house", "category": "noise",
        "severity": Severity.SERIOUS, "headline": "Noise", "status": CaseStatus.RECEIVED,
        "opened_at": OPENED, "currency": "CNY",
    }  # fmt: skip
    case = put(db, Complaint(**(facts | more)))
    clocks.set_clocks(db, case, now=OPENED)
    return put(db, case)


class TestSetting:
    def test_what_is_shipped_holds_until_a_hotel_sets_its_own(self, db):
        hotel = a_hotel(db)
        case = a_case(db, hotel)
        assert case.first_reply_due_at == OPENED + timedelta(minutes=5)
        assert case.due_at == OPENED + 4 * HOUR
        manager = an_actor("general_manager", hotel)
        asked = TargetIn(
            first_reply_minutes=10, solve_minutes=90, warn_minutes=20, margin_minutes=30
        )
        targets.put_target(db, hotel, Severity.SERIOUS, asked, by=manager, version=0)
        clocks.set_clocks(db, case, now=OPENED)
        assert case.first_reply_due_at == OPENED + timedelta(minutes=10)
        assert case.due_at == OPENED + timedelta(minutes=90)

    def test_the_department_works_its_hours_and_the_house_answers(self, db):
        hotel = a_hotel(db)
        asked = WorkHoursIn(hours=OFFICE, holidays=["2026-11-25"])
        targets.put_work_hours(
            db, hotel, DepartmentCode.ACCOUNTING, asked,
            by=an_actor("it", hotel), version=0,
        )  # fmt: skip
        evening = OPENED + 10 * HOUR  # eight in the evening
        case = a_case(db, hotel, department=DepartmentCode.ACCOUNTING, opened_at=evening)
        assert case.first_reply_due_at == evening + timedelta(minutes=5)
        assert case.due_at == datetime(2026, 11, 26, 5, tzinfo=UTC)  # Thursday 13:00

    @pytest.mark.parametrize(
        ("departure", "due"),
        [
            (date(2026, 11, 26), OPENED + 4 * HOUR),
            # at noon less a margin of an hour and a half
            (TODAY, datetime(2026, 11, 24, 2, 30, tzinfo=UTC)),
        ],
    )
    def test_a_guest_in_house_has_it_solved_before_he_leaves(self, db, departure, due):
        hotel = a_hotel(db, check_out_at=NOON)
        stay = a_stay(db, a_guest(db), hotel, status=StayStatus.IN_HOUSE, departure_on=departure)
        case = a_case(db, hotel, stay_id=stay)
        assert case.due_at == due
        assert case.departs_at == datetime.combine(departure, time(4), UTC)

    def test_a_guest_who_leaves_within_the_margin_has_it_due_at_once(self, db):
        hotel = a_hotel(db, check_out_at=NOON)
        stay = a_stay(db, a_guest(db), hotel, status=StayStatus.IN_HOUSE, departure_on=TODAY)
        late = datetime(2026, 11, 24, 3, 30, tzinfo=UTC)
        assert a_case(db, hotel, stay_id=stay, opened_at=late).due_at == late

    def test_pauses_move_both_clocks(self, db):
        hotel = a_hotel(db)
        case = a_case(db, hotel)
        begins, minute = OPENED + timedelta(minutes=2), timedelta(minutes=1)
        put(
            db,
            ComplaintPause(
                complaint_id=case.id, no=1, from_at=begins, until_at=begins + 30 * minute
            ),
        )
        clocks.set_clocks(db, case, now=OPENED + HOUR)
        assert case.first_reply_due_at == OPENED + 35 * minute
        assert case.due_at == OPENED + 4 * HOUR + 30 * minute

    def test_a_reopened_case_begins_anew(self, db):
        hotel = a_hotel(db)
        case = a_case(db, hotel, reopened=1)
        again = OPENED + timedelta(days=3)
        put(
            db,
            ComplaintStep(
                complaint_id=case.id, no=1, at=again, kind=StepKind.REOPENED,
                status_after=CaseStatus.REOPENED, words="It came back.",
            ),
        )  # fmt: skip
        clocks.set_clocks(db, case, now=again)
        assert case.due_at == again + 4 * HOUR

    def test_praise_has_no_clock(self, db):
        case = a_case(db, a_hotel(db), kind=CaseKind.PRAISE)
        assert (case.first_reply_due_at, case.due_at) == (None, None)


class TestSettings:
    def test_who_read_an_older_version_is_told(self, db):
        hotel = a_hotel(db)
        by = an_actor("it", hotel)
        asked = TargetIn(
            first_reply_minutes=10, solve_minutes=90, warn_minutes=20, margin_minutes=30
        )
        first = targets.put_target(db, hotel, Severity.MINOR, asked, by=by, version=0)
        assert (first.version, first.is_shipped) == (1, False)
        for stale in (0, 2):
            with pytest.raises(ChangedMeanwhile):
                targets.put_target(db, hotel, Severity.MINOR, asked, by=by, version=stale)
        later = targets.put_target(db, hotel, Severity.MINOR, asked, by=by, version=1)
        assert later.version == 2

    def test_they_are_the_managers_of_this_hotel(self, db):
        hotel, other = a_hotel(db), a_hotel(db)
        with pytest.raises(NotAllowed):
            targets.target(db, hotel, Severity.MINOR, by=an_actor("duty_manager", hotel))
        with pytest.raises(NotFound):
            targets.work_hours(db, hotel, DepartmentCode.SPA, by=an_actor("it", other))


@pytest.fixture
def house(database):
    """A hotel with a case whose guest stays a week, and the means to look at it."""
    with database.writing() as db:
        hotel = a_hotel(db, check_out_at=NOON)
        stay = a_stay(
            db, a_guest(db), hotel, status=StayStatus.IN_HOUSE,
            arrival_on=TODAY, departure_on=TODAY + timedelta(days=7),
        )  # fmt: skip
        owner = a_staff(db, "duty_manager", hotel)
        case = a_case(
            db, hotel, stay_id=stay, owner_id=owner, first_replied_at=OPENED,
            status=CaseStatus.INVESTIGATING,
        )  # fmt: skip
    return SimpleNamespace(database=database, hotel=hotel, stay=stay, case=case.id)


def look(house, minutes):
    """Let the clocks look so many minutes after the case was opened; how many levels are told."""
    with clock.frozen(OPENED + timedelta(minutes=minutes)):
        return watching.watch(house.database)


def change(house, table, key, **values):
    with house.database.writing() as db:
        row = db.get(table, key)
        for name, value in values.items():
            setattr(row, name, value)
        db.add(row)


def events_of(house):
    with house.database.reading() as db:
        rows = db.connection().execute(
            select(col(EventRow.kind), col(EventRow.payload)).order_by(col(EventRow.id))
        )
        return [(row.kind, row.payload.get("level"), row.payload.get("told_role")) for row in rows]


SOON = ("complaint.due_soon", None, "owner")
OWNER = ("complaint.overdue", 1, "owner")
DUTY = ("complaint.overdue", 2, "duty_manager")
GENERAL = ("complaint.overdue", 3, "general_manager")


class TestWatching:
    def test_climbs_the_ladder_once_a_level_however_often_it_looks(self, house):
        told = {}
        for minute in range(180, 400, 3):
            for _ in range(2):
                for _ in range(look(house, minute)):
                    told[minute] = told.get(minute, 0) + 1
        assert told == {210: 1, 240: 1, 270: 1, 300: 1}
        assert events_of(house) == [SOON, OWNER, DUTY, GENERAL]
        with house.database.reading() as db:
            steps = db.scalars(
                select(ComplaintStep).order_by(col(ComplaintStep.no))
            ).all()  # fmt: skip
            assert [(s.no, s.kind, s.by_id) for s in steps] == [
                (no, StepKind.ESCALATED, None) for no in (1, 2, 3)
            ]

    def test_a_late_look_tells_one_level_and_keeps_the_pause_between(self, house):
        assert [look(house, minute) for minute in (900, 901, 929, 930, 959, 960, 5000)] == [
            1, 0, 0, 1, 0, 1, 0,
        ]  # fmt: skip
        assert events_of(house) == [OWNER, DUTY, GENERAL]

    def test_what_nobody_owns_goes_to_the_duty_manager(self, house):
        change(house, Complaint, house.case, owner_id=None)
        assert [look(house, minute) for minute in (215, 245, 275, 305)] == [1, 1, 1, 0]
        assert events_of(house) == [
            ("complaint.due_soon", None, "duty_manager"), DUTY, GENERAL,
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "done",
        [
            {"status": CaseStatus.TOLD_GUEST},
            {"status": CaseStatus.CLOSED},
            {"solved_at": OPENED + HOUR},
        ],
    )
    def test_what_is_solved_never_fires(self, house, done):
        change(house, Complaint, house.case, **done)
        assert look(house, 900) == 0
        assert events_of(house) == []

    def test_what_is_paused_does_not_fire_before_it_goes_on(self, house):
        pause = ComplaintPause(complaint_id=house.case, no=1, from_at=OPENED)
        with house.database.writing() as db:
            put(db, pause)
        assert look(house, 900) == 0
        change(house, ComplaintPause, (house.case, 1), until_at=OPENED + HOUR)
        assert look(house, 900) == 1

    def test_both_clocks_have_their_own_levels(self, house):
        change(house, Complaint, house.case, first_replied_at=None)
        assert look(house, 900) == 2
        with house.database.reading() as db:
            rows = db.scalars(select(ComplaintEscalation)).all()
            assert {(r.clock, r.level) for r in rows} == {
                (CaseClock.FIRST_REPLY, 1), (CaseClock.SOLUTION, 1),
            }  # fmt: skip

    def test_a_reopened_case_is_told_anew(self, house):
        assert look(house, 900) == 1
        change(house, Complaint, house.case, reopened=1, status=CaseStatus.REOPENED)
        assert [look(house, minute) for minute in (910, 911)] == [1, 0]
        assert events_of(house) == [OWNER, OWNER]

    def test_answered_meanwhile_is_not_told(self, house):
        with house.database.reading() as db:
            found = watching.look(db, now=OPENED + 9 * HOUR)
        change(house, Complaint, house.case, solved_at=OPENED + HOUR)
        with house.database.writing() as db:
            assert watching.tell(db, found.firings, now=OPENED + 9 * HOUR) == [False]
        assert events_of(house) == []

    def test_two_workers_tell_a_level_once(self, house):
        def work(_):
            return look(house, 900)

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(work, range(4))) == 1
        assert events_of(house) == [OWNER]

    def test_it_is_a_job(self, house):
        with clock.frozen(OPENED + timedelta(minutes=900)):
            with house.database.writing() as db:
                jobs.enqueue(db, WATCH)
            assert jobs.work_off(house.database) == 1
        assert events_of(house) == [OWNER]


class TestDepartures:
    def test_a_departure_that_moves_forward_tightens_and_back_loosens(self, house):
        change(house, Stay, house.stay, departure_on=TODAY)
        assert look(house, 1) == 1  # due within the half hour of warning
        with house.database.reading() as db:
            case = db.get(Complaint, house.case)
            assert case.due_at == datetime(2026, 11, 24, 2, 30, tzinfo=UTC)
            assert case.version == 2
        change(house, Stay, house.stay, departure_on=TODAY + timedelta(days=1))
        look(house, 2)
        with house.database.reading() as db:
            assert db.get(Complaint, house.case).due_at == OPENED + 4 * HOUR
        kinds = [kind for kind, *_ in events_of(house)]
        assert kinds == ["complaint.due_moved", "complaint.due_soon", "complaint.due_moved"]

    def test_nothing_moves_where_nothing_changed(self, house):
        assert look(house, 1) == 0
        with house.database.reading() as db:
            assert db.get(Complaint, house.case).version == 1

    def test_who_left_before_it_was_solved_leaves_it_late(self, house):
        left = OPENED + 2 * HOUR
        change(house, Stay, house.stay, status=StayStatus.CHECKED_OUT, checked_out_at=left)
        assert look(house, 130) == 1
        assert look(house, 131) == 0
        with house.database.reading() as db:
            assert db.get(Complaint, house.case).departs_at == left

    def test_who_had_left_before_has_no_departure(self, db):
        hotel = a_hotel(db)
        stay = a_stay(
            db, a_guest(db), hotel, status=StayStatus.CHECKED_OUT,
            checked_out_at=OPENED - HOUR, departure_on=TODAY,
        )  # fmt: skip
        case = a_case(db, hotel, stay_id=stay)
        assert (case.departs_at, case.due_at) == (None, OPENED + 4 * HOUR)


class TestLadder:
    NOW = OPENED + HOUR

    @pytest.mark.parametrize(
        ("told", "has_owner", "level"),
        [
            ([], True, 1),
            ([], False, 2),
            ([(0, 50)], True, 1),
            ([(1, 29)], True, None),
            ([(1, 30)], True, 2),
            ([(2, 30), (1, 60)], True, 3),
            ([(3, 600)], True, None),
        ],
    )
    def test_one_level_at_a_time(self, told, has_owner, level):
        heard = [(no, self.NOW - timedelta(minutes=ago)) for no, ago in told]
        assert promises.level_due(self.NOW, self.NOW, heard, has_owner=has_owner) == level
        early = self.NOW + timedelta(seconds=1)
        assert promises.level_due(self.NOW, early, heard, has_owner=has_owner) is None
