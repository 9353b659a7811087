"""The chain: rows are sealed in batches, late ones too, and nothing sealed can change unnoticed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from crm.audit import jobs, sealing, service, verifying, witness
from crm.audit.digests import Keyring
from crm.audit.schemas import Verdict
from crm.audit.tables import AuditRow, AuditSeal
from crm.audit.terms import Deed, Fault, SealKind
from crm.kit import clock, settings
from crm.kit.db import Database
from crm.kit.errors import RuleBroken
from crm.kit.ids import instant_of, new_id
from crm.kit.settings import Settings, in_force, put_in_force
from crm.staff.actor import system
from migrations import append_only

ROWS, SEALS = AuditRow.__table__, AuditSeal.__table__
OTHER = "another-secret-key-that-came-before-9876543210"


@pytest.fixture(autouse=True)
def house(tmp_path: Path) -> Iterator[Path]:
    """Settings with a data folder of this test."""
    before = in_force()
    put_in_force(before.model_copy(update={"data_dir": tmp_path / "data"}))
    yield tmp_path / "data"
    put_in_force(before)


def write(database: Database, number: int = 1) -> list[UUID]:
    """Rows as the house writes them; their ids."""
    with database.writing() as db:
        return [
            service.note(
                db, Deed.REVEALED, by=system(), subject="guest", guest_id=new_id(),
                fields=["guest.phone:1"], purpose=f"call back about a booking {no}",
            )
            for no in range(number)
        ]  # fmt: skip


def keep(database: Database, **more: timedelta) -> int:
    with database.writing() as db:
        return sealing.keep(db, in_force().data_dir, **more)


def verdict(database: Database, *secrets: str, since: datetime | None = None) -> Verdict:
    keys = Keyring([in_force().secret(), *secrets])
    told = witness.read(witness.folder_of(in_force().data_dir), keys)
    with database.reading() as db:
        return verifying.verify(db, keys=keys, witnessed=told, since=since)


def as_attacker(database: Database, *statements: sa.Executable) -> None:
    with database.writing() as db:
        append_only.drop(db.connection())
        for statement in statements:
            db.connection().execute(statement)


def seals(database: Database) -> list[sa.Row]:
    with database.reading() as db:
        return list(db.connection().execute(sa.select(SEALS).order_by(SEALS.c.no)))


class TestSealing:
    def test_every_row_is_sealed_once_and_the_chain_is_sound(self, database: Database) -> None:
        for number in (3, 1, 5):
            write(database, number)
            assert keep(database) == number
        assert keep(database) == 0
        found = verdict(database)
        assert found.is_sound
        assert (found.rows, found.seals, found.waiting, found.witnessed) == (9, 3, 0, 3)
        assert [seal.total for seal in seals(database)] == [3, 4, 9]

    def test_rows_wait_before_they_are_sealed(self, database: Database) -> None:
        write(database, 2)
        found = verdict(database)
        assert found.is_sound
        assert found.waiting == 2
        assert not found.waits_too_long

    def test_a_big_batch_becomes_several_seals(
        self, database: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sealing, "MEMBERS_MAX", 4)
        monkeypatch.setattr(sealing, "PAGE", 3)
        monkeypatch.setattr(verifying, "PAGE", 3)
        write(database, 11)
        assert keep(database) == 11
        assert [seal.rows for seal in seals(database)] == [4, 4, 3]
        assert verdict(database).is_sound

    def test_a_row_that_became_visible_late_is_sealed_by_a_later_seal(
        self, database: Database
    ) -> None:
        late = service.audit_values(Deed.VIEWED, by=system(), subject="guest")
        write(database, 2)
        assert keep(database) == 2
        with database.writing() as db:
            service.note_many(db, [late])
        assert keep(database) == 1
        first, second = seals(database)
        assert second.first_id == late["id"] < first.first_id
        assert verdict(database).is_sound

    def test_a_row_that_took_hours_is_sealed_by_the_nightly_look(self, database: Database) -> None:
        with clock.frozen(datetime(2026, 11, 24, 3, tzinfo=UTC)):
            late = service.audit_values(Deed.VIEWED, by=system(), subject="guest")
        late["id"] = UUID(int=late["id"].int - (7_200_000 << 80))  # stamped two hours before
        late["digest"] = service.key_in_force().digest(service._FORM.of(late))
        write(database, 2)
        keep(database)
        with database.writing() as db:
            service.note_many(db, [late])
        assert keep(database) == 0
        assert keep(database, look_back=sealing.LATE) == 1
        assert verdict(database).is_sound

    def test_a_row_that_no_look_found_is_named(self, database: Database) -> None:
        old = service.audit_values(Deed.VIEWED, by=system(), subject="guest")
        old["id"] = UUID(int=old["id"].int - (5 * 86_400_000 << 80))
        old["digest"] = service.key_in_force().digest(service._FORM.of(old))
        write(database)
        keep(database)
        with database.writing() as db:
            service.note_many(db, [old])
        keep(database, look_back=sealing.LATE)
        found = verdict(database)
        assert [(d.fault, d.name) for d in found.differences] == [(Fault.LATE, str(old["id"]))]

    def test_the_job_seals(self, database: Database) -> None:
        write(database)
        with database.writing() as db:
            jobs.seal(db, {})
        with database.writing() as db:
            jobs.seal_late(db, {})
        assert verdict(database).waiting == 0

    def test_nothing_is_told_outside_that_was_not_committed(
        self, database: Database, house: Path
    ) -> None:
        write(database)

        def half() -> None:
            with database.writing() as db:
                sealing.keep(db, house)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            half()
        assert witness.newest(house) is None
        assert keep(database) == 1
        assert witness.newest(house).no == 1

    def test_what_could_not_be_told_is_told_at_the_next_time(
        self, database: Database, house: Path
    ) -> None:
        write(database)
        keep(database)
        witness.forget(house)
        keep(database)
        assert witness.newest(house).no == 1

    def test_rows_from_before_there_were_digests_are_adopted_once(self, database: Database) -> None:
        names = write(database, 3)
        as_attacker(database, ROWS.update().where(ROWS.c.id != names[2]).values(digest=None))
        assert verdict(database).is_sound
        assert keep(database) == 3
        assert [seal.kind for seal in seals(database)] == [SealKind.ADOPTED, SealKind.ROWS]
        assert verdict(database).is_sound
        as_attacker(database, ROWS.update().where(ROWS.c.id == names[1]).values(purpose="so"))
        assert verdict(database).counts == {Fault.CHANGED: 1}
        write(database)
        as_attacker(database, ROWS.update().where(ROWS.c.digest.isnot(None)).values(digest=None))
        keep(database)
        assert verdict(database).counts[Fault.INSERTED] >= 1


class TestWhatIsFound:
    @pytest.fixture
    def names(self, database: Database) -> list[UUID]:
        names = write(database, 4)
        keep(database)
        names += write(database, 4)
        keep(database)
        return names

    def test_a_changed_row_is_named(self, database: Database, names: list[UUID]) -> None:
        as_attacker(database, ROWS.update().where(ROWS.c.id == names[1]).values(address="::1"))
        found = verdict(database)
        assert [(d.fault, d.name) for d in found.differences] == [(Fault.CHANGED, str(names[1]))]

    def test_a_missing_row_is_named_with_its_time(
        self, database: Database, names: list[UUID]
    ) -> None:
        as_attacker(database, ROWS.delete().where(ROWS.c.id == names[7]))
        found = verdict(database)
        assert [(d.fault, d.name) for d in found.differences] == [(Fault.MISSING, str(names[7]))]
        assert found.differences[0].at == instant_of(names[7])

    def test_a_copied_row_is_named(self, database: Database, names: list[UUID]) -> None:
        copy = new_id()
        with database.reading() as db:
            row = db.connection().execute(sa.select(ROWS).where(ROWS.c.id == names[0])).one()
        as_attacker(database, ROWS.insert().values(**(dict(row._mapping) | {"id": copy})))
        found = verdict(database)
        assert [(d.fault, d.name) for d in found.differences] == [(Fault.INSERTED, str(copy))]

    def test_a_moved_row_is_named(self, database: Database, names: list[UUID]) -> None:
        home = new_id()
        as_attacker(database, ROWS.update().where(ROWS.c.id == names[2]).values(id=home))
        found = verdict(database)
        assert found.counts == {Fault.MISSING: 1, Fault.INSERTED: 1, Fault.MOVED: 1}
        assert f"{home} from {names[2]}" in [d.name for d in found.differences]

    def test_a_changed_seal_is_named(self, database: Database, names: list[UUID]) -> None:
        as_attacker(database, SEALS.update().where(SEALS.c.no == 1).values(total=5))
        assert ("forged", "seal", "1") in [
            (d.fault, d.what, d.name) for d in verdict(database).differences
        ]

    def test_a_seal_taken_out_is_named(self, database: Database, names: list[UUID]) -> None:
        as_attacker(database, SEALS.delete().where(SEALS.c.no == 1))
        assert ("missing", "seal", "1") in [
            (d.fault, d.what, d.name) for d in verdict(database).differences
        ]

    def test_a_tail_cut_off_is_known_from_outside(
        self, database: Database, names: list[UUID]
    ) -> None:
        as_attacker(
            database,
            SEALS.delete().where(SEALS.c.no == 2),
            ROWS.delete().where(ROWS.c.id.in_(names[4:])),
        )
        found = verdict(database)
        assert [(d.fault, d.name) for d in found.differences] == [(Fault.CUT, "2")]
        assert found.newest_seal == 1

    def test_a_tail_cut_off_stays_known_when_sealing_goes_on(
        self, database: Database, names: list[UUID], caplog: pytest.LogCaptureFixture
    ) -> None:
        as_attacker(
            database,
            SEALS.delete().where(SEALS.c.no == 2),
            ROWS.delete().where(ROWS.c.id.in_(names[4:])),
        )
        write(database, 2)
        keep(database)
        assert "cut or changed" in caplog.text
        assert [(d.fault, d.name) for d in verdict(database).differences] == [(Fault.FORGED, "2")]

    def test_a_restore_takes_back_what_was_told(
        self, database: Database, names: list[UUID], house: Path
    ) -> None:
        as_attacker(
            database,
            SEALS.delete().where(SEALS.c.no == 2),
            ROWS.delete().where(ROWS.c.id.in_(names[4:])),
        )
        witness.tell_restored(house, newest=1, key=service.key_in_force())
        assert verdict(database).is_sound
        write(database, 2)
        keep(database)
        assert verdict(database).is_sound

    def test_a_made_up_restore_takes_nothing_back(
        self, database: Database, names: list[UUID], house: Path
    ) -> None:
        as_attacker(database, SEALS.delete().where(SEALS.c.no == 2))
        witness.tell_restored(house, newest=1, key=witness_key(OTHER))
        assert Fault.CUT in verdict(database).counts

    def test_many_differences_are_counted_and_some_named(
        self, database: Database, names: list[UUID], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        as_attacker(database, ROWS.update().values(subject="staff"))
        keys = Keyring([in_force().secret()])
        with database.reading() as db:
            found = verifying.verify(db, keys=keys, shown_max=3)
        assert found.counts == {Fault.CHANGED: 8}
        assert len(found.differences) == 3

    def test_since_leaves_out_what_was_sealed_before(
        self, database: Database, names: list[UUID]
    ) -> None:
        as_attacker(database, ROWS.update().where(ROWS.c.id == names[1]).values(subject="staff"))
        second = seals(database)[1].at
        assert not verdict(database).is_sound
        found = verdict(database, since=second)
        assert found.is_sound
        assert (found.seals, found.rows) == (1, 4)
        as_attacker(database, ROWS.update().where(ROWS.c.id == names[6]).values(subject="staff"))
        assert verdict(database, since=second).counts == {Fault.CHANGED: 1}
        assert verdict(database, since=clock.now() + timedelta(days=1)).is_sound


def witness_key(secret: str):
    return Keyring([secret]).current


class TestSecrets:
    def test_a_new_secret_needs_the_old_one_and_says_so(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        old = in_force().secret()
        write(database, 3)
        keep(database)
        write(database, 1)
        put_in_force(in_force().model_copy(update={"secret_key": settings.SecretStr(OTHER)}))
        write(database, 2)
        keep(database)
        assert "the secret key has changed" in caplog.text
        without, with_old = verdict(database), verdict(database, old)
        assert without.counts[Fault.OTHER_SECRET] == 5
        assert not without.is_sound
        assert with_old.is_sound
        assert with_old.rows == 6

    def test_without_a_secret_nothing_is_written(self, database: Database) -> None:
        put_in_force(Settings(_env_file=None))
        with pytest.raises(RuleBroken) as refused, database.writing() as db:
            service.note(db, Deed.VIEWED, by=system(), subject="guest")
        assert refused.value.code == "audit_secret"


def test_a_column_added_later_is_covered_at_once() -> None:
    from crm.audit.digests import Form

    wider = ROWS.to_metadata(sa.MetaData())
    wider.append_column(sa.Column("seat", sa.String(10), nullable=True))
    values = service.audit_values(Deed.VIEWED, by=system(), subject="guest")
    form = Form(wider)
    assert form.of(values | {"seat": None}) == service._FORM.of(values)
    assert len({form.of(values | {"seat": seat}) for seat in (None, "", "1", "2")}) == 4
    with pytest.raises(KeyError):
        form.of(values)


def test_columns_added_after_the_first_are_nullable() -> None:
    first = {
        "id", "at", "deed", "actor_kind", "actor_id", "hotel_id", "subject", "subject_id",
        "guest_id", "fields", "purpose", "address", "request_id",
    }  # fmt: skip
    added = [column for column in ROWS.columns if column.name not in first]
    assert all(column.nullable for column in added), "older digests would no longer fit"


def test_a_column_of_a_new_kind_must_be_taught_first() -> None:
    from crm.audit.digests import Form

    strange = sa.Table("strange", sa.MetaData(), sa.Column("far", sa.Float()))
    with pytest.raises(TypeError, match="does not know how to seal"):
        Form(strange)


class TestGuards:
    @pytest.mark.parametrize(
        "statement",
        [
            ROWS.update().values(subject="staff"),
            ROWS.delete(),
            SEALS.update().values(total=0),
            SEALS.delete(),
        ],
        ids=["change a row", "delete a row", "change a seal", "delete a seal"],
    )
    def test_what_is_written_stays(self, database: Database, statement: sa.Executable) -> None:
        write(database)
        keep(database)
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.writing() as db:
            db.connection().execute(statement)
        assert verdict(database).is_sound

    def test_tables_cannot_be_emptied_at_a_stroke(self, database: Database) -> None:
        write(database)
        if database.is_sqlite:
            statement = "REPLACE INTO audit SELECT * FROM audit"
        else:
            statement = "TRUNCATE audit"
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), database.writing() as db:
            db.connection().execute(sa.text(statement))

    def test_missing_guards_come_back_at_the_start_and_are_told(
        self, database: Database, caplog: pytest.LogCaptureFixture
    ) -> None:
        from crm.kit import migrating

        assert migrating.keep_guards(database) == []
        with database.writing() as db:
            append_only.drop(db.connection())
        assert len(migrating.keep_guards(database)) == 6
        assert "triggers of the audit were missing" in caplog.text
        with database.reading() as db:
            assert append_only.missing(db.connection()) == []

    def test_a_migration_that_drops_them_does_not_leave_without_them(
        self, database: Database
    ) -> None:
        from crm.kit import migrating

        with database.writing() as db:
            append_only.drop(db.connection())
        migrating.upgrade(database)
        with database.reading() as db:
            assert append_only.missing(db.connection()) == []

    def test_a_whole_demo_may_be_wiped(self, database: Database) -> None:
        write(database, 2)
        keep(database)
        with database.writing() as db, append_only.lifted(db.connection()):
            db.connection().execute(ROWS.delete())
        with database.reading() as db:
            assert append_only.missing(db.connection()) == []


def test_two_that_seal_at_once_do_not_write_twice(database: Database) -> None:
    write(database, 3)
    if database.is_sqlite:
        assert (keep(database), keep(database)) == (3, 0)
        return
    with database.writing() as one:
        sealing.seal(one)
        with Session(database._writing) as other:
            other.connection().execute(sa.text("SET LOCAL lock_timeout = '200ms'"))
            with pytest.raises(sa.exc.DBAPIError):
                sealing.seal(other)
    assert keep(database) == 0
    assert verdict(database).is_sound
