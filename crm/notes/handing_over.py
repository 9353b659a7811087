"""The handover list: what is open, by department and person, and what this shift has seen of it."""

from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from sqlalchemy import select
from sqlmodel import Session, col

from crm.hotels import queries as hotels
from crm.hotels.terms import DepartmentCode
from crm.kit import clock
from crm.kit.rows import cols, named
from crm.notes import queries, rules
from crm.notes.rules import Watch
from crm.notes.schemas import Handover, HandoverLine, HandoverPart, TraceOut
from crm.notes.tables import HandoverCheck
from crm.notes.terms import TraceState
from crm.staff.actor import Actor
from crm.staff.tables import Staff

AHEAD = timedelta(hours=24)
"""What is due later than this stands on the tasks' page, not in the handover."""


def handover(db: Session, *, by: Actor, department: DepartmentCode | None = None) -> Handover:
    """Open traces due within a day of the shift's end, unseen ones first in every department."""
    by.need("traces.read")
    zone = hotels.hotel(db, by.hotel_id).time_zone if by.hotel_id else "UTC"
    watch = rules.watch_at(clock.now(), zone)
    open_ones = queries.traces_due(db, by, department, until=watch.ends + AHEAD)
    seen = _seen(db, watch, [one.id for one in open_ones])
    lines = [HandoverLine(trace=one, seen_at=None, seen_by_name=None) for one in open_ones]
    lines = [
        HandoverLine(trace=line.trace, seen_at=at, seen_by_name=who)
        for line in lines
        for at, who in [seen.get(line.trace.id, (None, None))]
    ]
    parts = _parts(lines)
    return Handover(
        shift=watch.shift,
        shift_on=watch.on,
        shift_from=watch.begins,
        shift_until=watch.ends,
        unseen=sum(part.unseen for part in parts),
        late=sum(line.trace.is_late for line in lines),
        parts=parts,
        done_before=_closed(db, by, department, watch),
    )


def _seen(
    db: Session, watch: Watch, trace_ids: list[UUID]
) -> dict[UUID, tuple[datetime, str | None]]:
    rows = db.connection().execute(
        select(
            *cols(HandoverCheck.trace_id, HandoverCheck.seen_at), named(Staff.name, "seen_by_name")
        )
        .outerjoin(Staff, col(Staff.id) == col(HandoverCheck.seen_by))
        .where(
            col(HandoverCheck.trace_id).in_(trace_ids),
            col(HandoverCheck.shift_on) == watch.on,
            col(HandoverCheck.shift) == watch.shift,
        )
    )
    return {row.trace_id: (row.seen_at, row.seen_by_name) for row in rows}


def _parts(lines: list[HandoverLine]) -> list[HandoverPart]:
    """By department; the unseen first, then by the person who has it, then by time."""
    places = {code: place for place, code in enumerate(DepartmentCode)}
    ordered = sorted(
        lines,
        key=lambda line: (
            places[line.trace.department],
            line.seen_at is not None,
            line.trace.owner_name or "",
            line.trace.due_at,
        ),
    )
    parts = []
    for department, group in groupby(ordered, key=lambda line: line.trace.department):
        of_it = list(group)
        unseen = sum(line.seen_at is None for line in of_it)
        parts.append(HandoverPart(department=department, unseen=unseen, lines=of_it))
    return parts


def _closed(
    db: Session, by: Actor, department: DepartmentCode | None, watch: Watch
) -> list[TraceOut]:
    """What the shift before this one closed, and this one so far."""
    return queries.traces_due(
        db,
        by,
        department,
        states=(TraceState.DONE, TraceState.CANCELLED),
        closed_since=watch.begins - timedelta(hours=8),
    )
