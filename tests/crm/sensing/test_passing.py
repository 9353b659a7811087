"""The nightly pass: everybody once a day, in batches, going on where it was stopped."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from crm.kit.db import Database
from crm.sensing import finding, passing
from crm.sensing.tables import BaseRate, Habit, SensingPass
from crm.sensing.terms import HabitState
from crm.stays.tables import Stay
from tests.crm.sensing.conftest import HIGH_ROOMS, TODAY, Tower


class PowerCut(Exception):
    pass


@pytest.fixture
def house(database: Database) -> tuple[Database, list]:
    with database.writing() as db:
        tower = Tower(db)
        return database, [tower.regular(*HIGH_ROOMS) for _ in range(4)]


def open_habits(database: Database) -> set:
    with database.reading() as db:
        query = select(col(Habit.guest_id)).where(col(Habit.state) == HabitState.OPEN)
        return set(db.connection().execute(query).scalars())


class TestPass:
    def test_finds_everybody_and_counts_them(self, house):
        database, regulars = house
        done = passing.sense_all(database, TODAY, guests=2)
        assert open_habits(database) == set(regulars)
        assert (done.guests, done.proposed) == (4, 4)
        assert done.done_at is not None

    def test_begun_twice_on_a_day_is_done_once(self, house):
        database, _ = house
        first = passing.sense_all(database, TODAY, guests=2)
        assert passing.sense_all(database, TODAY, guests=2).done_at == first.done_at

    def test_goes_on_where_it_was_stopped(self, house, monkeypatch):
        database, regulars = house
        batches: list[int] = []
        write = finding.write

        def twice(*told, **more):
            batches.append(1)
            if len(batches) == 2:
                raise PowerCut
            return write(*told, **more)

        monkeypatch.setattr(finding, "write", twice)
        with pytest.raises(PowerCut):
            passing.sense_all(database, TODAY, guests=2)
        assert len(open_habits(database)) == 2
        done = passing.sense_all(database, TODAY, guests=2)
        assert open_habits(database) == set(regulars)
        assert (done.guests, len(batches)) == (4, 4)

    def test_the_next_night_changes_nothing_but_the_rates(self, house):
        database, _ = house
        passing.sense_all(database, TODAY)
        with database.reading() as db:
            before = db.connection().execute(select(Habit.__table__)).all()
            rates = db.connection().scalar(select(func.min(col(BaseRate.counted_at))))
        done = passing.sense_all(database, TODAY + timedelta(days=1))
        with database.reading() as db:
            assert db.connection().execute(select(Habit.__table__)).all() == before
            assert db.connection().scalar(select(func.min(col(BaseRate.counted_at)))) > rates
        assert done.proposed == 0

    def test_fades_what_guests_without_stays_were_proposed(self, house):
        database, regulars = house
        passing.sense_all(database, TODAY)
        with database.writing() as db:
            for stay in db.exec(select(Stay).where(col(Stay.guest_id) == max(regulars))).scalars():
                stay.guest_id = min(regulars)
        passing.sense_all(database, TODAY + timedelta(days=1), guests=2)
        assert open_habits(database) == set(regulars) - {max(regulars)}

    def test_keeps_a_month_of_its_passes(self, house):
        database, _ = house
        for day in range(33):
            passing._begin(database, TODAY + timedelta(days=day))
        with database.reading() as db:
            kept = db.connection().scalar(select(func.count()).select_from(SensingPass))
        assert kept == passing.KEPT_PASSES
