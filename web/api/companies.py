"""REST: partner companies with their contacts, contracts and visits."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, HTTPException, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from crm.companies import queries
from crm.companies import service as companies
from crm.companies.schemas import (
    CompanyAdd,
    CompanyMade,
    CompanyPatch,
    CompanyRow,
    CompanySheet,
    ContactIn,
    ContractIn,
    PartMade,
    VisitIn,
)
from crm.companies.terms import CompanyKind, CompanyState
from crm.kit.paging import PageOf
from crm.kit.schema import IsoDate
from crm.profile import companies as meaning
from crm.profile.companies import ProductionYear, Traveller
from crm.staff.actor import Actor
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(prefix="/companies", tags=["companies"], route_class=HardRoute)
HERE = "/api/v1/companies"


@router.get("")
def list_companies(
    db: Db,
    me: Me,
    page: Page,
    q: Annotated[str, Query(max_length=120)] = "",
    kind: CompanyKind | None = None,
    state: CompanyState | None = None,
    ends_by: IsoDate | None = None,
) -> PageOf[CompanyRow]:
    """Companies by name; ``q`` finds any part of a name in any script, or of its pinyin."""
    found = queries.company_list(
        db,
        by=me,
        q=q,
        kind=kind,
        state=state,
        ends_by=ends_by,
        cursor=page.cursor,
        limit=page.limit,
    )
    return as_json(found)  # type: ignore[return-value]


@router.post("", status_code=201)
def add_company(request: Request, db: Db, me: Me, asked: CompanyAdd) -> CompanyMade:
    def produce() -> tuple[BaseModel, str]:
        made = companies.add_company(db, asked, by=me)
        return made, f"{HERE}/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/{company_id}")
def read_company(db: Db, me: Me, views: Views, company_id: UUID) -> CompanySheet:
    answer = _sheet(db, company_id, me)
    views.viewed(by=me, subject="company", subject_id=company_id)
    return answer  # type: ignore[return-value]


@router.patch("/{company_id}")
def amend_company(
    request: Request, db: Db, me: Me, company_id: UUID, asked: CompanyPatch
) -> CompanySheet:
    """Change fields; what is left out stays, null empties."""
    version = _matched(request, db, company_id)
    companies.amend_company(db, company_id, asked, version=version, by=me)
    return _sheet(db, company_id, me)  # type: ignore[return-value]


@router.post("/{company_id}/contacts", status_code=201)
def add_contact(request: Request, db: Db, me: Me, company_id: UUID, asked: ContactIn) -> PartMade:
    def produce() -> tuple[BaseModel, str]:
        version = _seen(request, db, company_id)
        made = companies.add_contact(db, company_id, asked, version=version, by=me)
        return made, f"{HERE}/{company_id}/contacts/{made.no}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.put("/{company_id}/contacts/{no}")
def write_contact(
    request: Request, db: Db, me: Me, company_id: UUID, no: int, asked: ContactIn
) -> CompanySheet:
    """Write a contact anew: what is left out is empty afterwards."""
    version = _matched(request, db, company_id)
    companies.amend_contact(db, company_id, _no(no), asked, version=version, by=me)
    return _sheet(db, company_id, me)  # type: ignore[return-value]


@router.delete("/{company_id}/contacts/{no}", status_code=204)
def remove_contact(request: Request, db: Db, me: Me, company_id: UUID, no: int) -> None:
    version = _matched(request, db, company_id)
    companies.remove_contact(db, company_id, _no(no), version=version, by=me)


@router.post("/{company_id}/contracts", status_code=201)
def agree_contract(
    request: Request, db: Db, me: Me, company_id: UUID, asked: ContractIn
) -> PartMade:
    def produce() -> tuple[BaseModel, str]:
        version = _seen(request, db, company_id)
        made = companies.agree_contract(db, company_id, asked, version=version, by=me)
        return made, f"{HERE}/{company_id}/contracts/{made.no}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.put("/{company_id}/contracts/{no}")
def write_contract(
    request: Request, db: Db, me: Me, company_id: UUID, no: int, asked: ContractIn
) -> CompanySheet:
    version = _matched(request, db, company_id)
    companies.amend_contract(db, company_id, _no(no), asked, version=version, by=me)
    return _sheet(db, company_id, me)  # type: ignore[return-value]


@router.post("/{company_id}/visits", status_code=201)
def note_visit(request: Request, db: Db, me: Me, company_id: UUID, asked: VisitIn) -> PartMade:
    def produce() -> tuple[BaseModel, str]:
        version = _seen(request, db, company_id)
        made = companies.note_visit(db, company_id, asked, version=version, by=me)
        return made, f"{HERE}/{company_id}/visits/{made.no}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/{company_id}/production")
def read_production(db: Db, me: Me, company_id: UUID) -> PageOf[ProductionYear]:
    """Room nights and revenue by year of arrival, the last four years."""
    queries.company_version(db, company_id)
    today = queries.today_of(db, me)
    years = meaning.production_of(db, company_id, by=me, today=today)
    return as_json(PageOf[ProductionYear](items=years))  # type: ignore[return-value]


@router.get("/{company_id}/travellers")
def list_travellers(db: Db, me: Me, views: Views, company_id: UUID) -> PageOf[Traveller]:
    """The company's guests within reach, at most fifty, the last seen first."""
    queries.company_version(db, company_id)
    found = meaning.travellers_of(db, company_id, by=me)
    views.viewed(by=me, subject="company_travellers", subject_id=company_id)
    return as_json(PageOf[Traveller](items=found))  # type: ignore[return-value]


def _sheet(db: Session, company_id: UUID, me: Actor) -> Response:
    sheet = queries.company_sheet(db, company_id, by=me)
    return with_etag(sheet, sheet.version)


def _matched(request: Request, db: Session, company_id: UUID) -> int:
    """The company's version, which the request has named by If-Match."""
    version = queries.company_version(db, company_id)
    need_match(request, version)
    return version


def _seen(request: Request, db: Session, company_id: UUID) -> int:
    """The same where naming it is free, since adding overwrites nothing."""
    version = queries.company_version(db, company_id)
    if "if-match" in request.headers:
        need_match(request, version)
    return version


def _no(no: int) -> int:
    """The number of a part; one that no database could hold is not found either."""
    if not 1 <= no <= 1_000_000:
        raise HTTPException(404, "company_part")
    return no
