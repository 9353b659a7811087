"""What a reveal asks for and answers."""

from typing import Annotated

from pydantic import Field

from crm.audit.terms import PURPOSE_MAX, PURPOSE_MIN
from crm.guests.terms import SpecialKind
from crm.kit.schema import In, Lax, Line, Out
from crm.privacy.terms import RevealField

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
