"""Takes a demo away again, and only a demo: the codes stay, every guest and hotel goes."""

from sqlalchemy import delete
from sqlmodel import Session

from crm.kit.errors import RuleBroken
from crm.kit.metadata import all_tables
from lab.demo.load import is_demo
from migrations import append_only

KEPT = frozenset({"preference_code", "document_kind", "case_word"})
"""Master data, which a real hotel wants as well."""


class NotADemo(RuleBroken):
    """There is a hotel here that is not marked as demo, or none at all."""

    def __init__(self) -> None:
        super().__init__(
            "This database does not hold a demo, so nothing is wiped.", "demo_not_here"
        )


def wipe(db: Session) -> int:
    """Empty every table but the master data; returns how many rows went. `NotADemo` otherwise."""
    if not is_demo(db):
        raise NotADemo
    gone = 0
    with append_only.lifted(db.connection()):
        for table in reversed(all_tables().sorted_tables):
            if table.name not in KEPT:
                gone += db.connection().execute(delete(table)).rowcount
    return gone
