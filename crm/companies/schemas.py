"""Companies as they are entered, listed and shown."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from crm.companies.terms import (
    NAME_MAX,
    BirthCalendar,
    CompanyKind,
    CompanyState,
    ContractState,
)
from crm.kit.schema import Count, Country, Id, In, IsoDate, Lax, Line, Out, Words

CompanyName = Annotated[Line, Field(max_length=NAME_MAX)]
Short = Annotated[Line, Field(max_length=80)]
Number = Annotated[Line, Field(max_length=40)]
PhoneText = Annotated[Line, Field(max_length=40)]
ContactPhone = Annotated[Line, Field(max_length=60)]
EmailText = Annotated[
    str, Field(max_length=254, pattern=r"^[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}$")
]
"""One address; a comma would make two recipients of it."""


class CompanyAdd(In):
    """A partner company or agency that is not in the file yet."""

    kind: Annotated[CompanyKind, Lax]
    name: CompanyName
    name_latin: CompanyName | None = None
    industry: Short | None = None
    iata_no: Annotated[Line, Field(max_length=12)] | None = None
    tax_no: Number | None = None
    phone: PhoneText | None = None
    address: Annotated[Line, Field(max_length=300)] | None = None
    city: Short | None = None
    country: Country | None = None
    credit_class: Annotated[Line, Field(max_length=12)] | None = None
    looked_after_by: Id | None = None
    remark: Annotated[Words, Field(max_length=1000)] | None = None


class CompanyPatch(In):
    """Fields to change; what is left out stays, an explicit null empties."""

    kind: Annotated[CompanyKind | None, Lax] = None
    state: Annotated[CompanyState | None, Lax] = None
    name: CompanyName | None = None
    name_latin: CompanyName | None = None
    industry: Short | None = None
    iata_no: Annotated[Line, Field(max_length=12)] | None = None
    tax_no: Number | None = None
    phone: PhoneText | None = None
    address: Annotated[Line, Field(max_length=300)] | None = None
    city: Short | None = None
    country: Country | None = None
    credit_class: Annotated[Line, Field(max_length=12)] | None = None
    looked_after_by: Id | None = None
    remark: Annotated[Words, Field(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _keeps_what_must_be(self) -> Self:
        for field in ("kind", "state", "name"):
            if field in self.model_fields_set and getattr(self, field) is None:
                raise PydanticCustomError("needed", "name, kind and state cannot be emptied")
        return self


class ContactBirthday(In):
    """Month and day in one calendar; the year of that calendar may be unknown."""

    calendar: Annotated[BirthCalendar, Lax] = BirthCalendar.SOLAR
    month: Annotated[int, Field(ge=1, le=12)]
    day: Annotated[int, Field(ge=1, le=31)]
    year: Annotated[int | None, Field(ge=1900, le=2100)] = None
    leap: bool = False


class ContactIn(In):
    """A person at the company; written as a whole, so that what is left out is empty."""

    name: Line
    name_latin: Line | None = None
    position: Short | None = None
    phone: ContactPhone | None = None
    email: EmailText | None = None
    birthday: ContactBirthday | None = None
    is_primary: bool = False
    remark: Annotated[Line, Field(max_length=500)] | None = None


class ContractIn(In):
    """What was agreed for one hotel, first and last day included."""

    hotel_id: Id
    rate_code: Annotated[Line, Field(max_length=24)]
    starts_on: IsoDate
    ends_on: IsoDate
    room_nights_agreed: Count | None = None
    payment_way: Annotated[Line, Field(max_length=40)] | None = None
    remark: Annotated[Line, Field(max_length=500)] | None = None

    @model_validator(mode="after")
    def _has_an_order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise PydanticCustomError("date_order", "the end lies before the start")
        return self


class VisitIn(In):
    """A visit to the company: why, with what result, when the next one is due."""

    visited_on: IsoDate
    purpose: Annotated[Line, Field(max_length=200)]
    met: Line | None = None
    result: Annotated[Words, Field(max_length=1000)] | None = None
    next_on: IsoDate | None = None

    @model_validator(mode="after")
    def _has_an_order(self) -> Self:
        if self.next_on is not None and self.next_on < self.visited_on:
            raise PydanticCustomError("date_order", "the next visit lies before this one")
        return self


class CompanyRow(Out):
    """A company in a list; ``contract`` is the one that counts today, ``next_visit_on`` the
    date promised at the last visit."""

    id: UUID
    kind: CompanyKind
    state: CompanyState
    name: str
    name_latin: str | None
    city: str | None
    industry: str | None
    contract_ends_on: date | None = None
    contract_state: ContractState | None = None
    last_visit_on: date | None = None
    next_visit_on: date | None = None


class ContactBirthdayOut(Out):
    calendar: BirthCalendar
    month: int
    day: int
    year: int | None
    leap: bool


class ContactOut(Out):
    """``phone`` and ``email`` are masked for readers who do not look after companies."""

    no: int
    name: str
    name_latin: str | None
    position: str | None
    phone: str | None
    email: str | None
    birthday: ContactBirthdayOut | None
    is_primary: bool
    remark: str | None
    masked: bool


class ContractOut(Out):
    no: int
    hotel_id: UUID
    hotel_code: str
    rate_code: str
    starts_on: date
    ends_on: date
    room_nights_agreed: int | None
    payment_way: str | None
    remark: str | None
    state: ContractState
    days_left: int


class VisitOut(Out):
    no: int
    visited_on: date
    visited_by: UUID | None
    visited_by_name: str | None
    met: str | None
    purpose: str
    result: str | None
    next_on: date | None


class CompanySheet(Out):
    """One company with everything that hangs on it; visits newest first."""

    id: UUID
    kind: CompanyKind
    state: CompanyState
    name: str
    name_latin: str | None
    industry: str | None
    iata_no: str | None
    tax_no: str | None
    phone: str | None
    address: str | None
    city: str | None
    country: str | None
    credit_class: str | None
    looked_after_by: UUID | None
    looked_after_by_name: str | None
    remark: str | None
    created_at: datetime
    version: int
    contacts: list[ContactOut]
    contracts: list[ContractOut]
    visits: list[VisitOut]


class CompanyMade(Out):
    id: UUID
    version: int


class PartMade(Out):
    """What adding a contact, contract or visit answers: its number and the company's version."""

    company_id: UUID
    no: int
    version: int
