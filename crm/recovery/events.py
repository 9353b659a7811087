"""News about what guests are given: states, never amounts or words."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class RecoveryAsked(Event):
    """Something above the asker's limit waits for an approval."""

    kind: ClassVar[str] = "recovery.asked"
    compensation_id: UUID
    complaint_id: UUID
    needs_role: str


@dataclass(frozen=True, kw_only=True)
class RecoveryDecided(Event):
    """It was approved, refused or withdrawn."""

    kind: ClassVar[str] = "recovery.decided"
    compensation_id: UUID
    complaint_id: UUID
    state: str


@dataclass(frozen=True, kw_only=True)
class RecoveryGiven(Event):
    kind: ClassVar[str] = "recovery.given"
    compensation_id: UUID
    complaint_id: UUID
    offer_kind: str
