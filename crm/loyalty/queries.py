"""Reads memberships, their tiers, and points like a bank book with the balance after each."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlmodel import Session, col

from crm.guests.queries import need_visible, visible_to
from crm.guests.tables import Guest
from crm.kit.errors import Invalid, NotFound
from crm.kit.paging import PageOf, read_cursor, write_cursor
from crm.kit.rows import cols, fields_of, mapping_of
from crm.kit.schema import Out
from crm.loyalty.schemas import MembershipSheet, TierStep
from crm.loyalty.tables import Membership, PointEntry, TierChange
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


def memberships_of(db: Session, guest_id: UUID, *, by: Actor) -> list[MembershipSheet]:
    """The guest's membership with the history of its tier; empty for guests without one."""
    by.need("loyalty.read")
    need_visible(db, guest_id, by=by)
    return _sheets(db, by, col(Membership.guest_id) == guest_id)


def membership(db: Session, membership_id: UUID, *, by: Actor) -> MembershipSheet:
    """One membership; `NotFound` when its guest is out of reach."""
    by.need("loyalty.read")
    reached = exists().where(col(Guest.id) == col(Membership.guest_id), visible_to(by))
    found = _sheets(db, by, and_(col(Membership.id) == membership_id, reached))
    if not found:
        raise NotFound("There is no such membership.", "membership")
    return found[0]


def _sheets(db: Session, by: Actor, which: ColumnElement[bool]) -> list[MembershipSheet]:
    if by.sight("loyalty.tier", Channel.JSON) is not Sight.CLEAR:
        return []
    rows = db.connection().execute(select(*fields_of(Membership, MembershipSheet)).where(which))
    sees_points = by.sight("loyalty.points", Channel.JSON) is Sight.CLEAR
    found = []
    for row in rows.all():
        steps = db.connection().execute(
            select(*fields_of(TierChange, TierStep))
            .where(col(TierChange.membership_id) == row.id)
            .order_by(col(TierChange.no).desc())
        )
        facts = dict(mapping_of(row)) | {"history": [TierStep.model_validate(s) for s in steps]}
        found.append(MembershipSheet(**facts | ({} if sees_points else {"points": None})))
    return found
