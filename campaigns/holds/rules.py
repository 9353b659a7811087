"""When outreach to a guest is held because of a case: on paper, without database or clock."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.holds.terms import CONTENT_FROM, HELD_AFTER
from crm.complaints.terms import CaseKind


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
    """What a case says by itself; ``since_at`` is when it was opened, or last reopened."""

    kind: CaseKind
    has_guest: bool
    since_at: datetime
    closed_at: datetime | None
    satisfaction: int | None


@dataclass(frozen=True)
class Held:
    """A hold: ``until_at`` is None while the case is open, ``released_at`` while it is in force."""

    since_at: datetime
    until_at: datetime | None
    released_at: datetime | None


def hold_of(case: CaseFacts, now: datetime) -> Held | None:
    """The hold that a case asks for; None for praise, suggestions and cases without a guest.

    Only the case and the time decide, never the order in which news of it came: so news that
    comes late, twice or in the wrong order leads to the same hold.
    """
    if case.kind is not CaseKind.COMPLAINT or not case.has_guest:
        return None
    if case.closed_at is None:
        return Held(case.since_at, None, None)
    if case.satisfaction is not None and case.satisfaction >= CONTENT_FROM:
        return Held(case.since_at, case.closed_at, case.closed_at)
    until = case.closed_at + HELD_AFTER
    return Held(case.since_at, until, until if now >= until else None)


def in_force(hold: Held, now: datetime) -> bool:
    """Whether a hold keeps outreach back; its end counts at once, before it is written down."""
    return hold.released_at is None and (hold.until_at is None or now < hold.until_at)
