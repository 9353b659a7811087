"""The planner learns from statistics, inside the transaction that asks for them."""

from sqlalchemy import text

from crm.kit import jobs
from crm.kit.db import refresh_statistics
from crm.kit.housekeeping_jobs import STATISTICS
from tests import factories


def test_statistics_are_there_afterwards(database):
    with database.writing() as db:
        for _ in range(3):
            factories.a_hotel(db)
        refresh_statistics(db)
    source = "sqlite_stat1 WHERE tbl" if database.is_sqlite else "pg_stats WHERE tablename"
    with database.reading() as db:
        assert db.connection().scalar(text(f"SELECT count(*) FROM {source} = 'hotel'")) > 0


def test_the_clock_asks_for_them(database):
    with database.writing() as db:
        jobs.enqueue(db, STATISTICS)
    assert jobs.work_off(database) == 1
