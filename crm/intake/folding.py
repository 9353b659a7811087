"""From all messages about one reservation to what is true of it: pure, in any order.

A message is not applied on top of what the ones before left; the whole story is told anew
each time, in the order in which the other system sent it. So late, doubled and shuffled
messages end the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.stays.terms import StayStatus

Facts = dict[str, Any]


class Kind(StrEnum):
    RESERVATION = "reservation"
    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    CANCEL = "cancel"
    NO_SHOW = "no_show"
    FOLIO = "folio"


@dataclass(frozen=True)
class News:
    """One message: ``stay`` and ``guest`` hold only the fields it spoke of; a line that was
    taken back is None. ``at`` is when the thing happened, if not when it was sent."""

    kind: Kind
    sent_at: datetime
    message_id: str
    subject: str
    at: datetime | None = None
    reinstated: bool = False
    stay: Facts = field(default_factory=dict)
    guest: Facts = field(default_factory=dict)
    lines: dict[str, Facts | None] = field(default_factory=dict)

    @property
    def place(self) -> tuple[datetime, str]:
        """Where it stands in the story; two of one instant stand in the order of their ids."""
        return self.sent_at, self.message_id


@dataclass(frozen=True)
class Picture:
    """What is true of a reservation; without a status or dates there is no stay to write."""

    status: StayStatus | None
    stay: Facts
    times: dict[str, datetime | None]
    lines: dict[str, Facts | None]

    @property
    def is_whole(self) -> bool:
        """Whether there is enough to write a stay."""
        arrival, departure = self.stay.get("arrival_on"), self.stay.get("departure_on")
        if self.status is None or arrival is None or departure is None:
            return False
        return bool(departure >= arrival)


_STATUS = {
    Kind.CHECK_IN: StayStatus.IN_HOUSE,
    Kind.CHECK_OUT: StayStatus.CHECKED_OUT,
    Kind.CANCEL: StayStatus.CANCELLED,
    Kind.NO_SHOW: StayStatus.NO_SHOW,
}
_TIME = {
    Kind.CHECK_IN: "checked_in_at",
    Kind.CHECK_OUT: "checked_out_at",
    Kind.CANCEL: "cancelled_at",
}
_KEPT: dict[StayStatus, frozenset[str]] = {
    StayStatus.IN_HOUSE: frozenset({"checked_in_at"}),
    StayStatus.CHECKED_OUT: frozenset({"checked_in_at", "checked_out_at"}),
    StayStatus.CANCELLED: frozenset({"cancelled_at"}),
}


def in_order(news: Iterable[News]) -> list[News]:
    """The story as it was sent, each message once."""
    return sorted({one.message_id: one for one in news}.values(), key=lambda one: one.place)


def fold(news: Iterable[News]) -> Picture:
    """What all messages about one reservation make true together."""
    status: StayStatus | None = None
    stay: Facts = {}
    times: dict[str, datetime | None] = {}
    lines: dict[str, Facts | None] = {}
    for one in in_order(news):
        status = _next(status, one)
        stay |= one.stay
        lines |= one.lines
        if one.kind in _TIME:
            times[_TIME[one.kind]] = one.at or one.sent_at
    kept = _KEPT.get(status, frozenset()) if status else frozenset()
    return Picture(
        status=status,
        stay=stay,
        times={name: times.get(name) if name in kept else None for name in _TIME.values()},
        lines=lines,
    )


def _next(status: StayStatus | None, news: News) -> StayStatus | None:
    """A reservation message changes facts; it brings a stay back only if it says so."""
    if news.kind is Kind.FOLIO:
        return status
    if news.kind is Kind.RESERVATION:
        over = status in (StayStatus.CANCELLED, StayStatus.NO_SHOW)
        return StayStatus.BOOKED if status is None or (over and news.reinstated) else status
    return _STATUS[news.kind]


def guest_facts(news: Iterable[News]) -> Facts:
    """What all messages about one guest say of them: of each field the newest word."""
    facts: Facts = {}
    for one in in_order(news):
        facts |= one.guest
    return facts


def ever_said(news: Iterable[News], name: str) -> list[Any]:
    """Every value that was ever sent for a field of the guest, oldest first, nulls left out."""
    values = (one.guest.get(name) for one in in_order(news))
    return list(dict.fromkeys(value for value in values if value is not None))
