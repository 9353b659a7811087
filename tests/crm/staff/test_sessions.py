"""Signing in: throttled, locked, the same for every failure; sessions end by themselves."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from crm.kit import clock
from crm.kit.errors import NotAllowed, RuleBroken
from crm.staff import passwords, sessions
from crm.staff.tables import SignInAttempt, Staff, StaffSession
from crm.staff.terms import Role, StaffState
from tests.factories import a_hotel, a_staff, an_actor

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SENTENCE = "nine tigers drink tea at dawn"
HASH = passwords.hash_password(SENTENCE, login="x")
HERE = "203.0.113.7"


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


@pytest.fixture
def lin(db: Session, hotel: UUID) -> UUID:
    return a_staff(db, Role.FRONT_DESK, hotel, login="lin.xia", password_hash=HASH)


def tries(db: Session, number: int, login: str = "lin.xia", address: str = HERE) -> None:
    for _ in range(number):
        sessions.check_password(db, login, "wrong", address)


class TestPassword:
    def test_opens_and_is_noted(self, db: Session, lin: UUID) -> None:
        assert sessions.check_password(db, "  Lin.Xia ", SENTENCE, HERE) == lin
        attempt = db.connection().execute(
            select(SignInAttempt.login, SignInAttempt.went_well, SignInAttempt.address)
        )
        assert attempt.all() == [("lin.xia", True, HERE)]

    @pytest.mark.parametrize(
        ("login", "password"),
        [("lin.xia", "wrong"), ("nobody", SENTENCE), ("", ""), ("x" * 5000, "y" * 200)],
    )
    def test_everything_else_is_none(
        self, db: Session, lin: UUID, login: str, password: str
    ) -> None:
        assert sessions.check_password(db, login, password, HERE) is None

    def test_a_disabled_account_is_none(self, db: Session, lin: UUID) -> None:
        staff = db.get(Staff, lin)
        assert staff is not None
        staff.state = StaffState.DISABLED
        db.add(staff)
        db.flush()
        assert sessions.check_password(db, "lin.xia", SENTENCE, HERE) is None

    def test_locks_after_ten_failures_and_opens_after_a_while(self, db: Session, lin: UUID) -> None:
        with clock.frozen(NOON):
            tries(db, sessions.LOCK_AFTER)
            assert sessions.check_password(db, "lin.xia", SENTENCE, HERE) is None
        with clock.frozen(NOON + sessions.LOCKED_FOR):
            assert sessions.check_password(db, "lin.xia", SENTENCE, HERE) == lin
        db.expire_all()
        staff = db.get(Staff, lin)
        assert staff is not None
        assert (staff.failed_sign_ins, staff.locked_until) == (0, None)


MOST = sessions.SignInLimits()


class TestThrottle:
    def test_by_account(self, db: Session, lin: UUID) -> None:
        with clock.frozen(NOON):
            tries(db, MOST.account - 1)
            sessions.may_try(db, "lin.xia", HERE)
            tries(db, 1)
            with pytest.raises(RuleBroken):
                sessions.may_try(db, "LIN.XIA", "198.51.100.1")
            sessions.may_try(db, "somebody.else", "198.51.100.1")

    def test_by_address_across_accounts(self, db: Session) -> None:
        with clock.frozen(NOON):
            for no in range(MOST.address):
                tries(db, 1, login=f"guess{no}")
            with pytest.raises(RuleBroken):
                sessions.may_try(db, "fresh", HERE)
            sessions.may_try(db, "fresh", "198.51.100.1")

    def test_of_the_whole_house(self, db: Session) -> None:
        few = sessions.SignInLimits(overall=12)
        with clock.frozen(NOON):
            for no in range(12):
                sessions.may_try(db, "fresh", "198.51.100.99", limits=few)
                sessions.check_password(db, f"guess{no}", "wrong", f"198.51.100.{no}")
            with pytest.raises(RuleBroken):
                sessions.may_try(db, "fresh", "198.51.100.99", limits=few)

    def test_those_that_went_well_do_not_count(self, db: Session, lin: UUID) -> None:
        with clock.frozen(NOON):
            for _ in range(MOST.account + 2):
                sessions.may_try(db, "lin.xia", HERE)
                assert sessions.check_password(db, "lin.xia", SENTENCE, HERE) == lin

    def test_is_over_after_five_minutes(self, db: Session, lin: UUID) -> None:
        with clock.frozen(NOON):
            tries(db, MOST.account)
        with clock.frozen(NOON + sessions.THROTTLE_SPAN):
            sessions.may_try(db, "lin.xia", HERE)


class TestSession:
    def test_says_when_somebody_came_in_last(self, db: Session, lin: UUID) -> None:
        with clock.frozen(NOON):
            sessions.sign_in(db, lin)
        assert db.scalar(select(Staff.last_sign_in_at).where(Staff.id == lin)) == NOON

    def test_keeps_only_a_hash_of_the_token(self, db: Session, lin: UUID) -> None:
        fresh = sessions.sign_in(db, lin)
        kept = db.connection().execute(select(StaffSession.token_hash, StaffSession.csrf)).one()
        assert fresh.token not in kept
        assert kept == (sessions.token_hash(fresh.token), fresh.csrf)
        assert len(fresh.token) >= 43

    def test_is_a_new_one_each_time(self, db: Session, lin: UUID) -> None:
        assert sessions.sign_in(db, lin).token != sessions.sign_in(db, lin).token

    def test_needs_a_role_somewhere(self, db: Session) -> None:
        with pytest.raises(NotAllowed):
            sessions.sign_in(db, a_staff(db, Role.FRONT_DESK))

    def test_brings_the_roles_of_the_hotel_worked_for(self, db: Session, hotel: UUID) -> None:
        other = a_hotel(db)
        both = a_staff(db, Role.DUTY_MANAGER, hotel, other)
        fresh = sessions.sign_in(db, both)
        found = sessions.identify(db, fresh.token)
        assert found is not None
        assert found.roles == (Role.DUTY_MANAGER,)
        assert found.actor.hotel_ids == {hotel, other}
        assert found.actor.may("complaints.read")
        assert not found.actor.may("staff.edit")

    @pytest.mark.parametrize(
        ("role", "minutes", "lives"),
        [
            (Role.FRONT_DESK, 15, True),
            (Role.FRONT_DESK, 16, False),
            (Role.MARKETING, 30, True),
            (Role.MARKETING, 31, False),
        ],
    )
    def test_idles_out_sooner_at_the_desk(
        self, db: Session, hotel: UUID, role: Role, minutes: int, lives: bool
    ) -> None:
        with clock.frozen(NOON):
            fresh = sessions.sign_in(db, a_staff(db, role, hotel))
        with clock.frozen(NOON + timedelta(minutes=minutes)):
            assert (sessions.identify(db, fresh.token) is not None) is lives

    def test_lives_twelve_hours_at_most(self, db: Session, lin: UUID) -> None:
        with clock.frozen(NOON):
            fresh = sessions.sign_in(db, lin)
        for minutes in range(10, 12 * 60 + 1, 10):
            with clock.frozen(NOON + timedelta(minutes=minutes)):
                assert sessions.identify(db, fresh.token) is not None
                sessions.touch(db, sessions.token_hash(fresh.token))
        with clock.frozen(NOON + timedelta(hours=12, seconds=1)):
            assert sessions.identify(db, fresh.token) is None

    def test_ends_by_signing_out_and_stays_ended(self, db: Session, lin: UUID, hotel: UUID) -> None:
        fresh, other = sessions.sign_in(db, lin), sessions.sign_in(db, lin)
        me = an_actor(Role.FRONT_DESK, hotel, lin)
        sessions.sign_out(db, sessions.token_hash(fresh.token), by=me)
        assert sessions.identify(db, fresh.token) is None
        assert sessions.identify(db, other.token) is not None

    def test_a_made_up_token_is_nobody(self, db: Session, lin: UUID) -> None:
        fresh = sessions.sign_in(db, lin)
        for made_up in ("", "x", fresh.token[:-1], sessions.token_hash(fresh.token)):
            assert sessions.identify(db, made_up) is None

    def test_costs_one_statement(self, db: Session, lin: UUID, queries) -> None:
        fresh = sessions.sign_in(db, lin)
        with queries(1):
            sessions.identify(db, fresh.token)

    def test_works_for_another_hotel_only_with_a_role_there(
        self, db: Session, lin: UUID, hotel: UUID
    ) -> None:
        fresh = sessions.sign_in(db, lin)
        me = an_actor(Role.FRONT_DESK, hotel, lin)
        with pytest.raises(NotAllowed):
            sessions.switch_hotel(db, sessions.token_hash(fresh.token), a_hotel(db), by=me)
        found = db.connection().scalar(
            select(col(StaffSession.hotel_id)).where(
                col(StaffSession.token_hash) == sessions.token_hash(fresh.token)
            )
        )
        assert found == hotel
