"""The audit: append-only, field names but no values that erasure would have to hunt for."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary
from sqlmodel import Field, SQLModel

from crm.audit import terms
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id


class AuditRow(SQLModel, table=True):
    """One deed. ``digest`` is keyed and covers every other column (`crm.audit.digests`).

    A column added later must be nullable: null counts as not there, so that the digests of
    older rows stay true.
    """

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
    digest: bytes | None = Field(default=None, sa_type=LargeBinary)


class AuditSeal(SQLModel, table=True):
    """A link of the chain: which rows it closes, and the digest of the link before.

    ``members`` are the rows' ids, 16 bytes each, in order; ``total`` counts the rows of this
    seal and all before it; ``rows_digest`` covers the digests of the rows, ``digest`` every
    other column of the seal.
    """

    __tablename__ = "audit_seal"
    __table_args__ = (Index("ix_audit_seal_first_id_no", "first_id", "no"),)

    no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime
    kind: terms.SealKind = Field(sa_type=StrEnumText(terms.SealKind))
    first_id: UUID = Field(sa_type=Key)
    last_id: UUID = Field(sa_type=Key)
    rows: int
    total: int = Field(sa_type=BigInteger)
    members: bytes = Field(sa_type=LargeBinary)
    rows_digest: bytes = Field(sa_type=LargeBinary)
    previous: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)


class ViewingDay(SQLModel, table=True):
    """One person's (or key's) day of viewing in one hotel, in counts: see `crm.audit.rules.Day`.

    Derived from the audit; kept for a month as the measure of what is usual.
    """

    __tablename__ = "viewing_day"

    hotel_id: UUID = Field(sa_type=Key, primary_key=True)
    day: date = Field(primary_key=True)
    actor_id: UUID = Field(sa_type=Key, primary_key=True)
    actor_kind: terms.ActorKind = Field(sa_type=StrEnumText(terms.ActorKind))
    files: int
    reveals: int
    look_ups: int
    strangers: int
    marked: int
    by_hour: list[int] = Field(sa_type=JsonDoc)


class UnusualViewing(SQLModel, table=True):
    """Something in one day of viewing that a manager should look into.

    About a person (or an API key), or about a guest looked at by many. ``number`` is how much
    it was, ``usual`` how much is usual for that person where there is a measure. ``key`` says
    once per person or guest, hotel, day and kind.
    """

    __tablename__ = "unusual_viewing"
    __table_args__ = (Index("ix_unusual_viewing_hotel_id_id", "hotel_id", "id"),)

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    key: str = Field(max_length=120, unique=True)
    kind: terms.Unusual = Field(sa_type=StrEnumText(terms.Unusual))
    day: date
    hotel_id: UUID = Field(sa_type=Key)
    actor_kind: terms.ActorKind | None = Field(default=None, sa_type=StrEnumText(terms.ActorKind))
    actor_id: UUID | None = Field(default=None, sa_type=Key)
    guest_id: UUID | None = Field(default=None, sa_type=Key)
    number: int
    usual: int | None = None
    found_at: datetime
    looked_at: datetime | None = None
    looked_by: UUID | None = Field(default=None, sa_type=Key)
    looked_words: str | None = Field(default=None, max_length=terms.PURPOSE_MAX)
