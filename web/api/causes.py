"""REST: what complaints teach. Counted by cause, set against room nights, prevented."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from crm.causes import preventing, queries
from crm.causes.schemas import CausesReport, PreventionLine, RatioReport, ReturnsReport
from crm.causes.terms import By, PreventionState
from crm.complaints.preventing import PreventionCheck, check_prevention
from crm.kit.paging import PageOf
from web.answers import as_json, version_named, with_etag
from web.cause_asking import (
    BARS,
    EVERY_BAR,
    Causes,
    Ratio,
    Returns,
    rows_of_causes,
    rows_of_ratio,
    rows_of_returns,
)
from web.deps import Db, Me, Page
from web.hard_json import HardRoute
from web.sheets import as_csv, as_xlsx

router = APIRouter(tags=["complaint reports"], route_class=HardRoute)

Counted = Annotated[By, Query()]


@router.get("/complaint-causes")
def read_causes(db: Db, me: Me, asked: Causes, by: Counted = By.CATEGORY) -> CausesReport:
    """Complaints of a period (a year by default) by one thing, the most frequent first."""
    found = queries.causes(db, asked.within(db, me), by, by=me, most=BARS)
    return as_json(found)  # type: ignore[return-value]


@router.get("/complaint-causes.csv", response_class=Response)
def download_causes_csv(db: Db, me: Me, asked: Causes, by: Counted = By.CATEGORY) -> Response:
    """The same as a file, every bar of it."""
    found = queries.causes(db, asked.within(db, me), by, by=me, most=EVERY_BAR)
    return as_csv(f"complaints-by-{by}", rows_of_causes(found))


@router.get("/complaint-causes.xlsx", response_class=Response)
def download_causes_xlsx(db: Db, me: Me, asked: Causes, by: Counted = By.CATEGORY) -> Response:
    """The same as a workbook."""
    found = queries.causes(db, asked.within(db, me), by, by=me, most=EVERY_BAR)
    return as_xlsx(f"complaints-by-{by}", rows_of_causes(found))


@router.get("/complaint-ratio")
def read_ratio(db: Db, me: Me, asked: Ratio) -> RatioReport:
    """Complaints per 1,000 occupied room nights by month as a u-chart, with the definitions."""
    return as_json(asked.report(db, me))  # type: ignore[return-value]


@router.get("/complaint-ratio.csv", response_class=Response)
def download_ratio_csv(db: Db, me: Me, asked: Ratio) -> Response:
    """The months of the ratio as a file, with its definition."""
    return as_csv("complaint-ratio", rows_of_ratio(asked.report(db, me)))


@router.get("/complaint-ratio.xlsx", response_class=Response)
def download_ratio_xlsx(db: Db, me: Me, asked: Ratio) -> Response:
    """The same as a workbook."""
    return as_xlsx("complaint-ratio", rows_of_ratio(asked.report(db, me)))


@router.get("/complaint-returns")
def read_returns(db: Db, me: Me, asked: Returns) -> ReturnsReport:
    """Whether guests came back after a complaint, against comparable guests without one."""
    return as_json(asked.report(db, me))  # type: ignore[return-value]


@router.get("/complaint-returns.csv", response_class=Response)
def download_returns_csv(db: Db, me: Me, asked: Returns) -> Response:
    """The same as a file, a row for each group of guests."""
    return as_csv("complaint-returns", rows_of_returns(asked.report(db, me)))


@router.get("/complaint-returns.xlsx", response_class=Response)
def download_returns_xlsx(db: Db, me: Me, asked: Returns) -> Response:
    """The same as a workbook."""
    return as_xlsx("complaint-returns", rows_of_returns(asked.report(db, me)))


@router.get("/preventions")
def list_preventions(
    db: Db, me: Me, page: Page, state: PreventionState | None = None
) -> PageOf[PreventionLine]:
    """What is done so that it does not happen again, the earliest to be looked at first."""
    found = preventing.preventions(db, by=me, state=state, cursor=page.cursor, limit=page.limit)
    return as_json(found)  # type: ignore[return-value]


@router.get("/preventions/{prevention_id}")
def read_prevention(db: Db, me: Me, prevention_id: UUID) -> PreventionLine:
    found = preventing.prevention(db, prevention_id, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.post("/preventions/{prevention_id}/check")
def look_at_prevention(
    request: Request, db: Db, me: Me, prevention_id: UUID, asked: PreventionCheck
) -> PreventionLine:
    """Say whether it helped; If-Match says of which version."""
    check_prevention(db, prevention_id, asked, by=me, version=version_named(request))
    after = preventing.prevention(db, prevention_id, by=me)
    return with_etag(after, after.version)  # type: ignore[return-value]
