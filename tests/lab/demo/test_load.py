"""The demo in a real database, on both: whole, consistent, found, and wiped only if meant."""

import time
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlmodel import Session, col

from crm.complaints.tables import Complaint
from crm.guests import indexing
from crm.guests.tables import ContactPoint, Guest, GuestSearch
from crm.hotels.tables import Hotel, Room
from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.kit.metadata import all_tables
from crm.kit.rows import mapping_of
from crm.loyalty.tables import Membership, PointEntry
from crm.preferences.tables import PreferenceCode
from crm.recovery.tables import Compensation
from crm.recovery.terms import RecoveryState
from crm.staff.tables import Staff
from crm.stays import figures
from crm.stays.tables import FolioLine, GuestFigure, Stay
from lab.demo.dressing import World
from lab.demo.load import NotEmpty, demo_day, is_demo, load, make_demo
from lab.demo.wipe import KEPT, NotADemo, wipe

TODAY = date(2026, 11, 24)


_STATES = select(col(Compensation.state)).distinct()


def count(db: Session, table: type) -> int:
    return db.connection().scalar(select(func.count()).select_from(table)) or 0


class TestLoad:
    def test_everything_of_the_world_is_there(self, filled: Database, world: World) -> None:
        with filled.reading() as db:
            assert count(db, Guest) == len(world.people)
            assert count(db, Stay) == len(world.stays)
            assert count(db, FolioLine) == sum(len(stay.lines) for stay in world.stays)
            assert count(db, Room) == 204
            assert count(db, Staff) == len(world.staff)
            assert count(db, Complaint) == len(world.cases)
            assert {state for (state,) in db.connection().execute(_STATES)} == {
                RecoveryState.GIVEN, RecoveryState.REFUSED, RecoveryState.WAITING,
            }  # fmt: skip
            assert count(db, PointEntry) == sum(len(card.entries) for card in world.cards)

    def test_running_figures_equal_a_rebuild(self, filled: Database) -> None:
        with filled.reading() as db:
            assert figures.differences(db) == []
            assert count(db, GuestFigure) > 500

    def test_search_keys_are_those_of_the_service(self, filled: Database, world: World) -> None:
        with filled.reading() as db:
            assert count(db, GuestSearch) == len(world.people)
            some = [person.key for person in world.people[:200]]
            assert indexing.drifted_guests(db, some) == []

    def test_points_repeat_the_ledger(self, filled: Database) -> None:
        with filled.reading() as db:
            sums = (
                select(
                    col(PointEntry.membership_id), func.sum(col(PointEntry.points)).label("points")
                )
                .group_by(col(PointEntry.membership_id))
                .subquery()
            )
            wrong = db.connection().execute(
                select(col(Membership.number))
                .outerjoin(sums, sums.c.membership_id == col(Membership.id))
                .where(col(Membership.points) != func.coalesce(sums.c.points, 0))
            )
            assert wrong.all() == []

    def test_no_foreign_key_dangles(self, filled: Database) -> None:
        with filled.reading() as db:
            if filled.is_sqlite:
                assert db.connection().execute(text("PRAGMA foreign_key_check")).all() == []
            for table in all_tables().sorted_tables:
                for column in table.columns:
                    for key in column.foreign_keys:
                        other = key.column.table.alias()
                        lost = (
                            select(func.count())
                            .select_from(table)
                            .outerjoin(other, column == other.c[key.column.name])
                            .where(column.is_not(None), other.c[key.column.name].is_(None))
                        )
                        assert db.connection().scalar(lost) == 0, f"{table.name}.{column.name}"

    def test_four_digits_find_two_guests(self, filled: Database) -> None:
        with filled.reading() as db:
            found = db.connection().execute(
                select(col(Guest.name_native))
                .join(ContactPoint, col(ContactPoint.guest_id) == col(Guest.id))
                .where(col(ContactPoint.last4) == "8866")
            )
            assert sorted(row.name_native for row in found) == ["单国强", "陈静怡"]

    def test_it_is_marked_and_dated(self, filled: Database) -> None:
        with filled.reading() as db:
            assert is_demo(db)
            assert demo_day(db) == TODAY

    def test_a_database_with_a_hotel_is_left_alone(self, filled: Database, world: World) -> None:
        with pytest.raises(NotEmpty), filled.reading() as db:
            load(db, world)


class TestWipe:
    def test_leaves_nothing_but_the_master_data(self, filled_db: Session) -> None:
        gone = wipe(filled_db)
        left = {
            table.name: filled_db.connection().scalar(select(func.count()).select_from(table))
            for table in all_tables().sorted_tables
        }
        assert {name for name, rows in left.items() if rows} <= KEPT
        assert count(filled_db, PreferenceCode) == 287
        assert gone > 10_000

    def test_after_it_a_new_demo_can_be_made(self, filled_db: Session, world: World) -> None:
        wipe(filled_db)
        load(filled_db, world)
        assert is_demo(filled_db)

    def test_refuses_an_empty_database(self, db: Session) -> None:
        assert not is_demo(db)
        with pytest.raises(NotADemo):
            wipe(db)

    def test_refuses_when_one_real_hotel_stands_among_demo_ones(self, filled_db: Session) -> None:
        row = mapping_of(filled_db.connection().execute(select(Hotel.__table__).limit(1)).one())
        filled_db.connection().execute(
            insert(Hotel).values(**{**row, "id": new_id(), "code": "REAL", "is_demo": False})
        )
        with pytest.raises(NotADemo):
            wipe(filled_db)
        assert count(filled_db, Guest) > 0

    def test_refuses_a_demo_that_became_real(self, filled_db: Session) -> None:
        filled_db.connection().execute(update(Hotel).values(is_demo=False))
        with pytest.raises(NotADemo):
            wipe(filled_db)


def test_the_full_demo_is_built_in_time(
    new_database: Callable[[str], Database],
) -> None:
    """6,000 guests on SQLite; the step lines are for somebody who waits."""
    database = new_database("sqlite")
    told: list[str] = []
    before = time.process_time()
    world = make_demo(database, TODAY, told=told.append)
    # Processor time, since neighbours on the machine decide about the clock on the wall.
    assert time.process_time() - before < 45
    assert len(world.people) == 6000
    assert len(world.stays) > 20_000
    assert len(told) == 4
