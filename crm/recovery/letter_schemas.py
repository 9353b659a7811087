"""Letters about a case as they are drafted, written and read."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.kit.schema import In, Lax, Line, Out, Words
from crm.recovery.terms import LETTER_MAX, SUBJECT_MAX, LetterLanguage, SentHow


class LetterIn(In):
    """A letter as a person wants it; paragraphs are parted by an empty line."""

    language: Annotated[LetterLanguage, Lax]
    subject: Annotated[Line, Field(max_length=SUBJECT_MAX)]
    body: Annotated[Words, Field(max_length=LETTER_MAX)]


class LetterSent(In):
    """How a person sent it."""

    how: Annotated[SentHow, Lax]


class LetterDraft(Out):
    """A proposal from the facts of the case; nothing is kept of it."""

    language: LetterLanguage
    subject: str
    body: str


class LetterSheet(Out):
    """A letter of a case; with ``sent_at`` it went to the guest and stays as it was."""

    complaint_id: UUID
    no: int
    language: LetterLanguage
    subject: str
    body: str
    made_at: datetime
    made_by_name: str | None
    changed_at: datetime
    changed_by_name: str | None
    sent_how: SentHow | None
    sent_at: datetime | None
    sent_by_name: str | None
    version: int


class LetterList(Out):
    items: list[LetterSheet]
