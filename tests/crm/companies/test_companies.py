"""Companies are added once, found by any part, changed by one at a time, and seen by permission."""

from datetime import date
from uuid import UUID

import pytest
from pydantic import ValidationError
from sqlalchemy import select
from sqlmodel import Session

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.companies import queries, service
from crm.companies.schemas import (
    CompanyAdd,
    CompanyPatch,
    ContactBirthday,
    ContactIn,
    ContractIn,
    VisitIn,
)
from crm.companies.terms import BirthCalendar, CompanyKind, CompanyState, ContractState
from crm.kit.errors import Conflict, Invalid, NotAllowed, NotFound
from crm.kit.ids import new_id
from crm.kit.tables import EventRow
from crm.staff import actor
from crm.staff.actor import Actor
from crm.staff.terms import Role
from tests.factories import TODAY, a_hotel, a_staff, an_actor


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def me(db: Session, hotel: UUID) -> Actor:
    """Somebody of marketing with an account."""
    return an_actor(Role.MARKETING, hotel, a_staff(db, Role.MARKETING, hotel))


def add(db: Session, me: Actor, name: str, latin: str | None = None, **more: object) -> UUID:
    adding = CompanyAdd.model_validate(
        {"kind": "corporate", "name": name, "name_latin": latin, **more}
    )
    return service.add_company(db, adding, by=me).id


def contract(hotel: UUID, starts: str, ends: str) -> ContractIn:
    return ContractIn.model_validate(
        {"hotel_id": str(hotel), "rate_code": "CORP-HR", "starts_on": starts, "ends_on": ends}
    )


class TestAdding:
    def test_writes_audit_and_event(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗", "Hengrui Medical", city="Hangzhou")
        sheet = queries.company_sheet(db, identity, by=me)
        assert (sheet.name, sheet.city, sheet.version) == ("恒瑞医疗", "Hangzhou", 1)
        deeds = db.connection().execute(select(AuditRow.deed, AuditRow.subject_id)).all()
        assert deeds == [(Deed.CREATED, identity)]
        db.flush()
        kinds = db.connection().execute(select(EventRow.kind)).scalars().all()
        assert kinds == ["company.added"]

    @pytest.mark.parametrize("twin", ["恒瑞医疗", " 恆瑞醫療 ", "HENGRUI  medical"])
    def test_refuses_the_same_company_in_other_letters(
        self, db: Session, me: Actor, twin: str
    ) -> None:
        add(db, me, "恒瑞医疗", "Hengrui Medical")
        with pytest.raises(service.CompanyKnown):
            add(db, me, twin)

    def test_needs_the_permission(self, db: Session, hotel: UUID) -> None:
        with pytest.raises(NotAllowed):
            add(db, an_actor(Role.FRONT_DESK, hotel), "Nordsjö Retail")

    def test_wants_a_colleague_who_exists(self, db: Session, me: Actor) -> None:
        with pytest.raises(Invalid):
            add(db, me, "Nordsjö Retail", looked_after_by=str(new_id()))

    def test_an_import_takes_the_known_one(self, db: Session, me: Actor) -> None:
        known = add(db, me, "恒瑞医疗", "Hengrui Medical")
        adding = CompanyAdd(kind=CompanyKind.OTHER, name="hengrui medical")
        assert service.company_for(db, adding, by=actor.system()) == known
        fresh = service.company_for(
            db, CompanyAdd(kind=CompanyKind.OTHER, name="Other"), by=actor.system()
        )
        assert fresh != known

    @pytest.mark.parametrize(
        "bad",
        [
            {"name": ""},
            {"name": "x" * 161},
            {"name": "a\u202eb"},
            {"name": "A", "country": "China"},
            {"name": "A", "kind": "guild"},
            {"name": "A", "colour": "red"},
        ],
    )
    def test_refuses_bad_input(self, bad: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            CompanyAdd.model_validate({"kind": "corporate", **bad})


class TestFinding:
    @pytest.fixture
    def three(self, db: Session, me: Actor) -> None:
        add(db, me, "恒瑞医疗", "Hengrui Medical")
        add(db, me, "钱塘机器人", "Qiantang Robotics")
        add(db, me, "Müller Messtechnik")
        add(db, me, "极光旅游", "Aurora Tours", kind="agency")

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("恒瑞", ["恒瑞医疗"]),
            ("瑞医", ["恒瑞医疗"]),
            ("hengrui", ["恒瑞医疗"]),
            ("heng rui yi", ["恒瑞医疗"]),
            ("hryl", ["恒瑞医疗"]),
            ("medical heng", ["恒瑞医疗"]),
            ("MULLER", ["Müller Messtechnik"]),
            ("müller", ["Müller Messtechnik"]),
            ("錢塘", ["钱塘机器人"]),
            ("%", []),
            ("_", []),
            ("nobody", []),
        ],
    )
    def test_by_any_part(
        self, db: Session, me: Actor, three: None, typed: str, found: list[str]
    ) -> None:
        page = queries.company_list(db, by=me, q=typed)
        if typed in {"%", "_"}:
            assert len(page.items) == 4, "a wild card alone asks for nothing"
        else:
            assert [row.name for row in page.items] == found

    def test_in_pages_that_join_without_gap(self, db: Session, me: Actor, three: None) -> None:
        whole = [row.id for row in queries.company_list(db, by=me).items]
        walked, cursor = [], None
        while True:
            page = queries.company_list(db, by=me, limit=1, cursor=cursor)
            walked += [row.id for row in page.items]
            cursor = page.next
            if cursor is None:
                break
        assert walked == whole
        assert len(walked) == 4

    def test_by_kind_and_state(self, db: Session, me: Actor, three: None) -> None:
        page = queries.company_list(db, by=me, kind=CompanyKind.AGENCY)
        assert [row.name for row in page.items] == ["极光旅游"]
        assert not queries.company_list(db, by=me, state=CompanyState.ENDED).items

    def test_a_broken_cursor_is_refused(self, db: Session, me: Actor) -> None:
        with pytest.raises(Invalid):
            queries.company_list(db, by=me, cursor="nonsense")


class TestAmending:
    def test_changes_only_what_is_given(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗", city="Hangzhou", industry="medical")
        patch = CompanyPatch.model_validate({"city": None, "name_latin": "Hengrui"})
        assert service.amend_company(db, identity, patch, version=1, by=me) == 2
        sheet = queries.company_sheet(db, identity, by=me)
        assert (sheet.city, sheet.industry, sheet.name_latin) == (None, "medical", "Hengrui")
        assert queries.company_list(db, by=me, q="hengrui").items[0].id == identity

    def test_the_second_writer_hears_of_the_first(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        service.amend_company(db, identity, CompanyPatch(city="Suzhou"), version=1, by=me)
        with pytest.raises(Conflict):
            service.amend_company(db, identity, CompanyPatch(city="Wuxi"), version=1, by=me)
        assert queries.company_sheet(db, identity, by=me).city == "Suzhou"

    def test_saving_what_is_there_changes_nothing(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗", city="Suzhou")
        patch = CompanyPatch(city="Suzhou")
        assert service.amend_company(db, identity, patch, version=1, by=me) == 1

    def test_cannot_take_the_name_of_another(self, db: Session, me: Actor) -> None:
        add(db, me, "恒瑞医疗")
        other = add(db, me, "Nordsjö Retail")
        with pytest.raises(service.CompanyKnown):
            service.amend_company(db, other, CompanyPatch(name="恒瑞医疗"), version=1, by=me)

    def test_a_name_cannot_be_emptied(self) -> None:
        with pytest.raises(ValidationError):
            CompanyPatch.model_validate({"name": None})

    def test_an_unknown_company_is_not_found(self, db: Session, me: Actor) -> None:
        with pytest.raises(NotFound):
            service.amend_company(db, new_id(), CompanyPatch(city="X"), version=1, by=me)


class TestContacts:
    CONTACT = ContactIn(
        name="王芳",
        phone="+86 571 8888 2207",
        email="wang@example.com",
        birthday=ContactBirthday(calendar=BirthCalendar.LUNAR, month=8, day=15, year=1985),
    )

    def test_the_first_is_primary_until_another_is(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        service.add_contact(db, identity, ContactIn(name="A"), version=1, by=me)
        service.add_contact(db, identity, ContactIn(name="B"), version=2, by=me)
        service.add_contact(db, identity, ContactIn(name="C", is_primary=True), version=3, by=me)
        contacts = queries.company_sheet(db, identity, by=me).contacts
        assert [(c.name, c.is_primary) for c in contacts] == [
            ("C", True),
            ("A", False),
            ("B", False),
        ]

    def test_clear_for_those_who_look_after_companies_masked_for_the_desk(
        self, db: Session, me: Actor, hotel: UUID
    ) -> None:
        identity = add(db, me, "恒瑞医疗")
        service.add_contact(db, identity, self.CONTACT, version=1, by=me)
        clear = queries.company_sheet(db, identity, by=me).contacts[0]
        assert clear.phone == "+86 571 8888 2207"
        assert clear.birthday is not None
        assert (clear.birthday.calendar, clear.birthday.day) == (BirthCalendar.LUNAR, 15)
        desk = an_actor(Role.FRONT_DESK, hotel)
        masked = queries.company_sheet(db, identity, by=desk).contacts[0]
        assert (masked.phone, masked.email, masked.birthday) == (
            "•••• 2207",
            "w•••@example.com",
            None,
        )
        assert masked.masked

    def test_is_rewritten_and_removed(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        no = service.add_contact(db, identity, self.CONTACT, version=1, by=me).no
        service.amend_contact(db, identity, no, ContactIn(name="李娜"), version=2, by=me)
        contact = queries.company_sheet(db, identity, by=me).contacts[0]
        assert (contact.name, contact.phone, contact.birthday) == ("李娜", None, None)
        assert service.remove_contact(db, identity, no, version=3, by=me) == 4
        assert not queries.company_sheet(db, identity, by=me).contacts
        with pytest.raises(NotFound):
            service.remove_contact(db, identity, no, version=4, by=me)

    def test_a_birthday_that_does_not_exist_is_refused(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        contact = ContactIn(name="A", birthday=ContactBirthday(month=2, day=30))
        with pytest.raises(Invalid) as refused:
            service.add_contact(db, identity, contact, version=1, by=me)
        assert refused.value.details["pointer"] == "/birthday"

    @pytest.mark.parametrize("email", ["a@b.c, evil@x.yz", "a b@c.de", "none", "a@b"])
    def test_one_address_is_one_address(self, email: str) -> None:
        with pytest.raises(ValidationError):
            ContactIn(name="A", email=email)


class TestContracts:
    def test_are_marked_sixty_days_before_the_end(
        self, db: Session, me: Actor, hotel: UUID
    ) -> None:
        identity = add(db, me, "恒瑞医疗")
        quiet = add(db, me, "Nordsjö Retail")
        terms = contract(hotel, "2026-01-01", "2027-01-23")
        service.agree_contract(db, identity, terms, version=1, by=me)
        far = contract(hotel, "2026-01-01", "2027-01-24")
        service.agree_contract(db, quiet, far, version=1, by=me)
        marked = queries.company_sheet(db, identity, by=me).contracts[0]
        assert (marked.state, marked.days_left) == (ContractState.ENDS_SOON, 60)
        by_name = {row.name: row.contract_state for row in queries.company_list(db, by=me).items}
        assert by_name == {
            "恒瑞医疗": ContractState.ENDS_SOON,
            "Nordsjö Retail": ContractState.RUNNING,
        }
        ending = queries.company_list(db, by=me, ends_by=date(2027, 1, 23))
        assert [row.id for row in ending.items] == [identity]

    def test_of_another_hotel_stay_there(self, db: Session, me: Actor, hotel: UUID) -> None:
        identity = add(db, me, "恒瑞医疗")
        elsewhere = a_hotel(db)
        with pytest.raises(Invalid):
            service.agree_contract(
                db, identity, contract(elsewhere, "2026-01-01", "2026-12-31"), version=1, by=me
            )
        service.agree_contract(
            db,
            identity,
            contract(elsewhere, "2026-01-01", "2026-12-31"),
            version=1,
            by=actor.system(),
        )
        assert not queries.company_sheet(db, identity, by=me).contracts
        assert queries.company_list(db, by=me).items[0].contract_state is None

    def test_can_be_prolonged(self, db: Session, me: Actor, hotel: UUID) -> None:
        identity = add(db, me, "恒瑞医疗")
        first = contract(hotel, "2026-01-01", "2026-12-31")
        no = service.agree_contract(db, identity, first, version=1, by=me).no
        longer = contract(hotel, "2026-01-01", "2027-12-31")
        assert service.amend_contract(db, identity, no, longer, version=2, by=me) == 3
        contracts = queries.company_sheet(db, identity, by=me).contracts
        assert [c.ends_on for c in contracts] == [date(2027, 12, 31)]

    def test_end_after_they_start(self, hotel: UUID) -> None:
        with pytest.raises(ValidationError):
            contract(hotel, "2026-02-01", "2026-01-31")


class TestVisits:
    def test_say_who_went_and_when_the_next_is_due(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        visit = VisitIn(
            visited_on=date(2026, 11, 2),
            purpose="Rates for 2027",
            met="王芳",
            result="Wants breakfast included.",
            next_on=date(2026, 12, 15),
        )
        service.note_visit(db, identity, visit, version=1, by=me)
        older = VisitIn(visited_on=date(2026, 3, 2), purpose="First visit")
        service.note_visit(db, identity, older, version=2, by=me)
        visits = queries.company_sheet(db, identity, by=me).visits
        assert [v.purpose for v in visits] == ["Rates for 2027", "First visit"]
        assert visits[0].visited_by_name == "Ms marketing"
        row = queries.company_list(db, by=me).items[0]
        assert (row.last_visit_on, row.next_visit_on) == (date(2026, 11, 2), date(2026, 12, 15))

    def test_lie_in_the_past(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        visit = VisitIn(visited_on=date(2026, 11, 25), purpose="Tomorrow")
        assert visit.visited_on > TODAY
        with pytest.raises(Invalid):
            service.note_visit(db, identity, visit, version=1, by=me)

    def test_a_stale_version_keeps_nothing(self, db: Session, me: Actor) -> None:
        identity = add(db, me, "恒瑞医疗")
        visit = VisitIn(visited_on=date(2026, 11, 2), purpose="Rates")
        with pytest.raises(Conflict):
            service.note_visit(db, identity, visit, version=7, by=me)
        assert not queries.company_sheet(db, identity, by=me).visits
