"""What is known of the demo's guests follows from what was noticed, by the product's own rules."""

from collections import Counter
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.kit import clock
from crm.kit.db import Database
from crm.preferences import claims
from crm.preferences.tables import Observation, Preference
from crm.preferences.terms import ObservationState, PreferenceStatus, ReviewPolicy
from crm.staff.actor import system
from lab.demo.dressing import World


def waiting(db: Session) -> list[Any]:
    rows = db.connection().execute(
        select(Observation.__table__).where(  # type: ignore[attr-defined]
            col(Observation.state) == ObservationState.WAITING
        )
    )
    return list(rows)


class TestClaims:
    def test_every_claim_stands_as_the_rules_say(self, filled_db: Session, world: World) -> None:
        """Settling anew finds nothing to change: neither state, dates, words nor who gave way."""
        guests = sorted({wish.guest for wish in world.wishes})
        with clock.frozen(world.now):
            changed = [
                guest
                for guest in guests[:150] + [role.person.key for role in world.roles]
                if claims.settle(filled_db, guest, by=system(), hotel_id=None)
            ]
        assert changed == []

    def test_a_claim_that_is_touched_is_found_by_that(
        self, filled_db: Session, world: World
    ) -> None:
        row = filled_db.connection().execute(
            select(col(Preference.id), col(Preference.guest_id))
            .where(col(Preference.status) == PreferenceStatus.SEEN_TWICE)
            .limit(1)
        ).one()  # fmt: skip
        claim = filled_db.get(Preference, row.id)
        assert claim is not None
        claim.status = PreferenceStatus.CONFIRMED
        with clock.frozen(world.now):
            assert claims.settle(filled_db, row.guest_id, by=system(), hotel_id=None) == [row.id]

    def test_nothing_is_carried_where_there_are_sightings(self, filled: Database) -> None:
        with filled.reading() as db:
            bare = db.connection().execute(
                select(col(Preference.status), func.count())
                .outerjoin(Observation, col(Observation.preference_id) == col(Preference.id))
                .where(col(Observation.id).is_(None))
                .group_by(col(Preference.status))
            )
            assert {status for status, _ in bare} <= {PreferenceStatus.PROPOSED}
            assert db.connection().scalar(select(func.sum(col(Preference.carried)))) == 0

    def test_some_have_run_out_and_some_gave_way(self, filled: Database) -> None:
        with filled.reading() as db:
            counts = Counter(db.connection().scalars(select(col(Preference.status))))
        assert counts[PreferenceStatus.RETIRED] >= 2
        assert counts[PreferenceStatus.CONFIRMED] > counts[PreferenceStatus.SEEN_TWICE] > 20


class TestInbox:
    def test_sixty_wait_of_all_ages(self, filled: Database, world: World) -> None:
        with filled.reading() as db:
            ages = [(world.now - row.entered_at).total_seconds() / 3600 for row in waiting(db)]
        lights = Counter(("fresh", "amber", "red")[(age > 24) + (age > 48)] for age in ages)
        assert lights == {"fresh": 36, "amber": 16, "red": 8}

    def test_and_of_all_kinds(self, filled: Database) -> None:
        with filled.reading() as db:
            rows = waiting(db)
        free = [row for row in rows if row.code is None]
        assert len(free) > 20
        assert sum(bool(row.suggested) for row in free) > 10
        assert {caution for row in free for caution in row.cautions} >= {
            "judgement", "diagnosis", "religion",
        }  # fmt: skip
        held = [r for r in rows if r.code and r.policy is ReviewPolicy.BEFORE_ANYONE]
        counting = [r for r in rows if r.policy is ReviewPolicy.WITHIN_A_DAY]
        assert len(held) > 8
        assert len(counting) > 8
        assert all(row.preference_id is None for row in [*held, *free])
        assert all(row.preference_id for row in counting)

    def test_noters_have_replies_to_read(self, filled: Database, world: World) -> None:
        with filled.reading() as db:
            rows = db.connection().execute(
                select(col(Observation.state), col(Observation.reply), col(Observation.used_at))
                .where(
                    col(Observation.reviewed_at) > world.now - timedelta(days=9),
                    col(Observation.seen_by_noter_at).is_(None),
                )
            ).all()  # fmt: skip
        assert {row.state for row in rows} == {ObservationState.ACCEPTED, ObservationState.REJECTED}
        assert any(row.reply for row in rows)
        assert any(row.used_at for row in rows)
