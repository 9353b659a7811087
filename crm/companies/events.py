"""News about partner companies."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from crm.kit.events import Event


@dataclass(frozen=True, kw_only=True)
class CompanyAdded(Event):
    kind: ClassVar[str] = "company.added"
    company_id: UUID


@dataclass(frozen=True, kw_only=True)
class CompanyAmended(Event):
    kind: ClassVar[str] = "company.amended"
    company_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class ContractAgreed(Event):
    kind: ClassVar[str] = "company.contract_agreed"
    company_id: UUID
    no: int
    ends_on: date


@dataclass(frozen=True, kw_only=True)
class CompanyVisited(Event):
    kind: ClassVar[str] = "company.visited"
    company_id: UUID
    no: int
    next_on: date | None
