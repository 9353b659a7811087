"""What happens to memberships and points, for the timeline and the floors above."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event
from crm.loyalty.terms import PointKind, Tier


@dataclass(frozen=True, kw_only=True)
class MemberEnrolled(Event):
    kind: ClassVar[str] = "member.enrolled"
    membership_id: UUID
    tier: Tier


@dataclass(frozen=True, kw_only=True)
class TierChanged(Event):
    kind: ClassVar[str] = "tier.changed"
    membership_id: UUID
    tier_before: Tier
    tier: Tier


@dataclass(frozen=True, kw_only=True)
class PointsPosted(Event):
    kind: ClassVar[str] = "points.posted"
    membership_id: UUID
    entry_kind: PointKind
    points: int
