"""Reads what is done so that things do not happen again: whose it is, and when it is looked at."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlmodel import Session, col

from crm.causes import queries
from crm.causes.queries import PERMISSION
from crm.causes.schemas import PreventionLine
from crm.causes.terms import PreventionState
from crm.complaints.queries import reference, within_reach
from crm.complaints.tables import Complaint, Prevention
from crm.complaints.terms import WordLevel
from crm.hotels.tables import Hotel
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, named, one_of
from crm.staff import queries as staff
from crm.staff.actor import Actor

_COLUMNS = (
    *cols(
        Prevention.id, Prevention.complaint_id, Prevention.category, Prevention.cause,
        Prevention.words, Prevention.owner_id, Prevention.check_back_on, Prevention.made_at,
        Prevention.checked_at, Prevention.checked_by, Prevention.checked_words,
        Prevention.helped, Prevention.version, Hotel.business_on,
    ),
    named(Complaint.number, "case_number"),
)  # fmt: skip


def preventions(
    db: Session,
    *,
    by: Actor,
    state: PreventionState | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> PageOf[PreventionLine]:
    """What was promised, the earliest to be looked at first."""
    by.need(PERMISSION)
    query = _readable(by)
    if state is not None:
        looked_at = col(Prevention.checked_at).is_not(None)
        query = query.where(looked_at if state is PreventionState.CHECKED else ~looked_at)
    after = read_cursor(cursor, 2)
    if after is not None:
        day, last_id = _place(after)
        due = col(Prevention.check_back_on)
        query = query.where(or_(due > day, and_(due == day, col(Prevention.id) > last_id)))
    rows = (
        db.connection()
        .execute(query.order_by(*cols(Prevention.check_back_on, Prevention.id)).limit(limit + 1))
        .all()
    )
    lines = _lines(db, rows[:limit])
    last = lines[-1] if lines else None
    more = len(rows) > limit and last is not None
    return PageOf(
        items=lines,
        next=write_cursor(last.check_back_on.isoformat(), str(last.id)) if more and last else None,
    )


def prevention(db: Session, prevention_id: UUID, *, by: Actor) -> PreventionLine:
    """One of them; `NotFound` when it is not there or belongs to a case out of reach."""
    by.need(PERMISSION)
    rows = db.connection().execute(_readable(by).where(col(Prevention.id) == prevention_id)).all()
    if not rows:
        raise NotFound("There is no such prevention within your reach.", "prevention")
    return _lines(db, rows)[0]


def _readable(by: Actor) -> Any:
    here: ColumnElement[bool] = col(Prevention.hotel_id) == col(Hotel.id)
    if not by.is_system:
        here = and_(here, one_of(col(Prevention.hotel_id), by.hotel_ids))
    return (
        select(*_COLUMNS)
        .join(Hotel, here)
        .outerjoin(Complaint, col(Complaint.id) == col(Prevention.complaint_id))
        .where(or_(col(Prevention.complaint_id).is_(None), within_reach(by)))
    )


def _lines(db: Session, rows: Any) -> list[PreventionLine]:
    names = staff.names_of(
        db, {one for row in rows for one in (row.owner_id, row.checked_by) if one}
    )
    words = queries.words(db)
    found = []
    for row in rows:
        category = words[WordLevel.CATEGORY].get(row.category, (None, None))
        cause = words[WordLevel.CAUSE].get(row.cause, (None, None))
        found.append(
            PreventionLine(
                id=row.id, complaint_id=row.complaint_id,
                reference=None if row.case_number is None else reference(row.case_number),
                category=row.category, category_en=category[0], category_zh=category[1],
                cause=row.cause, cause_en=cause[0], cause_zh=cause[1], words=row.words,
                owner_id=row.owner_id, owner_name=names[row.owner_id],
                check_back_on=row.check_back_on,
                is_due=row.checked_at is None and row.check_back_on <= row.business_on,
                made_at=row.made_at, checked_at=row.checked_at,
                checked_by_name=names.get(row.checked_by), checked_words=row.checked_words,
                helped=row.helped, version=row.version,
            )
        )  # fmt: skip
    return found


def _place(after: list[str | int | None]) -> tuple[date, UUID]:
    try:
        return date.fromisoformat(str(after[0])), UUID(str(after[1]))
    except ValueError:
        raise Invalid(
            "This page link is broken. Start again from the first page.", "cursor"
        ) from None
