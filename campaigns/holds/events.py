"""News of holds: whom nobody writes to for now, and to whom one may write again."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class OutreachHeld(Event):
    kind: ClassVar[str] = "outreach.held"
    complaint_id: UUID


@dataclass(frozen=True, kw_only=True)
class OutreachReleased(Event):
    """``is_still_held``: another case of the same guest holds on."""

    kind: ClassVar[str] = "outreach.released"
    complaint_id: UUID
    is_still_held: bool
