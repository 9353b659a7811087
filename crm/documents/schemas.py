"""Documents as they are put on the shelf and shown; the bytes travel apart."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from crm.documents.terms import DocumentClass, FileKind
from crm.kit.schema import In, Line, Out

KindCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]


class DocumentShelve(In):
    """What a scan or photo is; the file comes beside it."""

    kind: KindCode
    title: Line


class KindRow(Out):
    """One kind of the catalogue, with how many days such a document is kept."""

    code: str
    document_class: DocumentClass
    label_en: str
    label_zh: str
    keep_days: int

    def called(self, language: str) -> str:
        """The kind's name in the reader's language."""
        return self.label_zh if language.startswith("zh") else self.label_en


class DocumentRow(Out):
    """One document on the shelf; ``removable`` says whether this reader may take it down."""

    id: UUID
    guest_id: UUID | None
    company_id: UUID | None
    document_class: DocumentClass
    kind_code: str
    label_en: str
    label_zh: str
    title: str
    file_kind: FileKind
    size_bytes: int
    shelved_at: datetime
    shelved_by_name: str | None
    delete_after: date
    removable: bool

    def called(self, language: str) -> str:
        """The kind's name in the reader's language."""
        return self.label_zh if language.startswith("zh") else self.label_en


class DocumentMade(Out):
    id: UUID
    file_kind: FileKind
    size_bytes: int
    delete_after: date
