"""What is done so that it does not happen again is looked at once more, by those who may."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.causes import preventing
from crm.complaints.preventing import PreventionCheck, check_prevention
from crm.complaints.tables import Prevention
from crm.kit import clock
from crm.kit.errors import ChangedMeanwhile, NotAllowed, NotFound
from crm.kit.tables import EventRow
from tests.factories import TODAY, a_hotel, a_staff, an_actor, put

HELPED = PreventionCheck(helped=True, words="No complaint since.")


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def boss(db, hotel):
    return an_actor("duty_manager", hotel, a_staff(db, "duty_manager", hotel, name="Ms Lin"))


def a_prevention(db, hotel, boss, days=0):
    facts = {
        "hotel_id": hotel, "category": "noise", "words": "New bearings", "owner_id": boss.id,
        "check_back_on": TODAY + timedelta(days=days), "made_at": clock.now(),
    }  # fmt: skip
    return put(db, Prevention(**facts)).id


def test_is_looked_at_and_remembered(db, hotel, boss):
    made = a_prevention(db, hotel, boss)
    check_prevention(db, made, HELPED, by=boss, version=1)
    after = preventing.prevention(db, made, by=boss)
    assert (after.helped, after.checked_words, after.version) == (True, HELPED.words, 2)
    assert (after.owner_name, after.checked_by_name, after.is_due) == ("Ms Lin", "Ms Lin", False)
    db.flush()
    (row,) = db.connection().execute(select(EventRow.kind, EventRow.payload))
    assert (row.kind, row.payload["helped"]) == ("prevention.checked", True)


def test_two_at_once(db, hotel, boss):
    made = a_prevention(db, hotel, boss)
    check_prevention(db, made, HELPED, by=boss, version=1)
    with pytest.raises(ChangedMeanwhile):
        check_prevention(db, made, HELPED, by=boss, version=1)


def test_reach(db, hotel, boss):
    made = a_prevention(db, hotel, boss)
    stranger = an_actor("general_manager", a_hotel(db))
    with pytest.raises(NotFound):
        preventing.prevention(db, made, by=stranger)
    with pytest.raises(NotFound):
        check_prevention(db, made, HELPED, by=stranger, version=None)
    assert preventing.preventions(db, by=stranger).items == []
    with pytest.raises(NotAllowed):
        check_prevention(db, made, HELPED, by=an_actor("front_desk", hotel), version=None)


def test_the_earliest_first_page_by_page(db, hotel, boss):
    late, due, checked = (a_prevention(db, hotel, boss, days) for days in (9, 0, -3))
    check_prevention(db, checked, HELPED, by=boss, version=None)
    first = preventing.preventions(db, by=boss, limit=2)
    rest = preventing.preventions(db, by=boss, limit=2, cursor=first.next)
    assert [one.id for one in first.items + rest.items] == [checked, due, late]
    assert rest.next is None
    unseen = preventing.preventions(db, by=boss, state="open").items
    assert [(one.id, one.is_due) for one in unseen] == [(due, True), (late, False)]
