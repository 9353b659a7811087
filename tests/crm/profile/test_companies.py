"""A company's nights, money, travellers and complaints, each only for those who may know."""

from datetime import date
from uuid import UUID

import pytest
from sqlmodel import Session

from crm.companies.schemas import CompanyAdd
from crm.companies.service import company_for
from crm.companies.terms import CompanyKind
from crm.complaints.tables import Complaint
from crm.complaints.terms import CaseSource, CaseStatus, Severity
from crm.kit import clock
from crm.profile import companies
from crm.staff import actor
from crm.staff.terms import Role
from crm.stays.tables import FolioLine
from crm.stays.terms import FolioCategory, StayStatus
from tests.factories import TODAY, a_guest, a_hotel, a_stay, an_actor, put


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def company(db: Session) -> UUID:
    adding = CompanyAdd(kind=CompanyKind.CORPORATE, name="恒瑞医疗")
    return company_for(db, adding, by=actor.system())


def stayed(
    db: Session, hotel: UUID, company: UUID, arrival: str, nights: int, **more: object
) -> UUID:
    start = date.fromisoformat(arrival)
    guest = more.pop("guest", None) or a_guest(db)
    return a_stay(
        db,
        guest,
        hotel,
        company_id=company,
        status=more.pop("status", StayStatus.CHECKED_OUT),
        arrival_on=start,
        departure_on=date.fromordinal(start.toordinal() + nights),
        **more,
    )


def paid(
    db: Session, stay: UUID, hotel: UUID, no: int, amount: int, category: FolioCategory
) -> None:
    put(
        db,
        FolioLine(
            stay_id=stay,
            no=no,
            hotel_id=hotel,
            posted_on=TODAY,
            category=category,
            amount_minor=amount,
            currency="CNY",
        ),
    )


def a_case(db: Session, hotel: UUID, number: int, **more: object) -> None:
    facts = {
        "source": CaseSource.IN_HOUSE,
        "category": "room",
        "severity": Severity.SERIOUS,
        "headline": "Air conditioner noise",
        "status": CaseStatus.RECEIVED,
        "opened_at": clock.now(),
        "currency": "CNY",
    }
    put(db, Complaint(hotel_id=hotel, number=number, **(facts | more)))


class TestProduction:
    def test_counts_nights_and_money_by_year(self, db: Session, hotel: UUID, company: UUID) -> None:
        first = stayed(db, hotel, company, "2026-03-01", 2)
        second = stayed(db, hotel, company, "2026-05-01", 3)
        stayed(db, hotel, company, "2025-12-31", 1)
        stayed(db, hotel, company, "2026-06-01", 5, status=StayStatus.CANCELLED)
        stayed(db, hotel, company, "2019-06-01", 5)
        paid(db, first, hotel, 1, 120_000, FolioCategory.ROOM)
        paid(db, first, hotel, 2, 8_000, FolioCategory.BAR)
        paid(db, second, hotel, 1, 180_000, FolioCategory.ROOM)
        found = companies.production_of(
            db, company, by=an_actor(Role.GENERAL_MANAGER, hotel), today=TODAY
        )
        assert [(y.year, y.stays, y.room_nights, y.cancelled) for y in found] == [
            (2026, 2, 5, 1),
            (2025, 1, 1, 0),
        ]
        revenue = found[0].revenue
        assert revenue is not None
        assert [(r.currency, r.room_minor, r.total_minor) for r in revenue] == [
            ("CNY", 300_000, 308_000)
        ]

    @pytest.mark.parametrize(("people", "shown"), [(4, False), (5, True)])
    def test_money_of_a_few_is_not_for_marketing(
        self, db: Session, hotel: UUID, company: UUID, people: int, shown: bool
    ) -> None:
        for _ in range(people):
            stay = stayed(db, hotel, company, "2026-03-01", 1)
            paid(db, stay, hotel, 1, 1_000, FolioCategory.ROOM)
        year = companies.production_of(
            db, company, by=an_actor(Role.MARKETING, hotel), today=TODAY
        )[0]
        assert (year.revenue is not None, year.too_few) == (shown, not shown)
        assert year.room_nights == people

    def test_one_person_who_comes_often_is_still_one(
        self, db: Session, hotel: UUID, company: UUID
    ) -> None:
        guest = a_guest(db)
        for month in range(1, 8):
            stayed(db, hotel, company, f"2026-0{month}-01", 1, guest=guest)
        year = companies.production_of(
            db, company, by=an_actor(Role.MARKETING, hotel), today=TODAY
        )[0]
        assert (year.travellers, year.too_few) == (1, True)

    def test_is_not_for_the_desk_and_not_from_elsewhere(
        self, db: Session, hotel: UUID, company: UUID
    ) -> None:
        stayed(db, hotel, company, "2026-03-01", 2)
        desk = an_actor(Role.FRONT_DESK, hotel)
        assert companies.production_of(db, company, by=desk, today=TODAY) == []
        stranger = an_actor(Role.GENERAL_MANAGER, a_hotel(db))
        assert companies.production_of(db, company, by=stranger, today=TODAY) == []


class TestTravellers:
    def test_belong_to_the_company_or_stayed_for_it(
        self, db: Session, hotel: UUID, company: UUID
    ) -> None:
        own = a_guest(db, "王伟", "Wang Wei", company_id=company, created_at_hotel=hotel)
        came = a_guest(db, "李娜", "Li Na", last_seen_on=TODAY)
        stayed(db, hotel, company, "2026-03-01", 2, guest=came)
        a_guest(db, created_at_hotel=hotel)
        found = companies.travellers_of(db, company, by=an_actor(Role.FRONT_DESK, hotel))
        assert [t.id for t in found] == [came, own]
        assert found[0].name == "李娜 Li Na"

    def test_stay_within_reach(self, db: Session, hotel: UUID, company: UUID) -> None:
        a_guest(db, company_id=company, created_at_hotel=a_hotel(db))
        assert companies.travellers_of(db, company, by=an_actor(Role.FRONT_DESK, hotel)) == []
        assert len(companies.travellers_of(db, company, by=actor.system())) == 1

    @pytest.mark.parametrize("role", [Role.MARKETING, Role.IT])
    def test_are_nobody_for(self, db: Session, hotel: UUID, company: UUID, role: Role) -> None:
        a_guest(db, company_id=company, created_at_hotel=hotel)
        assert companies.travellers_of(db, company, by=an_actor(role, hotel)) == []

    def test_an_incognito_one_goes_by_the_alias(
        self, db: Session, hotel: UUID, company: UUID
    ) -> None:
        a_guest(
            db,
            "范星",
            "Fan Xing",
            alias="Mr Smith",
            is_incognito=True,
            company_id=company,
            created_at_hotel=hotel,
        )
        found = companies.travellers_of(db, company, by=an_actor(Role.FRONT_DESK, hotel))
        assert [t.name for t in found] == ["Mr Smith"]


class TestOpenCases:
    def test_are_those_of_travellers_and_stays(
        self, db: Session, hotel: UUID, company: UUID
    ) -> None:
        guest = a_guest(db, company_id=company)
        stay = stayed(db, hotel, company, "2026-11-20", 2, guest=a_guest(db))
        a_case(db, hotel, 1, guest_id=guest)
        a_case(db, hotel, 2, stay_id=stay, is_sensitive=True)
        a_case(db, hotel, 3, guest_id=guest, status=CaseStatus.CLOSED)
        a_case(db, hotel, 4, guest_id=a_guest(db))
        a_case(db, a_hotel(db), 5, guest_id=guest)
        desk = companies.open_cases_of(db, company, by=an_actor(Role.FRONT_DESK, hotel))
        assert {(c.number, c.headline) for c in desk} == {(1, "Air conditioner noise"), (2, None)}
        manager = companies.open_cases_of(db, company, by=an_actor(Role.DUTY_MANAGER, hotel))
        assert all(case.headline for case in manager)

    def test_are_not_for_marketing(self, db: Session, hotel: UUID, company: UUID) -> None:
        a_case(db, hotel, 1, guest_id=a_guest(db, company_id=company))
        assert companies.open_cases_of(db, company, by=an_actor(Role.MARKETING, hotel)) == []
