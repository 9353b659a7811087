"""Possible duplicates while typing: found across scripts, within reach, giving nobody away."""

from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session

from crm.guests import service
from crm.guests.duplicates import Sign
from crm.guests.schemas import ContactIn, GuestRegister, NameIn
from crm.guests.terms import ContactKind, NameKind
from crm.profile.alike import possible_duplicates
from crm.staff.actor import Actor
from crm.staff.terms import Role
from tests import factories

PHONE, EMAIL = ContactKind.PHONE, ContactKind.EMAIL


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db)


@pytest.fixture
def desk(hotel_id: UUID) -> Actor:
    return factories.an_actor(Role.FRONT_DESK, hotel_id)


def register(db: Session, by: Actor, *names: NameIn | str, **more: Any) -> UUID:
    given = [NameIn(full=name) if isinstance(name, str) else name for name in names]
    return service.register_guest(db, GuestRegister(names=given, **more), by=by).id


class TestFound:
    @pytest.mark.parametrize(
        ("on_file", "typed", "sign"),
        [
            ("陈静怡", "陳靜怡", Sign.SAME_NAME),
            ("陈静怡", "Jingyi Chen", Sign.SAME_READING),
            ("CHEN Jingyi", "陈静怡", Sign.SAME_READING),
            ("SHAN Xiaoyun", "单晓云", Sign.SAME_READING),
            ("John Smith", "SMITH John", Sign.SAME_NAME),
        ],
    )
    def test_by_the_name_in_another_script_or_order(
        self, db: Session, desk: Actor, on_file: str, typed: str, sign: Sign
    ) -> None:
        guest_id = register(db, desk, on_file)
        register(db, desk, "王伟")
        (found,) = possible_duplicates(db, by=desk, names=[typed])
        assert (found.guest.id, found.signs, found.likely) == (guest_id, [sign], False)

    def test_by_phone_and_name(self, db: Session, desk: Actor) -> None:
        contacts = [ContactIn(kind=PHONE, raw="138 0013 8000")]
        guest_id = register(db, desk, "陈静怡", contacts=contacts)
        (found,) = possible_duplicates(db, by=desk, names=["陈静怡"], phone="0086-13800138000")
        assert (found.guest.id, found.likely) == (guest_id, True)

    def test_a_shared_phone_or_a_relay_address_alone_is_nobody(
        self, db: Session, desk: Actor
    ) -> None:
        relay = "a1@guest.booking.com"
        contacts = [
            ContactIn(kind=PHONE, raw="138 0013 8000", is_shared=True),
            ContactIn(kind=EMAIL, raw=relay),
        ]
        register(db, desk, "陈静怡", contacts=contacts)
        asked = {"phone": "13800138000", "email": relay}
        assert possible_duplicates(db, by=desk, names=["李雷"], **asked) == []

    @pytest.mark.parametrize("typed", ["", " ", "陈", "chen", "123", "'; --"])
    def test_too_little_is_nobody(self, db: Session, desk: Actor, typed: str) -> None:
        register(db, desk, "陈静怡")
        assert possible_duplicates(db, by=desk, names=[typed]) == []


class TestReach:
    def test_another_hotels_guest_is_not_shown(self, db: Session, desk: Actor) -> None:
        register(db, desk, "陈静怡", contacts=[ContactIn(kind=PHONE, raw="13800138000")])
        elsewhere = factories.an_actor(Role.FRONT_DESK, factories.a_hotel(db))
        asked = {"names": ["陈静怡"], "phone": "13800138000"}
        assert possible_duplicates(db, by=elsewhere, **asked) == []

    def test_the_real_name_does_not_give_an_incognito_guest_away(
        self, db: Session, desk: Actor, hotel_id: UUID
    ) -> None:
        alias = NameIn(full="林先生", kind=NameKind.ALIAS)
        contacts = [ContactIn(kind=PHONE, raw="13800138000")]
        manager = factories.an_actor(Role.DUTY_MANAGER, hotel_id)
        guest_id = register(db, manager, "王大明", alias, is_incognito=True, contacts=contacts)
        assert possible_duplicates(db, by=desk, names=["王大明"]) == []
        (by_phone,) = possible_duplicates(db, by=desk, names=["王大明"], phone="13800138000")
        assert (by_phone.guest.id, by_phone.guest.name) == (guest_id, "林先生")
        assert by_phone.signs == [Sign.SAME_PHONE]
        (seen,) = possible_duplicates(db, by=manager, names=["王大明"])
        assert seen.guest.id == guest_id
