"""The basic data of a guest, and the search keys made from it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from crm.guests import terms
from crm.kit.dbtypes import JsonDoc, Key, StrEnumText
from crm.kit.ids import new_id

_MERGED = text("merged_into_id is not null")


class Guest(SQLModel, table=True):
    """A person known to the whole group; what hotels learn about them hangs below.

    ``name_native``, ``name_latin`` and ``alias`` repeat the primary rows of `GuestName`, so
    that lists and cards need no second read. VIP level, loyalty tier (in loyalty) and caution
    are three separate things, each with who, why and until when.
    """

    __table_args__ = (
        CheckConstraint("birth_month is null or birth_month between 1 and 12", name="birth_month"),
        CheckConstraint("birth_day is null or birth_day between 1 and 31", name="birth_day"),
        Index("ix_guest_birth", "birth_calendar", "birth_month", "birth_day"),
        Index(
            "ix_guest_merged_into_id",
            "merged_into_id",
            sqlite_where=_MERGED,
            postgresql_where=_MERGED,
        ),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    ref: str = Field(max_length=terms.REF_MAX, unique=True)
    state: terms.GuestState = Field(
        default=terms.GuestState.ACTIVE, sa_type=StrEnumText(terms.GuestState)
    )
    merged_into_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id")

    name_native: str | None = Field(default=None, max_length=terms.NAME_MAX)
    name_latin: str | None = Field(default=None, max_length=terms.NAME_MAX)
    alias: str | None = Field(default=None, max_length=terms.NAME_MAX)
    title: terms.Title | None = Field(default=None, sa_type=StrEnumText(terms.Title))
    gender: terms.Gender | None = Field(default=None, sa_type=StrEnumText(terms.Gender))
    birth_calendar: terms.Calendar | None = Field(default=None, sa_type=StrEnumText(terms.Calendar))
    birth_year: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
    birth_leap: bool = False
    nationality: str | None = Field(default=None, max_length=2)
    languages: list[str] = Field(default_factory=list, sa_type=JsonDoc)
    occupation: str | None = Field(default=None, max_length=80)
    position: str | None = Field(default=None, max_length=80)
    company_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="company.id", index=True)

    identity: terms.GuestIdentity = Field(
        default=terms.GuestIdentity.INDIVIDUAL, sa_type=StrEnumText(terms.GuestIdentity)
    )
    vip: terms.VipLevel | None = Field(
        default=None, sa_type=StrEnumText(terms.VipLevel), index=True
    )
    vip_why: str | None = Field(default=None, max_length=terms.WHY_MAX)
    vip_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    vip_until: date | None = None
    caution: terms.CautionLevel | None = Field(
        default=None, sa_type=StrEnumText(terms.CautionLevel), index=True
    )
    caution_why: str | None = Field(default=None, max_length=terms.WHY_MAX)
    caution_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    caution_until: date | None = None
    is_incognito: bool = False
    in_private: bool = False

    last_seen_on: date | None = Field(default=None, index=True)
    checked_at: datetime | None = None
    created_at: datetime
    created_by: UUID | None = Field(default=None, sa_type=Key)
    created_at_hotel: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    updated_at: datetime
    version: int = 1


class GuestName(SQLModel, table=True):
    """One of any number of names. ``pinyin`` is a correction by staff, syllables by spaces."""

    __tablename__ = "guest_name"

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    kind: terms.NameKind = Field(sa_type=StrEnumText(terms.NameKind))
    full: str = Field(max_length=terms.NAME_MAX)
    family: str | None = Field(default=None, max_length=terms.NAME_MAX)
    given: str | None = Field(default=None, max_length=terms.NAME_MAX)
    pinyin: str | None = Field(default=None, max_length=terms.NAME_MAX)
    language: str | None = Field(default=None, max_length=12)


class ContactPoint(SQLModel, table=True):
    """A phone, an e-mail or a messaging id: the raw text beside its comparable form.

    ``norm`` is E.164 for phones and the folded address for e-mails; null when the raw text
    cannot be read. ``is_shared`` and ``is_relay`` keep it from matching guests by itself.
    """

    __tablename__ = "contact_point"
    __table_args__ = (
        # PostgreSQL serves "starts with" only from an index without its collation.
        Index("ix_contact_point_norm", "norm", postgresql_ops={"norm": "text_pattern_ops"}),
        Index("ix_contact_point_last4", "last4"),
    )

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    kind: terms.ContactKind = Field(sa_type=StrEnumText(terms.ContactKind))
    use: terms.ContactUse = Field(
        default=terms.ContactUse.PRIVATE, sa_type=StrEnumText(terms.ContactUse)
    )
    raw: str = Field(max_length=terms.CONTACT_MAX)
    norm: str | None = Field(default=None, max_length=terms.CONTACT_MAX)
    last4: str | None = Field(default=None, max_length=4)
    is_primary: bool = False
    is_valid: bool = True
    is_shared: bool = False
    is_relay: bool = False


class Address(SQLModel, table=True):
    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    use: terms.AddressUse = Field(
        default=terms.AddressUse.HOME, sa_type=StrEnumText(terms.AddressUse)
    )
    street: str = Field(max_length=300)
    city: str | None = Field(default=None, max_length=80)
    region: str | None = Field(default=None, max_length=80)
    postal_code: str | None = Field(default=None, max_length=16)
    country: str | None = Field(default=None, max_length=2)
    is_primary: bool = False


class IdentityDocument(SQLModel, table=True):
    """An identity document, sealed; only kept where the hotel switched it on."""

    __tablename__ = "identity_document"

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    kind: terms.DocumentOfIdentity = Field(sa_type=StrEnumText(terms.DocumentOfIdentity))
    number_sealed: bytes
    number_index: str = Field(max_length=44, index=True)
    country: str | None = Field(default=None, max_length=2)
    expires_on: date | None = None
    delete_after: date


class Vehicle(SQLModel, table=True):
    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    plate: str = Field(max_length=20)
    plate_key: str = Field(max_length=20, index=True)
    remark: str | None = Field(default=None, max_length=120)


class Relation(SQLModel, table=True):
    """How this guest belongs to another person, who may or may not have a file."""

    __table_args__ = (
        CheckConstraint("other_id is not null or other_name is not null", name="other_known"),
    )

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    no: int = Field(primary_key=True)
    kind: terms.RelationKind = Field(sa_type=StrEnumText(terms.RelationKind))
    other_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id", index=True)
    other_name: str | None = Field(default=None, max_length=terms.NAME_MAX)
    other_phone: str | None = Field(default=None, max_length=60)
    other_born_on: date | None = None
    remark: str | None = Field(default=None, max_length=200)


class SpecialDatum(SQLModel, table=True):
    """A special-category fact, sealed; cannot be saved without its own dated consent."""

    __tablename__ = "special_datum"

    guest_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="guest.id")
    kind: terms.SpecialKind = Field(sa_type=StrEnumText(terms.SpecialKind), primary_key=True)
    value_sealed: bytes
    consent_words: str = Field(max_length=500)
    consent_on: date
    consent_by: UUID = Field(sa_type=Key, foreign_key="staff.id")


class GuestSearch(SQLModel, table=True):
    """One guest's search keys; the full-text indexes hang on ``id`` (a local row number)."""

    __tablename__ = "guest_search"
    __table_args__ = (
        Index(
            "ix_guest_search_name_key", "name_key", postgresql_ops={"name_key": "text_pattern_ops"}
        ),
        Index("ix_guest_search_pinyin", "pinyin"),
        Index("ix_guest_search_pinyin_initials", "pinyin_initials"),
        Index("ix_guest_search_birth_mmdd", "birth_mmdd"),
        Index("ix_guest_search_version", "version"),
    )

    id: int | None = Field(default=None, primary_key=True)
    guest_id: UUID = Field(sa_type=Key, foreign_key="guest.id", unique=True)
    name_key: str = Field(default="", max_length=300)
    pinyin: str = Field(default="", max_length=300)
    pinyin_initials: str = Field(default="", max_length=60)
    birth_mmdd: str | None = Field(default=None, max_length=4)
    doc: str = Field(default="", max_length=4000)
    version: int
