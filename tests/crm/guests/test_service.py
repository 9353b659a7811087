"""Registering, amending and marking a guest: what is written, and who may."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.companies.tables import Company
from crm.guests import indexing, service
from crm.guests.schemas import (
    BirthdayIn,
    CautionSet,
    ContactIn,
    GuestPatch,
    GuestRegister,
    IdentitySet,
    NameIn,
    VehicleIn,
    VipSet,
)
from crm.guests.tables import ContactPoint, Guest, GuestName, GuestSearch, Vehicle
from crm.guests.terms import (
    Calendar,
    CautionLevel,
    ContactKind,
    GuestIdentity,
    NameKind,
    Title,
    VipLevel,
)
from crm.kit import clock
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.kit.tables import EventRow
from crm.staff.actor import Actor
from crm.staff.terms import Role
from tests import factories

Budget = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db)


@pytest.fixture
def desk(hotel_id: UUID) -> Actor:
    return factories.an_actor(Role.FRONT_DESK, hotel_id)


@pytest.fixture
def centre(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.FILE_CENTRE, hotel_id)
    return factories.an_actor(Role.FILE_CENTRE, hotel_id, staff_id)


@pytest.fixture
def manager(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.DUTY_MANAGER, hotel_id)
    return factories.an_actor(Role.DUTY_MANAGER, hotel_id, staff_id)


def registration(*names: str, **more: Any) -> GuestRegister:
    return GuestRegister(names=[NameIn(full=name) for name in names or ("陈静怡",)], **more)


def row_of(db: Session, guest_id: UUID) -> Any:
    columns = Guest.__table__.columns  # type: ignore[attr-defined]
    return db.connection().execute(select(*columns).where(col(Guest.id) == guest_id)).one()


def all_of(db: Session, table: Any, guest_id: UUID) -> list[Any]:
    query = select(*table.__table__.columns).where(table.guest_id == guest_id)
    return list(db.connection().execute(query))


class TestRegister:
    def test_a_file_with_names_contacts_and_keys(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(
            db,
            registration(
                "陈静怡",
                "CHEN Jingyi",
                title=Title.MS,
                birthday=BirthdayIn(month=3, day=5, year=1980),
                nationality="CN",
                contacts=[
                    ContactIn(kind=ContactKind.PHONE, raw="0086-13800138000 转 8"),
                    ContactIn(kind=ContactKind.EMAIL, raw="Jingyi@Example.com"),
                    ContactIn(kind=ContactKind.EMAIL, raw="a1b2@guest.booking.com"),
                    ContactIn(kind=ContactKind.WECHAT, raw="JingYi_88"),
                ],
                vehicles=[VehicleIn(plate="浙A·12345")],
            ),
            by=desk,
        )
        row = row_of(db, made.id)
        assert (row.name_native, row.name_latin, row.alias) == ("陈静怡", "CHEN Jingyi", None)
        assert (row.title, row.birth_year, row.created_at_hotel) == (Title.MS, 1980, desk.hotel_id)
        assert (row.version, row.ref, made.version) == (1, made.ref, 1)
        assert made.ref.startswith("G-")
        names = {name.kind: (name.family, name.given) for name in all_of(db, GuestName, made.id)}
        assert names == {NameKind.NATIVE: ("陈", "静怡"), NameKind.LATIN: ("CHEN", "Jingyi")}
        contacts = [
            (c.norm, c.last4, c.is_primary, c.is_valid, c.is_relay)
            for c in all_of(db, ContactPoint, made.id)
        ]
        assert contacts == [
            ("+8613800138000", "8000", True, True, False),
            ("jingyi@example.com", None, True, True, False),
            ("a1b2@guest.booking.com", None, False, True, True),
            ("jingyi_88", None, True, True, False),
        ]
        (keys,) = all_of(db, GuestSearch, made.id)
        assert (keys.name_key, keys.pinyin, keys.birth_mmdd) == (
            "陈静怡|chen jingyi",
            "chenjingyi|jingyichen",
            "0305",
        )
        assert all_of(db, Vehicle, made.id)[0].plate_key == "浙a12345"

    def test_the_audit_names_the_deed_and_no_value(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        (audit,) = all_of(db, AuditRow, made.id)
        assert (audit.deed, audit.subject, audit.actor_id) == (Deed.CREATED, "guest", desk.id)
        assert "陈" not in str(audit)

    def test_the_floors_above_hear_of_it(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk, source="pms")
        db.flush()
        (event,) = all_of(db, EventRow, made.id)
        assert (event.kind, event.hotel_id) == ("guest.registered", desk.hotel_id)
        assert event.payload == {"ref": made.ref, "source": "pms"}

    def test_a_phone_without_country_code_belongs_to_the_hotels_country(self, db: Session) -> None:
        london = factories.a_hotel(db, country="GB")
        made = service.register_guest(
            db,
            registration("Ann", contacts=[ContactIn(kind=ContactKind.PHONE, raw="020 7946 0018")]),
            by=factories.an_actor(Role.FRONT_DESK, london),
        )
        assert all_of(db, ContactPoint, made.id)[0].norm == "+442079460018"

    def test_a_mononym_is_enough(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(db, registration("Suharto"), by=desk)
        (name,) = all_of(db, GuestName, made.id)
        assert (name.full, name.family, name.given) == ("Suharto", None, None)

    def test_parts_alone_make_the_full_name_in_its_own_order(
        self, db: Session, desk: Actor
    ) -> None:
        hungarian = GuestRegister(
            names=[NameIn(family="Nagy", given="Ferenc", language="hu")], nationality="HU"
        )
        made = service.register_guest(db, hungarian, by=desk)
        assert row_of(db, made.id).name_latin == "Nagy Ferenc"

    def test_the_company_is_part_of_the_keys(self, db: Session, desk: Actor) -> None:
        company_id = factories.put(
            db,
            Company(
                kind="corporate",
                name="恒瑞医药",
                name_latin="Hengrui Medical",
                name_key="x",
                created_at=clock.now(),
            ),
        ).id
        made = service.register_guest(db, registration(company_id=company_id), by=desk)
        assert "hengrui" in all_of(db, GuestSearch, made.id)[0].doc

    def test_many_at_once_cost_few_statements(
        self, db: Session, desk: Actor, queries: Budget
    ) -> None:
        many = [
            registration(
                f"王伟{no}", contacts=[ContactIn(kind=ContactKind.PHONE, raw=f"1380013{no:04}")]
            )
            for no in range(100)
        ]
        with queries(8):
            made = service.register_guests(db, many, by=desk)
        assert len({each.ref for each in made}) == 100
        assert len({each.id for each in made}) == 100

    @pytest.mark.parametrize(
        ("more", "error", "code"),
        [
            ({"birthday": BirthdayIn(month=2, day=30)}, Invalid, "birthday_impossible"),
            (
                {"birthday": BirthdayIn(month=12, day=30, year=2025, calendar=Calendar.LUNAR)},
                Invalid,
                "birthday_short_month",
            ),
            ({"company_id": new_id()}, Invalid, "company"),
            ({"is_incognito": True}, RuleBroken, "alias_missing"),
        ],
    )
    def test_what_makes_no_sense_leaves_nothing(
        self, db: Session, desk: Actor, more: dict[str, Any], error: type[Exception], code: str
    ) -> None:
        with pytest.raises(error) as caught:
            service.register_guest(db, registration(**more), by=desk)
        assert caught.value.code == code  # type: ignore[attr-defined]
        assert db.connection().execute(select(col(Guest.id))).first() is None

    @pytest.mark.parametrize("role", [Role.HOUSEKEEPING, Role.MARKETING, Role.IT])
    def test_not_by_everybody(self, db: Session, hotel_id: UUID, role: Role) -> None:
        with pytest.raises(NotAllowed):
            service.register_guest(db, registration(), by=factories.an_actor(role, hotel_id))


class TestAmend:
    def test_the_named_fields_change_and_the_others_stay(
        self, db: Session, desk: Actor, centre: Actor
    ) -> None:
        made = service.register_guest(
            db, registration(title=Title.MS, occupation="Surgeon"), by=desk
        )
        patch = GuestPatch(birthday=BirthdayIn(month=12, day=1), occupation=None)
        version = service.amend_guest(db, made.id, patch, version=1, by=centre)
        row = row_of(db, made.id)
        assert (version, row.version) == (2, 2)
        assert (row.title, row.occupation, row.birth_month) == (Title.MS, None, 12)
        assert all_of(db, GuestSearch, made.id)[0].birth_mmdd == "1201"
        changed = [a for a in all_of(db, AuditRow, made.id) if a.deed is Deed.CHANGED]
        assert changed[0].fields == ["guest.birthday", "guest.work"]

    def test_the_second_writer_is_told(self, db: Session, desk: Actor, centre: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        service.amend_guest(db, made.id, GuestPatch(nationality="CN"), version=1, by=centre)
        with pytest.raises(Conflict) as caught:
            service.amend_guest(db, made.id, GuestPatch(nationality="FR"), version=1, by=centre)
        assert caught.value.code == "guest_changed"
        assert row_of(db, made.id).nationality == "CN"

    def test_an_explicit_null_empties_the_birthday(
        self, db: Session, desk: Actor, centre: Actor
    ) -> None:
        made = service.register_guest(
            db, registration(birthday=BirthdayIn(month=3, day=5)), by=desk
        )
        service.amend_guest(db, made.id, GuestPatch(birthday=None), version=1, by=centre)
        row = row_of(db, made.id)
        assert (row.birth_calendar, row.birth_month, row.birth_leap) == (None, None, False)

    def test_an_empty_patch_is_refused(self, db: Session, desk: Actor, centre: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        with pytest.raises(Invalid):
            service.amend_guest(db, made.id, GuestPatch(), version=1, by=centre)

    def test_incognito_needs_an_alias(self, db: Session, desk: Actor, centre: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        with pytest.raises(RuleBroken) as caught:
            service.amend_guest(db, made.id, GuestPatch(is_incognito=True), version=1, by=centre)
        assert caught.value.code == "alias_missing"

    def test_the_desk_may_not(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        with pytest.raises(NotAllowed):
            service.amend_guest(db, made.id, GuestPatch(nationality="CN"), version=1, by=desk)

    def test_a_file_of_another_hotel_is_not_there(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        elsewhere = factories.an_actor(Role.DUTY_MANAGER, factories.a_hotel(db))
        with pytest.raises(NotFound):
            service.amend_guest(db, made.id, GuestPatch(nationality="CN"), version=1, by=elsewhere)


class TestMarks:
    def test_vip_with_who_why_and_until(self, db: Session, desk: Actor, manager: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        until = date(2027, 1, 1)
        mark = VipSet(level=VipLevel.V2, why="Ambassador", until=until)
        service.set_vip(db, made.id, mark, by=manager)
        row = row_of(db, made.id)
        assert (row.vip, row.vip_why, row.vip_by, row.vip_until) == (
            VipLevel.V2,
            "Ambassador",
            manager.id,
            until,
        )
        service.set_vip(db, made.id, VipSet(level=None, why="left office"), by=manager)
        row = row_of(db, made.id)
        assert (row.vip, row.vip_why, row.vip_by, row.vip_until) == (None, None, None, None)
        db.flush()
        kinds = [event.kind for event in all_of(db, EventRow, made.id)]
        assert kinds.count("guest.vip_set") == 2

    def test_caution_is_another_thing(self, db: Session, desk: Actor, manager: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        mark = CautionSet(level=CautionLevel.ASK_MANAGER, why="Unpaid bill in May")
        service.set_caution(db, made.id, mark, by=manager)
        row = row_of(db, made.id)
        assert (row.caution, row.caution_by, row.vip) == (
            CautionLevel.ASK_MANAGER,
            manager.id,
            None,
        )

    def test_the_file_centre_sets_no_caution(self, db: Session, desk: Actor, centre: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        mark = CautionSet(level=CautionLevel.TAKE_CARE, why="x y z")
        with pytest.raises(NotAllowed):
            service.set_caution(db, made.id, mark, by=centre)

    def test_identity(self, db: Session, desk: Actor, centre: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        mark = IdentitySet(identity=GuestIdentity.LONG_STAY)
        assert service.set_identity(db, made.id, mark, version=1, by=centre) == 2
        assert row_of(db, made.id).identity is GuestIdentity.LONG_STAY

    def test_the_newest_day_seen_stays(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(db, registration(), by=desk)
        for day in (date(2026, 5, 1), date(2026, 6, 1), date(2026, 4, 1)):
            service.seen_on(db, made.id, day)
        assert row_of(db, made.id).last_seen_on == date(2026, 6, 1)


class TestKeysAreKept:
    def test_a_rebuild_changes_nothing(self, db: Session, desk: Actor) -> None:
        made = service.register_guest(
            db,
            registration("单晓云", "SHAN Xiaoyun", vehicles=[VehicleIn(plate="沪B 88888")]),
            by=desk,
        )
        assert indexing.drifted_guests(db, [made.id]) == []
        assert indexing.stale_guests(db) == []
        assert indexing.refresh_keys(db, [made.id]) == 0

    def test_missing_and_old_keys_are_found_and_made(self, db: Session) -> None:
        guest_id = factories.a_guest(db)
        assert indexing.stale_guests(db) == [guest_id]
        assert indexing.drifted_guests(db, [guest_id]) == [guest_id]
        assert indexing.refresh_keys(db, [guest_id]) == 1
        assert indexing.stale_guests(db) == []

    def test_a_company_that_changes_its_name(self, db: Session, desk: Actor) -> None:
        company = factories.put(
            db, Company(kind="corporate", name="旧名", name_key="x", created_at=clock.now())
        )
        made = service.register_guest(db, registration(company_id=company.id), by=desk)
        company.name = "新名公司"
        db.flush()
        assert indexing.refresh_keys_of_company(db, company.id) == 1
        assert "新名" in all_of(db, GuestSearch, made.id)[0].doc
