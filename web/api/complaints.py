"""REST: complaint cases to read; their workflow comes with a later issue."""

from uuid import UUID

from fastapi import APIRouter

from crm.complaints import queries as complaints
from crm.complaints.schemas import ComplaintRow, ComplaintSheet
from crm.complaints.terms import CaseStatus
from crm.kit.paging import PageOf
from web.answers import as_json, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["complaints"], route_class=HardRoute)


@router.get("/complaints")
def list_complaints(
    db: Db,
    me: Me,
    page: Page,
    status: CaseStatus | None = None,
    open: bool | None = None,  # noqa: A002
) -> PageOf[ComplaintRow]:
    """Cases of your hotels, newest first."""
    found = complaints.complaints(
        db, by=me, status=status, is_open=open, cursor=page.cursor, limit=page.limit
    )
    return as_json(found)  # type: ignore[return-value]


@router.get("/complaints/{complaint_id}")
def read_complaint(db: Db, me: Me, views: Views, complaint_id: UUID) -> ComplaintSheet:
    """The whole case with its steps."""
    found = complaints.complaint(db, complaint_id, by=me)
    views.viewed(by=me, subject="complaint", subject_id=complaint_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.get("/guests/{guest_id}/complaints")
def list_complaints_of_guest(
    db: Db, me: Me, page: Page, views: Views, guest_id: UUID
) -> PageOf[ComplaintRow]:
    found = complaints.complaints(
        db, by=me, guest_id=guest_id, cursor=page.cursor, limit=page.limit
    )
    views.viewed(by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["cases"])
    return as_json(found)  # type: ignore[return-value]
