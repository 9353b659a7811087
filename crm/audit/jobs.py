"""Seals the audit and looks for volume every half minute; every night what came days late."""

from typing import Any

from sqlmodel import Session

from crm.audit import sealing, unusual
from crm.kit.jobs import job
from crm.kit.settings import in_force

SEAL = "audit.seal"
SEAL_LATE = "audit.seal_late"
WATCH_VOLUME = "audit.watch_volume"
FORGET_VIEWING = "audit.forget_viewing"


@job(SEAL)
def seal(db: Session, _: dict[str, Any]) -> None:
    """Close what was written since the last seal."""
    sealing.keep(db, in_force().data_dir)


@job(SEAL_LATE)
def seal_late(db: Session, _: dict[str, Any]) -> None:
    """The same with a longer look back, for rows whose transaction took hours."""
    sealing.keep(db, in_force().data_dir, look_back=sealing.LATE)


@job(WATCH_VOLUME)
def watch_volume(db: Session, _: dict[str, Any]) -> None:
    """Tell of who opens more files than a day's work needs."""
    unusual.watch_volume(db)


@job(FORGET_VIEWING)
def forget_viewing(db: Session, _: dict[str, Any]) -> None:
    """Remove what the looking for unusual viewing no longer needs."""
    unusual.forget_old(db, findings_days=in_force().unusual_days)
