"""A guest's file as it is written, patched and read; no table and no mask is decided here."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.guests.birthdays import Birthday
from crm.guests.terms import (
    CONTACT_MAX,
    WHY_MAX,
    AddressUse,
    Calendar,
    CautionLevel,
    ContactKind,
    ContactUse,
    DocumentOfIdentity,
    Gender,
    GuestIdentity,
    GuestState,
    NameKind,
    RelationKind,
    SpecialKind,
    Title,
    VipLevel,
)
from crm.kit.schema import (
    Country,
    Id,
    In,
    IsoDate,
    Language,
    Lax,
    Line,
    OptionalLine,
    Out,
)

NAMES_MAX = 12
CHILDREN_MAX = 20

ContactText = Annotated[Line, Field(max_length=CONTACT_MAX)]
Why = Annotated[Line, Field(max_length=WHY_MAX)]
ShortLine = Annotated[Line, Field(max_length=80)]
Languages = Annotated[list[Language], Field(max_length=8)]


# ---------------------------------------------------------------- in
class NameIn(In):
    """A name: the whole of it, or its parts; the missing side is worked out."""

    full: Line | None = None
    family: Line | None = None
    given: Line | None = None
    kind: Annotated[NameKind | None, Lax] = None
    language: Language | None = None
    pinyin: Line | None = None

    @model_validator(mode="after")
    def _is_named(self) -> Self:
        if not (self.full or self.family or self.given):
            raise PydanticCustomError("name_missing", "give the full name or one of its parts")
        return self


class BirthdayIn(In):
    """A birthday; whether the day exists is asked of the calendar on saving."""

    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    year: Annotated[int | None, Field(ge=1900, le=2100)] = None
    calendar: Annotated[Calendar, Lax] = Calendar.SOLAR
    leap: bool = False

    def value(self) -> Birthday:
        return Birthday(self.month, self.day, self.year, self.calendar, self.leap)


class ContactIn(In):
    kind: Annotated[ContactKind, Lax]
    raw: ContactText
    use: Annotated[ContactUse, Lax] = ContactUse.PRIVATE
    is_primary: bool = False
    is_shared: bool = False


class AddressIn(In):
    street: Annotated[Line, Field(max_length=300)]
    use: Annotated[AddressUse, Lax] = AddressUse.HOME
    city: ShortLine | None = None
    region: ShortLine | None = None
    postal_code: Annotated[Line, Field(max_length=16)] | None = None
    country: Country | None = None
    is_primary: bool = False


class VehicleIn(In):
    plate: Annotated[Line, Field(max_length=20)]
    remark: OptionalLine | None = None


class RelationIn(In):
    """Another person: by file, or by name alone."""

    kind: Annotated[RelationKind, Lax]
    other_id: Id | None = None
    other_name: Line | None = None
    other_phone: Annotated[Line, Field(max_length=60)] | None = None
    other_born_on: IsoDate | None = None
    remark: OptionalLine | None = None

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        if self.other_id is None and self.other_name is None:
            raise PydanticCustomError("other_missing", "say who: other_id or other_name")
        return self


class IdentityDocumentIn(In):
    kind: Annotated[DocumentOfIdentity, Lax]
    number: Annotated[Line, Field(max_length=40)]
    country: Country | None = None
    expires_on: IsoDate | None = None


class SpecialIn(In):
    """A special-category fact together with the consent it was given under."""

    value: ShortLine
    consent_words: Annotated[Line, Field(max_length=500)]
    consent_on: IsoDate


class GuestRegister(In):
    """A guest's first file: a name is enough."""

    names: Annotated[list[NameIn], Field(min_length=1, max_length=NAMES_MAX)]
    title: Annotated[Title | None, Lax] = None
    gender: Annotated[Gender | None, Lax] = None
    birthday: BirthdayIn | None = None
    nationality: Country | None = None
    languages: Languages = Field(default_factory=list)
    occupation: ShortLine | None = None
    position: ShortLine | None = None
    company_id: Id | None = None
    identity: Annotated[GuestIdentity, Lax] = GuestIdentity.INDIVIDUAL
    in_private: bool = False
    is_incognito: bool = False
    contacts: list[ContactIn] = Field(default_factory=list, max_length=CHILDREN_MAX)
    addresses: list[AddressIn] = Field(default_factory=list, max_length=CHILDREN_MAX)
    vehicles: list[VehicleIn] = Field(default_factory=list, max_length=CHILDREN_MAX)


class GuestPatch(In):
    """Fields to change; what is left out stays, an explicit null empties."""

    title: Annotated[Title | None, Lax] = None
    gender: Annotated[Gender | None, Lax] = None
    birthday: BirthdayIn | None = None
    nationality: Country | None = None
    languages: Languages = Field(default_factory=list)
    occupation: ShortLine | None = None
    position: ShortLine | None = None
    company_id: Id | None = None
    in_private: bool = False
    is_incognito: bool = False
    checked: Annotated[bool, Field(description="The file was gone through with the guest")] = False


class VipSet(In):
    """A VIP level (null takes it away) with its reason and end."""

    level: Annotated[VipLevel | None, Lax]
    why: Why
    until: IsoDate | None = None


class CautionSet(In):
    """A mark for the desk (null takes it away) with its reason and review date."""

    level: Annotated[CautionLevel | None, Lax]
    why: Why
    until: IsoDate | None = None


class IdentitySet(In):
    identity: Annotated[GuestIdentity, Lax]


# ---------------------------------------------------------------- out
class NameOut(Out):
    no: int
    kind: NameKind
    full: str
    family: str | None
    given: str | None
    language: str | None
    pinyin: str | None


class BirthdayOut(Out):
    """``year`` and ``age`` are null where unknown or not for this reader (``year_masked``)."""

    calendar: Calendar
    month: int
    day: int
    leap: bool
    year: int | None
    year_masked: bool
    age: int | None
    next_on: date | None
    days_until: int | None


class ContactOut(Out):
    """``shown`` is the raw text or its mask; ``e164`` only where the reader sees it clear."""

    no: int
    kind: ContactKind
    use: ContactUse
    shown: str
    masked: bool
    e164: str | None
    is_primary: bool
    is_valid: bool
    is_shared: bool
    is_relay: bool


class AddressOut(Out):
    """Masked: the street is hidden, city and country stay."""

    no: int
    use: AddressUse
    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    is_primary: bool
    masked: bool


class VehicleOut(Out):
    no: int
    plate: str
    remark: str | None


class RelationOut(Out):
    no: int
    kind: RelationKind
    other_id: UUID | None
    other_name: str | None
    other_phone: str | None
    other_born_on: date | None
    remark: str | None


class IdentityDocumentOut(Out):
    """Never the number: that is revealed with a purpose."""

    no: int
    kind: DocumentOfIdentity
    country: str | None
    expires_on: date | None
    delete_after: date


class MarkOut(Out):
    """A VIP level or a caution with who, why and until when, as far as the reader may know."""

    level: VipLevel | CautionLevel
    until: date | None
    why: str | None
    by: UUID | None


class CompanyOut(Out):
    id: UUID
    name: str


class GuestSheet(Out):
    """The basic data of one guest as one reader sees them."""

    id: UUID
    ref: str | None
    version: int
    state: GuestState
    shown_name: str
    address_zh: str
    address_en: str
    names: list[NameOut]
    is_incognito: bool
    title: Title | None
    gender: Gender | None
    birthday: BirthdayOut | None
    in_private: bool
    nationality: str | None
    languages: list[str]
    occupation: str | None
    position: str | None
    company: CompanyOut | None
    identity: GuestIdentity | None
    vip: MarkOut | None
    caution: MarkOut | None
    contacts: list[ContactOut]
    addresses: list[AddressOut]
    vehicles: list[VehicleOut]
    relations: list[RelationOut]
    identity_documents: list[IdentityDocumentOut]
    special: list[SpecialKind]
    last_seen_on: date | None
    checked_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None


class GuestMade(Out):
    """What a registration answers: where the file is, and files that may be the same person."""

    id: UUID
    ref: str
    version: int
