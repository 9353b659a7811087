"""What a phone in the corridor sends of a room, and what it is told: never a guest."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.hotels.terms import DepartmentCode
from crm.kit.schema import Id, In, IsoInstant, Lax, Out, Words
from crm.preferences.schemas import Code, FreeWords, RoomNo, Value
from crm.preferences.terms import ObservationState, PreferenceSource

PROBLEM_WORDS_MAX = 200


class Whose(StrEnum):
    """Whose a note is where its time does not tell: who is inside now, or who left last."""

    HERE = "here"
    GONE = "gone"


class RoomNoteIn(In):
    """Something seen in a room. ``id`` is made on the phone, so that a note sent twice is one."""

    id: Id
    room_no: RoomNo
    code: Code | None = None
    value: Value | None = None
    words: FreeWords | None = None
    source: Annotated[PreferenceSource, Lax] = PreferenceSource.SEEN
    observed_at: IsoInstant | None = None
    whose: Annotated[Whose | None, Lax] = None

    @model_validator(mode="after")
    def _says_something(self) -> "RoomNoteIn":
        if self.code is None and self.words is None:
            raise PydanticCustomError("needed", "choose a code or write a few words")
        return self


class RoomNoteOut(Out):
    """What became of it. ``withdrawable_until`` is set while the noter may take it back."""

    id: UUID
    room_no: str | None
    text: str
    state: ObservationState
    observed_at: datetime
    withdrawable_until: datetime | None


class RoomProblem(StrEnum):
    """What is wrong in a room, or what a guest told there."""

    CLIMATE = "climate"
    WATER = "water"
    LIGHT = "light"
    TELEVISION = "television"
    DOOR = "door"
    FURNITURE = "furniture"
    NOISE = "noise"
    SMELL = "smell"
    GUEST = "guest"
    OTHER = "other"


class RoomProblemIn(In):
    """A problem in a room, sent once by its ``id``."""

    id: Id
    room_no: RoomNo
    what: Annotated[RoomProblem, Lax]
    words: Annotated[Words, Field(max_length=PROBLEM_WORDS_MAX)] | None = None


class RoomProblemOut(Out):
    """Who was told, and by when they see to it."""

    id: UUID
    room_no: str | None
    department: DepartmentCode
    due_at: datetime


class TickIn(In):
    """One thing set for a room, or not after all; saying it again changes nothing."""

    done: bool = True


class TickOut(Out):
    id: UUID
    done: bool
