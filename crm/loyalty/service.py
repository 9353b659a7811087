"""Enrols members and sets their tiers; every tier keeps who, why and until when."""

import secrets
from datetime import date
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from crm.audit import service as audit
from crm.audit.terms import Deed
from crm.guests.queries import need_visible
from crm.kit import clock
from crm.kit import events as news
from crm.kit.errors import Conflict, NotFound
from crm.kit.ids import new_id
from crm.kit.rows import cols
from crm.loyalty import rules
from crm.loyalty.events import MemberEnrolled, TierChanged
from crm.loyalty.tables import Membership, TierChange
from crm.loyalty.terms import MembershipState, Tier
from crm.staff.actor import Actor


def enrol(
    db: Session,
    guest_id: UUID,
    *,
    by: Actor,
    joined_on: date | None = None,
    tier: Tier = Tier.MEMBER,
    why: str = "Enrolled",
    referred_by_id: UUID | None = None,
) -> UUID:
    """Make a guest a member under a fresh number; `Conflict` for one who is."""
    need_visible(db, guest_id, by=by)
    held = db.connection().execute(
        select(*cols(Membership.id)).where(col(Membership.guest_id) == guest_id)
    )
    if held.first() is not None:
        raise Conflict("This guest is a member already.", "membership")
    identity = new_id()
    db.connection().execute(
        insert(Membership),
        [
            {
                "id": identity,
                "guest_id": guest_id,
                "number": _fresh_number(db),
                "state": MembershipState.ACTIVE,
                "joined_on": joined_on or clock.today_in("UTC"),
                "tier": tier,
                "points": 0,
                "referred_by_id": referred_by_id,
                "version": 1,
            }
        ],
    )
    _keep_tier(db, identity, None, tier, until=None, why=why, by=by)
    _note(db, identity, guest_id, Deed.CREATED, by=by)
    news.record(
        db,
        MemberEnrolled(
            guest_id=guest_id, hotel_id=by.hotel_id, by_id=by.id, membership_id=identity, tier=tier
        ),
    )
    return identity


def _fresh_number(db: Session) -> str:
    """A number that nobody has, by chance: no sequence that two hotels could fight over."""
    while True:
        number = rules.member_number(secrets.randbelow(10**rules.SERIAL_DIGITS))
        taken = db.connection().execute(
            select(*cols(Membership.id)).where(col(Membership.number) == number)
        )
        if taken.first() is None:
            return number


def set_tier(
    db: Session,
    membership_id: UUID,
    tier: Tier,
    *,
    why: str,
    by: Actor,
    until: date | None = None,
) -> bool:
    """The one way to another tier, with its history; returns whether it was another."""
    db.flush()
    row = (
        db.connection()
        .execute(
            select(*cols(Membership.guest_id, Membership.tier, Membership.tier_until))
            .where(col(Membership.id) == membership_id)
            .with_for_update()
        )
        .first()
    )
    if row is None:
        raise NotFound("There is no such membership.", "membership")
    if (row.tier, row.tier_until) == (tier, until):
        return False
    db.connection().execute(
        update(Membership)
        .where(col(Membership.id) == membership_id)
        .values(tier=tier, tier_until=until, version=col(Membership.version) + 1)
    )
    _keep_tier(db, membership_id, row.tier, tier, until=until, why=why, by=by)
    _note(db, membership_id, row.guest_id, Deed.CHANGED, by=by)
    news.record(
        db,
        TierChanged(
            guest_id=row.guest_id,
            hotel_id=by.hotel_id,
            by_id=by.id,
            membership_id=membership_id,
            tier_before=row.tier,
            tier=tier,
        ),
    )
    return True


def _keep_tier(
    db: Session,
    membership_id: UUID,
    before: Tier | None,
    tier: Tier,
    *,
    until: date | None,
    why: str,
    by: Actor,
) -> None:
    last = db.connection().scalar(
        select(func.max(col(TierChange.no))).where(col(TierChange.membership_id) == membership_id)
    )
    row = {
        "membership_id": membership_id, "no": 1 + int(last or 0), "at": clock.now(),
        "tier_before": before, "tier": tier, "until": until, "why": why, "by_id": by.staff_id,
    }  # fmt: skip
    db.connection().execute(insert(TierChange), [row])


def _note(db: Session, membership_id: UUID, guest_id: UUID, deed: Deed, *, by: Actor) -> None:
    audit.note(
        db,
        deed,
        by=by,
        subject="membership",
        subject_id=membership_id,
        guest_id=guest_id,
        fields=["tier"],
    )
