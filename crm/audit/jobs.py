"""Seals the audit every half minute, and every night what came days late."""

from typing import Any

from sqlmodel import Session

from crm.audit import sealing
from crm.kit.jobs import job
from crm.kit.settings import in_force

SEAL = "audit.seal"
SEAL_LATE = "audit.seal_late"


@job(SEAL)
def seal(db: Session, _: dict[str, Any]) -> None:
    """Close what was written since the last seal."""
    sealing.keep(db, in_force().data_dir)


@job(SEAL_LATE)
def seal_late(db: Session, _: dict[str, Any]) -> None:
    """The same with a longer look back, for rows whose transaction took hours."""
    sealing.keep(db, in_force().data_dir, look_back=sealing.LATE)
