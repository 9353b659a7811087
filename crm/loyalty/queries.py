"""Reads the points of a guest like a bank book: each entry with the balance after it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import Session, col

from crm.guests.queries import need_visible
from crm.kit.errors import Invalid
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols
from crm.kit.schema import Out
from crm.loyalty.tables import Membership, PointEntry
from crm.loyalty.terms import PointKind
from crm.staff.actor import Actor
from crm.staff.terms import Channel, Sight


class PointLine(Out):
    """One entry of the ledger; ``balance`` is the sum up to and with it."""

    no: int
    at: datetime
    kind: PointKind
    points: int
    balance: int
    words: str | None
    expires_on: date | None


def points_of(
    db: Session, guest_id: UUID, *, by: Actor, cursor: str | None = None, limit: int = 50
) -> PageOf[PointLine]:
    """A guest's points, newest first; empty for guests without a membership."""
    by.need("loyalty.read")
    need_visible(db, guest_id, by=by)
    if by.sight("loyalty.points", Channel.PAGE) is not Sight.CLEAR:
        return PageOf[PointLine](items=[], next=None)
    balance = func.sum(col(PointEntry.points)).over(order_by=col(PointEntry.no)).label("balance")
    entry = PointEntry
    book = (
        select(
            *cols(entry.no, entry.at, entry.kind, entry.points, entry.words, entry.expires_on),
            balance,
        )
        .join(Membership, col(Membership.id) == col(entry.membership_id))
        .where(col(Membership.guest_id) == guest_id)
        .subquery()
    )
    query = select(book).order_by(book.c.no.desc())
    if (after := read_cursor(cursor, 1)) is not None:
        if not isinstance(after[0], int):
            raise Invalid("This page link is broken. Start again from the first page.", "cursor")
        query = query.where(book.c.no < after[0])
    rows = db.connection().execute(query.limit(limit + 1)).all()
    items = [PointLine.model_validate(row) for row in rows[:limit]]
    return PageOf[PointLine](
        items=items, next=write_cursor(items[-1].no) if len(rows) > limit else None
    )
