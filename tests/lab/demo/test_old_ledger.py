"""The old ledger comes in by the front door of imports and leaves work for the file centre."""

from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from crm.intake.tables import ImportJob, MatchReview
from crm.intake.terms import ImportState, ReviewState
from crm.kit.db import Database
from lab.demo import old_ledger
from lab.demo.dressing import World
from lab.demo.load import derive, load


def test_the_file_is_as_a_chinese_office_saves_it(world: World) -> None:
    text = old_ledger.ledger(world).decode("gb18030")
    assert text.splitlines()[0] == ",".join(old_ledger.HEADER)
    assert len(text.splitlines()) == 1 + old_ledger.NEW + old_ledger.KNOWN + old_ledger.UNCLEAR + 3
    assert old_ledger.ledger(world) == old_ledger.ledger(world)


def test_every_outcome_occurs_and_the_unclear_wait(
    database: Database, world: World, tmp_path: Path
) -> None:
    with database.writing() as db:
        load(db, world)
        derive(db, world)
    old_ledger.bring_in(database, tmp_path, world)
    with database.reading() as db:
        job = db.connection().execute(select(ImportJob.__table__)).one()
        waiting = db.connection().execute(
            select(col(MatchReview.id)).where(col(MatchReview.state) == ReviewState.OPEN)
        )
        assert len(waiting.all()) == job.unclear
    assert job.state is ImportState.COMMITTED
    assert job.encoding.lower().replace("-", "") in {"gb18030", "gbk"}
    assert job.new >= old_ledger.NEW - 2
    assert job.unclear >= old_ledger.UNCLEAR - 1
    assert job.rejected >= 2
    assert job.new + job.matched + job.unchanged + job.unclear + job.rejected == job.rows
