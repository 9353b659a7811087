"""REST: traces, the dated tasks of departments, and what one shift hands to the next."""

from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from crm.hotels.terms import DepartmentCode
from crm.kit.paging import PageOf
from crm.notes import queries, service
from crm.notes.handing_over import handover
from crm.notes.schemas import Handover, TraceIn, TraceOut, TraceStep
from crm.notes.terms import TraceState
from web.answers import as_json, created_once, need_match, with_etag
from web.deps import Db, Me, Page, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["traces"], route_class=HardRoute)


@router.get("/traces")
def list_traces(
    db: Db,
    me: Me,
    page: Page,
    views: Views,
    department: DepartmentCode | None = None,
    state: TraceState | None = None,
    guest_id: UUID | None = None,
) -> PageOf[TraceOut]:
    """Tasks of your hotels, the earliest due first; housekeeping and restaurants see their own."""
    found = queries.traces(
        db,
        by=me,
        department=department,
        state=state,
        guest_id=guest_id,
        cursor=page.cursor,
        limit=page.limit,
    )
    if guest_id is not None:
        views.viewed(
            by=me, subject="guest", subject_id=guest_id, guest_id=guest_id, fields=["traces"]
        )
    return as_json(found)  # type: ignore[return-value]


@router.post("/traces", status_code=201)
def put_trace(request: Request, db: Db, me: Me, asked: TraceIn) -> TraceOut:
    """A task for a department about a guest, a stay or a room; the same ``id`` again is the same
    task."""

    def produce() -> tuple[BaseModel, str]:
        made = service.put_trace(db, asked, by=me)
        return made, f"/api/v1/traces/{made.id}"

    return created_once(request, db, me, produce, asked=asked)  # type: ignore[return-value]


@router.get("/traces/{trace_id}")
def read_trace(db: Db, me: Me, views: Views, trace_id: UUID) -> TraceOut:
    found = queries.trace(db, trace_id, by=me)
    views.viewed(by=me, subject="trace", subject_id=trace_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.post("/traces/{trace_id}/steps")
def do_with_trace(request: Request, db: Db, me: Me, trace_id: UUID, asked: TraceStep) -> TraceOut:
    """Done, reopened, handed over, cancelled, seen, taken or put back; If-Match says of which
    version."""
    held = queries.trace(db, trace_id, by=me)
    need_match(request, held.version)
    after = service.step(db, trace_id, asked, by=me, version=held.version)
    return with_etag(after, after.version)  # type: ignore[return-value]


@router.get("/handover")
def read_handover(db: Db, me: Me, department: DepartmentCode | None = None) -> Handover:
    """What the present shift takes over, by department, unseen first."""
    return as_json(handover(db, by=me, department=department))  # type: ignore[return-value]
