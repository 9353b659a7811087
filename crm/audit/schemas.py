"""The audit as it is read: who, what, when, for which purpose; never a value."""

from datetime import datetime
from uuid import UUID

from crm.audit.terms import ActorKind, Deed
from crm.kit.schema import Out


class AuditLine(Out):
    id: UUID
    at: datetime
    deed: Deed
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str | None = None
    hotel_id: UUID | None
    subject: str
    subject_id: UUID | None
    guest_id: UUID | None
    guest_ref: str | None = None
    fields: list[str]
    purpose: str | None
    address: str | None
