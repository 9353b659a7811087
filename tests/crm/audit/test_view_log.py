"""Views are written beside the reads: within a second, in batches, none lost at the stop."""

import time

import pytest
from sqlalchemy import func, select

from crm.audit import service
from crm.audit.service import ViewLog
from crm.audit.tables import AuditRow
from crm.audit.terms import Deed
from crm.kit.db import Database
from crm.kit.ids import new_id
from crm.staff.actor import system


def rows(database: Database) -> int:
    with database.reading() as db:
        return int(db.connection().scalar(select(func.count()).select_from(AuditRow)) or 0)


def view(log: ViewLog, number: int = 1) -> None:
    for _ in range(number):
        log.viewed(by=system(), subject="guest", subject_id=new_id(), fields=["card"])


def test_nothing_is_written_before_its_turn_and_all_of_it_then(database: Database) -> None:
    log = ViewLog(database)
    view(log, 3)
    assert rows(database) == 0
    assert log.flush() == 3
    assert log.flush() == 0
    assert rows(database) == 3


def test_more_than_a_batch_goes_in_one_flush(database: Database) -> None:
    log = ViewLog(database)
    view(log, service.BATCH + 7)
    assert log.flush() == service.BATCH + 7
    assert rows(database) == service.BATCH + 7


def test_the_background_writes_within_a_second_or_two(database: Database) -> None:
    log = ViewLog(database)
    log.start()
    try:
        view(log)
        until = time.monotonic() + 10
        while not rows(database) and time.monotonic() < until:
            time.sleep(0.05)
        assert rows(database) == 1
    finally:
        log.stop()


def test_the_stop_loses_nothing(database: Database) -> None:
    log = ViewLog(database)
    log.start()
    view(log, 20)
    log.stop()
    assert rows(database) == 20


def test_what_could_not_be_written_is_written_later(database: Database, monkeypatch) -> None:
    log = ViewLog(database)
    view(log, 2)
    monkeypatch.setattr(log, "_database", _Broken())
    with pytest.raises(OSError):
        log.flush()
    monkeypatch.setattr(log, "_database", database)
    assert log.flush() == 2
    assert rows(database) == 2


class _Broken:
    def writing(self) -> object:
        raise OSError("the disk is full")


def test_a_row_says_who_what_and_which_fields_and_no_value(database: Database) -> None:
    log = ViewLog(database)
    log.viewed(by=system("retention"), subject="guest", deed=Deed.LISTED, fields=["phone"])
    log.flush()
    with database.reading() as db:
        row = db.connection().execute(select(AuditRow.__table__)).one()
    assert (row.deed, row.subject, row.fields, row.purpose) == (
        Deed.LISTED,
        "guest",
        ["phone"],
        None,
    )
