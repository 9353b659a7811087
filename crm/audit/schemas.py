"""The audit as it is read: who, what, when, for which purpose; never a value."""

from datetime import datetime
from uuid import UUID

from crm.audit.terms import ActorKind, Deed, Fault
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


class Difference(Out):
    """One thing that is not as it was sealed: a row by its id, or a seal by its number."""

    fault: Fault
    what: str
    name: str
    at: datetime | None


class Verdict(Out):
    """What a verification found. ``waiting`` rows are genuine and not sealed yet."""

    rows: int
    seals: int
    newest_seal: int
    witnessed: int
    waiting: int
    oldest_waiting: datetime | None
    waits_too_long: bool
    counts: dict[Fault, int]
    differences: list[Difference]

    @property
    def is_sound(self) -> bool:
        return not self.counts
