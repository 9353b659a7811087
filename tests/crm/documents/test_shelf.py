"""Scans are shelved by those who may, seen by class, removed with a trace, gone when due."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.companies.schemas import CompanyAdd
from crm.companies.service import add_company
from crm.companies.terms import CompanyKind
from crm.documents import catalogue, jobs, queries, service, store
from crm.documents.schemas import DocumentShelve
from crm.documents.store import Shelf
from crm.documents.tables import Document, DocumentKind
from crm.documents.terms import DocumentClass, FileKind
from crm.hotels.tables import Hotel
from crm.kit import clock
from crm.kit.db import Database
from crm.kit.errors import Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.kit.jobs import work_off
from crm.kit.vault import Vault
from crm.staff.actor import Actor, system
from crm.staff.terms import Role
from tests.crm.documents.pictures import pdf, picture
from tests.factories import a_guest, a_hotel, a_staff, an_actor

LETTER = DocumentShelve(kind="guest_letter", title="Thanks from room 1808")
PASSPORT = DocumentShelve(kind="passport", title="Passport")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(jobs, "data_dir", lambda: tmp_path)
    return Shelf(tmp_path, Vault("a secret of a test that is long enough"))


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def centre(db: Session, hotel: UUID) -> Actor:
    return an_actor(Role.FILE_CENTRE, hotel, a_staff(db, Role.FILE_CENTRE, hotel))


@pytest.fixture
def guest(db: Session, hotel: UUID) -> UUID:
    return a_guest(db, created_at_hotel=hotel)


def shelve(
    db: Session, shelf: Shelf, by: Actor, guest: UUID, asked: DocumentShelve = LETTER
) -> UUID:
    return service.shelve(db, shelf, asked, pdf(), by=by, guest_id=guest).id


class TestShelving:
    def test_keeps_the_file_and_leaves_a_trace(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID
    ) -> None:
        made = service.shelve(db, shelf, LETTER, picture("JPEG"), by=centre, guest_id=guest)
        row = queries.of_guest(db, guest, by=centre)[0]
        assert (row.id, row.file_kind, row.title) == (made.id, FileKind.JPEG, LETTER.title)
        assert row.document_class is DocumentClass.CORRESPONDENCE
        assert (row.shelved_by_name, row.removable) == ("Ms file_centre", True)
        found = queries.on_shelf(db, made.id, by=centre)
        assert len(shelf.take(found.sha256)) == made.size_bytes
        deeds = db.connection().execute(select(AuditRow.deed, AuditRow.guest_id, AuditRow.fields))
        assert deeds.all() == [(Deed.CREATED, guest, ["guest_letter"])]

    def test_the_kind_says_how_long(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID
    ) -> None:
        shelve(db, shelf, centre, guest)
        row = queries.of_guest(db, guest, by=centre)[0]
        assert row.delete_after == date(2026, 11, 24) + timedelta(days=1095)

    def test_a_hotels_own_time_stays_when_the_catalogue_is_loaded_again(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID
    ) -> None:
        assert catalogue.load(db) == len(catalogue.shipped())
        kind = db.get(DocumentKind, "guest_letter")
        assert kind is not None
        kind.keep_days = 10
        db.add(kind)
        db.flush()
        assert catalogue.load(db) == 0
        shelve(db, shelf, centre, guest)
        assert queries.of_guest(db, guest, by=centre)[0].delete_after == date(2026, 12, 4)

    def test_of_a_company(self, db: Session, shelf: Shelf, centre: Actor) -> None:
        company = add_company(
            db, CompanyAdd(kind=CompanyKind.CORPORATE, name="恒瑞医疗"), by=centre
        ).id
        asked = DocumentShelve(kind="company_contract", title="Contract 2027")
        service.shelve(db, shelf, asked, pdf(), by=centre, company_id=company)
        assert [row.title for row in queries.of_company(db, company, by=centre)] == [
            "Contract 2027"
        ]

    def test_refuses_an_unknown_kind(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID
    ) -> None:
        with pytest.raises(Invalid):
            shelve(db, shelf, centre, guest, DocumentShelve(kind="love_letter", title="x"))

    def test_refuses_a_guest_out_of_reach(self, db: Session, shelf: Shelf, hotel: UUID) -> None:
        elsewhere = a_guest(db, created_at_hotel=a_hotel(db))
        with pytest.raises(NotFound):
            shelve(db, shelf, an_actor(Role.DUTY_MANAGER, hotel), elsewhere)

    def test_a_refused_file_leaves_nothing(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID, tmp_path: Path
    ) -> None:
        with pytest.raises(Invalid):
            service.shelve(db, shelf, LETTER, b"<html>", by=centre, guest_id=guest)
        assert not queries.of_guest(db, guest, by=centre)
        assert not list(store.names_in(tmp_path))


class TestIdentityDocuments:
    def test_are_refused_while_the_hotel_keeps_none(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID
    ) -> None:
        with pytest.raises(RuleBroken):
            shelve(db, shelf, centre, guest, PASSPORT)
        assert "passport" not in {kind.code for kind in queries.kinds_for(db, by=centre)}

    def test_are_the_file_centres_alone(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID, hotel: UUID
    ) -> None:
        row = db.get(Hotel, hotel)
        assert row is not None
        row.keeps_identity_documents = True
        db.add(row)
        db.flush()
        assert "passport" in {kind.code for kind in queries.kinds_for(db, by=centre)}
        identity = shelve(db, shelf, centre, guest, PASSPORT)
        manager = an_actor(Role.DUTY_MANAGER, hotel)
        with pytest.raises(NotAllowed):
            shelve(db, shelf, manager, guest, PASSPORT)
        assert not queries.of_guest(db, guest, by=manager)
        with pytest.raises(NotFound):
            queries.on_shelf(db, identity, by=manager)


class TestSeeing:
    @pytest.mark.parametrize(
        ("role", "seen", "removable"),
        [
            (Role.FILE_CENTRE, 1, True),
            (Role.DUTY_MANAGER, 1, True),
            (Role.GENERAL_MANAGER, 1, False),
            (Role.FRONT_DESK, 0, False),
        ],
    )
    def test_by_role(
        self,
        db: Session,
        shelf: Shelf,
        centre: Actor,
        guest: UUID,
        hotel: UUID,
        role: Role,
        seen: int,
        removable: bool,
    ) -> None:
        shelve(db, shelf, centre, guest)
        rows = queries.of_guest(db, guest, by=an_actor(role, hotel))
        assert len(rows) == seen
        assert all(row.removable is removable for row in rows)

    @pytest.mark.parametrize("role", [Role.MARKETING, Role.IT, Role.HOUSEKEEPING])
    def test_not_even_that_there_is_a_guest(
        self, db: Session, guest: UUID, hotel: UUID, role: Role
    ) -> None:
        with pytest.raises(NotFound):
            queries.of_guest(db, guest, by=an_actor(role, hotel))

    def test_another_hotels_scan_stays_there(
        self, db: Session, shelf: Shelf, guest: UUID, hotel: UUID
    ) -> None:
        other = a_hotel(db)
        there = an_actor(Role.FILE_CENTRE, other)
        document = shelve(
            db, shelf, an_actor(Role.FILE_CENTRE, other, a_staff(db, "file_centre", other)), guest
        )
        assert len(queries.of_guest(db, guest, by=there)) == 1
        here = an_actor(Role.GENERAL_MANAGER, hotel)
        assert not queries.of_guest(db, guest, by=here)
        with pytest.raises(NotFound):
            queries.on_shelf(db, document, by=here)


class TestRemoving:
    def test_takes_the_row_at_once_and_the_file_by_a_job(
        self, database: Database, shelf: Shelf, tmp_path: Path
    ) -> None:
        with database.writing() as db:
            hotel = a_hotel(db)
            by = an_actor(Role.FILE_CENTRE, hotel, a_staff(db, Role.FILE_CENTRE, hotel))
            guest = a_guest(db, created_at_hotel=hotel)
            one = shelve(db, shelf, by, guest)
            two = shelve(db, shelf, by, guest)
        name = next(store.names_in(tmp_path))
        with database.writing() as db:
            service.remove(db, one, by=by)
        work_off(database)
        assert shelf.has(name), "the other document still needs the file"
        with database.writing() as db:
            service.remove(db, two, by=by)
        assert shelf.has(name)
        work_off(database)
        assert not shelf.has(name)
        with database.reading() as db:
            deeds = (
                db.connection()
                .execute(select(AuditRow.subject_id).where(col(AuditRow.deed) == Deed.REMOVED))
                .scalars()
                .all()
            )
            assert set(deeds) == {one, two}

    def test_needs_the_right(
        self, db: Session, shelf: Shelf, centre: Actor, guest: UUID, hotel: UUID
    ) -> None:
        document = shelve(db, shelf, centre, guest)
        with pytest.raises(NotAllowed):
            service.remove(db, document, by=an_actor(Role.GENERAL_MANAGER, hotel))
        with pytest.raises(NotFound):
            service.remove(db, new_id(), by=centre)
        assert len(queries.of_guest(db, guest, by=centre)) == 1

    def test_what_is_past_its_last_day_goes_and_only_that(
        self, database: Database, shelf: Shelf, tmp_path: Path
    ) -> None:
        with database.writing() as db:
            hotel = a_hotel(db)
            by = an_actor(Role.FILE_CENTRE, hotel, a_staff(db, Role.FILE_CENTRE, hotel))
            guest = a_guest(db, created_at_hotel=hotel)
            old = shelve(db, shelf, by, guest)
            service.shelve(db, shelf, LETTER, picture("PNG"), by=by, guest_id=guest)
            row = db.get(Document, old)
            assert row is not None
            row.delete_after = date(2026, 11, 23)
            db.add(row)
        evening = datetime(2026, 11, 24, 11, 59, tzinfo=UTC)
        with clock.frozen(evening):
            self._sweep(database)
            assert self._left(database) == 2, "somewhere on earth it is still the 23rd"
        with clock.frozen(evening + timedelta(minutes=1)):
            self._sweep(database)
            assert self._left(database) == 1
            work_off(database)
        assert len(list(store.names_in(tmp_path))) == 1

    def test_a_full_batch_puts_the_next(self, db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
        put: list[str] = []
        monkeypatch.setattr(service, "remove_overdue", lambda _db: service.SWEEP_BATCH)
        monkeypatch.setattr(jobs.jobs, "enqueue", lambda _db, name: put.append(name))
        jobs.remove_overdue(db, {})
        assert put == [jobs.REMOVE_OVERDUE]

    @staticmethod
    def _sweep(database: Database) -> None:
        with database.writing() as db:
            jobs.remove_overdue(db, {})

    @staticmethod
    def _left(database: Database) -> int:
        with database.reading() as db:
            return len(db.connection().execute(select(Document.id)).all())


def test_the_house_itself_may_shelve(db: Session, shelf: Shelf, guest: UUID) -> None:
    made = service.shelve(db, shelf, LETTER, pdf(), by=system(), guest_id=guest)
    assert made.file_kind is FileKind.PDF
