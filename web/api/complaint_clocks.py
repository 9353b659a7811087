"""REST: what a hotel promises by severity, and when its departments work."""

from uuid import UUID

from fastapi import APIRouter, Request

from crm.complaints import targets
from crm.complaints.targets import TargetIn, TargetOut, WorkHoursIn, WorkHoursOut
from crm.complaints.terms import Severity
from crm.hotels.terms import DepartmentCode
from web.answers import version_named, with_etag
from web.deps import Db, Me
from web.hard_json import HardRoute

router = APIRouter(prefix="/hotels/{hotel_id}", tags=["complaints"], route_class=HardRoute)


@router.get("/complaint-targets/{severity}")
def read_target(db: Db, me: Me, hotel_id: UUID, severity: Severity) -> TargetOut:
    """The minutes of a severity; its version is 0 while those shipped hold."""
    found = targets.target(db, hotel_id, severity, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/complaint-targets/{severity}")
def put_target(
    request: Request, db: Db, me: Me, hotel_id: UUID, severity: Severity, asked: TargetIn
) -> TargetOut:
    """Set the minutes of a severity, for clocks that are set from now on."""
    found = targets.put_target(db, hotel_id, severity, asked, by=me, version=version_named(request))
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.get("/work-hours/{department}")
def read_work_hours(db: Db, me: Me, hotel_id: UUID, department: DepartmentCode) -> WorkHoursOut:
    """When a department works; its version is 0 while it works round the clock."""
    found = targets.work_hours(db, hotel_id, department, by=me)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.put("/work-hours/{department}")
def put_work_hours(
    request: Request,
    db: Db,
    me: Me,
    hotel_id: UUID,
    department: DepartmentCode,
    asked: WorkHoursIn,
) -> WorkHoursOut:
    """Set when a department works, for clocks that are set from now on."""
    found = targets.put_work_hours(
        db, hotel_id, department, asked, by=me, version=version_named(request)
    )
    return with_etag(found, found.version)  # type: ignore[return-value]
