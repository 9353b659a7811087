"""Colleagues join, get and lose roles, and leave at once; nobody reaches beyond the own hotels."""

from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit.errors import Conflict, Invalid, NotFound, RuleBroken
from crm.kit.ids import new_id
from crm.staff import keys, passwords, queries, service, sessions
from crm.staff.actor import Actor, system
from crm.staff.schemas import GrantGiven, StaffJoin
from crm.staff.tables import Staff
from crm.staff.terms import Role, StaffState
from tests.factories import a_hotel, a_key, a_session, a_staff, an_actor

SENTENCE = "nine tigers drink tea at dawn"


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def it(db: Session, hotel: UUID) -> Actor:
    return an_actor(Role.IT, hotel, a_staff(db, Role.IT, hotel, name="Sun Bo"))


def joining(hotel: UUID, login: str = "lin.xia", **more: object) -> StaffJoin:
    grants = [GrantGiven(hotel_id=hotel, role=Role.FRONT_DESK)]
    return StaffJoin.model_validate({"login": login, "name": "Lin Xia", "grants": grants, **more})


def row(db: Session, staff_id: UUID) -> Staff:
    found = db.get(Staff, staff_id)
    assert found is not None
    return found


def a_key_of(db: Session, hotel: UUID, maker: UUID) -> str:
    """The secret of a key that this person made."""
    by = an_actor(Role.IT, hotel, maker)
    made = keys.create_key(db, name="k", scopes=["profile:read.basic"], hotel_id=hotel, by=by)
    return made.secret


class TestJoin:
    def test_makes_an_account_whose_first_password_must_be_changed(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        made = service.join(db, joining(hotel), by=it)
        staff = row(db, made.id)
        assert made.first_password
        assert passwords.is_right(staff.password_hash, made.first_password)
        assert made.first_password not in (staff.password_hash or "")
        assert staff.must_change_password
        assert [g.role for g in queries.staff_member(db, made.id, by=it).grants] == [
            Role.FRONT_DESK
        ]

    def test_takes_a_password_that_is_given(self, db: Session, hotel: UUID, it: Actor) -> None:
        made = service.join(db, joining(hotel, password=SENTENCE), by=it)
        assert made.first_password is None
        assert not row(db, made.id).must_change_password

    def test_refuses_a_taken_login(self, db: Session, hotel: UUID, it: Actor) -> None:
        service.join(db, joining(hotel), by=it)
        with pytest.raises(Conflict):
            service.join(db, joining(hotel), by=it)

    def test_refuses_a_hotel_out_of_reach(self, db: Session, it: Actor) -> None:
        with pytest.raises(Invalid):
            service.join(db, joining(a_hotel(db)), by=it)

    def test_the_same_role_twice_is_one_role(self, db: Session, hotel: UUID, it: Actor) -> None:
        twice = [GrantGiven(hotel_id=hotel, role=Role.IT)] * 2
        made = service.join(db, joining(hotel, grants=twice), by=it)
        assert len(queries.staff_member(db, made.id, by=it).grants) == 1


class TestGrants:
    def test_replace_the_roles_and_end_the_sessions(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        lin = a_staff(db, Role.FRONT_DESK, hotel)
        token = a_session(db, lin, hotel)
        assert sessions.identify(db, token) is not None
        service.set_grants(db, lin, [GrantGiven(hotel_id=hotel, role=Role.DUTY_MANAGER)], by=it)
        found = queries.staff_member(db, lin, by=it)
        assert [grant.role for grant in found.grants] == [Role.DUTY_MANAGER]
        assert found.version == 2
        assert sessions.identify(db, token) is None

    def test_of_other_hotels_stay(self, db: Session, hotel: UUID, it: Actor) -> None:
        other = a_hotel(db)
        lin = a_staff(db, Role.FRONT_DESK, hotel, other)
        service.set_grants(db, lin, [GrantGiven(hotel_id=hotel, role=Role.MARKETING)], by=it)
        found = queries.staff_member(db, lin, by=system())
        assert {(grant.hotel_id, grant.role) for grant in found.grants} == {
            (hotel, Role.MARKETING),
            (other, Role.FRONT_DESK),
        }

    @pytest.mark.parametrize(("gone_from", "ends"), [(0, True), (1, False)])
    def test_the_last_role_in_a_hotel_takes_the_keys_made_for_it(
        self, db: Session, hotel: UUID, gone_from: int, ends: bool
    ) -> None:
        other = a_hotel(db)
        lin = a_staff(db, Role.IT, hotel, other)
        secret = a_key_of(db, hotel, lin)
        kept = [GrantGiven(hotel_id=(other, hotel)[gone_from], role=Role.IT)]
        service.set_grants(db, lin, kept, by=system())
        assert (keys.identify(db, secret) is None) is ends

    def test_another_role_in_the_same_hotel_leaves_the_keys(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        lin = a_staff(db, Role.IT, hotel)
        secret = a_key_of(db, hotel, lin)
        service.set_grants(db, lin, [GrantGiven(hotel_id=hotel, role=Role.MARKETING)], by=it)
        assert keys.identify(db, secret) is not None

    def test_nobody_raises_himself(self, db: Session, hotel: UUID, it: Actor) -> None:
        grants = [GrantGiven(hotel_id=hotel, role=Role.GENERAL_MANAGER)]
        assert it.id is not None
        with pytest.raises(RuleBroken):
            service.set_grants(db, it.id, grants, by=it)

    def test_nobody_gives_what_lies_elsewhere(self, db: Session, hotel: UUID, it: Actor) -> None:
        other = a_hotel(db)
        lin = a_staff(db, Role.FRONT_DESK, hotel)
        with pytest.raises(Invalid):
            service.set_grants(db, lin, [GrantGiven(hotel_id=other, role=Role.IT)], by=it)


class TestLeaving:
    def test_ends_every_session_at_once_and_signs_the_deed(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        lin = a_staff(db, Role.FRONT_DESK, hotel)
        tokens = [a_session(db, lin, hotel) for _ in range(3)]
        service.disable(db, lin, by=it)
        assert [sessions.identify(db, token) for token in tokens] == [None] * 3
        deeds = db.connection().execute(
            select(AuditRow.deed, AuditRow.actor_id).where(col(AuditRow.subject_id) == lin)
        )
        assert deeds.all() == [(Deed.REVOKED, it.id)]

    def test_ends_the_keys_the_leaver_made_and_no_others(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        lin = a_staff(db, Role.IT, hotel)
        theirs = [a_key_of(db, hotel, lin) for _ in range(2)]
        another_s, the_house_s = (
            a_key_of(db, hotel, a_staff(db, Role.IT, hotel)),
            a_key(db, "profile:read.basic", hotel_id=hotel),
        )
        service.disable(db, lin, by=it)
        assert [keys.identify(db, secret) for secret in theirs] == [None, None]
        assert all(keys.identify(db, secret) for secret in (another_s, the_house_s))
        signed = db.connection().execute(
            select(AuditRow.deed, AuditRow.actor_id).where(
                col(AuditRow.subject) == "api_key", col(AuditRow.deed) == Deed.REVOKED
            )
        )
        assert signed.all() == [(Deed.REVOKED, it.id)] * 2

    def test_can_be_taken_back_but_not_the_sessions(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        lin = a_staff(db, Role.FRONT_DESK, hotel)
        token = a_session(db, lin, hotel)
        service.disable(db, lin, by=it)
        service.enable(db, lin, by=it)
        assert row(db, lin).state is StaffState.ACTIVE
        assert sessions.identify(db, token) is None

    def test_nobody_locks_himself_out(self, db: Session, it: Actor) -> None:
        assert it.id is not None
        with pytest.raises(RuleBroken):
            service.disable(db, it.id, by=it)

    @pytest.mark.parametrize("deed", [service.disable, service.enable, service.reset_password])
    def test_a_stranger_s_account_is_not_there(self, db: Session, it: Actor, deed) -> None:
        stranger = a_staff(db, Role.FRONT_DESK, a_hotel(db))
        with pytest.raises(NotFound):
            deed(db, stranger, by=it)
        with pytest.raises(NotFound):
            deed(db, new_id(), by=it)


class TestPasswords:
    def test_a_reset_makes_a_first_one_and_opens_the_lock(
        self, db: Session, hotel: UUID, it: Actor
    ) -> None:
        lin = a_staff(db, Role.FRONT_DESK, hotel, failed_sign_ins=10)
        token = a_session(db, lin, hotel)
        first = service.reset_password(db, lin, by=it)
        staff = row(db, lin)
        assert passwords.is_right(staff.password_hash, first)
        assert (staff.must_change_password, staff.failed_sign_ins) == (True, 0)
        assert sessions.identify(db, token) is None

    def test_one_s_own_is_changed_by_who_knows_it(self, db: Session, hotel: UUID) -> None:
        lin = a_staff(
            db,
            Role.FRONT_DESK,
            hotel,
            must_change_password=True,
            password_hash=passwords.hash_password(SENTENCE, login="lin"),
        )
        me = an_actor(Role.FRONT_DESK, hotel, lin)
        with pytest.raises(RuleBroken):
            service.change_password(db, "not it", "seven geese cross the lake", by=me)
        service.change_password(db, SENTENCE, "seven geese cross the lake", by=me)
        staff = row(db, lin)
        assert passwords.is_right(staff.password_hash, "seven geese cross the lake")
        assert not staff.must_change_password

    def test_a_change_ends_the_other_sessions_of_the_account(
        self, db: Session, hotel: UUID
    ) -> None:
        hashed = passwords.hash_password(SENTENCE, login="lin")
        lin = a_staff(db, Role.FRONT_DESK, hotel, password_hash=hashed)
        mine, forgotten = a_session(db, lin, hotel), a_session(db, lin, hotel)
        service.change_password(
            db,
            SENTENCE,
            "seven geese cross the lake",
            by=an_actor(Role.FRONT_DESK, hotel, lin),
            session=sessions.token_hash(mine),
        )
        assert sessions.identify(db, mine) is not None
        assert sessions.identify(db, forgotten) is None

    @pytest.mark.parametrize(
        ("password", "code"),
        [
            ("short", "password_length"),
            ("x" * 129, "password_length"),
            ("x" * 10**6, "password_length"),
            ("aaaaaaaaaaaaaaaa", "password_common"),
            ("abababababababab", "password_common"),
            ("lin.xia is my name", "password_common"),
            ("passwordpassword", "password_common"),
        ],
    )
    def test_weak_ones_are_refused(self, password: str, code: str) -> None:
        with pytest.raises(Invalid) as refused:
            passwords.hash_password(password, login="lin.xia")
        assert refused.value.code == code

    @pytest.mark.parametrize(
        "password", [SENTENCE, "九只老虎清晨喝茶在湖边慢慢走", "🐯🐅🍵🌅🏯🦆🌊🚣🎣🐟🐠🐡"]
    )
    def test_any_script_is_good(self, password: str) -> None:
        hashed = passwords.hash_password(password, login="lin")
        assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert passwords.is_right(hashed, password)
        assert not passwords.is_right(hashed, password + "x")

    def test_the_same_letters_in_other_bytes_are_the_same(self) -> None:
        hashed = passwords.hash_password("cafe\u0301 au lait, s'il vous plait", login="x")
        assert passwords.is_right(hashed, "caf\u00e9 au lait, s'il vous plait")

    def test_an_account_without_one_opens_for_nobody(self) -> None:
        assert not passwords.is_right(None, "")
        assert not passwords.is_right("broken", "x")


class TestColleagues:
    def test_are_those_at_work_here(self, db: Session, hotel: UUID, it: Actor) -> None:
        a_staff(db, Role.MARKETING, hotel, name="Anna")
        a_staff(db, Role.MARKETING, hotel, name="Gone", state=StaffState.DISABLED)
        a_staff(db, Role.MARKETING, a_hotel(db), name="Elsewhere")
        assert [name for _, name in queries.colleagues(db, by=it)] == ["Anna", "Sun Bo"]
