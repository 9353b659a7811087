"""News about alert rules and what was put aside; screens look again."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class AlertRuleChanged(Event):
    kind: ClassVar[str] = "alert.rule_changed"
    rule_id: UUID
    version: int
    is_active: bool


@dataclass(frozen=True, kw_only=True)
class AlertPutAside(Event):
    """For this stay; ``again`` says that it was brought back."""

    kind: ClassVar[str] = "alert.put_aside"
    stay_id: UUID
    again: bool = False
