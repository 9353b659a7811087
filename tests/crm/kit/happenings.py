"""An event for tests of the machinery, known to no slice."""

from dataclasses import dataclass
from typing import ClassVar

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class RoomCleaned(Event):
    kind: ClassVar[str] = "test.room_cleaned"
    room_no: str
