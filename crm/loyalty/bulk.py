"""Memberships and points brought in from another programme, many at once.

Whoever brings them keeps their own record, so nothing here writes an audit row or news. The
balance on the membership stays the sum of its entries.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, insert, select, update
from sqlmodel import Session, col

from crm.kit.db import chunks
from crm.kit.rows import cols
from crm.loyalty.tables import Membership, PointEntry, TierChange
from crm.loyalty.terms import MembershipState, PointKind, Tier

_BATCH = 400


def members_numbered(db: Session, numbers: Collection[str]) -> dict[str, tuple[UUID, UUID]]:
    """Membership number → (membership, guest)."""
    found: dict[str, tuple[UUID, UUID]] = {}
    for part in chunks(sorted(numbers), _BATCH):
        rows = db.connection().execute(
            select(*cols(Membership.number, Membership.id, Membership.guest_id)).where(
                col(Membership.number).in_(part)
            )
        )
        found |= {row.number: (row.id, row.guest_id) for row in rows}
    return found


def members_of(db: Session, guest_ids: Collection[UUID]) -> dict[UUID, str]:
    """Guest → membership number, for those who have one."""
    found: dict[UUID, str] = {}
    for part in chunks(sorted(guest_ids), _BATCH):
        rows = db.connection().execute(
            select(*cols(Membership.guest_id, Membership.number)).where(
                col(Membership.guest_id).in_(part)
            )
        )
        found |= {row.guest_id: row.number for row in rows}
    return found


def enrol_many(
    db: Session,
    members: Mapping[UUID, tuple[UUID, str, date, Tier]],
    *,
    at: datetime,
    why: str,
    by_id: UUID | None,
) -> None:
    """New memberships: id → (guest, number, member since, tier), with the tier's first entry."""
    if not members:
        return
    db.connection().execute(
        insert(Membership),
        [
            {
                "id": membership_id,
                "guest_id": guest_id,
                "number": number,
                "state": MembershipState.ACTIVE,
                "joined_on": joined_on,
                "tier": tier,
                "points": 0,
                "version": 1,
            }
            for membership_id, (guest_id, number, joined_on, tier) in members.items()
        ],
    )
    db.connection().execute(
        insert(TierChange),
        [
            {
                "membership_id": membership_id,
                "no": 1,
                "at": at,
                "tier": tier,
                "why": why,
                "by_id": by_id,
            }
            for membership_id, (_, _, _, tier) in members.items()
        ],
    )


def entries_known(
    db: Session, source: str, source_ids: Collection[str]
) -> dict[tuple[str, PointKind], int]:
    """Points already booked under this source: (its id, kind) → points."""
    found: dict[tuple[str, PointKind], int] = {}
    for part in chunks(sorted(source_ids), _BATCH):
        rows = db.connection().execute(
            select(*cols(PointEntry.source_id, PointEntry.kind, PointEntry.points)).where(
                col(PointEntry.source) == source, col(PointEntry.source_id).in_(part)
            )
        )
        found |= {(row.source_id, row.kind): row.points for row in rows}
    return found


def balances(
    db: Session, membership_ids: Collection[UUID], *, lock: bool = True
) -> dict[UUID, int]:
    """The balance of each membership; for a writer, its row is held until the end."""
    found: dict[UUID, int] = {}
    for part in chunks(sorted(membership_ids), _BATCH):
        query = (
            select(*cols(Membership.id, Membership.points))
            .where(col(Membership.id).in_(part))
            .order_by(col(Membership.id))
        )
        rows = db.connection().execute(query.with_for_update() if lock else query)
        found |= {row.id: row.points for row in rows}
    return found


def post_many(db: Session, entries: Sequence[dict[str, Any]]) -> list[tuple[UUID, int]]:
    """Append entries (without ``no``) and move the balances; answers the keys they got."""
    if not entries:
        return []
    ids = sorted({e["membership_id"] for e in entries})
    last: dict[UUID, int] = {}
    for part in chunks(ids, _BATCH):
        rows = db.connection().execute(
            select(col(PointEntry.membership_id), func.max(col(PointEntry.no)))
            .where(col(PointEntry.membership_id).in_(part))
            .group_by(col(PointEntry.membership_id))
        )
        last |= {row[0]: row[1] for row in rows}
    moved: dict[UUID, int] = dict.fromkeys(ids, 0)
    numbered = []
    for entry in entries:
        member = entry["membership_id"]
        last[member] = last.get(member, 0) + 1
        moved[member] += entry["points"]
        numbered.append({**entry, "no": last[member]})
    db.connection().execute(insert(PointEntry), numbered)
    db.connection().execute(_MOVE, [{"member": m, "by": points} for m, points in moved.items()])
    return [(e["membership_id"], e["no"]) for e in numbered]


_MOVE = (
    update(Membership)
    .where(col(Membership.id) == bindparam("member"))
    .values(points=col(Membership.points) + bindparam("by"), version=col(Membership.version) + 1)
)
