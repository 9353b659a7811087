"""One guest's habits from the records to the answer, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from crm.kit import clock, jobs
from crm.kit.errors import ChangedMeanwhile, NotFound
from crm.kit.tables import EventRow, JobRow
from crm.preferences.tables import Observation, PreferenceCode
from crm.preferences.terms import PreferenceSource, Sensitivity
from crm.sensing import queries, service
from crm.sensing.jobs import SENSE_GUEST, sense_guest
from crm.sensing.service import HabitAnsweredAlready
from crm.sensing.tables import BaseRate, FolioRule, Habit
from crm.sensing.terms import HabitState
from crm.staff.terms import Role
from crm.stays import service as stays
from tests import factories
from tests.crm.sensing.conftest import HIGH_ROOMS, TODAY


def habits(db, guest):
    rows = db.connection().execute(
        select(Habit.__table__).where(col(Habit.guest_id) == guest).order_by(col(Habit.code))
    )
    return {(row.code, row.value): row for row in rows}


@pytest.fixture
def desk(db, tower):
    return factories.an_actor(
        Role.FRONT_DESK, tower.hotel, factories.a_staff(db, Role.FRONT_DESK, tower.hotel)
    )


class TestSensing:
    def test_floors_and_tea_are_proposed_with_their_evidence(self, db, tower, desk):
        guest = tower.regular(*HIGH_ROOMS, bill="Longjing tea")
        assert service.sense_guest(db, guest, TODAY) == 2
        tea, high = sorted(queries.open_habits(db, guest, by=desk), key=lambda one: one.code)
        assert (tea.code, tea.value, tea.cases, tea.out_of) == ("AM.TEA", "Longjing 龙井", 5, 5)
        assert high.evidence.code == "habit.floor_above"
        assert high.evidence.values | {"house": "?"} == {
            "cases": 5, "out_of": 5, "floor": 9, "house": "?",
        }  # fmt: skip
        assert high.lift_percent > 200

    def test_a_special_feature_of_all_rooms_is_never_counted(self, db, tower):
        service.sense_guest(db, tower.regular(*HIGH_ROOMS), TODAY)
        codes = set(db.connection().execute(select(col(BaseRate.code))).scalars())
        assert "SM.NON" in codes
        assert "AC.ROLLIN" not in codes

    def test_passing_guests_are_proposed_nothing(self, db, tower):
        guest = tower.regular("0101", "1102", "0503", "0704", "0902")
        assert service.sense_guest(db, guest, TODAY) == 0
        assert habits(db, guest) == {}

    def test_a_hotel_s_own_words_are_read(self, db, tower):
        factories.put(
            db,
            FolioRule(hotel_id=tower.hotel, no=1, words="mountain bud", code="AM.TEA", value="Bud"),
        )
        guest = tower.regular("0101", "1102", "0503", "0704", bill="Mountain bud, one pot")
        service.sense_guest(db, guest, TODAY)
        assert set(habits(db, guest)) == {("AM.TEA", "Bud")}

    def test_a_proposal_fades_when_the_stays_no_longer_show_it(self, db, tower):
        guest = tower.regular(*HIGH_ROOMS)
        service.sense_guest(db, guest, TODAY)
        for ago in range(1, 7):
            tower.left(guest, "0101", ago=ago)
        service.sense_guest(db, guest, TODAY)
        assert habits(db, guest)["FL.HIGH", ""].state is HabitState.FADED

    def test_looking_twice_changes_nothing(self, db, tower):
        guest = tower.regular(*HIGH_ROOMS)
        service.sense_guest(db, guest, TODAY)
        before = habits(db, guest)
        assert service.sense_guest(db, guest, TODAY) == 0
        assert habits(db, guest) == before

    def test_the_check_out_puts_the_job_that_looks(self, db, tower, desk):
        guest = tower.regular(*HIGH_ROOMS)
        stay = factories.a_stay(db, guest, tower.hotel)
        stays.check_out(db, stay, by=factories.an_actor(Role.FILE_CENTRE, tower.hotel))
        put = db.exec(select(JobRow).where(col(JobRow.name) == SENSE_GUEST)).scalars().all()
        assert len(put) == 1
        sense_guest(db, put[0].payload)
        assert ("FL.HIGH", "") in habits(db, guest)
        assert SENSE_GUEST in jobs.registered_names()

    def test_events_name_no_code(self, db, tower, desk):
        guest = tower.regular(*HIGH_ROOMS)
        service.sense_guest(db, guest, TODAY)
        one, *_ = queries.open_habits(db, guest, by=desk)
        service.dismiss(db, one.id, by=desk, version=one.version)
        db.flush()
        told = (
            db.connection()
            .execute(
                select(EventRow.kind, EventRow.payload).where(col(EventRow.kind).like("habit.%"))
            )
            .all()
        )
        assert {row.kind for row in told} == {"habit.changed", "habit.answered"}
        assert not any("FL" in str(row.payload) for row in told)


class TestAnswers:
    @pytest.fixture
    def high(self, db, tower, desk):
        guest = tower.regular(*HIGH_ROOMS)
        service.sense_guest(db, guest, TODAY)
        return queries.open_habits(db, guest, by=desk)[0]

    def test_yes_makes_it_evidence_of_a_preference(self, db, desk, high):
        done = service.accept(
            db, high.id, by=desk, version=high.version, say=lambda said: said.code
        )
        assert done.state is HabitState.ACCEPTED
        noted = (
            db.connection()
            .execute(
                select(Observation.__table__).where(col(Observation.guest_id) == high.guest_id)
            )
            .one()
        )
        assert (noted.code, noted.source, noted.words) == (
            "FL.HIGH", PreferenceSource.SENSED, "habit.floor_above",
        )  # fmt: skip
        assert queries.open_habits(db, high.guest_id, by=desk) == []
        assert service.sense_guest(db, high.guest_id, TODAY) == 0

    def test_no_keeps_it_away_until_there_is_new_evidence(self, db, tower, desk, high):
        service.dismiss(db, high.id, by=desk, version=high.version)
        answered = clock.now() - timedelta(days=15)
        db.connection().execute(update(Habit).values(answered_at=answered))
        stands = []
        for ago, room in ((9, "1001"), (6, "1002"), (3, "1103")):
            tower.left(high.guest_id, room, ago=ago)
            service.sense_guest(db, high.guest_id, TODAY)
            stands.append(habits(db, high.guest_id)["FL.HIGH", ""].state)
        assert stands == [HabitState.DISMISSED, HabitState.DISMISSED, HabitState.OPEN]

    def test_only_one_of_two_answers_counts(self, db, desk, high):
        service.dismiss(db, high.id, by=desk, version=high.version)
        with pytest.raises(ChangedMeanwhile):
            service.accept(db, high.id, by=desk, version=high.version)
        with pytest.raises(HabitAnsweredAlready):
            service.accept(db, high.id, by=desk, version=high.version + 1)

    def test_out_of_reach_is_not_there(self, db, high):
        stranger = factories.an_actor(Role.FRONT_DESK, factories.a_hotel(db))
        with pytest.raises(NotFound):
            service.accept(db, high.id, by=stranger, version=high.version)
        with pytest.raises(NotFound):
            queries.open_habits(db, high.guest_id, by=stranger)


class TestReaders:
    def test_see_only_codes_of_their_departments(self, db, tower, desk):
        guest = tower.regular(*HIGH_ROOMS, bill="Dongpo pork")
        factories.a_stay(db, guest, tower.hotel)
        service.sense_guest(db, guest, TODAY)
        seen = {
            role: {
                one.code
                for one in queries.habits(db, by=factories.an_actor(role, tower.hotel)).items
            }
            for role in (Role.FRONT_DESK, Role.FOOD_BEVERAGE, Role.GENERAL_MANAGER)
        }
        assert seen[Role.FRONT_DESK] == seen[Role.GENERAL_MANAGER] == {"FL.HIGH", "FV.DISH"}
        assert seen[Role.FOOD_BEVERAGE] == {"FV.DISH"}

    def test_see_nothing_of_a_code_that_was_restricted_since(self, db, tower, desk):
        guest = tower.regular(*HIGH_ROOMS)
        service.sense_guest(db, guest, TODAY)
        code = db.get_one(PreferenceCode, "FL.HIGH")
        code.sensitivity = Sensitivity.RESTRICTED
        db.flush()
        assert queries.open_habits(db, guest, by=desk) == []

    def test_turn_pages_by_key(self, db, tower, desk):
        for _ in range(3):
            service.sense_guest(db, tower.regular(*HIGH_ROOMS), TODAY)
        first = queries.habits(db, by=desk, limit=2)
        second = queries.habits(db, by=desk, limit=2, cursor=first.next)
        assert len({one.id for one in [*first.items, *second.items]}) == 3
        assert second.next is None
