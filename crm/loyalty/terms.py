"""Words of the loyalty programme."""

from enum import StrEnum


class Tier(StrEnum):
    """Rungs of the shipped programme; `rank` is the number of bars of the hallmark."""

    MEMBER = "member"
    SILVER = "silver"
    GOLD = "gold"
    PLATINUM = "platinum"
    DIAMOND = "diamond"

    @property
    def rank(self) -> int:
        return list(Tier).index(self)


class MembershipState(StrEnum):
    ACTIVE = "active"
    ENDED = "ended"


class PointKind(StrEnum):
    EARNED = "earned"
    BONUS = "bonus"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    REVERSED = "reversed"
    COMPENSATION = "compensation"
    REFERRAL = "referral"
    OPENING = "opening"
