"""One holder at a time across processes and machines: for the tick, not for the work."""

from datetime import timedelta

from sqlmodel import Session

from crm.kit import clock
from crm.kit.tables import LeaseRow


def take(db: Session, name: str, holder: str, *, seconds: int) -> bool:
    """Take or keep the lease ``name``; False while another holder's is still running."""
    now = clock.now()
    row = db.get(LeaseRow, name, with_for_update=True)
    if row is not None and row.holder != holder and row.until > now:
        return False
    until = now + timedelta(seconds=seconds)
    if row is None:
        db.add(LeaseRow(name=name, holder=holder, until=until))
    else:
        row.holder, row.until = holder, until
        db.add(row)
    db.flush()
    return True
