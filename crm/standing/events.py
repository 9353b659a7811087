"""News of standing: for those who may read cases only, since it tells who was not content."""

from dataclasses import dataclass
from typing import ClassVar

from crm.kit.events import Event
from crm.standing.terms import Credit, Satisfaction


@dataclass(frozen=True, kw_only=True)
class StandingChanged(Event):
    """The classes as they are now, and as they were before."""

    kind: ClassVar[str] = "standing.changed"
    satisfaction: Satisfaction
    satisfaction_before: Satisfaction
    credit: Credit
    credit_before: Credit
