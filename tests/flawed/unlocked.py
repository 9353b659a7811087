"""The claim of a job without a lock: right on SQLite, wrong on PostgreSQL."""

from datetime import timedelta

from sqlalchemy import select, update
from sqlmodel import col

from crm.kit import clock
from crm.kit.db import Database
from crm.kit.jobs import Claimed
from crm.kit.rows import cols
from crm.kit.tables import JobRow


def claim(database: Database, worker: str) -> Claimed | None:
    """Of two workers that look at once both find the same job, and both take it."""
    now = clock.now()
    first = (
        select(col(JobRow.id))
        .where(col(JobRow.done_at).is_(None), col(JobRow.claimed_until).is_(None))
        .order_by(col(JobRow.run_at), col(JobRow.id))
        .limit(1)
        .scalar_subquery()
    )
    taken = (
        update(JobRow)
        .where(col(JobRow.id) == first)
        .values(
            claimed_by=worker,
            claimed_until=now + timedelta(minutes=5),
            attempts=col(JobRow.attempts) + 1,
        )
        .returning(*cols(JobRow.id, JobRow.name, JobRow.payload, JobRow.attempts))
    )
    with database.writing() as db:
        row = db.connection().execute(taken).first()
    return None if row is None else Claimed(row.id, row.name, row.payload, row.attempts)
