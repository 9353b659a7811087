"""What processes tell each other of those who ask too much.

Each counts for itself; those who come near a limit are written here every few seconds, so that a
limit holds for all processes and machines together, and no request waits for a write.
"""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlmodel import Session, col

from crm.kit.db import chunks
from crm.kit.tables import RequestCount

KEPT_S = 600


class Place(NamedTuple):
    """Whose requests are counted, under which rule; ``span_start`` in seconds since 1970."""

    rule: str
    subject: str
    span_start: int


def tell(db: Session, process: UUID, counts: Mapping[Place, int], *, now: float) -> None:
    """Put this process's counts in place of its older ones, and drop what is over."""
    db.connection().execute(
        delete(RequestCount).where(col(RequestCount.span_start) < int(now) - KEPT_S)
    )
    for part in chunks(sorted(counts), 200):
        for place in part:
            db.connection().execute(
                delete(RequestCount).where(
                    col(RequestCount.rule) == place.rule,
                    col(RequestCount.subject) == place.subject,
                    col(RequestCount.span_start) == place.span_start,
                    col(RequestCount.process) == process,
                )
            )
        db.connection().execute(
            insert(RequestCount),
            [place._asdict() | {"process": process, "requests": counts[place]} for place in part],
        )


def heard(db: Session, process: UUID, *, now: float) -> dict[Place, int]:
    """What the other processes counted lately, added up."""
    rows = db.connection().execute(
        select(
            col(RequestCount.rule),
            col(RequestCount.subject),
            col(RequestCount.span_start),
            func.sum(col(RequestCount.requests)).label("requests"),
        )
        .where(
            col(RequestCount.process) != process,
            col(RequestCount.span_start) >= int(now) - KEPT_S,
        )
        .group_by(col(RequestCount.rule), col(RequestCount.subject), col(RequestCount.span_start))
    )
    return {Place(row.rule, row.subject, row.span_start): int(row.requests) for row in rows}
