"""Holds as they are read."""

from datetime import datetime
from uuid import UUID

from crm.kit.schema import Out


class HoldLine(Out):
    """The hold of one case; ``until_at`` is None while the case is open."""

    complaint_id: UUID
    reference: str
    since_at: datetime
    until_at: datetime | None
    released_at: datetime | None
    is_in_force: bool


class OutreachHoldOut(Out):
    """Whether the house may write to a guest now, as far as the reader's cases tell.

    ``since_at`` is the earliest beginning and ``until_at`` the latest end of the holds in force;
    ``until_at`` is None without an end yet.
    """

    guest_id: UUID
    is_held: bool
    since_at: datetime | None
    until_at: datetime | None
    holds: list[HoldLine]
