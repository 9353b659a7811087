"""What a reveal asks for and answers, and what a guest allows."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.audit.terms import PURPOSE_MAX, PURPOSE_MIN
from crm.guests.terms import SpecialKind
from crm.kit.schema import In, Lax, Line, Out
from crm.privacy.terms import ConsentChannel, ConsentPurpose, ConsentState, RevealField

Purpose = Annotated[Line, Field(min_length=PURPOSE_MIN, max_length=PURPOSE_MAX)]


class Reveal(In):
    """One value: an entry by its number, or a special fact by its kind; and what for."""

    field: Annotated[RevealField, Lax]
    no: Annotated[int | None, Field(ge=1, le=10_000)] = None
    kind: Annotated[SpecialKind | None, Lax] = None
    purpose: Purpose


class Revealed(Out):
    """The value in clear; not to be cached anywhere."""

    field: RevealField
    no: int | None
    kind: SpecialKind | None
    value: str


class ConsentGiven(In):
    """One yes or no; ``words`` are those the guest was shown or said."""

    channel: Annotated[ConsentChannel, Lax]
    purpose: Annotated[ConsentPurpose, Lax]
    state: Annotated[ConsentState, Lax] = ConsentState.GIVEN
    words: Line


class ConsentRow(Out):
    """One answer as it was taken down; the newest of a channel and purpose is what holds."""

    no: int
    channel: ConsentChannel
    purpose: ConsentPurpose
    state: ConsentState
    words: str
    source: str
    at: datetime
    by_id: UUID | None
    hotel_id: UUID | None
