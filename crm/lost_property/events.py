"""News about things found: numbers and states, never words or guests."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class ItemFound(Event):
    kind: ClassVar[str] = "lost_property.found"
    item_id: UUID
    number: int


@dataclass(frozen=True, kw_only=True)
class ItemChanged(Event):
    kind: ClassVar[str] = "lost_property.changed"
    item_id: UUID
    state: str
    version: int
