"""What became of an arrival's preparation; ids and counts, never a code or a name."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class PreparationChanged(Event):
    """Items came, went or were ticked: ``done`` of ``items`` are set now."""

    kind: ClassVar[str] = "preparation.changed"
    stay_id: UUID
    room_no: str | None
    items: int
    done: int


@dataclass(frozen=True, kw_only=True)
class ArrivalPrepared(Event):
    """A person went through the arrival."""

    kind: ClassVar[str] = "arrival.prepared"
    stay_id: UUID


@dataclass(frozen=True, kw_only=True)
class ArrivalReopened(Event):
    """A person took the mark back."""

    kind: ClassVar[str] = "arrival.reopened"
    stay_id: UUID
