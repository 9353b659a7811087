"""The running figures equal a rebuild after any sequence of what can happen to stays."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import insert, select, update
from sqlmodel import Session

from crm.kit.db import Database
from crm.staff.actor import system
from crm.stays import figures, service
from crm.stays.rules import may_move
from crm.stays.schemas import FolioPost, StayBook, StayChange
from crm.stays.tables import GuestFigure, GuestOutlet, GuestSpend, Stay
from crm.stays.terms import FolioCategory, StayStatus
from tests.factories import TODAY, a_guest, a_hotel

BY = system("test")


def rows(db, table):
    found = db.connection().execute(select(*table.__table__.columns))
    return sorted(tuple(str(value) for value in row) for row in found)


def everything(db):
    return {table: rows(db, table) for table in (GuestFigure, GuestSpend, GuestOutlet)}


def a_booking(hotel, guest, arrival=TODAY, nights=2, **more):
    return StayBook(
        hotel_id=hotel,
        guest_id=guest,
        arrival_on=arrival,
        departure_on=arrival + timedelta(days=nights),
        **more,
    )


def a_line(on=TODAY, amount=10_000, **more):
    facts = {"category": FolioCategory.RESTAURANT, "outlet": "Lake Café", "covers": 2}
    return FolioPost(posted_on=on, amount_minor=amount, **(facts | more))


class TestRefresh:
    def test_a_booking_alone_gives_a_row_of_noughts(self, db):
        hotel, guest = a_hotel(db), a_guest(db)
        service.book(db, a_booking(hotel, guest), by=BY)
        (row,) = db.exec(select(GuestFigure).where(GuestFigure.guest_id == guest)).scalars()
        assert (row.stays, row.nights, row.first_arrival_on, row.last_room_no) == (0, 0, None, None)

    def test_counts_stays_nights_and_the_last_room(self, db):
        hotel, guest = a_hotel(db), a_guest(db)
        for days, room in ((40, "1808"), (20, "1611")):
            stay = service.book(db, a_booking(hotel, guest, TODAY - timedelta(days=days)), by=BY)
            service.check_in(db, stay, by=BY, room_no=room)
            service.check_out(db, stay, by=BY)
        gone = service.book(db, a_booking(hotel, guest, TODAY + timedelta(days=9)), by=BY)
        service.cancel(db, gone, by=BY)
        missed = service.book(db, a_booking(hotel, guest, TODAY - timedelta(days=9)), by=BY)
        service.no_show(db, missed, by=BY)
        (row,) = db.exec(select(GuestFigure).where(GuestFigure.guest_id == guest)).scalars()
        assert (row.stays, row.nights, row.cancellations, row.no_shows) == (2, 4, 1, 1)
        assert row.first_arrival_on == TODAY - timedelta(days=40)
        assert row.last_departure_on == TODAY - timedelta(days=18)
        assert row.last_room_no == "1611"

    def test_a_companion_stays_too_but_spends_nothing(self, db):
        hotel, guest, beside = a_hotel(db), a_guest(db), a_guest(db, "周文", "Zhou Wen")
        stay = service.book(db, a_booking(hotel, guest, companion_ids=[beside, guest]), by=BY)
        service.check_in(db, stay, by=BY)
        service.post_folio_lines(db, stay, [a_line()], by=BY)
        found = {row[0]: row for row in rows(db, GuestFigure)}
        assert found[str(beside)][2:4] == ("1", "2")
        assert found[str(guest)][2:4] == ("1", "2")
        assert {row[0] for row in rows(db, GuestSpend)} == {str(guest)}

    def test_spend_is_kept_by_year_category_and_currency(self, db):
        hotel, guest = a_hotel(db), a_guest(db)
        stay = service.book(db, a_booking(hotel, guest), by=BY)
        service.post_folio_lines(
            db,
            stay,
            [
                a_line(amount=10_000, discount_minor=500, tax_minor=60),
                a_line(amount=-2_000, covers=None),
                a_line(amount=700, currency="USD"),
                a_line(on=date(2025, 12, 31), amount=300, outlet=None),
                a_line(category=FolioCategory.ROOM, amount=3_000_000_000, outlet=None),
            ],
            by=BY,
        )
        spent = {tuple(row[2:5]): tuple(row[5:]) for row in rows(db, GuestSpend)}
        assert spent == {
            ("2026", "restaurant", "CNY"): ("2", "2", "8000", "500", "60"),
            ("2026", "restaurant", "USD"): ("1", "2", "700", "0", "0"),
            ("2025", "restaurant", "CNY"): ("1", "2", "300", "0", "0"),
            ("2026", "room", "CNY"): ("1", "2", "3000000000", "0", "0"),
        }
        outlets = {tuple(row[2:]) for row in rows(db, GuestOutlet)}
        assert outlets == {
            ("Lake Café", "CNY", "2", "2", "8000"),
            ("Lake Café", "USD", "1", "2", "700"),
        }

    def test_a_stay_that_changes_hands_takes_its_folio_along(self, db):
        hotel, one, other = a_hotel(db), a_guest(db), a_guest(db, "王芳", "Wang Fang")
        stay = service.book(db, a_booking(hotel, one), by=BY)
        service.check_in(db, stay, by=BY)
        service.post_folio_lines(db, stay, [a_line()], by=BY)
        service.assign_guest(db, stay, other, by=BY)
        assert {row[0] for table in everything(db).values() for row in table} == {str(other)}
        assert figures.differences(db) == []


class TestRebuild:
    def test_finds_and_heals_what_went_astray(self, db):
        hotel, guest = a_hotel(db), a_guest(db)
        stay = service.book(db, a_booking(hotel, guest), by=BY)
        service.check_in(db, stay, by=BY)
        assert figures.differences(db) == []
        right = everything(db)
        db.connection().execute(update(GuestFigure).values(stays=99))
        db.connection().execute(
            insert(GuestOutlet).values(
                guest_id=guest, hotel_id=hotel, outlet="Ghost", currency="CNY"
            )
        )
        wrong = {(found.table, found.side) for found in figures.differences(db)}
        assert wrong == {
            ("guest_figure", "missing"),
            ("guest_figure", "stale"),
            ("guest_outlet", "stale"),
        }
        figures.rebuild(db)
        assert everything(db) == right
        assert figures.differences(db) == []


class RunningFigures(RuleBasedStateMachine):
    """Any sequence of bookings, moves, changes and postings keeps running = rebuilt."""

    database: Database

    @initialize()
    def open(self):
        self.connection = self.database.engine.connect()
        self.outer = self.connection.begin()
        self.db = Session(self.connection, join_transaction_mode="create_savepoint")
        self.hotels = [a_hotel(self.db), a_hotel(self.db)]
        self.guests = [a_guest(self.db), a_guest(self.db), a_guest(self.db), None]
        self.stays = []

    def teardown(self):
        if hasattr(self, "outer"):
            self.db.close()
            self.outer.rollback()
            self.connection.close()

    def _stay(self, pick):
        return self.stays[pick % len(self.stays)] if self.stays else None

    @rule(
        hotel=st.integers(0, 1),
        guest=st.integers(0, 3),
        beside=st.sets(st.integers(0, 2), max_size=2),
        days=st.integers(-400, 5),
        nights=st.integers(0, 4),
    )
    def book(self, hotel, guest, beside, days, nights):
        booking = a_booking(
            self.hotels[hotel],
            self.guests[guest],
            TODAY + timedelta(days=days),
            nights,
            companion_ids=[self.guests[one] for one in beside],
            room_no=str(1800 + len(self.stays)),
        )
        self.stays.append(service.book(self.db, booking, by=BY))

    @rule(pick=st.integers(0, 20), to=st.sampled_from(StayStatus))
    def move(self, pick, to):
        if (stay := self._stay(pick)) is None:
            return
        before = self.db.connection().execute(select(Stay.status).where(Stay.id == stay)).scalar()
        if may_move(before, to):
            service.move(self.db, stay, to, by=BY)
        else:
            with pytest.raises(service.StayCannotMove):
                service.move(self.db, stay, to, by=BY)

    @rule(pick=st.integers(0, 20), days=st.integers(-400, 5), nights=st.integers(0, 4))
    def change(self, pick, days, nights):
        if (stay := self._stay(pick)) is not None:
            arrival = TODAY + timedelta(days=days)
            wanted = StayChange(
                arrival_on=arrival, departure_on=arrival + timedelta(days=nights), room_no="9"
            )
            service.change(self.db, stay, wanted, by=BY)

    @rule(
        pick=st.integers(0, 20),
        days=st.integers(-400, 5),
        amount=st.integers(-(10**10), 10**10),
        outlet=st.sampled_from([None, "Bar", "Café"]),
        replace=st.booleans(),
    )
    def post(self, pick, days, amount, outlet, replace):
        if (stay := self._stay(pick)) is not None:
            line = a_line(TODAY + timedelta(days=days), amount, outlet=outlet)
            do = service.replace_folio if replace else service.post_folio_lines
            do(self.db, stay, [line], by=BY)

    @rule(pick=st.integers(0, 20), guest=st.integers(0, 3))
    def assign(self, pick, guest):
        if (stay := self._stay(pick)) is not None:
            service.assign_guest(self.db, stay, self.guests[guest], by=BY)

    @rule(pick=st.integers(0, 20), beside=st.sets(st.integers(0, 2), max_size=3))
    def share(self, pick, beside):
        if (stay := self._stay(pick)) is not None:
            service.set_companions(self.db, stay, [self.guests[one] for one in beside], by=BY)

    @invariant()
    def running_equals_rebuilt(self):
        if not hasattr(self, "db"):
            return
        assert figures.differences(self.db) == []


class TestRunningFigures:
    def test_equal_a_rebuild_after_any_sequence(self, database):
        machine = type("Bound", (RunningFigures,), {"database": database})
        case = machine.TestCase
        case.settings = settings(
            max_examples=25,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        case("runTest").runTest()
