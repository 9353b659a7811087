"""Imports and reviews as they cross the wire."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from crm.intake.mapping import ImportMapping
from crm.intake.terms import (
    PRESET_NAME_MAX,
    ImportKind,
    ImportState,
    LineOutcome,
    MessageState,
    ReviewState,
)
from crm.kit.schema import HotelCode, Id, In, Lax, Out


class ImportOptions(In):
    """What may be said with a file; all of it is guessed, shown and changeable else."""

    kind: Annotated[ImportKind, Lax]
    mapping: ImportMapping | None = None
    preset: Annotated[str, Field(max_length=PRESET_NAME_MAX)] | None = None
    hotel: HotelCode | None = None
    encoding: Annotated[str, Field(max_length=24)] | None = None
    delimiter: Annotated[str, Field(max_length=4)] | None = None
    sheet: Annotated[str, Field(max_length=100)] | None = None


class Reason(Out):
    """Why a row is rejected or unclear: a column of the file (or none), a code, what to do."""

    column: str
    code: str
    message: str


class Problem(Out):
    """One row that does not come in by itself."""

    line: int
    outcome: LineOutcome
    reasons: list[Reason]


class ReasonCount(Out):
    code: str
    message: str
    rows: int


class ColumnSheet(Out):
    """One column: the field it became, what that rests on, and samples."""

    column: str
    field: str | None
    rule: str | None
    format: str | None
    by: str
    samples: list[str]


class Kept(Out):
    """Something that undo left, since it has got other data."""

    kind: str
    name: str


class ImportCounts(Out):
    """The five counts add up to ``rows`` (while committing, to ``rows_done``)."""

    rows: int
    new: int
    matched: int
    unchanged: int
    unclear: int
    rejected: int


class ImportRow(ImportCounts):
    """An import in a list."""

    id: UUID
    kind: ImportKind
    state: ImportState
    file_name: str
    hotel_id: UUID | None
    rows_done: int
    created_at: datetime
    created_by_name: str | None
    committed_at: datetime | None
    undone_at: datetime | None


class ImportSheet(ImportRow):
    """One import with what was guessed and what was found."""

    import_id: UUID
    size_bytes: int
    format: str
    encoding: str | None
    delimiter: str | None
    sure: dict[str, float]
    warnings: list[str]
    sheets: list[str]
    sheet: str | None
    preset: str | None
    mapping: dict[str, Any]
    columns: list[ColumnSheet]
    reasons: list[ReasonCount]
    problems: list[Problem]
    problem: str | None
    undo_until: datetime | None
    can_commit: bool
    can_undo: bool
    kept: list[Kept]
    kept_count: int


class UndoAnswer(Out):
    """What undo did: ``kept`` things had got other data since and stay."""

    import_id: UUID
    state: ImportState
    kept_count: int
    kept: list[Kept]


class PresetSave(In):
    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{1,58}$")]


class PresetRow(Out):
    name: str
    kind: ImportKind
    built_in: bool


class Candidate(Out):
    """A guest who may be the person of an unclear row."""

    guest_id: UUID
    ref: str
    name: str
    born: str | None
    phones: list[str]
    emails: list[str]
    last_seen_on: str | None


class ReviewRow(Out):
    """An unclear row: what came in, why it is unclear, who it may be."""

    id: UUID
    state: ReviewState
    import_id: UUID | None
    file_name: str | None
    line: int | None
    kind: str
    reason: Reason
    incoming: dict[str, str]
    candidates: list[Candidate]
    created_at: datetime


class ReviewDecision(In):
    """Accept the row as ``guest_id``'s, make a new file, or refuse it."""

    verdict: Annotated[str, Field(pattern="^(accept|new|reject)$")]
    guest_id: Id | None = None


class MessageTaken(Out):
    """A message is stored and will be applied; ``repeated`` when it was known already."""

    id: UUID
    state: MessageState
    repeated: bool


class MessageRow(Out):
    """What became of a message: ``problem`` is why it is parked. Never its content."""

    id: UUID
    source: str
    message_id: str
    kind: str
    subject: str
    sent_at: datetime
    received_at: datetime
    state: MessageState
    problem: str | None
