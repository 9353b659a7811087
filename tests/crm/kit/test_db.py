"""One way in for readers, one for writers: whole or nothing, and nothing is lost between two."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import Insert, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlmodel import col

from crm.kit.db import Database, chunks
from crm.kit.ids import new_id
from crm.kit.tables import LeaseRow
from crm.staff.tables import StaffGrant

FAR = datetime(2099, 1, 1, tzinfo=UTC)


def lease(name: str, holder: str = "0") -> Insert:
    return insert(LeaseRow).values(name=name, holder=holder, until=FAR)


def names(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.connection().execute(select(col(LeaseRow.name))).scalars())


def _fail_after(*_: object) -> None:
    raise ZeroDivisionError


class TestWriting:
    def test_commits_at_the_end(self, database: Database) -> None:
        with database.writing() as db:
            db.connection().execute(lease("kept"))
            assert names(database) == [], "others see it only when all of it is there"
        assert names(database) == ["kept"]

    def test_is_undone_whole_by_an_error(self, database: Database) -> None:
        with pytest.raises(ZeroDivisionError), database.writing() as db:
            _fail_after(*(db.connection().execute(lease(each)) for each in ("first", "second")))
        assert names(database) == []

    def test_holds_foreign_keys(self, database: Database) -> None:
        grant = insert(StaffGrant).values(staff_id=new_id(), hotel_id=new_id(), role="it")
        with pytest.raises(IntegrityError), database.writing() as db:
            db.connection().execute(grant)


class TestReading:
    def test_cannot_write_by_rule_of_the_database(self, database: Database) -> None:
        with pytest.raises(DBAPIError, match=r"(?i)read.?only"), database.reading() as db:
            db.connection().execute(lease("sneaked in"))
        assert names(database) == []

    def test_leaves_the_connection_fit_for_writers(self, database: Database) -> None:
        small = Database(database.url.render_as_string(hide_password=False), pool_size=1)
        try:
            with small.reading() as db:
                db.connection().execute(text("SELECT 1"))
            with small.writing() as db:
                db.connection().execute(lease("after a reader"))
        finally:
            small.dispose()
        assert names(database) == ["after a reader"]

    def test_sees_the_past_while_a_writer_is_open(self, database: Database) -> None:
        with database.writing() as db:
            db.connection().execute(lease("before"))
        with database.writing() as writer:
            writer.connection().execute(lease("during"))
            assert names(database) == ["before"]


def test_no_read_and_write_back_is_lost(database: Database) -> None:
    """The trap: 415 of 600 updates went missing with the driver's own transactions."""
    with database.writing() as db:
        db.connection().execute(lease("counter"))
    turns, trouble = 15, []

    def count() -> None:
        try:
            for _ in range(turns):
                with database.writing() as db:
                    held = db.connection().scalar(
                        select(col(LeaseRow.holder))
                        .where(col(LeaseRow.name) == "counter")
                        .with_for_update()
                    )
                    db.connection().execute(
                        update(LeaseRow)
                        .where(col(LeaseRow.name) == "counter")
                        .values(holder=str(int(held or 0) + 1))
                    )
        except Exception as error:  # noqa: BLE001 - whatever it is, the main thread must hear it
            trouble.append(error)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert trouble == []
    with database.reading() as db:
        assert db.connection().scalar(select(col(LeaseRow.holder))) == str(4 * turns)


class TestSqlite:
    @pytest.mark.parametrize(
        ("pragma", "value"),
        [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1)],
    )
    def test_loses_nothing_that_was_acknowledged(
        self, new_database, pragma: str, value: object
    ) -> None:
        with new_database("sqlite").reading() as db:
            assert db.connection().exec_driver_sql(f"PRAGMA {pragma}").scalar() == value

    def test_makes_the_folder_of_its_file(self, tmp_path) -> None:
        database = Database(f"sqlite:///{tmp_path / 'deep' / 'er' / 'keshi.db'}")
        with database.reading() as db:
            db.connection().execute(text("SELECT 1"))
        database.dispose()
        assert (tmp_path / "deep" / "er" / "keshi.db").exists()


@pytest.mark.parametrize(
    ("number", "size", "parts"), [(0, 3, []), (3, 3, [3]), (7, 3, [3, 3, 1]), (2, 5, [2])]
)
def test_chunks(number: int, size: int, parts: list[int]) -> None:
    assert [len(part) for part in chunks(list(range(number)), size)] == parts
