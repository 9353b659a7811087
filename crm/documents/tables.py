"""The catalogue (class, kind) and the documents on the shelf; bytes lie on disk by hash."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from crm.documents import terms
from crm.kit.dbtypes import Key, StrEnumText
from crm.kit.ids import new_id


class DocumentKind(SQLModel, table=True):
    """Second level of the catalogue, with how long such a document is kept."""

    __tablename__ = "document_kind"

    code: str = Field(max_length=32, primary_key=True)
    document_class: terms.DocumentClass = Field(sa_type=StrEnumText(terms.DocumentClass))
    label_en: str = Field(max_length=80)
    label_zh: str = Field(max_length=80)
    keep_days: int


class Document(SQLModel, table=True):
    """One scan or photo of a guest or a company."""

    __table_args__ = (
        CheckConstraint("guest_id is not null or company_id is not null", name="owner"),
    )

    id: UUID = Field(default_factory=new_id, sa_type=Key, primary_key=True)
    guest_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="guest.id", index=True)
    company_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="company.id", index=True)
    hotel_id: UUID | None = Field(default=None, sa_type=Key, foreign_key="hotel.id")
    kind_code: str = Field(max_length=32, foreign_key="document_kind.code")
    title: str = Field(max_length=120)
    file_kind: terms.FileKind = Field(sa_type=StrEnumText(terms.FileKind))
    sha256: str = Field(max_length=64, index=True)
    size_bytes: int
    shelved_at: datetime
    shelved_by: UUID | None = Field(default=None, sa_type=Key, foreign_key="staff.id")
    delete_after: date
