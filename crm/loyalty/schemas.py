"""Memberships and their tiers as they are read."""

from datetime import date, datetime
from uuid import UUID

from crm.kit.schema import Out
from crm.loyalty.terms import MembershipState, Tier


class TierStep(Out):
    """One change of tier with who, why and until when."""

    no: int
    at: datetime
    tier_before: Tier | None
    tier: Tier
    until: date | None
    why: str
    by_id: UUID | None


class MembershipSheet(Out):
    """A membership; ``points`` are null for those who do not read them."""

    id: UUID
    guest_id: UUID
    number: str
    state: MembershipState
    joined_on: date
    tier: Tier
    tier_until: date | None
    points: int | None
    referred_by_id: UUID | None
    version: int
    history: list[TierStep]
