"""A reveal: one value, one audit row, for those whom the policy lets."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.guests import parts, service
from crm.guests.schemas import (
    AddressIn,
    BirthdayIn,
    ContactIn,
    GuestRegister,
    IdentityDocumentIn,
    NameIn,
    SpecialIn,
)
from crm.guests.terms import ContactKind, DocumentOfIdentity, SpecialKind
from crm.kit.errors import Invalid, NotAllowed, NotFound
from crm.kit.vault import Vault
from crm.privacy.schemas import Reveal
from crm.privacy.service import reveal
from crm.privacy.terms import RevealField
from crm.staff.terms import Role
from tests import factories

VAULT = Vault("a secret that only the tests know, long enough")
WHY = "calls back about the lost scarf"


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db, keeps_identity_documents=True)


@pytest.fixture
def guest_id(db: Session, hotel_id: UUID) -> UUID:
    staff_id = factories.a_staff(db, Role.FILE_CENTRE, hotel_id)
    centre = factories.an_actor(Role.FILE_CENTRE, hotel_id, staff_id)
    made = service.register_guest(
        db,
        GuestRegister(
            names=[NameIn(full="陈静怡")],
            birthday=BirthdayIn(month=3, day=5, year=1980),
            contacts=[
                ContactIn(kind=ContactKind.PHONE, raw="138 0013 8000"),
                ContactIn(kind=ContactKind.EMAIL, raw="jingyi@example.com"),
            ],
            addresses=[AddressIn(street="1 Lake Road", city="Hangzhou", country="CN")],
        ),
        by=centre,
    )
    paper = IdentityDocumentIn(kind=DocumentOfIdentity.PASSPORT, number="E12345678")
    parts.add_identity_document(db, made.id, paper, vault=VAULT, by=centre)
    special = SpecialIn(value="傣族", consent_words="agreed", consent_on=date(2026, 1, 2))
    parts.note_special(db, made.id, SpecialKind.ETHNICITY, special, vault=VAULT, by=centre)
    return made.id


def asked(field: RevealField, **more: Any) -> Reveal:
    return Reveal(field=field, purpose=WHY, **more)


def audit_rows(db: Session, guest_id: UUID) -> list[Any]:
    rows = db.connection().execute(
        select(col(AuditRow.fields), col(AuditRow.purpose), col(AuditRow.actor_id)).where(
            col(AuditRow.guest_id) == guest_id, col(AuditRow.deed) == Deed.REVEALED
        )
    )
    return list(rows)


class TestReveal:
    @pytest.mark.parametrize(
        ("role", "what", "value", "field"),
        [
            (Role.FRONT_DESK, {"no": 1}, "138 0013 8000", "guest.phone:1"),
            (Role.DUTY_MANAGER, {"no": 2}, "jingyi@example.com", "guest.email:2"),
        ],
    )
    def test_a_contact_leaves_exactly_one_row_without_the_value(
        self,
        db: Session,
        guest_id: UUID,
        hotel_id: UUID,
        role: Role,
        what: dict[str, Any],
        value: str,
        field: str,
    ) -> None:
        by = factories.an_actor(role, hotel_id)
        shown = reveal(db, guest_id, asked(RevealField.CONTACT, **what), by=by, vault=VAULT)
        assert shown.value == value
        (row,) = audit_rows(db, guest_id)
        assert (row.fields, row.purpose, row.actor_id) == ([field], WHY, by.id)
        assert value not in str(row)

    @pytest.mark.parametrize(
        ("what", "value"),
        [
            (asked(RevealField.ADDRESS, no=1), "1 Lake Road, Hangzhou, CN"),
            (asked(RevealField.BIRTH_YEAR), "1980"),
            (asked(RevealField.IDENTITY_DOCUMENT, no=1), "E12345678"),
            (asked(RevealField.SPECIAL, kind=SpecialKind.ETHNICITY), "傣族"),
        ],
    )
    def test_a_manager_reveals_each_kind(
        self, db: Session, guest_id: UUID, hotel_id: UUID, what: Reveal, value: str
    ) -> None:
        by = factories.an_actor(Role.DUTY_MANAGER, hotel_id)
        assert reveal(db, guest_id, what, by=by, vault=VAULT).value == value
        assert len(audit_rows(db, guest_id)) == 1

    @pytest.mark.parametrize(
        ("role", "what"),
        [
            (Role.HOUSEKEEPING, asked(RevealField.CONTACT, no=1)),
            (Role.FRONT_DESK, asked(RevealField.IDENTITY_DOCUMENT, no=1)),
            (Role.FRONT_DESK, asked(RevealField.SPECIAL, kind=SpecialKind.ETHNICITY)),
            (Role.MARKETING, asked(RevealField.BIRTH_YEAR)),
        ],
    )
    def test_others_do_not_and_no_row_says_they_did(
        self, db: Session, guest_id: UUID, hotel_id: UUID, role: Role, what: Reveal
    ) -> None:
        with pytest.raises(NotAllowed):
            reveal(db, guest_id, what, by=factories.an_actor(role, hotel_id), vault=VAULT)
        assert audit_rows(db, guest_id) == []

    @pytest.mark.parametrize(
        ("what", "error"),
        [
            (asked(RevealField.CONTACT, no=9), NotFound),
            (asked(RevealField.CONTACT), Invalid),
            (asked(RevealField.ADDRESS, no=9), NotFound),
            (asked(RevealField.IDENTITY_DOCUMENT, no=9), NotFound),
            (asked(RevealField.SPECIAL), Invalid),
            (asked(RevealField.SPECIAL, kind=SpecialKind.NATIVE_PLACE), NotFound),
        ],
    )
    def test_what_is_not_there(
        self, db: Session, guest_id: UUID, hotel_id: UUID, what: Reveal, error: type[Exception]
    ) -> None:
        by = factories.an_actor(Role.DUTY_MANAGER, hotel_id)
        with pytest.raises(error):
            reveal(db, guest_id, what, by=by, vault=VAULT)

    def test_out_of_reach(self, db: Session, guest_id: UUID) -> None:
        by = factories.an_actor(Role.DUTY_MANAGER, factories.a_hotel(db))
        with pytest.raises(NotFound):
            reveal(db, guest_id, asked(RevealField.CONTACT, no=1), by=by, vault=VAULT)

    @pytest.mark.parametrize("purpose", ["", "   ", "abc", "x" * 301])
    def test_a_purpose_is_a_few_words(self, purpose: str) -> None:
        with pytest.raises(ValidationError):
            Reveal(field=RevealField.CONTACT, no=1, purpose=purpose)
