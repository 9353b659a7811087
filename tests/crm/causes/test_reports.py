"""Reports of a house: which cases are counted, against which nights, and who may read them."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from crm.causes import queries, service
from crm.causes.schemas import Asked
from crm.causes.tables import RoomNightMonth
from crm.causes.terms import By
from crm.complaints.tables import CaseWord, Complaint
from crm.complaints.terms import CaseKind, CaseSource, CaseStatus, Severity, WordLevel
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.errors import Invalid, NotAllowed
from crm.stays.terms import StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_stay, an_actor, put

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
"""12:00 in Hangzhou."""
YEAR = Asked(first=date(2025, 11, 25), last=TODAY)


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


class Cases:
    """``cases("noise", cause="ac")``: closed cases of one hotel, numbered as they come."""

    def __init__(self, db, hotel):
        self.db, self.hotel, self.number = db, hotel, 1000

    def __call__(self, category="noise", **more):
        self.number += 1
        facts = {
            "hotel_id": self.hotel, "number": self.number, "source": CaseSource.IN_HOUSE,
            "category": category, "severity": Severity.MINOR, "headline": f"Case {self.number}",
            "status": CaseStatus.CLOSED, "opened_at": NOON - timedelta(days=1), "currency": "CNY",
        }  # fmt: skip
        return put(self.db, Complaint(**(facts | more)))


@pytest.fixture
def cases(db, hotel):
    return Cases(db, hotel)


def bars(db, by, boss, asked=YEAR, most=15):
    report = queries.causes(db, asked, By(by), by=boss, most=most)
    return [(bar.key, bar.cases) for bar in report.bars]


class TestCauses:
    def test_a_cause_leads_to_its_rooms_and_cases(self, db, cases, boss):
        for room in ("1605", "1605", "0812"):
            cases(cause="ac_noise", room_no=room)
        cases(cause="neighbours", room_no="0911")
        cases("food", cause="cold")
        assert bars(db, "category", boss) == [("noise", 4), ("food", 1)]
        noise = YEAR.model_copy(update={"category": "noise"})
        assert bars(db, "cause", boss, noise) == [("ac_noise", 3), ("neighbours", 1)]
        humming = noise.model_copy(update={"cause": "ac_noise"})
        assert bars(db, "room", boss, humming) == [("1605", 2), ("0812", 1)]
        behind = queries.cases(db, humming.model_copy(update={"room": "1605"}), by=boss)
        assert [case.reference for case in behind] == ["C-1002", "C-1001"]

    def test_words_of_the_master_list_stand_beside(self, db, cases, boss):
        word = {"level": WordLevel.CATEGORY, "code": "noise", "name_en": "Noise", "name_zh": "噪音"}
        put(db, CaseWord(**word))
        cases()
        (bar,) = queries.causes(db, YEAR, By.CATEGORY, by=boss, most=15).bars
        assert (bar.name_en, bar.name_zh, bar.share) == ("Noise", "噪音", 1.0)

    def test_what_is_not_said_has_no_bar(self, db, cases, boss):
        cases(department=DepartmentCode.ENGINEERING, item="minibar")
        cases()
        report = queries.causes(db, YEAR, By.ITEM, by=boss, most=15)
        assert (report.total, report.unstated) == (2, 1)
        assert bars(db, "department", boss) == [("ENG", 1)]

    def test_days_are_the_hotel_s_and_praise_does_not_count(self, db, cases, boss):
        cases(opened_at=datetime(2026, 11, 22, 16, tzinfo=UTC))  # 00:00 on the 23rd
        cases(opened_at=datetime(2026, 11, 22, 15, 59, tzinfo=UTC))
        cases(opened_at=datetime(2026, 11, 23, 16, tzinfo=UTC))
        cases(kind=CaseKind.PRAISE)
        day = Asked(first=date(2026, 11, 23), last=date(2026, 11, 23))
        assert bars(db, "category", boss, day) == [("noise", 1)]

    def test_shifts_by_when_it_happened_else_by_when_it_was_told(self, db, cases, boss):
        cases(opened_at=datetime(2026, 11, 23, 1, tzinfo=UTC))  # 09:00
        cases(opened_at=datetime(2026, 11, 23, 15, 30, tzinfo=UTC))  # 23:30
        cases("food", happened_at=datetime(2026, 11, 22, 8, tzinfo=UTC))  # 16:00, told at noon
        assert bars(db, "shift", boss) == [("early", 1), ("late", 1), ("night", 1)]
        late = YEAR.model_copy(update={"shift": "late"})
        assert bars(db, "category", boss, late) == [("food", 1)]
        assert [case.headline for case in queries.cases(db, late, by=boss)] == ["Case 1003"]

    def test_others_are_one_bar(self, db, cases, boss):
        for category, times in (("a", 3), ("b", 2), ("c", 1), ("d", 1)):
            for _ in range(times):
                cases(category)
        assert bars(db, "category", boss, most=2) == [("a", 3), ("b", 2), (None, 2)]

    def test_another_hotel_is_not_counted(self, db, cases, boss):
        Cases(db, a_hotel(db))()
        assert bars(db, "category", boss) == []

    def test_periods(self, db, boss):
        assert queries.period(db, None, None, by=boss) == (date(2025, 11, 25), TODAY)
        with pytest.raises(Invalid):
            queries.period(db, TODAY, TODAY - timedelta(days=1), by=boss)
        with pytest.raises(Invalid):
            queries.period(db, date(2000, 1, 1), TODAY, by=boss)

    @pytest.mark.parametrize("role", ["front_desk", "housekeeping", "file_centre", "it"])
    def test_others_may_not(self, db, hotel, role):
        with pytest.raises(NotAllowed):
            queries.causes(db, YEAR, By.CATEGORY, by=an_actor(role, hotel), most=15)
        with pytest.raises(NotAllowed):
            queries.ratio(db, by=an_actor(role, hotel))


def counted(db):
    service.keep(db, service.nights_slept(db))


class TestNights:
    def test_by_month_of_those_who_slept_here(self, db, hotel):
        other = a_hotel(db, business_on=date(2026, 11, 1))
        on = date(2026, 10, 30)
        for status in StayStatus:
            a_stay(db, None, hotel, arrival_on=on, departure_on=date(2026, 11, 2), status=status)
        a_stay(db, None, hotel, arrival_on=TODAY, departure_on=TODAY + timedelta(days=2))
        a_stay(db, None, hotel, arrival_on=TODAY - timedelta(days=1), departure_on=TODAY)
        a_stay(db, None, other, arrival_on=on, departure_on=date(2026, 11, 9))
        for _ in range(2):  # a count takes the place of the one before
            counted(db)
        rows = {
            (row.hotel_id, row.month_on): (row.nights, row.until_on)
            for row in db.exec(select(RoomNightMonth))
        }
        assert rows == {
            (hotel, date(2026, 10, 1)): (4, TODAY),
            (hotel, date(2026, 11, 1)): (3, TODAY),
            (other, date(2026, 10, 1)): (2, date(2026, 11, 1)),
            (other, date(2026, 11, 1)): (0, date(2026, 11, 1)),
        }


class TestRatio:
    def test_months_up_to_the_last_counted_night(self, db, hotel, cases, boss):
        for _ in range(10):
            a_stay(db, None, hotel, arrival_on=date(2026, 10, 1), departure_on=TODAY)
        counted(db)
        for day in (5, 6, 7):
            cases(opened_at=datetime(2026, 10, day, 4, tzinfo=UTC))
        cases(opened_at=datetime(2026, 11, 23, 4, tzinfo=UTC), department="HK")
        cases(opened_at=datetime(2026, 11, 24, 3, tzinfo=UTC))  # its night is still to come
        report = queries.ratio(db, by=boss)
        assert len(report.points) == 12
        assert (report.first, report.last) == (date(2025, 12, 1), date(2026, 11, 23))
        assert (report.complaints, report.nights) == (4, 310 + 230)
        october, november = report.points[-2:]
        assert (october.complaints, october.nights, november.nights) == (3, 310, 230)
        assert october.ratio == pytest.approx(3 / 310 * 1000)
        assert report.mean == pytest.approx(4 / 540 * 1000)
        assert october.is_small
        assert report.points[0].ratio is None
        mine = queries.ratio(db, by=boss, department=DepartmentCode.HOUSEKEEPING)
        assert (mine.complaints, mine.nights) == (1, 540)
        ended = queries.ratio(db, by=boss, first=date(2026, 9, 9), last=date(2026, 10, 2))
        assert [point.month_on.month for point in ended.points] == [9, 10]
        assert ended.last == date(2026, 10, 31)

    def test_without_a_count_there_is_no_ratio(self, db, cases, boss):
        cases()
        report = queries.ratio(db, by=boss)
        assert (report.complaints, report.nights, report.mean) == (1, 0, None)
        assert report.until_on is None

    def test_satisfied_repeated_and_replied(self, db, cases, boss):
        guest, other = a_guest(db), a_guest(db)
        at = NOON - timedelta(days=300)
        cases(guest_id=guest, opened_at=at - timedelta(days=364), satisfaction=3)  # the year before
        cases(
            guest_id=guest, opened_at=at, satisfaction=8, first_replied_at=at + timedelta(hours=1)
        )
        cases("food", guest_id=guest, opened_at=at, satisfaction=7)
        cases(guest_id=other, opened_at=at, first_replied_at=at + timedelta(minutes=10))
        cases(opened_at=at, satisfaction=10)
        report = queries.ratio(db, by=boss)
        assert (report.satisfied.part, report.satisfied.of) == (2, 3)
        assert (report.repeated.part, report.repeated.of) == (1, 3)
        assert (report.reply.answered, report.reply.of) == (2, 4)
        assert (report.reply.p50, report.reply.p90) == (10, 60)

    def test_bounds_that_hold_nothing_are_told(self, db, boss):
        counted(db)
        with pytest.raises(Invalid):
            queries.ratio(db, by=boss, first=date(2030, 1, 1))
