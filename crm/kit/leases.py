"""One holder at a time across processes and machines: for the tick, not for the work."""

from datetime import timedelta

from sqlalchemy import or_, update
from sqlmodel import Session, col

from crm.kit import clock, failpoints
from crm.kit.db import insert_once
from crm.kit.tables import LeaseRow


def take(db: Session, name: str, holder: str, *, seconds: int) -> bool:
    """Take or keep the lease ``name``; False while another holder's is still running."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    taken = insert_once(db, LeaseRow, "name", name=name, holder=holder, until=until)
    if not taken:
        mine_or_over = or_(col(LeaseRow.holder) == holder, col(LeaseRow.until) <= now)
        renewed = db.connection().execute(
            update(LeaseRow)
            .where(col(LeaseRow.name) == name, mine_or_over)
            .values(holder=holder, until=until)
        )
        taken = renewed.rowcount == 1
    if taken:
        failpoints.reach("lease.taken")
    return taken
