"""Standing as it is read, with the reason in facts."""

from datetime import date
from uuid import UUID

from crm.kit.schema import Out
from crm.standing.terms import Credit, Satisfaction, WhyCredit, WhySatisfaction


class SatisfactionReason(Out):
    """An answer that counts, or an open complaint (without a score)."""

    why: WhySatisfaction
    on: date
    score: int | None
    complaint_id: UUID | None


class CreditReason(Out):
    """A miss, a caution or the stays; ``on`` for misses, ``count`` for stays."""

    why: WhyCredit
    on: date | None
    count: int | None


class SatisfactionOut(Out):
    """``mean`` is from 0 to 10. ``other_reasons`` counts those that are not this reader's."""

    satisfaction: Satisfaction
    mean: float | None
    reasons: list[SatisfactionReason]
    other_reasons: int


class CreditOut(Out):
    credit: Credit
    reasons: list[CreditReason]
    other_reasons: int


class StandingOut(Out):
    """A part that the reader may not see is None."""

    guest_id: UUID
    satisfaction: SatisfactionOut | None
    credit: CreditOut | None
