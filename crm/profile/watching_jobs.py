"""Looks for unusual viewing by the clock."""

from typing import Any

from sqlmodel import Session

from crm.kit.jobs import job
from crm.profile import watching

WATCH = "profile.watch_viewing"


@job(WATCH)
def watch_viewing(db: Session, _: dict[str, Any]) -> None:
    """Count the day so far and write what is unusual."""
    watching.watch(db)
