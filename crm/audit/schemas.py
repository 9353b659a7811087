"""The audit as it is read: who, what, when, for which purpose; never a value."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.audit.terms import PURPOSE_MAX, ActorKind, Deed, Fault, Unusual
from crm.kit.schema import In, Line, Out


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


class UnusualLine(Out):
    """One thing a manager should look into, with names where the reader may know them."""

    id: UUID
    kind: Unusual
    day: date
    hotel_id: UUID
    actor_kind: ActorKind | None
    actor_id: UUID | None
    actor_name: str | None = None
    guest_id: UUID | None
    guest_ref: str | None = None
    number: int
    usual: int | None
    found_at: datetime
    looked_at: datetime | None
    looked_by: UUID | None
    looked_by_name: str | None = None
    looked_words: str | None


class LookedInto(In):
    """What came of it, in a word or a sentence."""

    outcome: Annotated[Line, Field(max_length=PURPOSE_MAX)]


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
