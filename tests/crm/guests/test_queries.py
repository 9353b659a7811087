"""Who is within reach, and how one guest's sheet looks to each role."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.companies.tables import Company
from crm.guests import parts, queries, service
from crm.guests.schemas import (
    AddressIn,
    BirthdayIn,
    CautionSet,
    ContactIn,
    GuestRegister,
    GuestSheet,
    IdentityDocumentIn,
    NameIn,
    RelationIn,
    SpecialIn,
    VehicleIn,
    VipSet,
)
from crm.guests.tables import Guest
from crm.guests.terms import (
    CautionLevel,
    ContactKind,
    DocumentOfIdentity,
    NameKind,
    RelationKind,
    SpecialKind,
    Title,
    VipLevel,
)
from crm.kit import clock
from crm.kit.errors import NotFound
from crm.kit.vault import Vault
from crm.staff import actor
from crm.staff.actor import Actor
from crm.staff.policy import policy
from crm.staff.terms import Channel, Role, Sight
from crm.stays.tables import Companion, GuestFigure
from crm.stays.terms import StayStatus
from tests import factories
from tests.factories import TODAY

Budget = Callable[[int], AbstractContextManager[Any]]
VAULT = Vault("a secret that only the tests know, long enough")
DAY = timedelta(days=1)


def reached(db: Session, by: Actor) -> set[UUID]:
    rows = db.connection().execute(select(col(Guest.id)).where(queries.visible_to(by)))
    return set(rows.scalars())


class TestReach:
    def test_a_hotel_knows_its_stays_bookings_figures_companions_and_first_files(
        self, db: Session
    ) -> None:
        here, there = factories.a_hotel(db), factories.a_hotel(db)
        stayed, booked, figured, made, shared, foreign = (
            factories.a_guest(db, created_at_hotel=None) for _ in range(6)
        )
        factories.a_stay(db, stayed, here, status=StayStatus.CHECKED_OUT)
        stay_id = factories.a_stay(db, booked, here, status=StayStatus.BOOKED)
        factories.put(db, GuestFigure(guest_id=figured, hotel_id=here))
        factories.put(db, Companion(stay_id=stay_id, guest_id=shared))
        factories.a_stay(db, foreign, there)
        db.get(Guest, made).created_at_hotel = here  # type: ignore[union-attr]
        db.flush()
        desk = factories.an_actor(Role.FRONT_DESK, here)
        assert reached(db, desk) == {stayed, booked, figured, shared, made}
        assert foreign in reached(db, factories.an_actor(Role.FILE_CENTRE, here))

    @pytest.mark.parametrize(
        ("status", "arrival", "departure", "seen"),
        [
            (StayStatus.IN_HOUSE, TODAY - 3 * DAY, TODAY + DAY, True),
            (StayStatus.BOOKED, TODAY, TODAY + DAY, True),
            (StayStatus.BOOKED, TODAY + DAY, TODAY + 2 * DAY, False),
            (StayStatus.CHECKED_OUT, TODAY - 2 * DAY, TODAY, True),
            (StayStatus.CHECKED_OUT, TODAY - 2 * DAY, TODAY - DAY, False),
            (StayStatus.CANCELLED, TODAY, TODAY + DAY, False),
        ],
    )
    def test_housekeeping_reaches_today_only(
        self, db: Session, status: StayStatus, arrival: date, departure: date, seen: bool
    ) -> None:
        here = factories.a_hotel(db)
        guest_id = factories.a_guest(db, created_at_hotel=here)
        factories.a_stay(
            db, guest_id, here, status=status, arrival_on=arrival, departure_on=departure
        )
        found = reached(db, factories.an_actor(Role.HOUSEKEEPING, here))
        assert found == ({guest_id} if seen else set())

    @pytest.mark.parametrize("role", [Role.MARKETING, Role.IT])
    def test_some_reach_nobody(self, db: Session, role: Role) -> None:
        here = factories.a_hotel(db)
        factories.a_guest(db, created_at_hotel=here)
        assert reached(db, factories.an_actor(role, here)) == set()

    def test_the_house_itself_reaches_all(self, db: Session) -> None:
        guest_id = factories.a_guest(db)
        assert reached(db, actor.system()) == {guest_id}


@pytest.fixture
def hotel_id(db: Session) -> UUID:
    return factories.a_hotel(db, keeps_identity_documents=True)


@pytest.fixture
def manager(db: Session, hotel_id: UUID) -> Actor:
    staff_id = factories.a_staff(db, Role.DUTY_MANAGER, hotel_id)
    return factories.an_actor(Role.DUTY_MANAGER, hotel_id, staff_id)


@pytest.fixture
def whole(db: Session, hotel_id: UUID, manager: Actor) -> UUID:
    """A guest with something in every corner of the file, in house today."""
    staff_id = factories.a_staff(db, Role.FILE_CENTRE, hotel_id)
    centre = factories.an_actor(Role.FILE_CENTRE, hotel_id, staff_id)
    company = factories.put(
        db, Company(kind="corporate", name="Hengrui", name_key="hengrui", created_at=clock.now())
    )
    made = service.register_guest(
        db,
        GuestRegister(
            names=[NameIn(full="陈静怡"), NameIn(full="CHEN Jingyi")],
            title=Title.MS,
            birthday=BirthdayIn(month=12, day=1, year=1980),
            nationality="CN",
            languages=["zh-Hans", "en"],
            occupation="Surgeon",
            company_id=company.id,
            contacts=[
                ContactIn(kind=ContactKind.PHONE, raw="138 0013 8000"),
                ContactIn(kind=ContactKind.EMAIL, raw="jingyi@example.com"),
                ContactIn(kind=ContactKind.WECHAT, raw="jingyi_88"),
            ],
            addresses=[AddressIn(street="1 Secret Road", city="Hangzhou", country="CN")],
            vehicles=[VehicleIn(plate="浙A·12345")],
        ),
        by=centre,
    )
    guest_id = made.id
    parts.add_relation(
        db,
        guest_id,
        RelationIn(kind=RelationKind.ASSISTANT, other_name="王秘书", other_phone="0571 8888 2207"),
        by=centre,
    )
    paper = IdentityDocumentIn(kind=DocumentOfIdentity.PASSPORT, number="E12345678")
    parts.add_identity_document(db, guest_id, paper, vault=VAULT, by=centre)
    special = SpecialIn(value="傣族", consent_words="agreed", consent_on=date(2026, 1, 2))
    parts.note_special(db, guest_id, SpecialKind.ETHNICITY, special, vault=VAULT, by=centre)
    service.set_vip(db, guest_id, VipSet(level=VipLevel.V2, why="Hidden reason"), by=centre)
    service.set_caution(
        db, guest_id, CautionSet(level=CautionLevel.TAKE_CARE, why="Hidden cause"), by=manager
    )
    factories.a_stay(db, guest_id, hotel_id)
    return guest_id


def without_ids(found: GuestSheet) -> str:
    """The sheet as text; ids and instants hold any digits by chance."""
    chance = {"id", "ref", "company", "vip", "caution", "created_at", "updated_at", "checked_at"}
    return found.model_dump_json(exclude=chance)


def sheet(db: Session, guest_id: UUID, hotel_id: UUID, role: Role) -> GuestSheet:
    return queries.guest_sheet(db, guest_id, by=factories.an_actor(role, hotel_id))


class TestSheet:
    def test_the_file_centre_sees_everything_but_sealed_values(
        self, db: Session, whole: UUID, hotel_id: UUID
    ) -> None:
        found = sheet(db, whole, hotel_id, Role.FILE_CENTRE)
        assert found.shown_name == "陈静怡 CHEN Jingyi"
        assert (found.address_zh, found.address_en) == ("陈女士", "Ms Chen")
        assert [c.shown for c in found.contacts] == [
            "jingyi@example.com",
            "138 0013 8000",
            "jingyi_88",
        ]
        assert found.contacts[1].e164 == "+8613800138000"
        assert found.birthday is not None
        assert (found.birthday.year, found.birthday.age, found.birthday.days_until) == (1980, 45, 7)
        assert found.addresses[0].street == "1 Secret Road"
        assert found.company is not None
        assert found.company.name == "Hengrui"
        assert found.special == [SpecialKind.ETHNICITY]
        assert "E12345678" not in found.model_dump_json()
        assert "傣" not in found.model_dump_json()

    def test_the_desk_sees_contact_data_masked(
        self, db: Session, whole: UUID, hotel_id: UUID
    ) -> None:
        found = sheet(db, whole, hotel_id, Role.FRONT_DESK)
        assert [c.shown for c in found.contacts] == ["j•••i@•••.com", "+86 •••• 8000", "j•••"]
        assert all(c.masked and c.e164 is None for c in found.contacts)
        assert found.birthday is not None
        assert (found.birthday.day, found.birthday.year, found.birthday.year_masked) == (
            1,
            None,
            True,
        )
        assert found.birthday.age is None
        assert (found.addresses[0].street, found.addresses[0].city) == (None, "Hangzhou")
        assert found.relations[0].other_phone == "•••• 2207"
        assert found.vip is not None
        assert (found.vip.level, found.vip.why) == (VipLevel.V2, None)
        assert found.caution is not None
        assert found.caution.why is None
        assert found.special == []
        text = without_ids(found)
        for secret in ("13800138000", "138 0013 8000", "jingyi@", "Secret", "Hidden", "1980"):
            assert secret not in text

    def test_housekeeping_sees_no_way_to_reach_the_guest(
        self, db: Session, whole: UUID, hotel_id: UUID
    ) -> None:
        found = sheet(db, whole, hotel_id, Role.HOUSEKEEPING)
        assert found.contacts == []
        assert found.addresses == []
        assert found.relations == []
        assert found.ref is None
        assert found.caution is None
        assert "8000" not in without_ids(found)

    def test_a_reason_is_for_those_who_may_know_it(
        self, db: Session, whole: UUID, hotel_id: UUID
    ) -> None:
        found = sheet(db, whole, hotel_id, Role.DUTY_MANAGER)
        assert found.caution is not None
        assert (found.caution.why, found.caution.by is None) == ("Hidden cause", False)

    @pytest.mark.parametrize("role", list(Role))
    def test_every_role_sees_of_each_field_what_the_policy_says(
        self, db: Session, whole: UUID, hotel_id: UUID, role: Role
    ) -> None:
        by = factories.an_actor(role, hotel_id)
        if by.reach == "none":
            with pytest.raises(NotFound):
                queries.guest_sheet(db, whole, by=by)
            return
        found = queries.guest_sheet(db, whole, by=by)
        shown = {
            "guest.name": bool(found.names),
            "guest.ref": found.ref is not None,
            "guest.language": found.nationality is not None,
            "guest.birthday": found.birthday is not None,
            "guest.birth_year": bool(found.birthday and found.birthday.year),
            "guest.work": found.occupation is not None,
            "guest.identity": found.identity is not None,
            "guest.vip": found.vip is not None,
            "guest.vip_why": bool(found.vip and found.vip.why),
            "guest.caution": found.caution is not None,
            "guest.caution_why": bool(found.caution and found.caution.why),
            "guest.phone": any(c.e164 for c in found.contacts),
            "guest.email": any("@example" in c.shown for c in found.contacts),
            "guest.address": any(a.street for a in found.addresses),
            "guest.vehicle": any("12345" in v.plate for v in found.vehicles),
            "guest.relations": bool(found.relations),
            "guest.relation_phone": any("8888" in (r.other_phone or "") for r in found.relations),
            "guest.file": found.created_at is not None,
        }
        for field, in_clear in shown.items():
            sight = policy().sight([role.value], field, Channel.JSON)
            assert in_clear == (sight is Sight.CLEAR), field

    def test_within_the_budget(
        self, db: Session, whole: UUID, hotel_id: UUID, queries: Budget
    ) -> None:
        by = factories.an_actor(Role.FILE_CENTRE, hotel_id)
        with queries(9):
            service.queries.guest_sheet(db, whole, by=by)

    def test_out_of_reach_and_not_there_look_the_same(self, db: Session, whole: UUID) -> None:
        elsewhere = factories.an_actor(Role.FRONT_DESK, factories.a_hotel(db))
        messages = set()
        for guest_id in (whole, factories.new_id()):
            with pytest.raises(NotFound) as caught:
                queries.guest_sheet(db, guest_id, by=elsewhere)
            messages.add((caught.value.message, caught.value.code))
        assert len(messages) == 1

    def test_a_relation_to_a_file_out_of_reach_shows_what_was_written_here(
        self, db: Session, whole: UUID, hotel_id: UUID
    ) -> None:
        other = factories.a_guest(db, "李雷", "LI Lei")
        centre = factories.an_actor(Role.FILE_CENTRE, hotel_id)
        relation = RelationIn(kind=RelationKind.SPOUSE, other_id=other)
        parts.add_relation(db, whole, relation, by=centre)
        assert sheet(db, whole, hotel_id, Role.FILE_CENTRE).relations[1].other_name == "李雷 LI Lei"
        seen = sheet(db, whole, hotel_id, Role.FRONT_DESK).relations[1]
        assert (seen.other_id, seen.other_name) == (None, None)


class TestIncognito:
    @pytest.fixture
    def star(self, db: Session, manager: Actor) -> UUID:
        names = [
            NameIn(full="王大明"),
            NameIn(full="WANG Daming"),
            NameIn(full="林先生", kind=NameKind.ALIAS),
        ]
        given = GuestRegister(names=names, title=Title.MR, is_incognito=True)
        return service.register_guest(db, given, by=manager).id

    @pytest.mark.parametrize("role", [Role.FRONT_DESK])
    def test_a_plain_role_reads_the_alias_only(
        self, db: Session, star: UUID, hotel_id: UUID, role: Role
    ) -> None:
        found = sheet(db, star, hotel_id, role)
        assert found.shown_name == "林先生"
        assert [name.full for name in found.names] == ["林先生"]
        assert "大明" not in found.model_dump_json()
        assert "Daming" not in found.model_dump_json()
        assert (found.address_zh, found.address_en) == ("林先生", "Mr Lin")

    def test_a_manager_reads_both(self, db: Session, star: UUID, hotel_id: UUID) -> None:
        found = sheet(db, star, hotel_id, Role.DUTY_MANAGER)
        assert found.is_incognito
        assert found.shown_name == "王大明 WANG Daming"
        assert len(found.names) == 3

    def test_lists_do_the_same(self, db: Session, star: UUID, hotel_id: UUID) -> None:
        shown = {
            role: queries.names_in_lists(db, [star], by=factories.an_actor(role, hotel_id))[star]
            for role in (Role.FRONT_DESK, Role.DUTY_MANAGER)
        }
        assert shown == {
            Role.FRONT_DESK: "林先生",
            Role.DUTY_MANAGER: "王大明 WANG Daming",
        }
