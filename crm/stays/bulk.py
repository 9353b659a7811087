"""Many stays at once from outside: found by their numbers, changed in one statement.

New rows go through `service.bring_in`. Whoever brings them keeps their own record, so nothing
here writes an audit row or news.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from crm.guests.bulk import seen_on_many
from crm.kit import clock
from crm.kit.db import chunks
from crm.kit.rows import cols, mapping_of
from crm.stays import figures, rules
from crm.stays.tables import FolioLine, Stay

_BATCH = 400

FIGURES = {"guest_figure": "guest_id", "guest_spend": "guest_id", "guest_outlet": "guest_id"}
"""The derived tables, with the column that names the guest."""


def stays_of(db: Session, stay_ids: Collection[UUID]) -> dict[UUID, dict[str, Any]]:
    """All columns of these stays."""
    found: dict[UUID, dict[str, Any]] = {}
    for part in chunks(sorted(stay_ids), _BATCH):
        rows = db.connection().execute(
            select(Stay.__table__).where(col(Stay.id).in_(part))  # type: ignore[attr-defined]
        )
        found |= {row.id: dict(mapping_of(row)) for row in rows}
    return found


def stays_numbered(db: Session, numbers: Collection[str]) -> dict[tuple[UUID, str], list[UUID]]:
    """Stays by hotel and confirmation number; a number can be shared by several rooms."""
    found: dict[tuple[UUID, str], list[UUID]] = {}
    for part in chunks(sorted(numbers), _BATCH):
        rows = db.connection().execute(
            select(*cols(Stay.id, Stay.hotel_id, Stay.confirmation_no))
            .where(col(Stay.confirmation_no).in_(part))
            .order_by(col(Stay.id))
        )
        for row in rows:
            found.setdefault((row.hotel_id, row.confirmation_no), []).append(row.id)
    return found


def change_many(db: Session, changes: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Set columns of many stays and raise their versions; figures are the caller's to refresh."""
    now = clock.now()
    for stay_id, values in changes.items():
        db.connection().execute(
            update(Stay)
            .where(col(Stay.id) == stay_id)
            .values(**values, version=col(Stay.version) + 1, updated_at=now)
        )


def last_line_numbers(db: Session, stay_ids: Collection[UUID]) -> dict[UUID, int]:
    """The highest folio line number of each stay that has lines."""
    found: dict[UUID, int] = {}
    for part in chunks(sorted(stay_ids), _BATCH):
        rows = db.connection().execute(
            select(col(FolioLine.stay_id), func.max(col(FolioLine.no)))
            .where(col(FolioLine.stay_id).in_(part))
            .group_by(col(FolioLine.stay_id))
        )
        found |= {row[0]: row[1] for row in rows}
    return found


def lines_of(
    db: Session, keys: Collection[tuple[UUID, int]]
) -> dict[tuple[UUID, int], dict[str, Any]]:
    """All columns of these folio lines."""
    stay_ids = sorted({stay_id for stay_id, _ in keys})
    wanted = set(keys)
    found: dict[tuple[UUID, int], dict[str, Any]] = {}
    for part in chunks(stay_ids, _BATCH):
        rows = db.connection().execute(
            select(FolioLine.__table__).where(  # type: ignore[attr-defined]
                col(FolioLine.stay_id).in_(part)
            )
        )
        found |= {
            (row.stay_id, row.no): dict(mapping_of(row))
            for row in rows
            if (row.stay_id, row.no) in wanted
        }
    return found


def change_lines(db: Session, changes: Mapping[tuple[UUID, int], Mapping[str, Any]]) -> None:
    """Set columns of many folio lines; figures are the caller's to refresh."""
    for (stay_id, no), values in changes.items():
        db.connection().execute(
            update(FolioLine)
            .where(col(FolioLine.stay_id) == stay_id, col(FolioLine.no) == no)
            .values(**values)
        )


def settle(db: Session, stays: Iterable[Mapping[str, Any]], business: Mapping[UUID, date]) -> None:
    """Renew the figures of the guests of these stays, and the day they were last seen."""
    days: dict[UUID, date] = {}
    touched: set[UUID | None] = set()
    for stay in stays:
        guest_id = stay["guest_id"]
        touched.add(guest_id)
        day = rules.seen_on(
            stay["status"], stay["arrival_on"], stay["departure_on"], business[stay["hotel_id"]]
        )
        if guest_id is not None and day is not None:
            days[guest_id] = max(day, days.get(guest_id, day))
    seen_on_many(db, days)
    figures.refresh(db, touched)
