"""Points: only added to, never below what is there, the balance always the sum."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from crm.kit.errors import Conflict, Invalid, NotFound, RuleBroken
from crm.kit.tables import EventRow
from crm.loyalty import ledger, service
from crm.loyalty.ledger import NotEnoughPoints, Source
from crm.loyalty.queries import membership, memberships_of
from crm.loyalty.rules import is_member_number
from crm.loyalty.tables import Membership, PointEntry
from crm.loyalty.terms import PointKind, Tier
from crm.staff.actor import system
from tests.factories import a_guest, a_hotel, an_actor

BY = system("test")


@pytest.fixture
def member(db):
    return service.enrol(db, a_guest(db), by=BY)


def stay(no):
    return Source("stay", str(no))


def balance(db, member):
    return db.connection().scalar(select(Membership.points).where(Membership.id == member))


def entries(db, member):
    rows = select(PointEntry.kind, PointEntry.points).where(PointEntry.membership_id == member)
    return [tuple(row) for row in db.connection().execute(rows.order_by(PointEntry.no))]


class TestEnrol:
    def test_gives_a_number_a_tier_and_its_first_step(self, db):
        hotel = a_hotel(db)
        guest = a_guest(db, created_at_hotel=hotel)
        service.enrol(db, guest, by=BY, tier=Tier.SILVER, why="Came from the old programme")
        (sheet,) = memberships_of(db, guest, by=an_actor("front_desk", hotel))
        assert is_member_number(sheet.number)
        assert (sheet.tier, sheet.points) == ("silver", 0)
        assert [(s.tier_before, s.tier, s.why) for s in sheet.history] == [
            (None, "silver", "Came from the old programme")
        ]
        db.flush()
        kinds = [row.kind for row in db.connection().execute(select(EventRow.kind))]
        assert kinds == ["member.enrolled"]

    def test_only_once(self, db, member):
        guest = db.connection().scalar(select(Membership.guest_id))
        with pytest.raises(Conflict):
            service.enrol(db, guest, by=BY)

    def test_is_out_of_reach_with_its_guest(self, db, member):
        with pytest.raises(NotFound):
            membership(db, member, by=an_actor("front_desk", a_hotel(db)))


class TestTier:
    def test_keeps_every_step(self, db, member):
        assert service.set_tier(db, member, Tier.GOLD, why="25 nights", by=BY)
        assert not service.set_tier(db, member, Tier.GOLD, why="again", by=BY)
        assert service.set_tier(db, member, Tier.SILVER, why="year's end", by=BY)
        history = membership(db, member, by=BY).history
        assert [(s.tier_before, s.tier, s.why) for s in history] == [
            ("gold", "silver", "year's end"),
            ("member", "gold", "25 nights"),
            (None, "member", "Enrolled"),
        ]


class TestLedger:
    def test_earn_redeem_reverse(self, db, member):
        no = ledger.earn(db, member, 693, source=stay(1), by=BY)
        ledger.redeem(db, member, 500, source=Source("reward", "1"), by=BY)
        ledger.reverse(db, member, no, by=BY, words="Folio refunded")
        assert entries(db, member) == [("earned", 693), ("redeemed", -500), ("reversed", -693)]
        assert balance(db, member) == -500

    def test_no_more_than_is_there(self, db, member):
        ledger.earn(db, member, 10, source=stay(1), by=BY)
        with pytest.raises(NotEnoughPoints):
            ledger.redeem(db, member, 11, source=Source("reward", "1"), by=BY)
        assert balance(db, member) == 10

    def test_one_document_books_once(self, db, member):
        ledger.earn(db, member, 10, source=stay(1), by=BY)
        with pytest.raises(Conflict):
            ledger.earn(db, member, 10, source=stay(1), by=BY)
        ledger.earn(db, member, 5, source=stay(1), by=BY, kind=PointKind.BONUS)
        assert balance(db, member) == 15

    @pytest.mark.parametrize("points", [0, -3])
    def test_signs_are_the_house_s(self, db, member, points):
        with pytest.raises(Invalid):
            ledger.earn(db, member, points, source=stay(1), by=BY)
        with pytest.raises(Invalid):
            ledger.redeem(db, member, points, source=stay(1), by=BY)

    def test_what_cannot_be_reversed(self, db, member):
        no = ledger.earn(db, member, 10, source=stay(1), by=BY)
        back = ledger.reverse(db, member, no, by=BY)
        with pytest.raises(RuleBroken):
            ledger.reverse(db, member, back, by=BY)
        with pytest.raises(Conflict):
            ledger.reverse(db, member, no, by=BY)
        with pytest.raises(NotFound):
            ledger.reverse(db, member, 99, by=BY)

    def test_an_ended_membership_takes_nothing(self, db, member):
        db.connection().execute(update(Membership).values(state="ended"))
        with pytest.raises(Conflict):
            ledger.earn(db, member, 10, source=stay(1), by=BY)

    def test_the_check_finds_a_wrong_balance(self, db, member):
        ledger.earn(db, member, 10, source=stay(1), by=BY)
        assert ledger.unbalanced(db) == []
        db.connection().execute(update(Membership).values(points=11))
        assert ledger.unbalanced(db) == [member]

    def test_any_sequence_keeps_the_sum(self, db):
        steps = st.lists(
            st.tuples(st.sampled_from(["earn", "redeem", "reverse"]), st.integers(1, 50)),
            max_size=8,
        )

        @settings(max_examples=15)
        @given(steps)
        def check(doings):
            member = service.enrol(db, a_guest(db), by=BY)
            for no, (what, points) in enumerate(doings):
                source = Source(what, f"{member}:{no}")
                try:
                    if what == "reverse":
                        ledger.reverse(db, member, points % 5, by=BY)
                    else:
                        getattr(ledger, what)(db, member, points, source=source, by=BY)
                except (NotEnoughPoints, NotFound, RuleBroken, Conflict):
                    continue
            assert balance(db, member) == sum(points for _, points in entries(db, member))
            assert ledger.unbalanced(db) == []

        check()

    def test_two_desks_cannot_spend_the_same_points(self, database):
        with database.writing() as db:
            member = service.enrol(db, a_guest(db), by=BY)
            ledger.earn(db, member, 100, source=stay(1), by=BY)
        refused = []

        def spend(desk):
            for no in range(5):
                try:
                    with database.writing() as db:
                        ledger.redeem(db, member, 20, source=Source("r", f"{desk}{no}"), by=BY)
                except NotEnoughPoints:
                    refused.append(no)

        desks = [threading.Thread(target=spend, args=(name,)) for name in "ab"]
        for desk in desks:
            desk.start()
        for desk in desks:
            desk.join()
        with database.reading() as db:
            assert balance(db, member) == 0
        assert len(refused) == 5
