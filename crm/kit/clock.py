"""The only clock of the house, so that tests and look-ahead runs can turn it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_frozen_at: ContextVar[datetime | None] = ContextVar("keshi_frozen_at", default=None)


def now() -> datetime:
    """This instant, aware, in UTC."""
    return _frozen_at.get() or datetime.now(UTC)


def today_in(zone: str) -> date:
    """The calendar date in an IANA time zone."""
    return now().astimezone(ZoneInfo(zone)).date()


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Stop the clock of this context at an aware instant."""
    if at.tzinfo is None:
        raise ValueError("the clock can only be stopped at an aware instant")
    token = _frozen_at.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen_at.reset(token)
