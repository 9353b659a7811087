"""Once an hour: on which stays the hotels' rules stand, to tell whether they help."""

from typing import Any

from sqlmodel import Session

from crm.kit import jobs
from crm.profile import putting_aside

COUNT_SHOWINGS = "alerts.count_showings"


@jobs.job(COUNT_SHOWINGS)
def count_showings(db: Session, _: dict[str, Any]) -> None:
    putting_aside.count_showings(db)
