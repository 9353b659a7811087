"""Names, ways to reach, papers and people of a file: filed, changed, taken away."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.tables import AuditRow
from crm.guests import parts, service
from crm.guests.schemas import (
    AddressIn,
    ContactIn,
    GuestRegister,
    IdentityDocumentIn,
    NameIn,
    RelationIn,
    SpecialIn,
    VehicleIn,
)
from crm.guests.tables import (
    Address,
    ContactPoint,
    Guest,
    GuestName,
    GuestSearch,
    IdentityDocument,
    Relation,
    SpecialDatum,
    Vehicle,
)
from crm.guests.terms import (
    ContactKind,
    DocumentOfIdentity,
    NameKind,
    RelationKind,
    SpecialKind,
)
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.vault import Vault
from crm.staff.actor import Actor
from crm.staff.terms import Role
from tests import factories

VAULT = Vault("a secret that only the tests know, long enough")
PHONE, EMAIL = ContactKind.PHONE, ContactKind.EMAIL


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db, keeps_identity_documents=True)


@pytest.fixture
def desk(hotel_id: UUID) -> Actor:
    return factories.an_actor(Role.FRONT_DESK, hotel_id)


@pytest.fixture
def centre(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.FILE_CENTRE, hotel_id)
    return factories.an_actor(Role.FILE_CENTRE, hotel_id, staff_id)


@pytest.fixture
def guest_id(db: Session, desk: Actor) -> UUID:
    names = [NameIn(full="乐毅"), NameIn(full="LE Yi")]
    contacts = [ContactIn(kind=PHONE, raw="13800138000")]
    return service.register_guest(db, GuestRegister(names=names, contacts=contacts), by=desk).id


def rows(db: Session, table: Any, guest_id: UUID) -> list[Any]:
    query = select(*table.__table__.columns).where(table.guest_id == guest_id)
    if hasattr(table, "no"):
        query = query.order_by(table.no)
    return list(db.connection().execute(query))


def version_of(db: Session, guest_id: UUID) -> int:
    found = db.connection().execute(select(col(Guest.version)).where(col(Guest.id) == guest_id))
    return int(found.scalar_one())


class TestNames:
    def test_one_more_name_is_repeated_and_searched(
        self, db: Session, guest_id: UUID, centre: Actor
    ) -> None:
        name = NameIn(full="林先生", kind=NameKind.ALIAS)
        assert parts.add_name(db, guest_id, name, by=centre, version=1) == 3
        found = db.connection().execute(select(col(Guest.alias)).where(col(Guest.id) == guest_id))
        assert found.scalar_one() == "林先生"
        assert "林先" in rows(db, GuestSearch, guest_id)[0].doc
        assert version_of(db, guest_id) == 2

    def test_the_pinyin_can_be_corrected(self, db: Session, guest_id: UUID, centre: Actor) -> None:
        assert rows(db, GuestSearch, guest_id)[0].pinyin.startswith("yueyi")
        parts.change_name(db, guest_id, 1, NameIn(full="乐毅", pinyin="le yi"), by=centre)
        assert rows(db, GuestSearch, guest_id)[0].pinyin.startswith("leyi")

    def test_a_removed_name_finds_nobody_any_more(
        self, db: Session, guest_id: UUID, centre: Actor
    ) -> None:
        parts.remove_name(db, guest_id, 1, by=centre)
        assert [name.full for name in rows(db, GuestName, guest_id)] == ["LE Yi"]
        assert "乐毅" not in rows(db, GuestSearch, guest_id)[0].doc

    def test_the_last_name_stays(self, db: Session, guest_id: UUID, centre: Actor) -> None:
        parts.remove_name(db, guest_id, 1, by=centre)
        with pytest.raises(RuleBroken) as caught:
            parts.remove_name(db, guest_id, 2, by=centre)
        assert caught.value.code == "last_name"

    def test_an_incognito_guest_keeps_the_alias(self, db: Session, centre: Actor) -> None:
        names = [NameIn(full="王伟"), NameIn(full="林先生", kind=NameKind.ALIAS)]
        made = service.register_guest(db, GuestRegister(names=names, is_incognito=True), by=centre)
        with pytest.raises(RuleBroken) as caught:
            parts.remove_name(db, made.id, 2, by=centre)
        assert caught.value.code == "alias_missing"

    def test_a_stale_version_is_refused(self, db: Session, guest_id: UUID, centre: Actor) -> None:
        with pytest.raises(Conflict):
            parts.add_name(db, guest_id, NameIn(full="乐一"), by=centre, version=7)

    def test_no_such_name(self, db: Session, guest_id: UUID, centre: Actor) -> None:
        with pytest.raises(NotFound):
            parts.change_name(db, guest_id, 9, NameIn(full="乐一"), by=centre)

    def test_the_desk_does_not_rename(self, db: Session, guest_id: UUID, desk: Actor) -> None:
        with pytest.raises(NotAllowed):
            parts.add_name(db, guest_id, NameIn(full="乐一"), by=desk)


class TestContacts:
    def test_the_desk_may_add(self, db: Session, guest_id: UUID, desk: Actor) -> None:
        contact = ContactIn(kind=PHONE, raw="139 0013 9000")
        assert parts.add_contact(db, guest_id, contact, by=desk) == 2
        found = [(c.norm, c.is_primary) for c in rows(db, ContactPoint, guest_id)]
        assert found == [("+8613800138000", True), ("+8613900139000", False)]

    def test_a_new_primary_takes_the_place_of_the_old(
        self, db: Session, guest_id: UUID, desk: Actor
    ) -> None:
        contact = ContactIn(kind=PHONE, raw="139 0013 9000", is_primary=True)
        parts.add_contact(db, guest_id, contact, by=desk)
        assert [c.is_primary for c in rows(db, ContactPoint, guest_id)] == [False, True]

    def test_the_first_of_another_kind_is_primary(
        self, db: Session, guest_id: UUID, desk: Actor
    ) -> None:
        parts.add_contact(db, guest_id, ContactIn(kind=EMAIL, raw="a@example.com"), by=desk)
        assert rows(db, ContactPoint, guest_id)[1].is_primary

    def test_changing_and_removing_is_for_the_centre(
        self, db: Session, guest_id: UUID, desk: Actor, centre: Actor
    ) -> None:
        contact = ContactIn(kind=PHONE, raw="1", is_shared=True)
        with pytest.raises(NotAllowed):
            parts.change_contact(db, guest_id, 1, contact, by=desk)
        parts.change_contact(db, guest_id, 1, contact, by=centre)
        (changed,) = rows(db, ContactPoint, guest_id)
        assert (changed.raw, changed.norm, changed.last4, changed.is_valid) == (
            "1",
            None,
            None,
            False,
        )
        parts.remove_contact(db, guest_id, 1, by=centre)
        assert rows(db, ContactPoint, guest_id) == []
        with pytest.raises(NotFound):
            parts.remove_contact(db, guest_id, 1, by=centre)

    def test_no_more_than_fifty(self, db: Session, guest_id: UUID, desk: Actor) -> None:
        for no in range(49):
            contact = ContactIn(kind=ContactKind.OTHER, raw=f"id {no}")
            parts.add_contact(db, guest_id, contact, by=desk)
        with pytest.raises(RuleBroken):
            parts.add_contact(db, guest_id, ContactIn(kind=PHONE, raw="110"), by=desk)


class TestOtherParts:
    def test_address(self, db: Session, guest_id: UUID, centre: Actor) -> None:
        address = AddressIn(street="1 Lake Road", city="Hangzhou", country="CN")
        no = parts.add_address(db, guest_id, address, by=centre)
        parts.change_address(db, guest_id, no, AddressIn(street="2 Lake Road"), by=centre)
        (found,) = rows(db, Address, guest_id)
        assert (found.street, found.city) == ("2 Lake Road", None)
        parts.remove_address(db, guest_id, no, by=centre)
        assert rows(db, Address, guest_id) == []

    def test_vehicle(self, db: Session, guest_id: UUID, centre: Actor) -> None:
        no = parts.add_vehicle(db, guest_id, VehicleIn(plate="沪B·99999"), by=centre)
        assert rows(db, Vehicle, guest_id)[0].plate_key == "沪b99999"
        parts.remove_vehicle(db, guest_id, no, by=centre)
        assert rows(db, Vehicle, guest_id) == []

    def test_relation_to_another_file_or_by_name(
        self, db: Session, guest_id: UUID, centre: Actor
    ) -> None:
        spouse = factories.a_guest(db)
        by_file = RelationIn(kind=RelationKind.SPOUSE, other_id=spouse)
        by_name = RelationIn(
            kind=RelationKind.CHILD, other_name="乐小宝", other_born_on=date(2019, 5, 1)
        )
        parts.add_relation(db, guest_id, by_file, by=centre)
        no = parts.add_relation(db, guest_id, by_name, by=centre)
        assert [r.other_name for r in rows(db, Relation, guest_id)] == [None, "乐小宝"]
        parts.remove_relation(db, guest_id, no, by=centre)
        assert len(rows(db, Relation, guest_id)) == 1

    def test_nobody_is_related_to_the_same_file_or_to_a_file_out_of_reach(
        self, db: Session, guest_id: UUID, hotel_id: UUID
    ) -> None:
        manager = factories.an_actor(Role.DUTY_MANAGER, hotel_id)
        elsewhere = factories.a_guest(db)
        with pytest.raises(Invalid):
            parts.add_relation(
                db, guest_id, RelationIn(kind=RelationKind.SPOUSE, other_id=guest_id), by=manager
            )
        with pytest.raises(NotFound):
            parts.add_relation(
                db, guest_id, RelationIn(kind=RelationKind.SPOUSE, other_id=elsewhere), by=manager
            )


class TestSealed:
    paper = IdentityDocumentIn(kind=DocumentOfIdentity.PASSPORT, number="E12345678", country="CN")

    def test_the_number_is_nowhere_in_clear(
        self, db: Session, guest_id: UUID, centre: Actor
    ) -> None:
        no = parts.add_identity_document(db, guest_id, self.paper, vault=VAULT, by=centre)
        (found,) = rows(db, IdentityDocument, guest_id)
        assert b"E12345678" not in bytes(found.number_sealed)
        assert found.number_index == VAULT.blind_index("e 1234 5678")
        bond = parts.document_bond(guest_id, no)
        assert VAULT.open(found.number_sealed, bound_to=bond) == "E12345678"
        assert "E12345678" not in str(rows(db, AuditRow, guest_id))
        parts.remove_identity_document(db, guest_id, no, by=centre)
        assert rows(db, IdentityDocument, guest_id) == []

    def test_only_where_the_hotel_switched_it_on(self, db: Session, guest_id: UUID) -> None:
        other = factories.a_hotel(db)
        elsewhere = factories.an_actor(Role.FILE_CENTRE, other)
        with pytest.raises(RuleBroken) as caught:
            parts.add_identity_document(db, guest_id, self.paper, vault=VAULT, by=elsewhere)
        assert caught.value.code == "identity_documents_off"

    def test_special_data_with_its_consent_only(
        self, db: Session, guest_id: UUID, centre: Actor, desk: Actor
    ) -> None:
        given = SpecialIn(
            value="傣族", consent_words="asked and agreed", consent_on=date(2026, 1, 2)
        )
        kind = SpecialKind.ETHNICITY
        with pytest.raises(NotAllowed):
            parts.note_special(db, guest_id, kind, given, vault=VAULT, by=desk)
        parts.note_special(db, guest_id, kind, given, vault=VAULT, by=centre)
        parts.note_special(db, guest_id, kind, given, vault=VAULT, by=centre)
        (found,) = rows(db, SpecialDatum, guest_id)
        assert found.consent_by == centre.id
        assert "傣".encode() not in bytes(found.value_sealed)
        parts.forget_special(db, guest_id, kind, by=centre)
        assert rows(db, SpecialDatum, guest_id) == []
        with pytest.raises(NotFound):
            parts.forget_special(db, guest_id, kind, by=centre)

    def test_a_consent_of_tomorrow_is_none(
        self, db: Session, guest_id: UUID, centre: Actor
    ) -> None:
        given = SpecialIn(value="x", consent_words="y", consent_on=date(2199, 1, 1))
        with pytest.raises(Invalid):
            parts.note_special(
                db, guest_id, SpecialKind.NATIVE_PLACE, given, vault=VAULT, by=centre
            )
