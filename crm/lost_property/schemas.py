"""Things found as they are written down, listed and settled."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.hotels.terms import ROOM_NO_MAX
from crm.kit.schema import Id, In, IsoInstant, Lax, Line, Out, Words
from crm.lost_property.terms import PLACE_MAX, WHAT_MAX, WORDS_MAX, FoundKind, FoundState

What = Annotated[Line, Field(max_length=WHAT_MAX)]
Place = Annotated[Line, Field(max_length=PLACE_MAX)]
RoomNo = Annotated[Line, Field(max_length=ROOM_NO_MAX)]


class FoundIn(In):
    """Something found; ``id`` is the finder's own, ``found_at`` now unless it says otherwise."""

    id: Id | None = None
    kind: Annotated[FoundKind, Lax]
    what: What
    room_no: RoomNo | None = None
    place: Place | None = None
    stored_at: Place | None = None
    found_at: IsoInstant | None = None

    @model_validator(mode="after")
    def _was_somewhere(self) -> Self:
        if self.room_no is None and self.place is None:
            raise PydanticCustomError("found_where", "say in which room or place it was found")
        return self


class FoundPatch(In):
    """Fields to change; what is left out stays, an explicit null empties."""

    kind: Annotated[FoundKind | None, Lax] = None
    what: What | None = None
    place: Place | None = None
    stored_at: Place | None = None

    @model_validator(mode="after")
    def _keeps_what_must_be(self) -> Self:
        for field in ("kind", "what"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise PydanticCustomError("needed", "what it is cannot be emptied")
        return self


class FoundSettle(In):
    """What became of it. ``stay_id`` tells whose it is; words say how it was handed over."""

    state: Annotated[FoundState, Lax]
    stay_id: Id | None = None
    words: Annotated[Words, Field(max_length=WORDS_MAX)] | None = None


class FoundMade(Out):
    id: UUID
    reference: str
    dispose_by: date
    version: int


class FoundRow(Out):
    """A line of the list; ``guest`` only for those who may get in touch with guests."""

    id: UUID
    reference: str
    kind: FoundKind
    what: str
    room_no: str | None
    place: str | None
    stored_at: str | None
    found_at: datetime
    found_by_name: str | None
    dispose_by: date
    is_due: bool
    state: FoundState
    has_photo: bool
    guest_id: UUID | None
    guest: str | None
    version: int


class FoundSheet(FoundRow):
    """One thing in full."""

    hotel_id: UUID
    stay_id: UUID | None
    settled_at: datetime | None
    settled_by_name: str | None
    settled_words: str | None


class LastStay(Out):
    """One of the last stays of the room: whose the thing may be."""

    stay_id: UUID
    guest_id: UUID
    guest: str
    arrival_on: date
    departure_on: date
    was_there: bool
    """Whether the stay covers the day of finding, or ended on it."""
