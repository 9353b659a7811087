"""Imports with every line's fate and every change they made, and messages of other systems.

An import is a kind of job, hence the table names: undoing one restores every other table.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from crm.intake import terms
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id


class ImportJob(SQLModel, table=True):
    """One file on its way in; its rows lie on disk until undo runs out.

    ``position`` is where the next batch begins in the row file, ``changes`` the number of the
    last kept change, ``report`` what the file turned out to be and what the dry run found.
    """

    __tablename__ = "import_job"

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    kind: terms.ImportKind = Field(sa_type=StrEnumText(terms.ImportKind))
    state: terms.ImportState = Field(sa_type=StrEnumText(terms.ImportState))
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    file_name: str = Field(max_length=200)
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int
    encoding: str | None = Field(default=None, max_length=24)
    delimiter: str | None = Field(default=None, max_length=4)
    preset: str | None = Field(default=None, max_length=60)
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)
    rows: int = 0
    new: int = 0
    matched: int = 0
    unchanged: int = 0
    unclear: int = 0
    rejected: int = 0
    rows_done: int = 0
    position: int = Field(default=0, sa_type=BigInteger)
    changes: int = 0
    report: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)
    problem: str | None = Field(default=None, max_length=300)
    created_at: datetime
    created_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    committed_at: datetime | None = None
    undone_at: datetime | None = None


class ImportJobLine(SQLModel, table=True):
    """A row of the file that was refused or waits for a person, with why: (column, code) pairs.

    What came in has no line: it is in the house, and the import's counts and changes tell of it.
    """

    __tablename__ = "import_job_line"
    __table_args__ = (Index("ix_import_job_line_import_id_outcome", "import_id", "outcome"),)

    import_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="import_job.id")
    row_no: int = Field(primary_key=True)
    outcome: terms.LineOutcome = Field(sa_type=StrEnumText(terms.LineOutcome))
    target_id: UUID | None = Field(default=None, sa_type=Key)
    reasons: list[dict[str, str]] = Field(default_factory=list, sa_type=JsonDoc)


class ImportJobChange(SQLModel, table=True):
    """Rows that an import wrote, in blocks; ``no`` is the last one's number. Emptied by undo.

    ``things`` of one table: ``row_key`` lists either their ids (new, all with the document
    ``after``) or their keys with the pictures before and after.
    """

    __tablename__ = "import_job_change"

    import_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="import_job.id")
    no: int = Field(primary_key=True)
    things: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    table_name: str = Field(max_length=40)
    row_key: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)
    before: dict[str, Any] | None = Field(default=None, sa_type=JsonDoc)
    after: dict[str, Any] | None = Field(default=None, sa_type=JsonDoc)


class ImportPreset(SQLModel, table=True):
    """A saved way to read a file: which column is which field, and its rule."""

    __tablename__ = "import_job_preset"

    name: str = Field(max_length=60, primary_key=True)
    kind: terms.ImportKind = Field(sa_type=StrEnumText(terms.ImportKind))
    mapping: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)
    created_at: datetime
    created_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")


class MatchReview(SQLModel, table=True):
    """A row or message whose guest is unclear, waiting for a person at the file centre."""

    __tablename__ = "import_job_review"
    __table_args__ = (Index("ix_import_job_review_state_created_at", "state", "created_at"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    state: terms.ReviewState = Field(
        default=terms.ReviewState.OPEN, sa_type=StrEnumText(terms.ReviewState)
    )
    import_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="import_job.id")
    row_no: int | None = None
    message_id: UUID | None = Field(default=None, sa_type=Key)
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    incoming: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)
    candidates: list[dict[str, Any]] = Field(default_factory=list, sa_type=JsonDoc)
    created_at: datetime
    decided_at: datetime | None = None
    decided_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    guest_id: UUID | None = Field(default=None, sa_type=Key)


class IntakeMessage(SQLModel, table=True):
    """A message of another system, taken in once: unique by its source and id.

    ``subject`` is that system's number of the reservation, ``profile`` its number of the guest:
    all messages about one thing are read together. ``body`` is emptied when all is long over.
    """

    __tablename__ = "intake_message"
    __table_args__ = (
        Index("uq_intake_message_source_message_id", "source", "message_id", unique=True),
        Index("ix_intake_message_source_subject", "source", "subject"),
        Index("ix_intake_message_source_profile", "source", "profile"),
        Index(
            "ix_intake_message_kept",
            "received_at",
            sqlite_where=text("body is not null"),
            postgresql_where=text("body is not null"),
        ),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    source: str = Field(max_length=40)
    message_id: str = Field(max_length=120)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    kind: str = Field(max_length=32)
    subject: str = Field(max_length=120)
    profile: str | None = Field(default=None, max_length=120)
    sent_at: datetime
    received_at: datetime
    state: terms.MessageState = Field(sa_type=StrEnumText(terms.MessageState))
    problem: str | None = Field(default=None, max_length=200)
    body: dict[str, Any] | None = Field(default=None, sa_type=JsonDoc)
