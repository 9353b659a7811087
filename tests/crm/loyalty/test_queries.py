"""The bank book of points: every entry with the balance after it."""

from datetime import UTC, datetime

import pytest

from crm.kit.errors import Invalid, NotAllowed, NotFound
from crm.kit.ids import new_id
from crm.loyalty.queries import points_of
from crm.loyalty.tables import Membership, PointEntry
from crm.loyalty.terms import PointKind
from tests import factories

ENTRIES = (100, 250, -80, 30)


@pytest.fixture
def hotel(db):
    return factories.a_hotel(db)


@pytest.fixture
def member(db, hotel):
    """A guest with four entries in the book."""
    guest_id = factories.a_guest(db, created_at_hotel=hotel)
    factories.put(
        db,
        Membership(
            id=(membership_id := new_id()),
            guest_id=guest_id,
            number="80001",
            joined_on=factories.TODAY,
            points=sum(ENTRIES),
        ),
    )
    for no, points in enumerate(ENTRIES, 1):
        factories.put(
            db,
            PointEntry(
                membership_id=membership_id,
                no=no,
                at=datetime(2026, 1, no, tzinfo=UTC),
                kind=PointKind.EARNED if points > 0 else PointKind.REDEEMED,
                points=points,
                source="test",
                source_id=str(no),
            ),
        )
    return guest_id


def test_entries_carry_the_balance_after_them(db, hotel, member):
    page = points_of(db, member, by=factories.an_actor("front_desk", hotel))
    assert [(line.points, line.balance) for line in page.items] == [
        (30, 300),
        (-80, 270),
        (250, 350),
        (100, 100),
    ]
    assert page.next is None


def test_pages_continue_where_the_last_ended_with_the_same_balances(db, hotel, member):
    lin = factories.an_actor("front_desk", hotel)
    first = points_of(db, member, by=lin, limit=3)
    rest = points_of(db, member, by=lin, limit=3, cursor=first.next)
    assert [line.balance for line in (*first.items, *rest.items)] == [300, 270, 350, 100]
    assert rest.next is None


def test_a_guest_without_membership_has_an_empty_book(db, hotel):
    guest_id = factories.a_guest(db, created_at_hotel=hotel)
    assert points_of(db, guest_id, by=factories.an_actor("front_desk", hotel)).items == []


def test_a_broken_cursor_is_refused(db, hotel, member):
    with pytest.raises(Invalid):
        points_of(db, member, by=factories.an_actor("front_desk", hotel), cursor="nonsense")


def test_the_book_is_not_for_everybody(db, hotel, member):
    with pytest.raises(NotAllowed):
        points_of(db, member, by=factories.an_actor("housekeeping", hotel))
    with pytest.raises(NotFound):
        points_of(db, member, by=factories.an_actor("front_desk", factories.a_hotel(db)))
