"""Starts of a text are found alike on both databases, by the index and not by reading the table."""

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col

from crm.guests.tables import GuestSearch
from crm.kit.db import Database
from crm.kit.dbtypes import StartsWith
from crm.kit.pouring import pour
from tests import factories

TEXTS = [
    "chen|jing",
    "Chen|x",
    "chen",
    "chenx|y",
    "陈静怡|chen",
    "陈静",
    "a%|b",
    "a_|b",
    "ab|c",
    "a\\|d",
]
STARTS = ["chen|", "陈静怡|", "a%|", "a_|", "a\\|", "z|", ""]


@pytest.fixture
def filled(db: Session) -> Session:
    owners = [factories.a_guest(db) for _ in TEXTS]
    table = GuestSearch.__table__  # type: ignore[attr-defined]
    db.connection().execute(table.delete().where(table.c.guest_id.in_(owners)))
    blank = {"pinyin": "", "pinyin_initials": "", "doc": "", "version": -1}
    rows = [{"guest_id": g, "name_key": t, **blank} for g, t in zip(owners, TEXTS, strict=True)]
    pour(db, GuestSearch, rows)
    return db


@pytest.mark.parametrize("start", STARTS)
def test_it_is_what_python_says(filled: Session, start: str) -> None:
    found = filled.connection().execute(
        select(col(GuestSearch.name_key)).where(
            StartsWith(col(GuestSearch.name_key), start), col(GuestSearch.version) == -1
        )
    )
    assert sorted(found.scalars()) == sorted(t for t in TEXTS if t.startswith(start))


def test_the_index_answers(database: Database) -> None:
    """LIKE on a text of the usual kind reads every row: at each batch of an import all guests."""
    explain = "EXPLAIN QUERY PLAN " if database.is_sqlite else "EXPLAIN "
    query = select(col(GuestSearch.guest_id)).where(
        StartsWith(col(GuestSearch.name_key), "chen jingyi|")
    )
    with database.writing() as db:
        connection = db.connection()
        if not database.is_sqlite:  # an empty table is read faster than looked up
            connection.execute(text("SET LOCAL enable_seqscan = off"))
        said = str(
            query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
        )
        plan = " ".join(str(row) for row in connection.execute(text(explain + said)))
    assert "ix_guest_search_name_key" in plan, plan
