"""The points ledger: the only writer of point entries, which are added and never changed.

The membership's row is held first, so that two desks redeeming at once take turns; its
``points`` repeat the sum of the entries in the same transaction. A mistake is put right by an
entry that reverses it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.kit import clock, failpoints
from crm.kit import events as news
from crm.kit.errors import Conflict, Invalid, NotFound, RuleBroken
from crm.kit.rows import cols
from crm.loyalty import rules
from crm.loyalty.events import PointsPosted
from crm.loyalty.tables import Membership, PointEntry
from crm.loyalty.terms import MembershipState, PointKind
from crm.staff.actor import Actor


class NotEnoughPoints(RuleBroken):
    def __init__(self, balance: int, wanted: int) -> None:
        super().__init__(
            "There are %(balance)s points, %(wanted)s are asked for.",
            "points_short",
            balance=balance,
            wanted=wanted,
        )


@dataclass(frozen=True)
class Source:
    """The document behind an entry: one source, id and kind can be booked only once."""

    name: str
    id: str


def earn(
    db: Session,
    membership_id: UUID,
    points: int,
    *,
    source: Source,
    by: Actor,
    kind: PointKind = PointKind.EARNED,
    words: str | None = None,
    expires_on: date | None = None,
) -> int:
    """Book points that are given; returns the number of the entry."""
    if points <= 0 or kind not in rules.GIVES:
        raise Invalid("Points that are earned are more than none.", "points_sign")
    return _post(db, membership_id, kind, points, source, by, words, expires_on)


def redeem(
    db: Session,
    membership_id: UUID,
    points: int,
    *,
    source: Source,
    by: Actor,
    words: str | None = None,
) -> int:
    """Spend points; `NotEnoughPoints` leaves everything as it was."""
    if points <= 0:
        raise Invalid("Points that are spent are more than none.", "points_sign")
    return _post(db, membership_id, PointKind.REDEEMED, -points, source, by, words, None)


def reverse(
    db: Session, membership_id: UUID, no: int, *, by: Actor, words: str | None = None
) -> int:
    """Take an entry back by one of the opposite sign; the balance may fall below none."""
    entry = (
        db.connection()
        .execute(
            select(*cols(PointEntry.points, PointEntry.kind)).where(
                col(PointEntry.membership_id) == membership_id, col(PointEntry.no) == no
            )
        )
        .first()
    )
    if entry is None:
        raise NotFound("There is no such entry in this ledger.", "point_entry")
    if entry.kind is PointKind.REVERSED:
        raise RuleBroken("A reversal is not reversed. Book the points anew.", "point_reversal")
    source = Source("reversal", f"{membership_id}:{no}")
    return _post(db, membership_id, PointKind.REVERSED, -entry.points, source, by, words, None)


def _post(
    db: Session,
    membership_id: UUID,
    kind: PointKind,
    points: int,
    source: Source,
    by: Actor,
    words: str | None,
    expires_on: date | None,
) -> int:
    member = _held(db, membership_id)
    if kind is PointKind.REDEEMED and member.points + points < 0:
        raise NotEnoughPoints(member.points, -points)
    _refuse_twin(db, source, kind)
    last = db.connection().scalar(
        select(func.max(col(PointEntry.no))).where(col(PointEntry.membership_id) == membership_id)
    )
    no = 1 + int(last or 0)
    row = {
        "membership_id": membership_id, "no": no, "at": clock.now(), "kind": kind,
        "points": points, "source": source.name, "source_id": source.id, "words": words,
        "expires_on": expires_on, "by_id": by.staff_id,
    }  # fmt: skip
    db.connection().execute(insert(PointEntry), [row])
    failpoints.reach("points.posted")
    db.connection().execute(
        update(Membership)
        .where(col(Membership.id) == membership_id)
        .values(points=col(Membership.points) + points, version=col(Membership.version) + 1)
    )
    audit.note(
        db,
        Deed.CHANGED,
        by=by,
        subject="membership",
        subject_id=membership_id,
        guest_id=member.guest_id,
        fields=["points"],
    )
    news.record(
        db,
        PointsPosted(
            guest_id=member.guest_id,
            hotel_id=by.hotel_id,
            by_id=by.id,
            membership_id=membership_id,
            entry_kind=kind,
            points=points,
        ),
    )
    return no


def _held(db: Session, membership_id: UUID) -> Any:
    """The membership, its row held until the transaction ends; `Conflict` when it has ended."""
    db.flush()
    row = (
        db.connection()
        .execute(
            select(*cols(Membership.guest_id, Membership.points, Membership.state))
            .where(col(Membership.id) == membership_id)
            .with_for_update()
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such membership.", "membership")
    if row.state is not MembershipState.ACTIVE:
        raise Conflict("This membership has ended.", "membership_ended")
    return row


def _refuse_twin(db: Session, source: Source, kind: PointKind) -> None:
    twin = db.connection().execute(
        select(*cols(PointEntry.no)).where(
            col(PointEntry.source) == source.name,
            col(PointEntry.source_id) == source.id,
            col(PointEntry.kind) == kind,
        )
    )
    if twin.first() is not None:
        raise Conflict("These points are booked already.", "points_booked")


def unbalanced(db: Session, limit: int = 100) -> list[UUID]:
    """Memberships whose repeated balance is not the sum of their entries."""
    booked = func.coalesce(func.sum(col(PointEntry.points)), 0)
    rows = db.connection().execute(
        select(*cols(Membership.id))
        .outerjoin(PointEntry, col(PointEntry.membership_id) == col(Membership.id))
        .group_by(*cols(Membership.id, Membership.points))
        .having(booked != col(Membership.points))
        .limit(limit)
    )
    return [row.id for row in rows]
