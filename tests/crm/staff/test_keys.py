"""API keys: shown once, kept as a hash, bound to scopes and a hotel, over when revoked or ended."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import Session

from crm.kit import clock
from crm.kit.errors import Invalid, NotFound
from crm.staff import keys, queries
from crm.staff.actor import system
from crm.staff.policy import policy
from crm.staff.tables import ApiKey
from crm.staff.terms import ActorKind, Role
from tests.factories import a_hotel, an_actor

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def hotel(db: Session) -> UUID:
    return a_hotel(db)


def made(db: Session, hotel: UUID | None, *scopes: str, **more) -> keys.FreshKey:
    return keys.create_key(
        db,
        name="PMS",
        scopes=scopes or ("report:aggregate",),
        hotel_id=hotel,
        by=system(),
        **more,
    )


class TestMaking:
    def test_keeps_no_secret(self, db: Session, hotel: UUID) -> None:
        fresh = made(db, hotel)
        kept = db.connection().execute(select(ApiKey.__table__)).one()
        assert fresh.secret.startswith(keys.PREFIX)
        assert kept.prefix == fresh.secret[:12]
        assert fresh.secret not in [str(value) for value in kept]
        listed = queries.key_list(db, by=system())[0].model_dump_json()
        assert fresh.secret not in listed
        assert "token_hash" not in listed

    @pytest.mark.parametrize("scopes", [[], ["everything"], ["report:aggregate", "*"]])
    def test_names_scopes_that_are_none(self, db: Session, hotel: UUID, scopes: list[str]) -> None:
        with pytest.raises(Invalid) as refused:
            keys.create_key(db, name="x", scopes=scopes, hotel_id=hotel, by=system())
        assert "report:aggregate" in refused.value.message

    def test_by_somebody_of_one_hotel_is_for_that_hotel(self, db: Session, hotel: UUID) -> None:
        it, other = an_actor(Role.IT, hotel), a_hotel(db)
        scopes = ["report:aggregate"]
        keys.create_key(db, name="x", scopes=scopes, hotel_id=hotel, by=it)
        for elsewhere in (other, None):
            with pytest.raises(Invalid):
                keys.create_key(db, name="x", scopes=scopes, hotel_id=elsewhere, by=it)


class TestUsing:
    def test_is_the_actor_of_its_scopes_and_hotel(self, db: Session, hotel: UUID) -> None:
        a_hotel(db)
        used = keys.identify(db, made(db, hotel, "profile:read.basic").secret)
        assert used is not None
        actor = used.actor
        assert (actor.kind, actor.hotel_ids) == (ActorKind.KEY, {hotel})
        assert actor.permissions == policy().scopes["profile:read.basic"]
        assert actor.staff_id is None

    def test_for_all_hotels_reaches_all(self, db: Session, hotel: UUID) -> None:
        other = a_hotel(db)
        used = keys.identify(db, made(db, None).secret)
        assert used is not None
        assert used.actor.hotel_ids >= {hotel, other}

    def test_ends_on_its_day(self, db: Session, hotel: UUID) -> None:
        with clock.frozen(NOON):
            fresh = made(db, hotel, expires_at=NOON + timedelta(days=1))
        with clock.frozen(NOON + timedelta(days=1) - timedelta(seconds=1)):
            assert keys.identify(db, fresh.secret) is not None
        with clock.frozen(NOON + timedelta(days=1)):
            assert keys.identify(db, fresh.secret) is None

    def test_opens_nothing_once_revoked(self, db: Session, hotel: UUID) -> None:
        fresh = made(db, hotel)
        keys.revoke_key(db, fresh.id, by=system())
        assert keys.identify(db, fresh.secret) is None
        with pytest.raises(NotFound):
            keys.revoke_key(db, fresh.id, by=system())

    def test_another_hotel_s_key_cannot_be_revoked(self, db: Session, hotel: UUID) -> None:
        fresh = made(db, hotel)
        with pytest.raises(NotFound):
            keys.revoke_key(db, fresh.id, by=an_actor(Role.IT, a_hotel(db)))
        assert keys.identify(db, fresh.secret) is not None

    def test_a_typing_error_costs_no_statement(self, db: Session, hotel: UUID, queries) -> None:
        secret = made(db, hotel).secret
        at = len(secret) // 2
        wrong = secret[:at] + ("A" if secret[at] != "A" else "B") + secret[at + 1 :]
        with queries(0):
            assert keys.identify(db, wrong) is None

    @given(st.text(max_size=120))
    def test_whatever_is_typed_never_reaches_the_database(self, text: str) -> None:
        """A made-up text fits its checksum once in four thousand million times."""
        assert keys.identify(None, text) is None  # type: ignore[arg-type]


def test_listing_shows_the_keys_within_reach(db: Session, hotel: UUID) -> None:
    other = a_hotel(db)
    here, everywhere, there = made(db, hotel), made(db, None), made(db, other)
    seen = {row.id for row in queries.key_list(db, by=an_actor(Role.IT, hotel))}
    assert seen == {here.id, everywhere.id}
    assert there.id not in seen
