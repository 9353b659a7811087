"""Partner companies: whom to call there, what was agreed, who went to see them."""

from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, SQLModel

from crm.companies import terms
from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id


class Company(SQLModel, table=True):
    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    kind: terms.CompanyKind = Field(sa_type=StrEnumText(terms.CompanyKind))
    state: terms.CompanyState = Field(
        default=terms.CompanyState.ACTIVE, sa_type=StrEnumText(terms.CompanyState)
    )
    name: str = Field(max_length=terms.NAME_MAX)
    name_latin: str | None = Field(default=None, max_length=terms.NAME_MAX)
    name_key: str = Field(max_length=terms.NAME_MAX * 2, index=True)
    industry: str | None = Field(default=None, max_length=80)
    iata_no: str | None = Field(default=None, max_length=12)
    tax_no: str | None = Field(default=None, max_length=40)
    phone: str | None = Field(default=None, max_length=40)
    address: str | None = Field(default=None, max_length=300)
    city: str | None = Field(default=None, max_length=80)
    country: str | None = Field(default=None, max_length=2)
    credit_class: str | None = Field(default=None, max_length=12)
    looked_after_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    remark: str | None = Field(default=None, max_length=1000)
    created_at: datetime
    version: int = 1


class CompanyContact(SQLModel, table=True):
    """A person at a partner company; the birthday is kept like a guest's."""

    __tablename__ = "company_contact"

    company_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="company.id")
    no: int = Field(primary_key=True)
    name: str = Field(max_length=120)
    name_latin: str | None = Field(default=None, max_length=120)
    position: str | None = Field(default=None, max_length=80)
    phone: str | None = Field(default=None, max_length=60)
    email: str | None = Field(default=None, max_length=254)
    birth_calendar: str | None = Field(default=None, max_length=8)
    birth_year: int | None = None
    birth_month: int | None = None
    birth_day: int | None = None
    birth_leap: bool = False
    is_primary: bool = False
    remark: str | None = Field(default=None, max_length=500)


class Contract(SQLModel, table=True):
    """What was agreed with a company for one hotel, from when to when."""

    company_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="company.id")
    no: int = Field(primary_key=True)
    hotel_id: UUID = Field(sa_type=Key, foreign_key="hotel.id")
    rate_code: str = Field(max_length=24)
    starts_on: date
    ends_on: date = Field(index=True)
    room_nights_agreed: int | None = None
    payment_way: str | None = Field(default=None, max_length=40)
    remark: str | None = Field(default=None, max_length=500)


class CompanyVisit(SQLModel, table=True):
    __tablename__ = "company_visit"

    company_id: UUID = Field(sa_type=Key, primary_key=True, foreign_key="company.id")
    no: int = Field(primary_key=True)
    visited_on: date
    visited_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    met: str | None = Field(default=None, max_length=120)
    purpose: str = Field(max_length=200)
    result: str | None = Field(default=None, max_length=1000)
    next_on: date | None = None
