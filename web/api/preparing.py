"""REST: arrivals ahead, what departments do for them, and what needs a person's eyes."""

from uuid import UUID

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from crm.audit.terms import Deed
from crm.kit.schema import IsoDate
from crm.preparing import queries, service
from crm.preparing.schemas import Arrival, ArrivalDay, PreparationChange
from crm.staff.actor import Actor
from web.answers import as_json, need_match, with_etag
from web.deps import Db, Me, Views
from web.hard_json import HardRoute

router = APIRouter(tags=["arrivals"], route_class=HardRoute)


@router.get("/arrivals")
def list_arrivals(db: Db, me: Me, views: Views, on: IsoDate | None = None) -> ArrivalDay:
    """The arrivals of today or one of the next two days, those that need eyes first."""
    day = queries.arrival_day(db, by=me, on=on)
    views.viewed(by=me, subject="arrivals", deed=Deed.LISTED)
    return as_json(day)  # type: ignore[return-value]


@router.get("/stays/{stay_id}/preparation")
def read_preparation(db: Db, me: Me, views: Views, stay_id: UUID) -> Arrival:
    """How far one arrival is; the ETag is the version that a change must name."""
    found = queries.arrival(db, stay_id, by=me)
    views.viewed(by=me, subject="preparation", subject_id=stay_id, guest_id=found.guest_id)
    return with_etag(found, found.version)  # type: ignore[return-value]


@router.patch("/stays/{stay_id}/preparation")
def change_preparation(
    request: Request, db: Db, me: Me, stay_id: UUID, asked: PreparationChange
) -> Arrival:
    """Tick items, or say that a person went through the arrival (or not, after all)."""
    version = queries.preparation_version(db, stay_id, by=me)
    need_match(request, version)
    service.change(db, stay_id, asked, by=me, version=version)
    return _answer(db, stay_id, me)  # type: ignore[return-value]


def _answer(db: Session, stay_id: UUID, me: Actor) -> Response:
    found = queries.arrival(db, stay_id, by=me)
    return with_etag(found, found.version)
