"""News from the shelf; never what a document says."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class DocumentShelved(Event):
    kind: ClassVar[str] = "document.shelved"
    document_id: UUID
    kind_code: str


@dataclass(frozen=True, kw_only=True)
class DocumentRemoved(Event):
    """``overdue`` when its time was over, else somebody took it down."""

    kind: ClassVar[str] = "document.removed"
    document_id: UUID
    kind_code: str
    overdue: bool
