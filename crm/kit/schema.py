"""Base classes of everything that crosses the wire: hardened on the way in, plain on the way out.

The recipe (reliability-and-security.md 4.2) brought 63 nasty requests from 15 server errors
to none on both databases.
"""

import re
import unicodedata
from datetime import date, datetime, time
from typing import Annotated, Any
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

LINE_MAX = 120
WORDS_MAX = 4000
PAGE_MAX = 100
MONEY_MAX = 10**12
COUNT_MAX = 10**6
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)

# Direction overrides and isolates can make a name read as another; lone surrogates and
# non-characters cannot be stored by both databases.
_FORBIDDEN = {chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF)}
_KEPT_CONTROLS = {"\n", "\t"}
TIME_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
"""A time of day on the hotel's own clock, without an offset."""


class In(BaseModel):
    """Base of every input: unknown fields refused, no silent conversion, no inf or NaN.

    Strict: ``true`` is no 1 and ``"12"`` no 12. Fields whose JSON form is a string (enums)
    say so with ``Annotated[Kind, Lax]``; ids are `Id`, dates `IsoDate`.
    """

    model_config = ConfigDict(
        extra="forbid", strict=True, allow_inf_nan=False, frozen=True, str_max_length=WORDS_MAX
    )


class Out(BaseModel):
    """Base of every output."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


def clean_text(value: str, *, lines: bool = False) -> str:
    """NFC, trimmed (also of U+3000), without control characters or direction overrides."""
    text = unicodedata.normalize("NFC", value).strip().strip("\u3000").strip()
    for char in text:
        kind = unicodedata.category(char)
        if (
            char in _FORBIDDEN
            or kind == "Cs"
            or (kind == "Cc" and not (lines and char in _KEPT_CONTROLS))
        ):
            raise PydanticCustomError("text_characters", "contains characters that are not text")
    if _stacked_marks(text):
        raise PydanticCustomError("text_characters", "contains too many combining marks in a row")
    return text


def _stacked_marks(text: str, limit: int = 8) -> bool:
    run = 0
    for char in text:
        run = run + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if run > limit:
            return True
    return False


def _one_line(value: str) -> str:
    return clean_text(value)


def _many_lines(value: str) -> str:
    return clean_text(value.replace("\r\n", "\n"), lines=True)


def _not_blank(value: str) -> str:
    if not value:
        raise PydanticCustomError("text_blank", "must not be blank")
    return value


def _iso_date(value: Any) -> Any:
    if isinstance(value, str):
        # date.fromisoformat would take weeks (2026-W05-1) too.
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise PydanticCustomError("date_format", "must be a date as YYYY-MM-DD")
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("date_format", "must be a date as YYYY-MM-DD") from None
    return value


def _iso_instant(value: Any) -> Any:
    if isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("instant_format", "must be an ISO 8601 time") from None
        if instant.tzinfo is None:
            raise PydanticCustomError("instant_zone", "must name its offset, for example Z")
        return instant
    return value


def _of_our_time(instant: datetime) -> datetime:
    if not FIRST_DAY.year <= instant.year <= LAST_DAY.year:
        # At either end of the calendar there is no UTC for some offsets.
        raise PydanticCustomError("instant_range", "must lie between 1900 and 2199")
    return instant


def _iso_time(value: Any) -> Any:
    if isinstance(value, str):
        if not re.fullmatch(TIME_PATTERN, value, re.ASCII):
            raise PydanticCustomError("time_format", "must be a local time as HH:MM")
        return time.fromisoformat(value)
    return value


Lax = Field(strict=False)
"""For enum fields of an `In`: their JSON form is a string."""

Id = Annotated[UUID, Lax]

Line = Annotated[
    str, Field(max_length=LINE_MAX), AfterValidator(_one_line), AfterValidator(_not_blank)
]
"""One line of text, 1 to 120 characters, cleaned."""

OptionalLine = Annotated[str, Field(max_length=LINE_MAX), AfterValidator(_one_line)]
"""One line of text, may be empty."""

Words = Annotated[
    str, Field(max_length=WORDS_MAX), AfterValidator(_many_lines), AfterValidator(_not_blank)
]
"""Free text of several lines, 1 to 4,000 characters, cleaned."""

IsoDate = Annotated[
    date,
    BeforeValidator(_iso_date),
    Field(ge=FIRST_DAY, le=LAST_DAY),
]
"""A calendar date as YYYY-MM-DD between 1900 and 2199."""

IsoTime = Annotated[
    time,
    BeforeValidator(_iso_time),
    WithJsonSchema({"type": "string", "pattern": TIME_PATTERN}),
]
"""A time on the hotel's own clock as HH:MM or HH:MM:SS."""

IsoInstant = Annotated[datetime, BeforeValidator(_iso_instant), AfterValidator(_of_our_time)]
"""An instant with its offset, as ISO 8601, between 1900 and 2199."""

Money = Annotated[int, Field(ge=-MONEY_MAX, le=MONEY_MAX)]
"""Integer minor units of the currency beside it."""

Count = Annotated[int, Field(ge=0, le=COUNT_MAX)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$")]
HotelCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{2,12}$")]
