"""What happens to habits, for open screens.

No code and no value stand here: whoever must know reads the habit with their own rights.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event
from crm.sensing.terms import HabitState


@dataclass(frozen=True, kw_only=True)
class HabitsChanged(Event):
    """A guest's records show other habits than before: ``open`` proposals wait for an answer."""

    kind: ClassVar[str] = "habit.changed"
    open: int


@dataclass(frozen=True, kw_only=True)
class HabitAnswered(Event):
    """Somebody said yes or no."""

    kind: ClassVar[str] = "habit.answered"
    habit_id: UUID
    state: HabitState


@dataclass(frozen=True, kw_only=True)
class GuestsSensed(Event):
    """The nightly pass over all guests is done."""

    kind: ClassVar[str] = "habit.all_sensed"
    guests: int
    proposed: int
