"""Cursors, ids, the clock, leases, column types, answers that are remembered, errors' words."""

import time
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from crm.kit import clock, external_refs, housekeeping_jobs, jobs, leases, remembered
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.errors import Conflict, CrmError, Invalid, NotAllowed, NotFound, RuleBroken
from crm.kit.ids import REFERENCE_ALPHABET, new_id, new_reference
from crm.kit.paging import read_cursor, write_cursor
from crm.kit.tables import JobRow, RememberedAnswer

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
PART = st.one_of(st.none(), st.text(max_size=20), st.integers(-(2**53), 2**53))


class TestCursor:
    @given(st.lists(PART, min_size=1, max_size=4))
    def test_comes_back_as_it_went(self, parts: list[str | int | None]) -> None:
        assert read_cursor(write_cursor(*parts), len(parts)) == parts

    @given(st.text(max_size=600))
    def test_nothing_else_is_one(self, text: str) -> None:
        assert self._length(text) in {"cursor", 2}

    @staticmethod
    def _length(text: str) -> str | int:
        try:
            return len(read_cursor(text, 2) or [])
        except Invalid as refused:
            return refused.code

    @pytest.mark.parametrize(
        "cursor",
        ["", "!", "W10=", write_cursor("a"), write_cursor("a", "b", "c"), "WzEsdHJ1ZV0=", "é"],
    )
    def test_broken_ones_are_refused(self, cursor: str) -> None:
        with pytest.raises(Invalid):
            read_cursor(cursor, 2)

    def test_none_is_the_first_page(self) -> None:
        assert read_cursor(None, 2) is None


class TestIds:
    def test_are_version_7_and_grow_with_time(self) -> None:
        early = new_id()
        time.sleep(0.002)
        late = new_id()
        assert (early.version, late.version) == (7, 7)
        assert early < late

    def test_are_never_made_twice(self) -> None:
        assert len({new_id() for _ in range(5000)}) == 5000

    def test_references_can_be_read_aloud(self) -> None:
        for _ in range(200):
            prefix, _, body = new_reference("G").partition("-")
            assert prefix == "G"
            assert len(body) == 6
            assert set(body) <= set(REFERENCE_ALPHABET)
        assert not set("01OI") & set(REFERENCE_ALPHABET)


class TestClock:
    def test_is_aware_and_in_utc(self) -> None:
        assert clock.now().tzinfo is UTC

    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            ("Asia/Shanghai", date(2026, 11, 25)),
            ("UTC", date(2026, 11, 24)),
            ("America/Los_Angeles", date(2026, 11, 24)),
            ("Pacific/Kiritimati", date(2026, 11, 25)),
        ],
    )
    def test_a_day_belongs_to_a_zone(self, zone: str, day: date) -> None:
        with clock.frozen(NOON + timedelta(hours=5)):
            assert clock.today_in(zone) == day

    def test_can_be_stopped_within_a_stop(self) -> None:
        with clock.frozen(NOON):
            with clock.frozen(NOON + timedelta(days=1)):
                assert clock.now() == NOON + timedelta(days=1)
            assert clock.now() == NOON
        assert clock.now() != NOON

    def test_cannot_be_stopped_at_a_naive_time(self) -> None:
        with pytest.raises(ValueError), clock.frozen(datetime(2026, 1, 1)):
            pass


class TestLease:
    def test_has_one_holder_until_it_is_over(self, db: Session) -> None:
        with clock.frozen(NOON):
            assert leases.take(db, "tick", "a", seconds=60)
            assert not leases.take(db, "tick", "b", seconds=60)
            assert leases.take(db, "other", "b", seconds=60)
        with clock.frozen(NOON + timedelta(seconds=59)):
            assert leases.take(db, "tick", "a", seconds=60), "the holder keeps it"
        with clock.frozen(NOON + timedelta(seconds=118)):
            assert not leases.take(db, "tick", "b", seconds=60)
        with clock.frozen(NOON + timedelta(seconds=119)):
            assert leases.take(db, "tick", "b", seconds=60)
            assert not leases.take(db, "tick", "a", seconds=60)


class Colour(StrEnum):
    RED = "red"


class TestColumnTypes:
    @pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])
    def test_values_come_back_as_they_went(self, dialect) -> None:
        identity = new_id()
        for kind, value in ((Key(), identity), (StrEnumText(Colour), Colour.RED)):
            stored = kind.process_bind_param(value, dialect)
            assert kind.process_result_value(stored, dialect) == value
            assert kind.process_bind_param(None, dialect) is None
            assert kind.process_result_value(None, dialect) is None

    def test_a_key_takes_sixteen_bytes_on_sqlite(self) -> None:
        stored = Key().process_bind_param(new_id(), sqlite.dialect())
        assert isinstance(stored, bytes)
        assert len(stored) == 16

    def test_a_word_that_is_none_is_refused(self) -> None:
        with pytest.raises(ValueError):
            StrEnumText(Colour).process_bind_param("blue", sqlite.dialect())

    def test_documents_are_binary_json_where_that_exists(self) -> None:
        assert "JSONB" in str(JsonDoc().compile(dialect=postgresql.dialect()))
        assert "JSON" in str(JsonDoc().compile(dialect=sqlite.dialect()))

    def test_a_key_and_a_document_survive_the_database(self, db: Session) -> None:
        ours = new_id()
        external_refs.link(db, "pms", "guest", "42", ours)
        assert external_refs.find(db, "pms", "guest", "42") == ours
        jobs.enqueue(db, "test.any", {"deep": [1, {"名": None}]})
        assert db.connection().scalar(select(JobRow.payload)) == {"deep": [1, {"名": None}]}


class TestExternalRefs:
    def test_name_one_thing_in_one_system(self, db: Session) -> None:
        one, two = new_id(), new_id()
        external_refs.link(db, "pms", "guest", "1", one)
        external_refs.link(db, "crm", "guest", "1", two)
        external_refs.link(db, "pms", "stay", "1", two)
        assert external_refs.find(db, "pms", "guest", "1") == one
        assert external_refs.find(db, "pms", "guest", "2") is None
        assert external_refs.of(db, two) == [("crm", "guest", "1"), ("pms", "stay", "1")]

    def test_are_found_by_the_thousand(self, db: Session) -> None:
        known = {str(no): new_id() for no in range(900)}
        for text, ours in known.items():
            external_refs.link(db, "pms", "guest", text, ours)
        asked = [str(no) for no in range(1000)]
        assert external_refs.find_many(db, "pms", "guest", asked) == known

    def test_a_foreign_id_that_is_taken_is_refused(self, db: Session) -> None:
        external_refs.link(db, "pms", "guest", "1", new_id())
        with pytest.raises(Exception, match=r"(?i)unique"):
            external_refs.link(db, "pms", "guest", "1", new_id())


class TestRemembered:
    def keep(self, db: Session, key: str) -> None:
        assert remembered.reserve(db, "actor", key, request_hash="h") is None
        remembered.keep(db, "actor", key, status=201, headers={"A": "b"}, body=b"{}")

    def test_an_answer_is_found_by_actor_and_key(self, db: Session) -> None:
        self.keep(db, "k")
        found = remembered.find(db, "actor", "k")
        assert found is not None
        assert (found.status, bytes(found.body), found.headers) == (201, b"{}", {"A": "b"})
        assert remembered.find(db, "somebody else", "k") is None

    def test_a_key_that_is_taken_shows_what_was_answered(self, db: Session) -> None:
        self.keep(db, "k")
        before = remembered.reserve(db, "actor", "k", request_hash="another")
        assert before is not None
        assert (before.request_hash, before.status, bytes(before.body)) == ("h", 201, b"{}")

    def test_old_answers_and_finished_jobs_are_forgotten(self, db: Session) -> None:
        with clock.frozen(NOON):
            self.keep(db, "old")
            jobs.enqueue(db, "test.done", key="done")
            jobs.enqueue(db, "test.open", key="open")
            db.connection().execute(
                JobRow.__table__.update()  # type: ignore[attr-defined]
                .where(JobRow.__table__.c.name == "test.done")  # type: ignore[attr-defined]
                .values(done_at=NOON)
            )
        with clock.frozen(NOON + remembered.KEPT_FOR + timedelta(seconds=1)):
            self.keep(db, "new")
            housekeeping_jobs.forget(db, {})
            kept = db.connection().execute(select(RememberedAnswer.key)).scalars().all()
            assert kept == ["new"]
        with clock.frozen(NOON + housekeeping_jobs.DONE_KEPT_FOR + timedelta(seconds=1)):
            housekeeping_jobs.forget(db, {})
            assert db.connection().execute(select(JobRow.key)).scalars().all() == ["open"]


class TestErrors:
    def test_five_kinds(self) -> None:
        kinds = {each.kind for each in (NotFound, NotAllowed, Conflict, RuleBroken, Invalid)}
        assert kinds == {"not_found", "not_allowed", "conflict", "rule_broken", "invalid"}

    def test_places_are_filled_in_every_language(self) -> None:
        error = CrmError("At most %(most)s rooms.", "rooms", most=3)
        assert str(error) == error.message == "At most 3 rooms."
        assert error.in_words("最多 %(most)s 间。") == "最多 3 间。"

    def test_a_percent_sign_is_no_place(self) -> None:
        assert CrmError("100 % sure", "x").message == "100 % sure"


def test_ids_are_uuids() -> None:
    assert isinstance(new_id(), UUID)
