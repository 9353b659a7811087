"""What happens to preferences, for open screens and the floors above.

Neither code nor words stand here: a code can name the reason (health, faith) to somebody who may
only know what to do. Whoever must know reads the claim or the observation, with their own rights.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event
from crm.preferences.terms import ObservationState, PreferenceStatus


@dataclass(frozen=True, kw_only=True)
class PreferenceNoted(Event):
    """Somebody noted something about a guest."""

    kind: ClassVar[str] = "preference.noted"
    observation_id: UUID
    state: ObservationState
    room_no: str | None = None


@dataclass(frozen=True, kw_only=True)
class PreferenceReviewed(Event):
    """The centre has decided, or taken its decision back; ``noted_by`` is who wants to hear it."""

    kind: ClassVar[str] = "preference.reviewed"
    observation_id: UUID
    state: ObservationState
    noted_by: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class PreferenceChanged(Event):
    """A claim came into being or stands differently."""

    kind: ClassVar[str] = "preference.changed"
    preference_id: UUID
    state: PreferenceStatus


@dataclass(frozen=True, kw_only=True)
class PreferenceUsed(Event):
    """Somebody acted on what was noted: the noters hear that it was of use."""

    kind: ClassVar[str] = "preference.used"
    observations: int


@dataclass(frozen=True, kw_only=True)
class CodesChanged(Event):
    """A hotel switched, worded or added codes, or set a group's rule."""

    kind: ClassVar[str] = "preference.codes_changed"
