"""What the clock and the news make of guests' files."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.companies import service as companies
from crm.companies.schemas import CompanyAdd, CompanyPatch
from crm.guests import jobs as guest_jobs
from crm.guests import parts, service
from crm.guests.schemas import CautionSet, GuestRegister, IdentityDocumentIn, NameIn, VipSet
from crm.guests.tables import Guest, GuestSearch, IdentityDocument
from crm.guests.terms import CautionLevel, DocumentOfIdentity, VipLevel
from crm.kit import clock, jobs
from crm.kit.db import Database
from crm.kit.vault import Vault
from crm.staff.actor import Actor
from crm.staff.terms import ActorKind, Role
from tests import factories

VAULT = Vault("a secret that only the tests know, long enough")


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db, keeps_identity_documents=True)


@pytest.fixture
def manager(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.DUTY_MANAGER, hotel_id)
    return factories.an_actor(Role.DUTY_MANAGER, hotel_id, staff_id)


@pytest.fixture
def centre(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.FILE_CENTRE, hotel_id)
    return factories.an_actor(Role.FILE_CENTRE, hotel_id, staff_id)


def register(db: Session, by: Actor, **more: Any) -> UUID:
    given = GuestRegister(names=[NameIn(full="陈静怡")], **more)
    return service.register_guest(db, given, by=by).id


def on(day: date) -> Any:
    return clock.frozen(datetime(day.year, day.month, day.day, 3, tzinfo=UTC))


class TestMarksEnd:
    def test_after_the_last_day_and_not_on_it(self, db: Session, manager: Actor) -> None:
        guest_id, other = register(db, manager), register(db, manager)
        until = date(2026, 12, 1)
        service.set_vip(db, guest_id, VipSet(level=VipLevel.V1, why="w", until=until), by=manager)
        mark = CautionSet(level=CautionLevel.TAKE_CARE, why="w", until=date(2027, 1, 1))
        service.set_caution(db, guest_id, mark, by=manager)
        service.set_vip(db, other, VipSet(level=VipLevel.V3, why="w"), by=manager)
        with on(until):
            guest_jobs.end_marks(db, {})
        assert db.get(Guest, guest_id).vip is VipLevel.V1  # type: ignore[union-attr]
        db.expire_all()
        with on(date(2026, 12, 2)):
            guest_jobs.end_marks(db, {})
            guest_jobs.end_marks(db, {})
        ended, kept = db.get(Guest, guest_id), db.get(Guest, other)
        assert ended is not None
        assert (ended.vip, ended.vip_why, ended.vip_until) == (None, None, None)
        assert ended.caution is CautionLevel.TAKE_CARE
        assert kept is not None
        assert kept.vip is VipLevel.V3
        by_house = db.connection().execute(
            select(col(AuditRow.fields)).where(col(AuditRow.actor_kind) == ActorKind.SYSTEM)
        )
        assert list(by_house.scalars()) == [["guest.vip"]]


class TestPapersGo:
    def test_after_thirty_days(self, db: Session, centre: Actor) -> None:
        guest_id = register(db, centre)
        paper = IdentityDocumentIn(kind=DocumentOfIdentity.PASSPORT, number="E12345678")
        with on(date(2026, 6, 1)):
            parts.add_identity_document(db, guest_id, paper, vault=VAULT, by=centre)
        for day, left in ((date(2026, 7, 1), 1), (date(2026, 7, 2), 0)):
            with on(day):
                guest_jobs.remove_papers(db, {})
            rows = db.connection().execute(select(col(IdentityDocument.no))).all()
            assert len(rows) == left
        gone = db.connection().execute(
            select(col(AuditRow.guest_id)).where(col(AuditRow.deed) == Deed.REMOVED)
        )
        assert list(gone.scalars()) == [guest_id]


class TestKeysFollow:
    def test_a_renamed_company_finds_its_guests_by_the_new_name(self, database: Database) -> None:
        with database.writing() as db:
            hotel = factories.a_hotel(db)
            centre = factories.an_actor(
                Role.FILE_CENTRE, hotel, factories.a_staff(db, Role.FILE_CENTRE, hotel)
            )
            company = companies.add_company(
                db, CompanyAdd(kind="corporate", name="旧名"), by=centre
            )  # type: ignore[arg-type]
            guest_id = register(db, centre, company_id=company.id)
        with database.writing() as db:
            patch = CompanyPatch(name="新名公司")
            companies.amend_company(db, company.id, patch, version=1, by=centre)
        jobs.work_off(database)
        with database.reading() as db:
            doc = db.connection().execute(
                select(col(GuestSearch.doc)).where(col(GuestSearch.guest_id) == guest_id)
            )
            assert "新名" in doc.scalar_one()
