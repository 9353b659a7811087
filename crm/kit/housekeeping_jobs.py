"""Keeps the house's own tables small: old answers and finished jobs go after some days."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete
from sqlmodel import Session, col

from crm.kit import clock, remembered
from crm.kit.db import refresh_statistics
from crm.kit.jobs import job
from crm.kit.tables import JobRow

FORGET = "kit.forget"
STATISTICS = "kit.statistics"
DONE_KEPT_FOR = timedelta(days=14)


@job(FORGET)
def forget(db: Session, _: dict[str, Any]) -> None:
    """Remove answers after three days and finished jobs after two weeks."""
    remembered.forget_old(db)
    db.connection().execute(delete(JobRow).where(col(JobRow.done_at) < clock.now() - DONE_KEPT_FOR))


@job(STATISTICS)
def statistics(db: Session, _: dict[str, Any]) -> None:
    """Renew what the planner knows of the tables."""
    refresh_statistics(db)
