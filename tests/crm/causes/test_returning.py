"""Whether guests of a house came back: whose visits count, beside whom, and for whose eyes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from crm.causes import returning
from crm.causes.terms import ReturnGroup, ReturnVerdict
from crm.complaints.tables import Complaint, ComplaintStaff
from crm.complaints.terms import CaseKind, CaseSource, CaseStatus, Severity
from crm.kit import clock
from crm.kit.errors import Invalid, NotAllowed
from tests.factories import TODAY, a_guest, a_hotel, a_staff, a_stay, an_actor, put

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""12:00 in Hangzhou; 180 days before it are over for visits that ended by 2026-05-27."""
MARCH = date(2026, 3, 10)


@pytest.fixture(autouse=True)
def _today():
    with clock.frozen(NOON):
        yield


@pytest.fixture
def hotel(db):
    return a_hotel(db)


@pytest.fixture
def boss(hotel):
    return an_actor("duty_manager", hotel)


class House:
    """``house.guest(back=40)``: a guest who left on a day in March and came back 40 days later."""

    def __init__(self, db, hotel):
        self.db, self.hotel, self.number = db, hotel, 1000

    def stay(self, guest, ends, nights=2, **more):
        begins = ends - timedelta(days=nights)
        facts = {"arrival_on": begins, "departure_on": ends, "status": "checked_out"} | more
        return a_stay(self.db, guest, self.hotel, **facts)

    def guest(self, ends=MARCH, back=None, earlier=0, **case):
        guest = a_guest(self.db)
        for no in range(earlier):
            self.stay(guest, ends - timedelta(days=700 + 10 * no))
        stay = self.stay(guest, ends)
        if back is not None:
            self.stay(guest, ends + timedelta(days=back + 2))
        if case:
            self.case(guest, stay, **case)
        return guest

    def case(self, guest, stay=None, **more):
        self.number += 1
        facts = {
            "hotel_id": self.hotel, "number": self.number, "source": CaseSource.IN_HOUSE,
            "category": "noise", "severity": Severity.MINOR, "headline": "Hums",
            "status": CaseStatus.CLOSED, "currency": "CNY", "guest_id": guest, "stay_id": stay,
            "opened_at": datetime(2026, 3, 9, 4, tzinfo=UTC), "closed_at": NOON,
        }  # fmt: skip
        return put(self.db, Complaint(**(facts | more)))


@pytest.fixture
def house(db, hotel):
    return House(db, hotel)


def asked(db, boss, **more):
    report = returning.returns(db, by=boss, **more)
    return report, {row.group: row for row in report.rows}


class TestReturns:
    def test_groups_beside_comparable_guests(self, db, house, boss):
        for back in (30, 180, 181, None):
            house.guest(back=back)
        house.guest(back=30, satisfaction=7, given="Fruit")
        house.guest(satisfaction=6)
        house.guest(back=181, satisfaction=None, given="Voucher")
        report, rows = asked(db, boss)
        assert (report.first, report.last) == (date(2025, 5, 28), date(2026, 5, 27))
        assert {group: (row.guests, row.returned) for group, row in rows.items()} == {
            ReturnGroup.ALL: (3, 1), ReturnGroup.SATISFIED: (1, 1),
            ReturnGroup.UNSATISFIED: (1, 0), ReturnGroup.NOT_REACHED: (1, 0),
            ReturnGroup.RECOVERED: (2, 1), ReturnGroup.NOT_RECOVERED: (1, 0),
        }  # fmt: skip
        everyone = rows[ReturnGroup.ALL]
        assert (everyone.comparable, everyone.comparable_share) == (4, 0.5)
        assert everyone.difference == pytest.approx(1 / 3 - 1 / 2)
        assert everyone.verdict is ReturnVerdict.TOO_FEW
        longer, rows = asked(db, boss, days=365, first=MARCH, last=MARCH)
        assert longer.too_fresh == 3
        assert rows[ReturnGroup.ALL].guests == 0

    def test_strata_keep_unlike_guests_apart(self, db, house, boss):
        house.guest(satisfaction=9)
        house.guest(earlier=1, satisfaction=9)
        house.guest(earlier=3, satisfaction=9)
        house.guest(back=9)
        house.guest(earlier=2)
        house.guest(ends=date(2026, 4, 1), earlier=3)  # of another quarter
        _, rows = asked(db, boss)
        everyone = rows[ReturnGroup.ALL]
        assert (everyone.guests, everyone.unmatched, everyone.comparable) == (2, 1, 2)
        assert everyone.comparable_share == 0.5

    def test_who_is_left_out(self, db, house, boss):
        house.guest()
        house.guest(status=CaseStatus.RECEIVED, closed_at=None)
        fresh = TODAY - timedelta(days=180)
        house.guest(ends=fresh, opened_at=NOON - timedelta(days=181))
        house.guest(kind=CaseKind.PRAISE)  # comparable: praise is no complaint
        a_stay(db, None, house.hotel, arrival_on=MARCH, status="checked_out")
        report, rows = asked(db, boss, last=TODAY)
        assert (report.still_open, report.too_fresh) == (1, 1)
        assert rows[ReturnGroup.ALL].guests == 0
        house.guest(satisfaction=9)
        _, rows = asked(db, boss, last=TODAY)
        assert (rows[ReturnGroup.ALL].guests, rows[ReturnGroup.ALL].comparable) == (1, 2)

    @pytest.mark.parametrize(("days", "comparable"), [(365, 0), (366, 1)])
    def test_who_complained_in_the_year_before_is_comparable_with_nobody(
        self, db, house, boss, days, comparable
    ):
        house.guest(earlier=1, satisfaction=9)
        once, old = a_guest(db), MARCH - timedelta(days=days)
        house.stay(once, old)
        house.stay(once, MARCH)
        house.case(once, opened_at=datetime(old.year, old.month, old.day, 4, tzinfo=UTC))
        _, rows = asked(db, boss)
        row = rows[ReturnGroup.ALL]
        assert (row.guests, row.unmatched, row.comparable) == (
            comparable, 1 - comparable, comparable,
        )  # fmt: skip

    def test_once_a_quarter_and_on_end_is_one_visit(self, db, house, boss):
        house.guest()
        guest = a_guest(db)
        first = house.stay(guest, MARCH)
        house.stay(guest, MARCH + timedelta(days=3), nights=3)
        house.stay(guest, MARCH + timedelta(days=10))
        house.case(guest, first, satisfaction=9)
        house.case(guest, satisfaction=2, opened_at=datetime(2026, 3, 19, 4, tzinfo=UTC))
        _, rows = asked(db, boss)
        assert rows[ReturnGroup.SATISFIED].guests == 1
        assert rows[ReturnGroup.SATISFIED].returned == 1
        assert rows[ReturnGroup.UNSATISFIED].guests == 0
        assert rows[ReturnGroup.ALL].comparable == 1

    def test_who_may_not_know_of_a_case_is_told_nothing_of_it(self, db, house, boss):
        house.guest()
        guest = house.guest(satisfaction=9, is_sensitive=True)
        _, rows = asked(db, boss)
        assert rows[ReturnGroup.ALL].guests == 1
        case = db.exec(select(Complaint).where(Complaint.guest_id == guest)).one()
        a_staff(db, "duty_manager", house.hotel, id=boss.staff_id)
        put(db, ComplaintStaff(complaint_id=case.id, staff_id=boss.staff_id))
        report, rows = asked(db, boss)
        assert (rows[ReturnGroup.ALL].guests, rows[ReturnGroup.ALL].unmatched) == (0, 0)
        assert report.still_open == report.too_fresh == 0

    def test_another_hotel_is_not_counted(self, db, house, boss):
        other = House(db, a_hotel(db))
        other.guest(satisfaction=9)
        guest = house.guest(satisfaction=9)
        other.stay(guest, MARCH + timedelta(days=20))
        house.guest()
        _, rows = asked(db, boss)
        everyone = rows[ReturnGroup.ALL]
        assert (everyone.guests, everyone.returned, everyone.comparable) == (1, 0, 1)

    def test_periods_and_rights(self, db, hotel, boss):
        with pytest.raises(Invalid):
            returning.returns(db, by=boss, first=TODAY, last=TODAY - timedelta(days=1))
        for role in ("front_desk", "housekeeping", "file_centre", "it"):
            with pytest.raises(NotAllowed):
                returning.returns(db, by=an_actor(role, hotel))
