"""The audit: append-only, field names but no values that erasure would have to hunt for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from crm.audit import terms
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id


class AuditRow(SQLModel, table=True):
    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_guest_id_id", "guest_id", "id"),
        Index("ix_audit_actor_id_id", "actor_id", "id"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    at: datetime
    deed: terms.Deed = Field(sa_type=StrEnumText(terms.Deed))
    actor_kind: terms.ActorKind = Field(sa_type=StrEnumText(terms.ActorKind))
    actor_id: UUID | None = Field(default=None, sa_type=Key)
    hotel_id: UUID | None = Field(default=None, sa_type=Key)
    subject: str = Field(max_length=40)
    subject_id: UUID | None = Field(default=None, sa_type=Key)
    guest_id: UUID | None = Field(default=None, sa_type=Key)
    fields: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    purpose: str | None = Field(default=None, max_length=terms.PURPOSE_MAX)
    address: str | None = Field(default=None, max_length=64)
    request_id: str | None = Field(default=None, max_length=40)
