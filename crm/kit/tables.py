"""Rows that any slice may cause but none owns: events, jobs, leases, answers, foreign ids."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field, SQLModel

from crm.kit.dbtypes import JsonDoc, Key
from crm.kit.ids import new_id


class EventRow(SQLModel, table=True):
    """News for the floors above, written in the transaction that made it true."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_guest_id_id", "guest_id", "id"),
        Index("ix_event_hotel_id_id", "hotel_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    at: datetime
    kind: str = Field(max_length=64)
    hotel_id: UUID | None = Field(default=None, sa_type=Key)
    guest_id: UUID | None = Field(default=None, sa_type=Key)
    by_id: UUID | None = Field(default=None, sa_type=Key)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)


class JobRow(SQLModel, table=True):
    """Work for later: at least once, so handlers must be safe to run twice."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_open", "done_at", "buried_at", "run_at"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    name: str = Field(max_length=64)
    key: str = Field(max_length=160, unique=True)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JsonDoc)
    run_at: datetime
    attempts: int = 0
    claimed_by: str | None = Field(default=None, max_length=64)
    claimed_until: datetime | None = None
    last_error: str | None = Field(default=None, max_length=500)
    done_at: datetime | None = None
    buried_at: datetime | None = None
    held_at: datetime | None = None


class HouseRow(SQLModel, table=True):
    """Which installation this database belongs to; one row, written at the first start.

    ``held_since`` is set while nothing may leave the house: after a restore, or when the
    database turns up beside another data folder than its own.
    """

    __tablename__ = "house"

    id: int = Field(default=1, primary_key=True, sa_column_kwargs={"autoincrement": False})
    instance_id: UUID = Field(sa_type=Key)
    began_at: datetime
    held_since: datetime | None = None
    held_why: str | None = Field(default=None, max_length=40)


class LeaseRow(SQLModel, table=True):
    """Who may do what only one process may do, and until when."""

    __tablename__ = "lease"

    name: str = Field(max_length=64, primary_key=True)
    holder: str = Field(max_length=64)
    until: datetime


class RememberedAnswer(SQLModel, table=True):
    """The answer given under an Idempotency-Key, written with the effect it answers for."""

    __tablename__ = "remembered_answer"

    actor: str = Field(max_length=64, primary_key=True)
    key: str = Field(max_length=128, primary_key=True)
    request_hash: str = Field(max_length=64)
    status: int
    headers: dict[str, str] = Field(default_factory=dict, sa_type=JsonDoc)
    body: bytes
    at: datetime = Field(index=True)


class ExternalRef(SQLModel, table=True):
    """A foreign system's id for something of ours; one foreign id names one thing.

    ``our_no`` is the number of a weak child (a folio line) under the thing ``our_id``.
    """

    __tablename__ = "external_ref"

    system: str = Field(max_length=40, primary_key=True)
    kind: str = Field(max_length=24, primary_key=True)
    external_id: str = Field(max_length=120, primary_key=True)
    our_id: UUID = Field(sa_type=Key, index=True)
    our_no: int | None = None


class RequestCount(SQLModel, table=True):
    """How often one process was asked by somebody in one span; kept for minutes.

    Only what comes near a limit stands here: ordinary use writes nothing.
    """

    __tablename__ = "request_count"

    rule: str = Field(max_length=24, primary_key=True)
    subject: str = Field(max_length=64, primary_key=True)
    span_start: int = Field(primary_key=True, sa_type=BigInteger)
    process: UUID = Field(sa_type=Key, primary_key=True)
    requests: int
